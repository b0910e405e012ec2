#include "memory/memory_exhausted.h"

#include "memory/byte_text.h"

namespace sam {
namespace {

// "encoding coffee.jpg needs 229 MB of host memory: 32 MB on top of 197 MB in use (weights 120 MB, other 77 MB), and at most 200 MB can be
// had: …"
std::string exhausted_sentence(const std::string& doing, const MemoryExhausted::Facts& facts) {
  const std::string in_use =
      byte_text(facts.used_bytes) + " in use" + (facts.holders.empty() ? "" : " (" + facts.holders + ")");
  std::string text = doing;
  if (facts.needed_bytes > 0) {
    text += " needs " + byte_text(facts.used_bytes + facts.needed_bytes) + " of " + domain_text(facts.domain) + ": " +
            byte_text(facts.needed_bytes) + " on top of " + in_use;
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
      text += (facts.requested_bytes > 0 ? "; now that it gave back what it held, "
                                         : ", and now that it gave back what it held, ") +
              in_use;
  }
  if (!facts.advice.empty()) text += ": " + facts.advice;
  return text;
}

}  // namespace

MemoryExhausted::MemoryExhausted(const std::string& doing, Facts facts)
    : std::runtime_error(exhausted_sentence(doing, facts)), facts_(std::make_shared<const Facts>(std::move(facts))) {}

}  // namespace sam
