// Walks a JSON file of any size from front to end: the members of its top-level object, and of those that are arrays each element's text, one
// after the other. Memory: two megabytes, or twice the largest element. Only the outermost two levels are checked in full; inside an element
// brackets and strings must match, and whoever parses its text finds the rest.
// Threading: one thread. Ownership: the file must outlive the walk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file_system.h"

namespace sam {

struct JsonElement {
  std::string_view text;     // until the next call; 64 bytes behind it may be read too, as simdjson does
  std::uint64_t offset = 0;  // in the file
};

class JsonElements {
 public:
  static constexpr std::size_t max_element_bytes = std::size_t{64} << 20;
  static constexpr std::size_t max_key_bytes = 4096;
  static constexpr int max_depth = 64;

  // name: of the file, for messages. All functions throw FormatError with the byte at which the file cannot be taken, and FileError.
  JsonElements(InputFile& file, std::string name);

  // Whether the file is an array rather than an object; then there are no members and next_element() gives what is in it.
  bool is_array() const { return is_array_; }

  // The name of the top-level object's next member, as it is written; what was not read of the one before is passed over. Nothing at the
  // object's end, behind which nothing may follow.
  std::optional<std::string> next_member();

  // The next element of the member's array. Nothing at its end, and where the value is null.
  std::optional<JsonElement> next_element();

  std::uint64_t offset() const { return base_ + at_; }  // how far the walk is

 private:
  enum class State { before_members, at_value, in_array, behind_value, at_end };

  [[noreturn]] void fail(const std::string& what) const;
  bool fill();
  int peek();
  void skip_blanks();
  bool next_in(char close);
  void pass_value();
  void pass_brackets();
  void pass_string();
  void pass_scalar();

  InputFile& file_;
  const std::string name_;
  std::vector<char> buffer_;
  std::uint64_t base_ = 0;  // of the buffer's first byte in the file
  std::size_t at_ = 0;      // in the buffer: the next byte to look at
  std::size_t kept_;        // from here on bytes stay in the buffer; nothing is kept behind at_
  std::size_t end_ = 0;     // of what was read
  bool is_array_ = false;
  bool first_ = true;  // of members, or of the elements of the array
  State state_ = State::before_members;
};

}  // namespace sam
