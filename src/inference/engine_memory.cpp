#include "inference/engine_memory.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <list>
#include <map>

#include "inference/exclusive_gate.h"
#include "inference/onnx_file.h"
#include "inference/turn.h"
#include "platform/mutex.h"

namespace sam {
namespace {

// Over what was measured: allocations vary a little from run to run.
constexpr std::uint64_t margin_bytes = 4 << 20;
// Small allocations of the worker's own, which the limit lets pass.
constexpr std::uint64_t worker_slack_bytes = 16 << 20;
// An allocation that the engine was refused was one of many: what follows it is at least as large.
constexpr std::uint64_t least_refusal_bytes = 16 << 20;
// Of what is free, reserved for a run that was never measured; the rest is for decoding pictures meanwhile.
constexpr double first_share = 0.75;
constexpr int lost_generation = -1;  // of no worker

std::uint64_t with_margin(std::uint64_t bytes) {
  return bytes + bytes / 50 + margin_bytes;
}

std::uint64_t minus(std::uint64_t a, std::uint64_t b) {
  return a > b ? a - b : 0;
}

std::string megabytes(std::uint64_t bytes) {
  return std::to_string((bytes + 999'999) / 1'000'000) + " MB";
}

// Nothing was tried: the budget has not what is known to be needed.
class RefusedByBudget : public OutOfMemory {
 public:
  using OutOfMemory::OutOfMemory;
};

// What one model has of one domain.
struct Share {
  Share(Budget* of, std::string name) : budget(of), domain(std::move(name)) {
    if (budget == nullptr) return;
    weights = std::move(*budget->try_reserve(Owner::weights, 0));
    scratch = std::move(*budget->try_reserve(Owner::scratch, 0));
  }

  std::uint64_t bytes() const { return weights.bytes() + scratch.bytes(); }

  // What is held now: the file's size of it are weights, the rest is the engine's.
  void hold(std::uint64_t total, std::uint64_t file_bytes) {
    if (budget == nullptr) return;
    weights.correct_to(std::min(total, file_bytes));
    scratch.correct_to(total - weights.bytes());
  }

  // Throws OutOfMemory for what is missing.
  void grow(Reservation& part, std::uint64_t to, const std::string& doing) const {
    if (budget == nullptr || to <= part.bytes() || part.try_grow_to(to)) return;
    const BudgetReport report = budget->report();
    const std::uint64_t missing = minus(to - part.bytes(), report.available_bytes());
    throw RefusedByBudget(doing + " needs " + megabytes(to - part.bytes()) + " of " + domain + " memory, of which " +
                              megabytes(report.available_bytes()) + " of " + megabytes(report.limit_bytes) +
                              " are free",
                          std::max<std::uint64_t>(missing, 1), domain);
  }

  Budget* budget;
  std::string domain;
  Reservation weights;
  Reservation scratch;
};

// A model with what it has. All but `granted_bytes` is used by whoever has the turn.
struct ModelState {
  ModelState(const ModelOptions& with, EngineBudgets budgets)
      : options(with),
        file(read_onnx_file(with.file)),
        key(cost_key(file.hash, with.device, precision_name(with.precision))),
        host(budgets.host, "host"),
        device(with.device == "cpu" ? nullptr : budgets.device, with.device) {}

  std::uint64_t bytes() const { return host.bytes() + device.bytes(); }

  const ModelOptions options;
  const OnnxFile file;
  const std::string key;
  TurnQueue turns;
  Share host;
  Share device;
  std::unique_ptr<Model> model;                 // goes before its reservations
  int generation = 0;                           // of the worker that it was loaded in
  std::atomic<std::uint64_t> granted_bytes{0};  // of the host, to the worker's heap
};

class Engines final : public EngineMemory, public std::enable_shared_from_this<Engines> {
 public:
  Engines(std::shared_ptr<Worker> worker, EngineBudgets budgets, CostBook& book, const Clock& clock)
      : worker_(std::move(worker)), budgets_(budgets), book_(book), clock_(clock) {
    if (budgets_.host == nullptr) return;
    base_ = std::move(*budgets_.host->try_reserve(Owner::scratch, 0));
    base_.correct_to(engine_base_bytes);
  }

  std::unique_ptr<Model> load(const ModelOptions& options) override;
  std::uint64_t release_memory(bool wait) override;
  std::uint64_t restart() override;
  std::uint64_t unload_idle(std::int64_t idle_ms) override;
  std::uint64_t held_bytes() const override;

  std::vector<Tensor> run(ModelState& state, std::span<const Tensor> inputs, std::span<const std::string> outputs,
                          const std::stop_token& stop);

 private:
  void load_into(ModelState& state);
  void reserve(const Share& share, Reservation& part, const std::string& operation, std::uint64_t measured,
               std::uint64_t least, const std::string& doing);
  OutOfMemory note_refusal(const ModelState& state, const std::string& operation, const OutOfMemory& error);
  void forget_refusals(const ModelState& state, const std::string& operation);
  std::vector<Tensor> run_once(ModelState& state, std::span<const Tensor> inputs, std::span<const std::string> outputs,
                               const std::stop_token& stop);
  bool has_room_after(const ModelState& state, const OutOfMemory& error) SAM_EXCLUDES(mutex_);
  void reserve_run(ModelState& state, const ModelCosts& known, bool lost);
  void settle(ModelState& state, ModelCosts costs, std::uint64_t device_before);
  std::uint64_t own_part(const ModelState& state, std::uint64_t heap_bytes) const SAM_EXCLUDES(mutex_);
  void hold_as_known(ModelState& state, const ModelCosts& known) noexcept;
  void hold_after(ModelState& state, const ModelCosts& known);
  void hold(ModelState& state, std::uint64_t host_bytes, std::uint64_t device_bytes) noexcept;
  void grant(ModelState& state, std::uint64_t bytes) noexcept;  // the worker may hold what all models have reserved
  std::vector<std::shared_ptr<ModelState>> states() const SAM_EXCLUDES(mutex_);
  int generation() const { return generation_ + worker_->restarts(); }
  std::int64_t now_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now().time_since_epoch()).count();
  }

  // Whatever ends a run early, no more stays reserved than the engine may hold.
  struct Unsettled {
    ~Unsettled() {
      if (engines != nullptr) engines->hold(state, host_bytes, device_bytes);
    }
    Engines* engines;  // null: settled
    ModelState& state;
    std::uint64_t host_bytes;
    std::uint64_t device_bytes;
  };

  std::uint64_t release_one(ModelState& state);

  const std::shared_ptr<Worker> worker_;
  const EngineBudgets budgets_;
  CostBook& book_;
  const Clock& clock_;
  Reservation base_;
  ExclusiveGate gate_;  // what nobody measured yet has the worker to itself
  std::atomic<int> running_{0};
  std::atomic<std::int64_t> last_run_ms_{0};
  std::atomic<int> generation_{0};
  std::atomic<bool> limit_unsent_{false};
  Mutex limit_mutex_;  // the limit sent last is the one that was added up last
  mutable Mutex mutex_;
  std::list<std::weak_ptr<ModelState>> states_ SAM_GUARDED_BY(mutex_);
  std::map<std::string, std::uint64_t> refused_
      SAM_GUARDED_BY(mutex_);  // the least that an operation needs that failed
};

class EngineModel final : public Model {
 public:
  EngineModel(std::shared_ptr<Engines> engines, std::shared_ptr<ModelState> state)
      : engines_(std::move(engines)), state_(std::move(state)) {}

  const ModelDescription& description() const override { return state_->model->description(); }
  Tensor make_tensor(std::string name, ElementType type, Shape shape) override {
    return state_->model->make_tensor(std::move(name), type, std::move(shape));
  }
  std::vector<Tensor> run(std::span<const Tensor> inputs, std::span<const std::string> outputs,
                          std::stop_token stop) override {
    return engines_->run(*state_, inputs, outputs, stop);
  }
  std::uint64_t bytes_held() const override { return state_->model->bytes_held(); }
  ModelUse last_use() const override { return state_->model->last_use(); }
  void release_memory() override { engines_->release_memory(true); }

 private:
  const std::shared_ptr<Engines> engines_;
  const std::shared_ptr<ModelState> state_;
};

std::vector<std::shared_ptr<ModelState>> Engines::states() const {
  std::vector<std::shared_ptr<ModelState>> all;
  const MutexLock lock(mutex_);
  for (const auto& weak : states_) {
    if (auto state = weak.lock()) all.push_back(std::move(state));
  }
  return all;
}

void Engines::grant(ModelState& state, std::uint64_t bytes) noexcept {
  if (budgets_.host == nullptr || (state.granted_bytes.exchange(bytes) == bytes && !limit_unsent_)) return;
  try {
    const auto all = states();
    const MutexLock lock(limit_mutex_);
    std::uint64_t limit = worker_slack_bytes;
    for (const auto& each : all) limit += each->granted_bytes;
    limit_unsent_ = false;
    worker_->set_limit(limit);
  } catch (const std::exception&) {  // no memory: the next one sends it
    limit_unsent_ = true;
  }
}

// Makes `part` what the operation needs: as measured, or, if nobody measured yet, most of what is free; all of that after a refusal.
void Engines::reserve(const Share& share, Reservation& part, const std::string& operation, std::uint64_t measured,
                      std::uint64_t least, const std::string& doing) {
  if (share.budget == nullptr) return;
  std::uint64_t at_least = least;
  double free_share = measured > 0 ? 0 : first_share;
  {
    const MutexLock lock(mutex_);
    if (const auto found = refused_.find(operation + "|" + share.domain); found != refused_.end()) {
      at_least = std::max(least, found->second);
      free_share = 1;
    }
  }
  const auto free = static_cast<std::uint64_t>(free_share * static_cast<double>(share.budget->available_bytes()));
  const std::uint64_t needed = std::max(measured, at_least);
  if (part.bytes() + free > needed && part.try_grow_to(part.bytes() + free)) return;
  share.grow(part, needed, doing);
}

// Keeps the least that a failed operation needs, for the next attempt: what it had when it was refused (of a load nobody knows), and what it
// asked for. Returns the error with the domain that ran out.
OutOfMemory Engines::note_refusal(const ModelState& state, const std::string& operation, const OutOfMemory& error) {
  const bool on_host = error.domain() == "host";
  std::uint64_t had = 0;
  if (state.model) {
    const ModelUse use = state.model->last_use();
    const EngineUse& of = on_host ? use.host : use.device;
    had = minus(of.peak_bytes, of.before_bytes);
  }
  const std::uint64_t more = std::max(error.requested_bytes(), least_refusal_bytes);
  const std::string& domain = on_host ? state.host.domain : state.device.domain;
  const MutexLock lock(mutex_);
  std::uint64_t& least = refused_[operation + "|" + domain];
  least = std::max(least, had + more);
  return OutOfMemory(error.what(), more, domain);
}

// Whether what a refused run is known to need at least is free now.
bool Engines::has_room_after(const ModelState& state, const OutOfMemory& error) {
  const Share& share = error.domain() == "host" ? state.host : state.device;
  if (share.budget == nullptr) return false;
  const MutexLock lock(mutex_);
  const auto least = refused_.find(state.key + "|run|" + share.domain);
  return least != refused_.end() && least->second <= share.scratch.bytes() + share.budget->available_bytes();
}

void Engines::forget_refusals(const ModelState& state, const std::string& operation) {
  const MutexLock lock(mutex_);
  refused_.erase(operation + "|host");
  refused_.erase(operation + "|" + state.options.device);
}

std::unique_ptr<Model> Engines::load(const ModelOptions& options) {
  const auto state = std::make_shared<ModelState>(options, budgets_);
  {
    const MutexLock lock(mutex_);
    states_.remove_if([](const auto& weak) { return weak.expired(); });
    states_.push_back(state);
  }
  const TurnQueue::Turn turn = state->turns.take();
  try {
    load_into(*state);
  } catch (const RefusedByBudget&) {
    throw;
  } catch (const OutOfMemory& error) {  // nobody had measured it, or it needs more than then: now with all that is free
    spdlog::info("{}; once more with all the memory that is free", error.what());
    load_into(*state);
  }
  return std::make_unique<EngineModel>(shared_from_this(), state);
}

void Engines::load_into(ModelState& state) {
  const ModelCosts known = book_.find(state.key).value_or(ModelCosts{});
  const std::string doing = "loading " + state.options.file.filename().string();
  const std::string operation = state.key + "|load";
  const ExclusiveGate::Pass pass = gate_.enter(true);
  last_run_ms_ = now_ms();
  const auto measured = [](const ModelCost& cost) {
    return cost.load_peak_bytes == 0 ? 0 : with_margin(std::max(cost.load_peak_bytes, cost.held_bytes));
  };
  reserve(state.host, state.host.weights, operation, measured(known.host), state.file.size_bytes, doing);
  reserve(state.device, state.device.weights, operation, measured(known.device), state.file.size_bytes, doing);
  grant(state, state.host.weights.bytes());
  try {
    state.model = worker_->load(state.options);
  } catch (const OutOfMemory& error) {
    throw note_refusal(state, operation, error);
  }
  state.generation = generation();
  const ModelUse use = state.model->last_use();
  ModelCosts costs = known;
  if (use.alone && use.host.peak_bytes > 0) {
    costs.host.load_peak_bytes = minus(use.host.peak_bytes, use.host.before_bytes);
    costs.host.held_bytes = minus(use.host.after_bytes, use.host.before_bytes);
    costs.device.load_peak_bytes = minus(use.device.peak_bytes, use.device.before_bytes);
    costs.device.held_bytes = minus(use.device.after_bytes, use.device.before_bytes);
    book_.record(state.key, costs);
  }
  const auto held = [&](std::uint64_t bytes) { return bytes == 0 ? state.file.size_bytes : bytes; };
  const bool measured_now = use.alone && use.host.after_bytes > 0;
  hold(state, measured_now ? own_part(state, use.host.after_bytes) : held(costs.host.held_bytes),
       held(costs.device.held_bytes));
  forget_refusals(state, operation);
}

std::vector<Tensor> Engines::run(ModelState& state, std::span<const Tensor> inputs,
                                 std::span<const std::string> outputs, const std::stop_token& stop) {
  const TurnQueue::Turn turn = state.turns.take(stop);
  struct Running {
    explicit Running(Engines& of) : engines(of) { ++engines.running_; }
    ~Running() {
      engines.last_run_ms_ = engines.now_ms();
      --engines.running_;
    }
    Engines& engines;
  } const running(*this);
  try {
    return run_once(state, inputs, outputs, stop);
  } catch (const RefusedByBudget&) {
    throw;
  } catch (const OutOfMemory& error) {
    if (!has_room_after(state, error)) throw;
    spdlog::info("{}; once more with all the memory that is free", error.what());
  }
  return run_once(state, inputs, outputs, stop);  // nobody had measured it: now with all that is free
}

std::vector<Tensor> Engines::run_once(ModelState& state, std::span<const Tensor> inputs,
                                      std::span<const std::string> outputs, const std::stop_token& stop) {
  const ModelCosts known = book_.find(state.key).value_or(ModelCosts{});
  const ExclusiveGate::Pass pass = gate_.enter(known.host.run_peak_bytes == 0, stop);
  const bool lost = state.generation != generation();  // the worker of then is gone, and what it held
  if (lost) hold(state, 0, 0);
  const std::uint64_t host_before = state.host.bytes();
  const std::uint64_t device_before = state.device.bytes();
  Unsettled unsettled{this, state, host_before, device_before};
  reserve_run(state, known, lost);
  std::vector<Tensor> results;
  try {
    results = state.model->run(inputs, outputs, stop);
  } catch (const OutOfMemory& error) {
    state.generation = lost_generation;  // the engine makes its network anew
    unsettled.host_bytes = unsettled.device_bytes = 0;
    throw note_refusal(state, state.key + "|run", error);
  } catch (...) {  // stopped, say
    hold_after(state, known);
    unsettled.engines = nullptr;
    throw;
  }
  if (lost || state.generation != generation()) {
    state.generation = generation();
    hold_after(state, known);
  } else {
    settle(state, known, device_before);
  }
  unsettled.engines = nullptr;
  forget_refusals(state, state.key + "|run");
  return results;
}

void Engines::reserve_run(ModelState& state, const ModelCosts& known, bool lost) {
  const std::string doing = "running " + state.options.file.filename().string();
  for (const auto& [share, cost] : {std::pair(&state.host, &known.host), std::pair(&state.device, &known.device)}) {
    std::uint64_t total = 0;  // 0: not measured yet
    if (cost->run_peak_bytes > 0) {
      total = with_margin(std::max(cost->held_bytes + cost->run_peak_bytes, lost ? cost->load_peak_bytes : 0));
    }
    reserve(*share, share->scratch, state.key + "|run", minus(total, share->weights.bytes()), margin_bytes, doing);
  }
  grant(state, state.host.bytes());
}

// After a run: what the engine keeps stays reserved, what it needed is remembered.
void Engines::settle(ModelState& state, ModelCosts costs, std::uint64_t device_before) {
  const ModelUse use = state.model->last_use();
  // What others did meanwhile cannot be told from it.
  if (!use.alone || use.host.peak_bytes == 0) return hold_as_known(state, costs);
  // At least a byte: 0 says that nobody measured.
  costs.host.run_peak_bytes =
      std::max<std::uint64_t>(1, minus(own_part(state, use.host.peak_bytes), costs.host.held_bytes));
  const std::uint64_t host_after = own_part(state, use.host.after_bytes);
  costs.host.kept_bytes = minus(host_after, costs.host.held_bytes);
  const std::uint64_t device_after = minus(device_before + use.device.after_bytes, use.device.before_bytes);
  const std::uint64_t device_peak =
      minus(device_before + use.device.peak_bytes, use.device.before_bytes + costs.device.held_bytes);
  costs.device.run_peak_bytes = state.device.budget == nullptr ? 0 : std::max<std::uint64_t>(1, device_peak);
  costs.device.kept_bytes = minus(device_after, costs.device.held_bytes);
  book_.record(state.key, costs);
  hold(state, host_after, device_after);
}

// Of all that the worker's heap holds: what the other models do not.
std::uint64_t Engines::own_part(const ModelState& state, std::uint64_t heap_bytes) const {
  for (const auto& other : states()) {
    if (other.get() != &state) heap_bytes = minus(heap_bytes, other->granted_bytes);
  }
  return heap_bytes;
}

// After a run that cannot be measured: what earlier ones kept, or, if none was measured, all that was reserved, since some of it is in use.
void Engines::hold_as_known(ModelState& state, const ModelCosts& known) noexcept {
  const auto total = [](const Share& share, const ModelCost& cost) {
    return cost.run_peak_bytes == 0 ? share.bytes() : cost.held_bytes + cost.kept_bytes;
  };
  hold(state, total(state.host, known.host), total(state.device, known.device));
}

// What ran alone: what is there now is the model's, however it ended.
void Engines::hold_after(ModelState& state, const ModelCosts& known) {
  const ModelUse use = state.model->last_use();
  if (!use.alone || use.host.after_bytes == 0) return hold_as_known(state, known);
  const bool on_device = known.device.run_peak_bytes > 0;
  hold(state, own_part(state, use.host.after_bytes),
       on_device ? known.device.held_bytes + known.device.kept_bytes : state.device.bytes());
}

void Engines::hold(ModelState& state, std::uint64_t host_bytes, std::uint64_t device_bytes) noexcept {
  state.host.hold(host_bytes, state.file.size_bytes);
  state.device.hold(device_bytes, state.file.size_bytes);
  grant(state, state.host.bytes());
}

std::uint64_t Engines::release_memory(bool wait) {
  std::uint64_t freed = 0;
  for (const auto& state : states()) {
    if (wait) {
      const TurnQueue::Turn turn = state->turns.take();
      const ExclusiveGate::Pass pass = gate_.enter(true);  // what comes back meanwhile is this model's
      freed += release_one(*state);
    } else if (const auto turn = state->turns.try_take()) {
      if (const auto pass = gate_.try_enter_alone()) freed += release_one(*state);
    }
  }
  return freed;
}

std::uint64_t Engines::release_one(ModelState& state) {
  const std::uint64_t before = state.bytes();
  if (!state.model || before == 0) return 0;
  if (state.generation != generation()) {  // its worker is gone, and all that it held
    hold(state, 0, 0);
    return before;
  }
  state.model->release_memory();
  const std::uint64_t heap_bytes = state.model->last_use().host.after_bytes;
  const std::uint64_t held = heap_bytes == 0 ? state.host.weights.bytes() : own_part(state, heap_bytes);
  hold(state, std::min(held, state.host.bytes()), state.device.weights.bytes());
  return minus(before, state.bytes());
}

std::uint64_t Engines::restart() {
  struct Take {
    TurnQueue& turns;
    operator TurnQueue::Turn() const { return turns.take(); }  // NOLINT(google-explicit-constructor): made in place
  };
  const auto all = states();
  std::list<TurnQueue::Turn> turns;
  for (const auto& state : all) turns.emplace_back(Take{state->turns});
  worker_->restart();
  ++generation_;
  std::uint64_t freed = 0;
  for (const auto& state : all) {
    freed += state->bytes();
    hold(*state, 0, 0);
  }
  return freed;
}

std::uint64_t Engines::unload_idle(std::int64_t idle_ms) {
  if (running_ > 0 || worker_->pid() < 0 || now_ms() - last_run_ms_ < idle_ms) return 0;
  return restart();
}

std::uint64_t Engines::held_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& state : states()) bytes += state->granted_bytes;
  return bytes;
}

}  // namespace

std::shared_ptr<EngineMemory> make_engine_memory(std::shared_ptr<Worker> worker, EngineBudgets budgets, CostBook& book,
                                                 const Clock& clock) {
  return std::make_shared<Engines>(std::move(worker), budgets, book, clock);
}

}  // namespace sam
