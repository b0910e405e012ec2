// The books of a worker's models: what each holds stays reserved, what each needed is remembered, and the worker's heap may hold what all have
// reserved.
// Threading: safe from any thread; a state is changed by whoever has its turn. Ownership: all it is made with must outlive it.
#pragma once

#include <atomic>
#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "inference/cost_book.h"
#include "inference/model_state.h"
#include "inference/worker.h"
#include "platform/mutex.h"

namespace sam {

class ModelAccounts {
 public:
  ModelAccounts(Worker& worker, EngineBudgets budgets, CostBook& book)
      : worker_(worker), budgets_(budgets), book_(book) {}

  void add(const std::shared_ptr<ModelState>& state) SAM_EXCLUDES(mutex_);
  std::vector<std::shared_ptr<ModelState>> all() const SAM_EXCLUDES(mutex_);

  // What is known of a model; numbers larger than the domain ever was are no measurement of this machine: 0, not measured.
  ModelCosts known(const ModelState& state) const;

  // As EngineMemory; reads the whole file of a model that was never loaded.
  std::uint64_t need_bytes(std::span<const ModelOptions> together, const std::string& domain) const;

  // What models held in a worker that is gone does not stay reserved until they run again; those that are busy see to it themselves.
  // generation: of the worker that runs.
  void forget_lost(int generation) SAM_EXCLUDES(mutex_);

  // What the worker's heap may hold for this model, from now on.
  void grant(ModelState& state, std::uint64_t bytes) noexcept SAM_EXCLUDES(mutex_, limit_mutex_);

  // That much is held, and no more stays reserved.
  void hold(ModelState& state, std::uint64_t host_bytes, std::uint64_t device_bytes) noexcept;

  // After a load, a run, a run that ended early, and after memory was given back. What ran alone is measured; otherwise earlier measurements count.
  void loaded(ModelState& state, const ModelCosts& known);
  void ran(ModelState& state, ModelCosts known);
  void stopped(ModelState& state, const ModelCosts& known);
  void released(ModelState& state);

 private:
  ModelCosts measured(const ModelOptions& options) const SAM_EXCLUDES(mutex_);
  std::uint64_t own_part(const ModelState& state, Share ModelState::* of, std::uint64_t total_bytes) const;
  void hold_as_known(ModelState& state, const ModelCosts& known) noexcept;

  Worker& worker_;
  const EngineBudgets budgets_;
  CostBook& book_;
  std::atomic<bool> limit_unsent_{false};
  Mutex limit_mutex_;  // the limit sent last is the one that was added up last
  mutable Mutex mutex_;
  std::list<std::weak_ptr<ModelState>> states_ SAM_GUARDED_BY(mutex_);
  mutable std::map<std::filesystem::path, std::string> hashes_
      SAM_GUARDED_BY(mutex_);  // of the files of all models so far
};

}  // namespace sam
