// The rows of a CSV file of any size, unparsed (dataset/csv_reader.h parses one). Memory: a block and the longest row.
// Threading: belongs to one thread. Ownership: file must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/file_system.h"

namespace sam {

struct CsvRowText {
  std::uint64_t offset = 0;  // in the file
  std::size_t line = 1;      // where it starts
  std::string text;          // with its line end
};

class CsvRows {
 public:
  // name: of the file, for messages.
  CsvRows(InputFile& file, std::string name, char separator);

  // Nothing at the end. A byte order mark is passed over. Throws FormatError for a row of more than 64 MiB (as where a quote is never closed), FileError.
  std::optional<CsvRowText> next();

 private:
  bool fill();
  bool at_end() { return at_ == block_.size() && !fill(); }
  std::size_t run_end(bool quoted, bool plain) const;
  void take_line_end(CsvRowText& row);

  InputFile& file_;
  const std::string name_;
  const char separator_;
  std::vector<char> block_;
  std::size_t at_ = 0;        // in block_
  std::uint64_t offset_ = 0;  // of the block's end
  std::size_t line_ = 1;
};

}  // namespace sam
