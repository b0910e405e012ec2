#include "dataset/csv_reader.h"

#include "dataset/store.h"

namespace sam {

std::string csv_field(std::string_view text, char separator) {
  constexpr std::string_view special = "\"\r\n";
  if (text.find(separator) == std::string_view::npos && text.find_first_of(special) == std::string_view::npos) {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::optional<CsvRow> CsvReader::next() {
  if (at_ == text_.size()) return std::nullopt;
  CsvRow row;
  row.line = line_;
  const std::size_t start = at_;
  do {
    row.fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted_field() : plain_field());
  } while (take(separator_));
  row.blank = at_ == start;
  end_line();
  return row;
}

void CsvReader::fail(std::size_t line, const std::string& reason) const {
  throw DatasetError(file_name_ + ":" + std::to_string(line) + ": " + reason);
}

bool CsvReader::take(char c) {
  if (at_ == text_.size() || text_[at_] != c) return false;
  ++at_;
  return true;
}

void CsvReader::end_line() {
  const bool carriage_return = take('\r');
  if (take('\n') || carriage_return) ++line_;
}

std::string CsvReader::plain_field() {
  const std::size_t start = at_;
  while (!at_line_end() && text_[at_] != separator_) ++at_;
  return std::string(text_.substr(start, at_ - start));
}

std::string CsvReader::quoted_field() {
  const std::size_t first_line = line_;
  std::string field;
  for (++at_;; ++at_) {
    if (at_ == text_.size()) fail(first_line, "a quoted field is never closed; add the missing \"");
    if (text_[at_] == '"') {
      ++at_;
      if (at_ == text_.size() || text_[at_] != '"') break;
    }
    if (text_[at_] == '\n' || (text_[at_] == '\r' && text_.substr(at_, 2) != "\r\n")) ++line_;
    field += text_[at_];
  }
  if (!at_line_end() && text_[at_] != separator_) {
    fail(line_, "text after a closing quote; write \"\" for a quote in a field");
  }
  return field;
}

}  // namespace sam
