#include "dataset/formats/csv_columns.h"

#include <algorithm>
#include <cctype>

#include "dataset/csv_reader.h"
#include "dataset/formats/format.h"

namespace sam {
namespace {

struct ColumnName {
  std::string_view name;  // in small letters
  CsvColumn column;
};

// Ours first, then those of other tools (TensorFlow's object detection, RetinaNet, pandas exports).
constexpr ColumnName column_names[] = {
    {"image", CsvColumn::image},
    {"subset", CsvColumn::subset},
    {"width", CsvColumn::width},
    {"height", CsvColumn::height},
    {"id", CsvColumn::id},
    {"class", CsvColumn::class_name},
    {"x0", CsvColumn::x0},
    {"y0", CsvColumn::y0},
    {"x1", CsvColumn::x1},
    {"y1", CsvColumn::y1},
    {"area", CsvColumn::area},
    {"score", CsvColumn::score},
    {"source", CsvColumn::source},
    {"created", CsvColumn::created},
    {"rle", CsvColumn::rle},
    {"polygon", CsvColumn::polygon},
    {"prompt", CsvColumn::prompt},
    {"attributes", CsvColumn::attributes},
    {"filename", CsvColumn::image},
    {"file_name", CsvColumn::image},
    {"image_name", CsvColumn::image},
    {"image_path", CsvColumn::image},
    {"path", CsvColumn::image},
    {"class_name", CsvColumn::class_name},
    {"classname", CsvColumn::class_name},
    {"label", CsvColumn::class_name},
    {"category", CsvColumn::class_name},
    {"xmin", CsvColumn::x0},
    {"ymin", CsvColumn::y0},
    {"xmax", CsvColumn::x1},
    {"ymax", CsvColumn::y1},
    {"x_min", CsvColumn::x0},
    {"y_min", CsvColumn::y0},
    {"x_max", CsvColumn::x1},
    {"y_max", CsvColumn::y1},
    {"left", CsvColumn::x0},
    {"top", CsvColumn::y0},
    {"right", CsvColumn::x1},
    {"bottom", CsvColumn::y1},
    {"image_width", CsvColumn::width},
    {"image_height", CsvColumn::height},
    {"split", CsvColumn::subset},
    {"confidence", CsvColumn::score},
};
constexpr auto our_columns = static_cast<std::size_t>(CsvColumn::count);

std::string plain(std::string_view text) {
  std::string lower;
  for (char c : text) {
    if (c != ' ' && c != '\t') lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower;
}

// The one that occurs most.
char find_separator(std::string_view text) {
  constexpr std::string_view separators = ",;\t";
  return *std::max_element(separators.begin(), separators.end(), [&](char a, char b) {
    return std::count(text.begin(), text.end(), a) < std::count(text.begin(), text.end(), b);
  });
}

bool starts_formula(char c) {
  return std::string_view("=+-@\t\r'").find(c) != std::string_view::npos;
}

}  // namespace

std::string csv_header_text() {
  std::string text;
  for (std::size_t i = 0; i < our_columns; ++i) text.append(i == 0 ? "" : ",").append(column_names[i].name);
  return text;
}

std::string_view CsvHeader::field(const std::vector<std::string>& fields, CsvColumn column) const {
  const int index = at(column);
  return index < 0 || static_cast<std::size_t>(index) >= fields.size() ? std::string_view()
                                                                       : fields[static_cast<std::size_t>(index)];
}

std::optional<CsvHeader> CsvHeader::parse(std::string_view text) {
  CsvHeader header;
  header.separator_ = find_separator(text);
  header.at_.fill(-1);
  std::vector<std::string> names;
  try {
    const std::string place = "header";
    names = CsvReader(text, place, header.separator_).next().value_or(CsvRow{}).fields;
  } catch (const DatasetError&) {
    return std::nullopt;
  }
  for (std::string& name : names) name = plain(name);
  // Corners numbered from 1 (x1, y1, x2, y2), not from 0.
  const bool from_one = std::find(names.begin(), names.end(), "x2") != names.end();
  for (std::string& name : names) {
    if (from_one && (name == "x1" || name == "y1" || name == "x2" || name == "y2")) --name[1];
  }
  for (const ColumnName& known : column_names) {
    const auto found = std::find(names.begin(), names.end(), known.name);
    int& at = header.at_[static_cast<std::size_t>(known.column)];
    if (found != names.end() && at < 0) at = static_cast<int>(found - names.begin());
  }
  const bool box =
      header.has(CsvColumn::x0) && header.has(CsvColumn::y0) && header.has(CsvColumn::x1) && header.has(CsvColumn::y1);
  const bool shape = box || header.has(CsvColumn::rle) || header.has(CsvColumn::polygon);
  if (!header.has(CsvColumn::image) || !header.has(CsvColumn::class_name) || !shape) return std::nullopt;
  return header;
}

std::string guard_formula(std::string_view text) {
  const bool guarded = !text.empty() && starts_formula(text[0]);
  return (guarded ? "'" : "") + std::string(text);
}

std::string unguard_formula(std::string_view text) {
  if (text.size() > 1 && text[0] == '\'' && starts_formula(text[1])) text.remove_prefix(1);
  return std::string(text);
}

FormatError csv_format_error(const DatasetError& error, const std::string& name) {
  const std::string what = error.what();
  const std::size_t colon = what.find(": ", name.size());
  return {what.substr(0, colon), what.substr(colon + 2)};
}

}  // namespace sam
