#include "memory/memory_exhausted.h"

#include "memory/byte_text.h"

namespace sam {
namespace {

// A number that works as it stands as a limit, where MB are a million bytes: few digits, never less than the bytes.
std::string about_text(std::uint64_t bytes) {
  return std::to_string((bytes + 9'999'999) / 10'000'000 * 10) + " MB";
}

std::string in_use_text(const MemoryExhausted::Facts& facts) {
  return byte_text(facts.used_bytes) + " in use or reserved" +
         (facts.holders.empty() ? "" : " (" + facts.holders + ")");
}

// "encoding coffee.jpg needs about 290 MB of host memory, and at most 200 MB can be had; 32 MB were refused on top of 197 MB in use or reserved
// (weights 120 MB, other 77 MB): …"
std::string known_sentence(const std::string& doing, const MemoryExhausted::Facts& facts) {
  std::string text = doing + " needs about " + about_text(facts.whole_bytes) + " of " + domain_text(facts.domain);
  if (facts.limit_bytes > 0) text += ", and at most " + byte_text(facts.limit_bytes) + " can be had";
  if (facts.needed_bytes > 0)
    text += "; " + byte_text(facts.needed_bytes) + " were refused on top of " + in_use_text(facts);
  return text;
}

// "encoding coffee.jpg needs at least 229 MB of host memory: 32 MB on top of 197 MB in use or reserved (weights 120 MB, other 77 MB), and at most
// 200 MB can be had: …"
std::string unknown_sentence(const std::string& doing, const MemoryExhausted::Facts& facts) {
  const std::string in_use = in_use_text(facts);
  std::string text = doing;
  if (facts.needed_bytes > 0) {
    text += " needs at least " + byte_text(facts.used_bytes + facts.needed_bytes) + " of " + domain_text(facts.domain) +
            ": " + byte_text(facts.needed_bytes) + " on top of " + in_use;
  } else if (facts.requested_bytes > 0) {
    text += " was refused " + byte_text(facts.requested_bytes) + " of " + domain_text(facts.domain) +
            " on top of what it held";
  } else {
    text += " needs more " + domain_text(facts.domain) + " than there is";
  }
  if (facts.limit_bytes > 0) {
    const bool refused = facts.needed_bytes == 0 && facts.requested_bytes > 0;
    text += facts.needed_bytes > 0 ? ", and at most " : refused ? ": it needs more than the " : "; at most ";
    text += byte_text(facts.limit_bytes) + (refused ? " that can be had" : " can be had");
    const std::uint64_t all_bytes = facts.used_bytes + facts.needed_bytes;
    if (facts.needed_bytes > 0 && all_bytes > facts.limit_bytes && byte_text(all_bytes) == byte_text(facts.limit_bytes))
      text += ", " + byte_text(all_bytes - facts.limit_bytes) + " too few";
    if (facts.needed_bytes == 0)
      text +=
          (refused ? "; now that it gave back what it held, " : ", and now that it gave back what it held, ") + in_use;
  }
  return text;
}

std::string exhausted_sentence(const std::string& doing, const MemoryExhausted::Facts& facts) {
  const std::string text = facts.whole_bytes > 0 ? known_sentence(doing, facts) : unknown_sentence(doing, facts);
  return text + (facts.advice.empty() ? "" : ": " + facts.advice);
}

}  // namespace

MemoryExhausted::MemoryExhausted(const std::string& doing, Facts facts)
    : std::runtime_error(exhausted_sentence(doing, facts)), facts_(std::make_shared<const Facts>(std::move(facts))) {}

}  // namespace sam
