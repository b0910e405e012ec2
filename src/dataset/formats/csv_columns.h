// The columns of a table of objects, one a row, whatever tool named them. See docs/formats.md.
// Threading: values and free functions; no shared state.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/formats/format.h"

namespace sam {

enum class CsvColumn {
  image,
  subset,
  width,
  height,
  id,
  class_name,
  x0,
  y0,
  x1,
  y1,
  area,
  score,
  source,
  created,
  rle,
  polygon,
  prompt,
  attributes,
  count
};

// As we write them: "image,subset,width,…" without a line end.
std::string csv_header_text();

class CsvHeader {
 public:
  char separator() const { return separator_; }
  bool has(CsvColumn column) const { return at(column) >= 0; }
  // Empty if the table has no such column, or the row ends before it.
  std::string_view field(const std::vector<std::string>& fields, CsvColumn column) const;

  // text: the first row. Nothing if it names no image, no class, or neither box, mask nor polygon.
  static std::optional<CsvHeader> parse(std::string_view text);

 private:
  int at(CsvColumn column) const { return at_[static_cast<std::size_t>(column)]; }

  char separator_ = ',';
  std::array<int, static_cast<std::size_t>(CsvColumn::count)> at_{};
};

// A text that a spreadsheet would take for a formula ("=…", "+…", "-…", "@…") gets a ' before it, and loses it again. A text that starts with ' and one of
// these, or with two ', gets one too, so that every text comes back.
std::string guard_formula(std::string_view text);
std::string unguard_formula(std::string_view text);

// What CsvReader, given name as the file's, says of a row ("name:12: reason"), as a FormatError.
FormatError csv_format_error(const DatasetError& error, const std::string& name);

}  // namespace sam
