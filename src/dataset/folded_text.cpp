#include "dataset/folded_text.h"

namespace sam {
namespace {

// The small letter of a capital between U+0080 and U+07FF. Both take two bytes of UTF-8.
unsigned small_letter(unsigned code) {
  const auto within = [code](unsigned first, unsigned last) { return code >= first && code <= last; };
  if (within(0xC0, 0xDE) && code != 0xD7) return code + 0x20;     // À to Þ, without the multiplication sign
  if (within(0x100, 0x137) && code != 0x130) return code | 1U;    // Ā ā, Ă ă, …
  if (within(0x139, 0x148) && code % 2 == 1) return code + 1;     // Ĺ ĺ, …
  if (within(0x14A, 0x177)) return code | 1U;                     // Ŋ ŋ, …
  if (within(0x391, 0x3AB) && code != 0x3A2) return code + 0x20;  // Greek
  if (within(0x410, 0x42F)) return code + 0x20;                   // Cyrillic
  if (within(0x400, 0x40F)) return code + 0x50;
  return code;
}

}  // namespace

void fold_case(std::string_view text, std::string& into) {
  into.assign(text);
  for (std::size_t i = 0; i < into.size(); ++i) {
    const auto byte = static_cast<unsigned char>(into[i]);
    if (byte >= 'A' && byte <= 'Z') {
      into[i] = static_cast<char>(byte + ('a' - 'A'));
    } else if (byte >= 0xC2 && byte <= 0xDF && i + 1 < into.size()) {
      const auto next = static_cast<unsigned char>(into[i + 1]);
      if ((next & 0xC0U) != 0x80U) continue;
      const unsigned code = small_letter((byte & 0x1FU) << 6 | (next & 0x3FU));
      into[i] = static_cast<char>(0xC0U | code >> 6);
      into[++i] = static_cast<char>(0x80U | (code & 0x3FU));
    }
  }
}

}  // namespace sam
