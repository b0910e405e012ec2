#include "inference/model_accounts.h"

#include <algorithm>
#include <utility>

#include "inference/engine_needs.h"

namespace sam {
namespace {

// Small allocations of the worker's own, which the limit lets pass.
constexpr std::uint64_t worker_slack_bytes = 16 << 20;

// A learnt cost of one domain, as far as the domain could ever have had it.
ModelCost believed(const ModelCost& cost, const Budget* budget) {
  if (budget == nullptr) return {};
  const std::uint64_t most = budget->largest_limit_bytes();
  const auto fits = [most](std::uint64_t bytes) { return bytes <= most; };
  const bool all_fit = fits(cost.load_peak_bytes) && fits(cost.held_bytes) && fits(cost.run_peak_bytes) &&
                       fits(cost.kept_bytes) && fits(cost.held_bytes + cost.run_peak_bytes) &&
                       fits(cost.held_bytes + cost.first_run_peak_bytes);
  return all_fit ? cost : ModelCost{};
}

}  // namespace

void ModelAccounts::add(const std::shared_ptr<ModelState>& state) {
  const MutexLock lock(mutex_);
  states_.remove_if([](const auto& weak) { return weak.expired(); });
  states_.push_back(state);
  hashes_[state->options.file] = state->file.hash;
}

std::vector<std::shared_ptr<ModelState>> ModelAccounts::all() const {
  std::vector<std::shared_ptr<ModelState>> all;
  const MutexLock lock(mutex_);
  for (const auto& weak : states_) {
    if (auto state = weak.lock()) all.push_back(std::move(state));
  }
  return all;
}

ModelCosts ModelAccounts::known(const ModelState& state) const {
  const ModelCosts costs = book_.find(state.key).value_or(ModelCosts{});
  return {believed(costs.host, state.host.budget), believed(costs.device, state.device.budget)};
}

// Whatever the machine's memory is now.
ModelCosts ModelAccounts::measured(const ModelOptions& options) const {
  std::string hash;
  {
    const MutexLock lock(mutex_);
    if (const auto found = hashes_.find(options.file); found != hashes_.end()) hash = found->second;
  }
  if (hash.empty()) {
    try {
      hash = read_onnx_file(options.file).hash;
    } catch (const std::exception&) {
      return {};
    }
    const MutexLock lock(mutex_);
    hashes_[options.file] = hash;
  }
  return book_.find(cost_key(hash, options)).value_or(ModelCosts{});
}

std::uint64_t ModelAccounts::need_bytes(std::span<const ModelOptions> together, const std::string& domain) const {
  std::vector<ModelCost> costs;
  for (const ModelOptions& options : together) {
    const ModelCosts known = measured(options);
    costs.push_back(domain == "host" ? known.host : known.device);
  }
  return need_together_bytes(costs);
}

void ModelAccounts::forget_lost(int generation) {
  for (const auto& each : all()) {
    if (const auto turn = each->turns.try_take(); turn && each->generation != generation) hold(*each, 0, 0);
  }
}

void ModelAccounts::grant(ModelState& state, std::uint64_t bytes) noexcept {
  if (budgets_.host == nullptr || (state.granted_bytes.exchange(bytes) == bytes && !limit_unsent_)) return;
  try {
    const auto states = all();
    const MutexLock lock(limit_mutex_);
    std::uint64_t limit = worker_slack_bytes;
    for (const auto& each : states) limit += each->granted_bytes;
    limit_unsent_ = false;
    worker_.set_limit(limit);
  } catch (const std::exception&) {  // no memory: the next one sends it
    limit_unsent_ = true;
  }
}

void ModelAccounts::hold(ModelState& state, std::uint64_t host_bytes, std::uint64_t device_bytes) noexcept {
  state.host.hold(host_bytes, state.file.size_bytes);
  state.device.hold(device_bytes, state.file.size_bytes);
  grant(state, state.host.bytes());
}

// Of all that the worker's heap or the card's arena holds: what the other models do not. Those of an earlier worker hold nothing of this one's.
std::uint64_t ModelAccounts::own_part(const ModelState& state, Share ModelState::* of,
                                      std::uint64_t total_bytes) const {
  for (const auto& other : all()) {
    if (other.get() != &state && other->generation == state.generation)
      total_bytes = minus(total_bytes, ((*other).*of).held_bytes);
  }
  return total_bytes;
}

void ModelAccounts::loaded(ModelState& state, const ModelCosts& known) {
  state.is_warm = false;
  const ModelUse use = state.model->last_use();
  const bool measured = use.alone && use.host.peak_bytes > 0;
  ModelCosts costs = known;
  if (measured) {
    costs.host.load_peak_bytes = minus(use.host.peak_bytes, use.host.before_bytes);
    costs.host.held_bytes = minus(use.host.after_bytes, use.host.before_bytes);
    if (state.device.budget != nullptr) {  // the arena cannot be asked before a model is in it
      costs.device.load_peak_bytes = own_part(state, &ModelState::device, use.device.peak_bytes);
      costs.device.held_bytes = own_part(state, &ModelState::device, use.device.after_bytes);
    }
    book_.record(state.key, costs);
  }
  const auto held = [&](std::uint64_t bytes) { return bytes == 0 ? state.file.size_bytes : bytes; };
  const bool measured_now = use.alone && use.host.after_bytes > 0;
  hold(state, measured_now ? own_part(state, &ModelState::host, use.host.after_bytes) : held(costs.host.held_bytes),
       held(costs.device.held_bytes));
}

void ModelAccounts::ran(ModelState& state, ModelCosts known) {
  const ModelUse use = state.model->last_use();
  const bool was_warm = std::exchange(state.is_warm, true);
  // What others did meanwhile cannot be told from it.
  if (!use.alone || use.host.peak_bytes == 0) return hold_as_known(state, known);
  const auto measure = [&](Share ModelState::* of, const EngineUse& seen, ModelCost& cost) {
    // At least a byte: 0 says that nobody measured.
    const std::uint64_t peak = std::max<std::uint64_t>(1, minus(own_part(state, of, seen.peak_bytes), cost.held_bytes));
    if (!was_warm) cost.first_run_peak_bytes = peak;
    if (was_warm || cost.run_peak_bytes == 0) cost.run_peak_bytes = peak;
    const std::uint64_t after = own_part(state, of, seen.after_bytes);
    cost.kept_bytes = minus(after, cost.held_bytes);
    return after;
  };
  const std::uint64_t host_after = measure(&ModelState::host, use.host, known.host);
  const bool on_device = state.device.budget != nullptr;
  const std::uint64_t device_after = on_device ? measure(&ModelState::device, use.device, known.device) : 0;
  book_.record(state.key, known);
  hold(state, host_after, device_after);
}

// After a run that cannot be measured: what earlier ones kept, or, if none was measured, all that was reserved, since some of it is in use.
void ModelAccounts::hold_as_known(ModelState& state, const ModelCosts& known) noexcept {
  const auto total = [](const Share& share, const ModelCost& cost) {
    return cost.run_peak_bytes == 0 ? share.bytes() : cost.held_bytes + cost.kept_bytes;
  };
  hold(state, total(state.host, known.host), total(state.device, known.device));
  if (known.host.run_peak_bytes == 0) {
    state.host.held_bytes = std::min(state.host.bytes(), std::max(state.model->bytes_held(), state.file.size_bytes));
  }
}

// What ran alone: what is there now is the model's, however it ended.
void ModelAccounts::stopped(ModelState& state, const ModelCosts& known) {
  const ModelUse use = state.model->last_use();
  if (!use.alone || use.host.after_bytes == 0) return hold_as_known(state, known);
  const std::uint64_t device_bytes = known.device.run_peak_bytes == 0
                                         ? state.device.bytes()
                                         : own_part(state, &ModelState::device, use.device.after_bytes);
  hold(state, own_part(state, &ModelState::host, use.host.after_bytes), device_bytes);
}

void ModelAccounts::released(ModelState& state) {
  state.is_warm = false;
  const ModelUse use = state.model->last_use();
  const std::uint64_t heap_bytes = use.host.after_bytes;
  const std::uint64_t held =
      heap_bytes == 0 ? state.host.weights.bytes() : own_part(state, &ModelState::host, heap_bytes);
  hold(state, std::min(held, state.host.bytes()), state.device.weights.bytes());
}

}  // namespace sam
