// CSV (RFC 4180), one row at a time: quoted fields may hold separators, quotes (doubled) and line ends; any line end.
// Threading: belongs to one thread. Ownership: text and file_name must outlive it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sam {

struct CsvRow {
  std::size_t line = 0;  // in the file, from 1, where the row starts
  std::vector<std::string> fields;
  bool blank = false;  // nothing at all on the line
};

// A field, in quotes if it must be.
std::string csv_field(std::string_view text, char separator = ',');

class CsvReader {
 public:
  // first_line: that of text's beginning in its file.
  CsvReader(std::string_view text, const std::string& file_name, char separator = ',', std::size_t first_line = 1)
      : text_(text), file_name_(file_name), separator_(separator), line_(first_line) {}

  // Nothing at the end. Throws DatasetError naming the line for a quote that is never closed, or text after one.
  std::optional<CsvRow> next();

  // Throws DatasetError.
  [[noreturn]] void fail(std::size_t line, const std::string& reason) const;

 private:
  bool at_line_end() const { return at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }
  bool take(char c);
  void end_line();
  std::string plain_field();
  std::string quoted_field();

  std::string_view text_;
  const std::string& file_name_;
  const char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace sam
