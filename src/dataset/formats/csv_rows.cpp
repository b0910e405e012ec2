#include "dataset/formats/csv_rows.h"

#include <utility>

#include "dataset/formats/format.h"

namespace sam {
namespace {

constexpr std::size_t block_bytes = std::size_t{256} << 10;
constexpr std::size_t max_row_bytes = std::size_t{64} << 20;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

CsvRows::CsvRows(InputFile& file, std::string name, char separator)
    : file_(file), name_(std::move(name)), separator_(separator) {
  std::string start(byte_order_mark.size(), ' ');
  if (file_.read(0, start) == start.size() && start == byte_order_mark) offset_ = start.size();
}

bool CsvRows::fill() {
  block_.resize(block_bytes);
  block_.resize(file_.read(offset_, block_));
  offset_ += block_.size();
  at_ = 0;
  return !block_.empty();
}

// A quote counts where a field starts and, inside such a field, where it ends it; doubled quotes do both.
std::optional<CsvRowText> CsvRows::next() {
  if (at_end()) return std::nullopt;
  enum class In { start, plain, quoted } in = In::start;
  CsvRowText row{offset_ - (block_.size() - at_), line_, {}};
  while (!at_end()) {
    const char c = block_[at_];
    if (in != In::quoted && (c == '\n' || c == '\r')) {
      take_line_end(row);
      return row;
    }
    if (c == '"' && in != In::plain) {
      in = in == In::quoted ? In::start : In::quoted;
    } else if (in != In::quoted) {
      in = c == separator_ ? In::start : In::plain;
    } else if (c == '\n') {
      ++line_;
    }
    const std::size_t end = run_end(in == In::quoted, in == In::plain);
    row.text.append(block_.data() + at_, end - at_);
    at_ = end;
    if (row.text.size() > max_row_bytes) {
      throw FormatError(name_ + ":" + std::to_string(row.line), "a row of more than 64 MiB; is a quote not closed?");
    }
  }
  return row;
}

// Behind the character at at_ and those after it that change nothing.
std::size_t CsvRows::run_end(bool quoted, bool plain) const {
  std::size_t end = at_ + 1;
  const auto is_special = [&](char c) {
    return quoted ? c == '"' || c == '\n' : c == separator_ || c == '\r' || c == '\n';
  };
  while ((quoted || plain) && end < block_.size() && !is_special(block_[end])) ++end;
  return end;
}

void CsvRows::take_line_end(CsvRowText& row) {
  for (const char each : {'\r', '\n'}) {
    if (at_end() || block_[at_] != each) continue;
    row.text += each;
    ++at_;
  }
  ++line_;
}

}  // namespace sam
