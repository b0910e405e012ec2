#include "dataset/formats/json_elements.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "dataset/formats/format.h"

namespace sam {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20;
constexpr std::size_t padding_bytes = 64;  // SIMDJSON_PADDING is 32 or 64
constexpr std::size_t nothing = std::numeric_limits<std::size_t>::max();

bool is_blank(int c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Brackets differ from braces by one bit.
bool is_structural(char c) {
  const char folded = static_cast<char>(c | 0x20);
  return folded == '{' || folded == '}' || c == '"';
}

bool ends_string_run(char c) {
  return c == '"' || c == '\\';
}

// The first byte that is one; blocks without any are passed over with vector instructions.
template <typename Predicate>
const char* find_byte(const char* from, const char* end, Predicate is_one) {
  constexpr std::ptrdiff_t step = 32;
  while (end - from >= step) {
    unsigned char found = 0;
    for (std::ptrdiff_t i = 0; i < step; ++i) found = static_cast<unsigned char>(found | (is_one(from[i]) ? 1 : 0));
    if (found != 0) break;
    from += step;
  }
  while (from < end && !is_one(*from)) ++from;
  return from;
}

// What a message shows of a byte.
std::string shown(int c) {
  if (c < 0) return "the end of the file";
  if (c > 0x20 && c < 0x7f) return std::string("\"") + static_cast<char>(c) + "\"";
  return "a byte of value " + std::to_string(c);
}

bool is_scalar(std::string_view token) {
  if (token == "true" || token == "false" || token == "null") return true;
  return !token.empty() && (token[0] == '-' || (token[0] >= '0' && token[0] <= '9')) &&
         token.find_first_not_of("0123456789+-.eE") == std::string_view::npos;
}

}  // namespace

JsonElements::JsonElements(InputFile& file, std::string name)
    : file_(file),
      name_(std::move(name)),
      buffer_(std::min<std::uint64_t>(file.size_bytes() + 1, block_bytes) + padding_bytes),
      kept_(nothing) {
  fill();
  if (std::string_view(buffer_.data(), end_).starts_with("\xef\xbb\xbf")) at_ = 3;  // a byte order mark
  skip_blanks();
  const int c = peek();
  if (c != '{' && c != '[') fail("expected { or [ at the beginning of a JSON file, found " + shown(c));
  is_array_ = c == '[';
  state_ = is_array_ ? State::in_array : State::before_members;
  ++at_;
}

std::optional<std::string> JsonElements::next_member() {
  if (is_array_ || state_ == State::at_end) return std::nullopt;
  if (state_ == State::at_value) pass_value();
  if (state_ == State::in_array) {
    while (next_element()) {
    }
  }
  first_ = state_ == State::before_members;
  if (!next_in('}')) return std::nullopt;
  if (peek() != '"') fail("expected the name of a member, found " + shown(peek()));
  kept_ = at_;
  pass_string();
  std::string name(buffer_.data() + kept_ + 1, at_ - kept_ - 2);
  kept_ = nothing;
  if (name.size() > max_key_bytes) fail("the name of a member is longer than " + std::to_string(max_key_bytes));
  skip_blanks();
  if (peek() != ':') fail("expected \":\", found " + shown(peek()));
  ++at_;
  skip_blanks();
  state_ = State::at_value;
  return name;
}

std::optional<JsonElement> JsonElements::next_element() {
  if (state_ == State::at_value) {
    if (peek() == 'n') {
      pass_value();
      state_ = State::behind_value;
      return std::nullopt;
    }
    if (peek() != '[') fail("expected a list, found " + shown(peek()));
    ++at_;
    first_ = true;
    state_ = State::in_array;
  }
  if (state_ != State::in_array || !next_in(']')) return std::nullopt;
  kept_ = at_;
  pass_value();
  const std::size_t start = std::exchange(kept_, nothing);
  return JsonElement{{buffer_.data() + start, at_ - start}, base_ + start};
}

void JsonElements::fail(const std::string& what) const {
  throw FormatError(name_ + ", byte " + std::to_string(offset()), what);
}

// Reads on; false at the end of the file.
bool JsonElements::fill() {
  const std::size_t from = std::min(kept_, at_);
  if (from > 0) {
    std::memmove(buffer_.data(), buffer_.data() + from, end_ - from);
    base_ += from;
    at_ -= from;
    end_ -= from;
    if (kept_ != nothing) kept_ -= from;
  }
  if (end_ > max_element_bytes) {
    fail("an element has more than " + std::to_string(max_element_bytes >> 20) + " MiB, the limit of one");
  }
  if (end_ * 2 > buffer_.size()) buffer_.resize(buffer_.size() * 2);
  const std::size_t count =
      file_.read(base_ + end_, std::span(buffer_).subspan(end_, buffer_.size() - padding_bytes - end_));
  end_ += count;
  return count > 0;
}

// -1: the end of the file.
int JsonElements::peek() {
  if (at_ == end_ && !fill()) return -1;
  return static_cast<unsigned char>(buffer_[at_]);
}

void JsonElements::skip_blanks() {
  while (is_blank(peek())) ++at_;
}

// Moves to the next member or element; false behind the closing bracket.
bool JsonElements::next_in(char close) {
  skip_blanks();
  const int c = peek();
  const bool closes = c == close;
  if (!closes && !first_ && c != ',') {
    fail(std::string("expected \",\" or \"") + close + "\", found " + shown(c));
  }
  if (closes || !first_) ++at_;
  first_ = false;
  skip_blanks();
  if (!closes) return true;
  const bool outermost = close == '}' || is_array_;
  state_ = outermost ? State::at_end : State::behind_value;
  if (outermost && peek() >= 0) fail("nothing may follow the end, found " + shown(peek()));
  return false;
}

void JsonElements::pass_value() {
  const int c = peek();
  if (c == '{' || c == '[') {
    pass_brackets();
  } else if (c == '"') {
    pass_string();
  } else {
    pass_scalar();
  }
  if (state_ == State::at_value) state_ = State::behind_value;
}

void JsonElements::pass_brackets() {
  std::uint64_t braces = 0;  // a bit an open bracket, the innermost lowest: 1 for {
  int depth = 0;
  do {
    const char* found = find_byte(buffer_.data() + at_, buffer_.data() + end_, is_structural);
    at_ = static_cast<std::size_t>(found - buffer_.data());
    if (at_ == end_) {
      if (!fill()) fail("the file ends within " + std::to_string(depth) + " open brackets; it is not whole");
      continue;
    }
    const char c = buffer_[at_];
    if (c == '"') {
      pass_string();
      continue;
    }
    if (c == '{' || c == '[') {
      if (++depth > max_depth) fail("nested deeper than " + std::to_string(max_depth));
      braces = braces << 1 | (c == '{' ? 1 : 0);
    } else {
      if (((braces & 1) != 0) != (c == '}')) fail("a bracket is closed by " + shown(c));
      braces >>= 1;
      --depth;
    }
    ++at_;
  } while (depth > 0);
}

void JsonElements::pass_string() {
  ++at_;
  for (;;) {
    const char* found = find_byte(buffer_.data() + at_, buffer_.data() + end_, ends_string_run);
    at_ = static_cast<std::size_t>(found - buffer_.data());
    if (at_ == end_) {
      if (!fill()) fail("the file ends within a text; it is not whole");
      continue;
    }
    const bool escape = buffer_[at_] == '\\';
    ++at_;
    if (!escape) return;
    if (peek() < 0) fail("the file ends within a text; it is not whole");
    ++at_;
  }
}

void JsonElements::pass_scalar() {
  constexpr std::size_t longest = 1024;
  std::string token;
  for (int c = peek(); c >= 0 && !is_blank(c) && c != ',' && c != ']' && c != '}' && token.size() < longest;
       c = peek()) {
    token += static_cast<char>(c);
    ++at_;
  }
  if (is_scalar(token)) return;
  at_ -= std::min(at_, token.size());
  if (token.empty()) fail("expected a value, found " + shown(peek()));
  const bool printable = std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  fail(printable && token.size() < 40 ? "\"" + token + "\" is no JSON value" : "no JSON value");
}

}  // namespace sam
