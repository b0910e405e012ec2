// Reclaimers made of functions, known to the governor as long as their owner lives.
// Threading: the functions are called from any thread. Ownership: the governor must outlive them, and so must what the functions use.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "memory/governor.h"
#include "memory/reclaimer.h"
#include "pipeline/engine_control.h"

namespace sam {

class FunctionReclaimer final : public Reclaimer {
 public:
  using Function = std::function<std::uint64_t(std::uint64_t wanted_bytes)>;

  FunctionReclaimer(std::string domain, ReclaimStep step, Function function)
      : domain_(std::move(domain)), step_(step), function_(std::move(function)) {}

  const std::string& domain() const override { return domain_; }
  ReclaimStep step() const override { return step_; }
  std::uint64_t reclaim(std::uint64_t wanted_bytes) override { return function_(wanted_bytes); }

 private:
  const std::string domain_;
  const ReclaimStep step_;
  const Function function_;
};

class Reclaimers {
 public:
  explicit Reclaimers(Governor& governor) : governor_(governor) {}
  ~Reclaimers() {
    for (const auto& reclaimer : all_) governor_.remove_reclaimer(*reclaimer);
  }
  Reclaimers(const Reclaimers&) = delete;
  Reclaimers& operator=(const Reclaimers&) = delete;

  void add(const std::string& domain, ReclaimStep step, FunctionReclaimer::Function function) {
    all_.push_back(std::make_unique<FunctionReclaimer>(domain, step, std::move(function)));
    governor_.add_reclaimer(*all_.back());
  }

 private:
  Governor& governor_;
  std::vector<std::unique_ptr<Reclaimer>> all_;
};

// What the engines give back in these domains.
void add_engine_reclaimers(Reclaimers& reclaimers, const EngineControl& engines,
                           const std::vector<std::string>& domains);

}  // namespace sam
