#include "dataset/formats/shown_text.h"

#include "dataset/utf8.h"

namespace sam {
namespace {

constexpr std::size_t max_bytes = 60;

}  // namespace

std::string shown_text(std::string_view text) {
  const bool cut = text.size() > max_bytes;
  if (cut) {
    std::size_t end = max_bytes;
    while (end > max_bytes - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // inside a character
    text = text.substr(0, end);
  }
  const bool valid = is_utf8(text);
  std::string shown = "\"";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    shown += byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !valid) ? '?' : c;
  }
  return shown + (cut ? "…\"" : "\"");
}

}  // namespace sam
