#include "memory/probes/fallback_probe.h"

#include <exception>
#include <utility>

namespace sam {

FallbackProbe::FallbackProbe(std::string domain, std::string name, std::vector<ReadingSource> sources, Warn warn)
    : domain_(std::move(domain)), name_(std::move(name)), sources_(std::move(sources)), warn_(std::move(warn)) {}

std::optional<MemoryReading> FallbackProbe::read() {
  std::string reasons;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    std::string why;
    std::optional<MemoryReading> reading;
    try {
      reading = sources_[i].read(why);
    } catch (const std::exception& error) {  // a source that fails is a source that is not there
      why = error.what();
    }
    if (reading && reading->total_bytes > 0) {
      if (i > 0) warn_once(i, reasons);
      return within_total(*std::move(reading));
    }
    if (!reasons.empty()) reasons.append("; ");
    reasons.append(sources_[i].name).append(": ").append(why.empty() ? "no answer" : why);
  }
  warn_once(sources_.size(), reasons);
  return std::nullopt;
}

void FallbackProbe::warn_once(std::size_t failed, const std::string& reasons) {
  std::size_t before = warned_.load();
  while (before < failed && !warned_.compare_exchange_weak(before, failed)) {
  }
  if (before >= failed || !warn_) return;
  const std::string next = failed < sources_.size() ? "it is now read through " + sources_[failed].name
                                                    : "its memory stats are not available until it answers again";
  warn_("the memory of " + name_ + " (" + domain_ + ") cannot be read (" + reasons + "); " + next);
}

}  // namespace sam
