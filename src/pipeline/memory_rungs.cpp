#include "pipeline/memory_rungs.h"

#include <algorithm>
#include <limits>

namespace sam {
namespace {

// Where it is not known how much is missing.
constexpr std::uint64_t unknown_request_bytes = 64 << 20;
// What GrabCut takes of a picture of common size.
constexpr std::uint64_t grabcut_bytes = 20 << 20;
// Of this process while a model works: the picture at the size it is shown in, tensors, the answer.
constexpr std::uint64_t picture_bytes = 32 << 20;
// The least that this process has besides: its code and what libraries keep.
constexpr std::uint64_t program_bytes = 16 << 20;
// For operations under way: longer than an encode on a slow machine, short of what a user takes for a freeze.
constexpr std::chrono::seconds longest_wait{20};
constexpr std::uint64_t everything = std::numeric_limits<std::uint64_t>::max();

RungResult freed(std::uint64_t bytes, const char* otherwise) {
  if (bytes == 0) return {0, otherwise};
  return {bytes, ""};
}

RungResult reclaim(Governor& governor, const OutOfMemory& error) {
  const std::uint64_t wanted = error.requested_bytes() == 0 ? unknown_request_bytes : error.requested_bytes();
  return freed(governor.reclaim(error.domain(), wanted, ReclaimStep::embeddings), "no cache holds what may go");
}

RungResult reclaim_all(Governor& governor, const OutOfMemory& error) {
  return freed(governor.reclaim(error.domain(), everything, ReclaimStep::embeddings), "the caches are empty");
}

// Engines give back once their running operation has ended; other operations are waited for as well: they give back what they hold.
RungResult shrink_engines(const RungParts& parts, const OutOfMemory& error) {
  const std::uint64_t bytes = parts.engines.release_memory ? parts.engines.release_memory(true) : 0;
  parts.governor.sample();  // or the retry would be refused for what they held
  const auto enough = [&] {
    const bool on_host = error.domain() == parts.host.domain();
    return on_host && error.requested_bytes() > 0 && parts.host.available_bytes() >= error.requested_bytes();
  };
  const bool waited = parts.in_flight.wait(enough, longest_wait);
  if (waited) return {bytes, ""};
  return freed(bytes, "the engines keep nothing between runs");
}

// Where nobody says how much was missing, such as of a worker process that was killed, it may not have been memory at all.
bool is_short(const RungParts& parts, const OutOfMemory& error) {
  if (error.requested_bytes() > 0 || error.domain() != parts.host.domain()) return true;
  parts.governor.sample();
  return parts.governor.level() != MemoryLevel::normal || parts.host.available_bytes() < unknown_request_bytes;
}

RungResult step_down(const RungParts& parts, RungKind kind, const RungCause& cause, const char* otherwise) {
  if (parts.forms == nullptr) return {0, "this work does not use the model"};
  if (!is_short(parts, cause.error)) return {0, "memory is free"};
  const std::uint64_t before = parts.host.reserved_bytes();
  if (!parts.forms->step_down(kind, cause.form)) {
    return {0, parts.forms->form() > 0 ? "that step was taken before" : otherwise};
  }
  const std::uint64_t after = parts.host.reserved_bytes();
  return {before > after ? before - after : 0, ""};
}

std::string advice_for(const std::string& domain, Remedies remedies, std::uint64_t free_bytes) {
  if (domain != "host") {
    return "close other programs that use the card, raise SAM_GPU_MEMORY_FRACTION, choose a smaller model, or use "
           "--device cpu";
  }
  std::string advice = "close other programs or raise SAM_HOST_MEMORY_LIMIT";
  if (remedies.fallback) advice += ", choose a smaller model";
  if (remedies.lower_precision) advice += " or --precision bf16";
  advice += ", or reduce large pictures with a lower --max-image-size";
  if (remedies.fallback)
    advice += free_bytes >= grabcut_bytes ? "; GrabCut (--model grabcut) works in the memory there is"
                                          : "; GrabCut (--model grabcut) needs less";
  return advice;
}

}  // namespace

std::vector<Rung> make_rungs(const RungParts& parts) {
  return {
      {RungKind::reclaim, [parts](const OutOfMemory& error) { return reclaim(parts.governor, error); }},
      {RungKind::reclaim_all, [parts](const OutOfMemory& error) { return reclaim_all(parts.governor, error); }},
      {RungKind::shrink_engines, [parts](const OutOfMemory& error) { return shrink_engines(parts, error); }},
      {RungKind::lower_precision,
       [parts](const RungCause& cause) {
         return step_down(parts, RungKind::lower_precision, cause, "the predictor has no form of lower precision");
       }},
      {RungKind::cpu,
       [parts](const RungCause& cause) {
         return step_down(parts, RungKind::cpu, cause, "the work is done on the CPU already");
       }},
      {RungKind::restart_worker,
       [parts](const OutOfMemory&) -> RungResult {
         if (!parts.engines.restart) return {0, "there is no worker process"};
         const std::uint64_t bytes = parts.engines.restart();
         if (bytes == 0) return {0, "the worker process holds nothing"};
         parts.governor.sample();  // or the retry would be refused for what the old worker held
         return {bytes, ""};
       }},
  };
}

MemoryExhausted::Facts describe_exhaustion(Governor& governor, Remedies remedies, const OutOfMemory& error,
                                           std::uint64_t model_bytes) {
  governor.sample();  // what the failed operation held is given back by now
  MemoryExhausted::Facts facts;
  facts.requested_bytes = error.requested_bytes();
  facts.domain = error.domain();
  facts.advice = advice_for(error.domain(), remedies, 0);
  const std::vector<std::string> domains = governor.domains();
  const auto found = std::find(domains.begin(), domains.end(), error.domain());
  if (found == domains.end()) return facts;
  const MemorySnapshot snapshot = governor.snapshot();
  const DomainSnapshot& domain = snapshot.domains[static_cast<std::size_t>(found - domains.begin())];
  const BudgetReport held{domain.limit_bytes, domain.reserved_bytes, domain.other_bytes, domain.by_owner};
  facts.used_bytes = held.used_bytes();
  facts.holders = holders_text(held);
  facts.limit_bytes = domain.limit_bytes;
  facts.advice = advice_for(error.domain(), remedies, held.available_bytes());
  if (model_bytes > 0)
    facts.whole_bytes =
        model_bytes + (error.domain() == "host" ? std::max(held.other_bytes, program_bytes) + picture_bytes : 0);
  return facts;
}

}  // namespace sam
