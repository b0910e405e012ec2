// The end of the recovery ladder, as the user hears of it.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

namespace sam {

// The message is one line: what was being done, what it needs, what is in use, what helps. Copies share the facts.
class MemoryExhausted : public std::runtime_error {
 public:
  struct Facts {
    std::uint64_t requested_bytes = 0;  // 0: not known
    std::uint64_t used_bytes =
        0;  // by this program, or reserved, when it was refused; if that is not known, afterwards
    std::uint64_t limit_bytes = 0;  // the most that this program may have
    std::string domain;
    std::string advice;              // what the user can do
    std::string holders;             // of used_bytes: "weights 120 MB, other 65 MB"
    std::uint64_t whole_bytes = 0;   // for all of the operation, as it was measured before; 0: not known
    std::uint64_t needed_bytes = 0;  // on top of used_bytes; 0: who refused did not say
  };
  // doing: "encoding coffee.jpg".
  MemoryExhausted(const std::string& doing, Facts facts);
  const Facts& facts() const { return *facts_; }

 private:
  std::shared_ptr<const Facts> facts_;  // shared: copying an exception must not need memory
};

}  // namespace sam
