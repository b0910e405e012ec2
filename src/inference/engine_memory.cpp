#include "inference/engine_memory.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <list>

#include "inference/card_arena.h"
#include "inference/engine_needs.h"
#include "inference/model_accounts.h"
#include "inference/model_state.h"
#include "inference/refusals.h"
#include "inference/reserved_tensor.h"
#include "inference/turn.h"
#include "memory/byte_text.h"
#include "platform/exclusive_gate.h"
#include "platform/mutex.h"

namespace sam {
namespace {

// What a run of a model that nobody measured needs at least.
constexpr std::uint64_t least_run_bytes = 4 << 20;
constexpr const char* load_step = "|load";  // of Refusals
constexpr const char* run_step = "|run";
constexpr int lost_generation = -1;  // of no worker
// A worker that is killed while so much is free was hardly killed for lack of memory: the operation is begun so often more.
constexpr std::uint64_t plenty_bytes = 64 << 20;
constexpr int tries_after_kills = 2;

class Engines final : public EngineMemory, public std::enable_shared_from_this<Engines> {
 public:
  Engines(std::shared_ptr<Worker> worker, EngineBudgets budgets, CostBook& book, const Clock& clock)
      : worker_(std::move(worker)), budgets_(budgets), book_(book), clock_(clock), accounts_(*worker_, budgets, book) {
    if (budgets_.host != nullptr) base_ = std::move(*budgets_.host->try_reserve(Owner::scratch, 0));
  }

  std::unique_ptr<Model> load(const ModelOptions& options) override;
  std::uint64_t release_memory(bool wait) override;
  std::uint64_t restart() override;
  std::uint64_t unload_idle(std::int64_t idle_ms) override;
  std::uint64_t need_bytes(std::span<const ModelOptions> together, const std::string& domain) const override;
  std::uint64_t held_bytes() const override;
  int worker_deaths() const override { return worker_->deaths(); }

  std::vector<Tensor> run(ModelState& state, std::span<const Tensor> inputs, std::span<const std::string> outputs,
                          const std::stop_token& stop);
  Tensor make_tensor(ModelState& state, std::string name, ElementType type, Shape shape);

 private:
  std::shared_ptr<CardArena> arena_for(const ModelOptions& options) SAM_EXCLUDES(mutex_);
  void take_base(const std::string& doing) SAM_EXCLUDES(mutex_);
  void settle_base() SAM_EXCLUDES(mutex_);
  template <typename Operation>
  auto surviving_kills(const ModelState& state, const Operation& operation) -> decltype(operation());
  template <typename Operation>
  auto with_more_each_time(const ModelState& state, const std::string& step, const Operation& operation)
      -> decltype(operation(0));
  void load_into(ModelState& state, int attempt);
  void reserve(Share& share, Reservation& part, const std::string& step, std::uint64_t measured, std::uint64_t least,
               int attempt, const std::string& doing);
  std::vector<Tensor> run_once(ModelState& state, std::span<const Tensor> inputs, std::span<const std::string> outputs,
                               const std::stop_token& stop, int attempt);
  bool has_room_after(const ModelState& state, const std::string& step, const OutOfMemory& error) const;
  void reserve_run(ModelState& state, const ModelCosts& known, bool lost, int attempt);
  std::uint64_t release_one(ModelState& state);
  int generation() const { return generation_ + worker_->restarts(); }
  std::int64_t now_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now().time_since_epoch()).count();
  }

  struct Running {
    explicit Running(Engines& of) : engines(of) { ++engines.running_; }
    ~Running() {
      engines.last_run_ms_ = engines.now_ms();
      --engines.running_;
      engines.settle_base();
    }
    Engines& engines;
  };

  // Whatever ends a run early, no more stays reserved than the engine may hold.
  struct Unsettled {
    ~Unsettled() {
      if (accounts != nullptr) accounts->hold(state, host_bytes, device_bytes);
    }
    ModelAccounts* accounts;  // null: settled
    ModelState& state;
    std::uint64_t host_bytes;
    std::uint64_t device_bytes;
  };
  [[noreturn]] void refuse_run(ModelState& state, const ModelCosts& known, Unsettled& unsettled,
                               const OutOfMemory& error);

  const std::shared_ptr<Worker> worker_;
  const EngineBudgets budgets_;
  CostBook& book_;
  const Clock& clock_;
  ModelAccounts accounts_;
  Refusals refusals_;
  ExclusiveGate gate_;  // what nobody measured yet has the worker to itself
  std::atomic<int> running_{0};
  std::atomic<std::int64_t> last_run_ms_{0};
  std::atomic<int> generation_{0};
  Mutex mutex_;
  std::weak_ptr<CardArena> arena_ SAM_GUARDED_BY(mutex_);
  Reservation base_ SAM_GUARDED_BY(mutex_);  // of a worker that runs
};

class EngineModel final : public Model {
 public:
  EngineModel(std::shared_ptr<Engines> engines, std::shared_ptr<ModelState> state)
      : engines_(std::move(engines)), state_(std::move(state)) {}

  const ModelDescription& description() const override { return state_->model->description(); }
  Tensor make_tensor(std::string name, ElementType type, Shape shape) override {
    return engines_->make_tensor(*state_, std::move(name), type, std::move(shape));
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

Tensor Engines::make_tensor(ModelState& state, std::string name, ElementType type, Shape shape) {
  if (budgets_.host == nullptr) return state.model->make_tensor(std::move(name), type, std::move(shape));
  return make_reserved_tensor(*state.model, *budgets_.host, std::move(name), type, std::move(shape));
}

// What a worker process has besides its models, as long as there is one.
void Engines::take_base(const std::string& doing) {
  const MutexLock lock(mutex_);
  if (budgets_.host == nullptr || base_.try_grow_to(engine_base_bytes)) return;
  throw refused_by(*budgets_.host, doing, engine_base_bytes);
}

void Engines::settle_base() {
  const MutexLock lock(mutex_);
  if (running_ == 0 && worker_->pid() < 0) base_.release();
}

// Makes `part` what the step needs: as measured, or, if nobody measured yet, most of what is free; more of that after each refusal.
void Engines::reserve(Share& share, Reservation& part, const std::string& step, std::uint64_t measured,
                      std::uint64_t least, int attempt, const std::string& doing) {
  if (share.budget == nullptr) return;
  const std::uint64_t refused = refusals_.least(step, share.domain);
  const int level = refused > 0 ? std::max(attempt, 1) : attempt;
  const std::uint64_t hoped = level == 0 && measured > 0 ? 0 : promised_bytes(share.budget->available_bytes(), level);
  share.promise(part, std::max({measured, least, refused}), hoped, doing);
}

// Whether what a refused step is known to need at least is free now.
bool Engines::has_room_after(const ModelState& state, const std::string& step, const OutOfMemory& error) const {
  const Share& share = error.domain() == "host" ? state.host : state.device;
  if (share.budget == nullptr) return false;
  const std::uint64_t least = refusals_.least(state.key + step, share.domain);
  return least > 0 && least <= share.bytes() + share.budget->available_bytes();
}

// The arena that the models of the card share, if its memory is taken at once.
std::shared_ptr<CardArena> Engines::arena_for(const ModelOptions& options) {
  if (options.device == "cpu" || budgets_.device == nullptr) return nullptr;
  if (options.enable_memory_growth || options.device_limit_bytes == 0) return nullptr;
  const MutexLock lock(mutex_);
  std::shared_ptr<CardArena> arena = arena_.lock();
  if (!arena) arena_ = arena = std::make_shared<CardArena>(*budgets_.device, options.device_limit_bytes);
  return arena;
}

std::unique_ptr<Model> Engines::load(const ModelOptions& options) {
  const auto state = std::make_shared<ModelState>(options, budgets_, arena_for(options));
  accounts_.add(state);
  {
    const Running running(*this);
    const TurnQueue::Turn turn = state->turns.take();
    with_more_each_time(*state, load_step, [&](int attempt) { load_into(*state, attempt); });
  }
  book_.write();
  return std::make_unique<EngineModel>(shared_from_this(), state);
}

// Who ends the worker may be the kernel, for lack of memory: then the ladder is to know. Or anybody else: then all it takes is another try.
// Throws ModelError if it is killed again and again.
template <typename Operation>
auto Engines::surviving_kills(const ModelState& state, const Operation& operation) -> decltype(operation()) {
  for (int kills = 1;; ++kills) {
    try {
      return operation();
    } catch (const WorkerKilled&) {
      if (budgets_.host == nullptr || budgets_.host->available_bytes() < plenty_bytes) throw;
      if (kills > tries_after_kills) {
        throw ModelError("the worker process was killed " + std::to_string(kills) + " times while it used " +
                         state.options.file.filename().string() + ", though " +
                         byte_text(budgets_.host->available_bytes()) +
                         " of memory are free: look for what ends it, in the system's log for instance");
      }
      spdlog::warn(
          "the worker process was killed while it used {}, hardly for lack of memory, {} are free: once more on a new "
          "one",
          state.options.file.filename().string(), byte_text(budgets_.host->available_bytes()));
    }
  }
}

// Nobody had measured the step, or it needs more than then: it is begun again with more of the memory that is free. step: "|run".
template <typename Operation>
auto Engines::with_more_each_time(const ModelState& state, const std::string& step, const Operation& operation)
    -> decltype(operation(0)) {
  for (int attempt = 0;; ++attempt) {
    try {
      return surviving_kills(state, [&] { return operation(attempt); });
    } catch (const RefusedByBudget&) {
      throw;
    } catch (const WorkerKilled&) {
      throw;
    } catch (const OutOfMemory& error) {
      if (attempt + 1 == promise_attempts || !has_room_after(state, step, error)) throw;
      spdlog::info("{}; once more with {} of the memory that is free", error.what(),
                   attempt + 2 == promise_attempts ? "all" : "most");
    }
  }
}

void Engines::load_into(ModelState& state, int attempt) {
  const ModelCosts known = accounts_.known(state);
  const std::string doing = "loading " + state.options.file.filename().string();
  const std::string step = state.key + load_step;
  const ExclusiveGate::Pass pass = gate_.enter(true);
  last_run_ms_ = now_ms();
  take_base(doing);
  if (state.arena) state.arena->take(doing);
  for (const auto& [share, cost] : {std::pair(&state.host, &known.host), std::pair(&state.device, &known.device)})
    reserve(*share, share->weights, step, load_need_bytes(*cost), state.file.size_bytes, attempt, doing);
  accounts_.grant(state, state.host.weights.bytes());
  try {
    state.model = worker_->load(state.options);
  } catch (const WorkerKilled&) {
    throw;
  } catch (const OutOfMemory& error) {
    throw refusals_.note(step, state.options.device, nullptr, error);
  }
  state.generation = generation();
  accounts_.loaded(state, known);
  refusals_.forget(step, state.options.device);
}

std::vector<Tensor> Engines::run(ModelState& state, std::span<const Tensor> inputs,
                                 std::span<const std::string> outputs, const std::stop_token& stop) {
  const Running running(*this);
  const TurnQueue::Turn turn = state.turns.take(stop);
  std::vector<Tensor> results = with_more_each_time(
      state, run_step, [&](int attempt) { return run_once(state, inputs, outputs, stop, attempt); });
  book_.write();
  return results;
}

std::vector<Tensor> Engines::run_once(ModelState& state, std::span<const Tensor> inputs,
                                      std::span<const std::string> outputs, const std::stop_token& stop, int attempt) {
  const ModelCosts known = accounts_.known(state);
  const bool alone = known.host.run_peak_bytes == 0 || attempt > 0 || state.generation != generation();
  const ExclusiveGate::Pass pass = gate_.enter(alone, stop);
  const bool lost = state.generation != generation();  // the worker of then is gone, and what it held
  if (lost) {
    accounts_.hold(state, 0, 0);
    accounts_.forget_lost(generation());
  }
  Unsettled unsettled{&accounts_, state, state.host.bytes(), state.device.bytes()};
  reserve_run(state, known, lost, attempt);
  std::vector<Tensor> results;
  try {
    results = state.model->run(inputs, outputs, stop);
  } catch (const OutOfMemory& error) {
    refuse_run(state, known, unsettled, error);
  } catch (...) {  // stopped, say
    accounts_.stopped(state, known);
    unsettled.accounts = nullptr;
    throw;
  }
  if (lost || state.generation != generation()) {
    state.generation = generation();
    state.is_warm = false;
  }
  accounts_.ran(state, known);
  unsettled.accounts = nullptr;
  refusals_.forget(state.key + run_step, state.options.device);
  return results;
}

// Throws the error as the ladder is to see it. The engine itself is lost only if it was the engine that ran out and does not survive that.
void Engines::refuse_run(ModelState& state, const ModelCosts& known, Unsettled& unsettled, const OutOfMemory& error) {
  if (dynamic_cast<const TensorsOutOfMemory*>(&error) != nullptr) throw TensorsOutOfMemory(error);
  const bool died = state.generation != generation();
  const bool stays_whole = state.on_card() && !died;  // ONNX Runtime's session; OpenVINO makes its network anew
  const ModelUse use = state.model->last_use();
  if (stays_whole) {
    accounts_.stopped(state, known);
    unsettled.accounts = nullptr;
  } else {
    state.generation = lost_generation;
    unsettled.host_bytes = unsettled.device_bytes = 0;
  }
  if (const auto* killed = dynamic_cast<const WorkerKilled*>(&error)) throw WorkerKilled(*killed);
  throw refusals_.note(state.key + run_step, state.options.device, &use, error);
}

void Engines::reserve_run(ModelState& state, const ModelCosts& known, bool lost, int attempt) {
  const Engine engine = lost ? Engine::lost : state.is_warm ? Engine::warm : Engine::cold;
  const std::string doing = "running " + state.options.file.filename().string();
  take_base(doing);
  if (state.arena) state.arena->take(doing);
  for (const auto& [share, cost] : {std::pair(&state.host, &known.host), std::pair(&state.device, &known.device)}) {
    const std::uint64_t scratch = minus(run_need_bytes(*cost, engine), share->weights.bytes());
    reserve(*share, share->scratch, state.key + run_step, scratch, least_run_bytes, attempt, doing);
  }
  accounts_.grant(state, state.host.bytes());
}

std::uint64_t Engines::release_memory(bool wait) {
  std::uint64_t freed = 0;
  for (const auto& state : accounts_.all()) {
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
    accounts_.hold(state, 0, 0);
    return before;
  }
  state.model->release_memory();
  accounts_.released(state);
  return minus(before, state.bytes());
}

std::uint64_t Engines::restart() {
  struct Take {
    TurnQueue& turns;
    operator TurnQueue::Turn() const { return turns.take(); }  // NOLINT(google-explicit-constructor): made in place
  };
  const auto all = accounts_.all();
  std::list<TurnQueue::Turn> turns;
  for (const auto& state : all) turns.emplace_back(Take{state->turns});
  worker_->restart();
  ++generation_;
  settle_base();
  std::uint64_t freed = 0;
  for (const auto& state : all) {
    freed += state->bytes() + (state->arena ? state->arena->give_back() : 0);
    accounts_.hold(*state, 0, 0);
  }
  return freed;
}

std::uint64_t Engines::unload_idle(std::int64_t idle_ms) {
  if (running_ > 0 || worker_->pid() < 0 || now_ms() - last_run_ms_ < idle_ms) return 0;
  return restart();
}

std::uint64_t Engines::need_bytes(std::span<const ModelOptions> together, const std::string& domain) const {
  const std::uint64_t bytes = accounts_.need_bytes(together, domain);
  return bytes > 0 && domain == "host" ? bytes + engine_base_bytes : bytes;
}

std::uint64_t Engines::held_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& state : accounts_.all()) bytes += state->granted_bytes;
  return bytes;
}

}  // namespace

std::shared_ptr<EngineMemory> make_engine_memory(std::shared_ptr<Worker> worker, EngineBudgets budgets, CostBook& book,
                                                 const Clock& clock) {
  return std::make_shared<Engines>(std::move(worker), budgets, book, clock);
}

}  // namespace sam
