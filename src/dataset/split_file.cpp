#include "dataset/split_file.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "dataset/csv_reader.h"
#include "dataset/formats/subset_name.h"
#include "dataset/natural_order.h"
#include "dataset/store.h"
#include "dataset/utf8.h"

namespace sam {

Splits parse_splits(std::string_view text) {
  const std::string file_name = splits_file_name;
  if (!is_utf8(text)) throw DatasetError(file_name + ": not UTF-8 text; save the file as UTF-8");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  CsvReader csv(text, file_name);
  std::optional<CsvRow> row = csv.next();
  if (!row || row->fields != std::vector<std::string>{"image", "subset"}) {
    throw DatasetError(file_name +
                       ":1: expected the columns image,subset; make the file anew with sam-annotator split");
  }
  Splits splits;
  while ((row = csv.next())) {
    if (row->blank) continue;
    if (row->fields.size() != 2) csv.fail(row->line, "expected an image and its subset");
    if (!splits.emplace(std::move(row->fields[0]), subset_name(row->fields[1])).second) {
      csv.fail(row->line, "a picture is named a second time");
    }
  }
  return splits;
}

std::string format_splits(const Splits& splits) {
  std::vector<const Splits::value_type*> rows;
  rows.reserve(splits.size());
  for (const auto& row : splits) rows.push_back(&row);
  std::sort(rows.begin(), rows.end(), [](const auto* a, const auto* b) { return natural_less(a->first, b->first); });
  std::string text = "image,subset\n";
  for (const auto* row : rows) text += csv_field(row->first) + ',' + csv_field(row->second) + '\n';
  return text;
}

}  // namespace sam
