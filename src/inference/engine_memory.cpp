#include "inference/engine_memory.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <list>

#include "inference/card_arena.h"
#include "inference/exclusive_gate.h"
#include "inference/model_accounts.h"
#include "inference/model_state.h"
#include "inference/refusals.h"
#include "inference/turn.h"
#include "memory/byte_text.h"
#include "platform/mutex.h"

namespace sam {
namespace {

// Over what was measured: allocations vary a little from run to run.
constexpr std::uint64_t margin_bytes = 4 << 20;
// Of what is free, reserved for a run that was never measured; the rest is for decoding pictures meanwhile.
constexpr double first_share = 0.75;
constexpr int lost_generation = -1;  // of no worker
// A worker that is killed while so much is free was hardly killed for lack of memory: the operation is begun so often more.
constexpr std::uint64_t plenty_bytes = 64 << 20;
constexpr int tries_after_kills = 2;

std::uint64_t with_margin(std::uint64_t bytes) {
  return bytes + bytes / 50 + margin_bytes;
}

// A tensor of this process with what is reserved for it.
struct ReservedBuffer {
  Reservation reservation;
  std::shared_ptr<Buffer> buffer;
};

class Engines final : public EngineMemory, public std::enable_shared_from_this<Engines> {
 public:
  Engines(std::shared_ptr<Worker> worker, EngineBudgets budgets, CostBook& book, const Clock& clock)
      : worker_(std::move(worker)), budgets_(budgets), book_(book), clock_(clock), accounts_(*worker_, budgets, book) {
    if (budgets_.host == nullptr) return;
    base_ = std::move(*budgets_.host->try_reserve(Owner::scratch, 0));
    base_.correct_to(engine_base_bytes);
  }

  std::unique_ptr<Model> load(const ModelOptions& options) override;
  std::uint64_t release_memory(bool wait) override;
  std::uint64_t restart() override;
  std::uint64_t unload_idle(std::int64_t idle_ms) override;
  std::uint64_t held_bytes() const override;
  int worker_deaths() const override { return worker_->deaths(); }

  std::vector<Tensor> run(ModelState& state, std::span<const Tensor> inputs, std::span<const std::string> outputs,
                          const std::stop_token& stop);
  Tensor make_tensor(ModelState& state, std::string name, ElementType type, Shape shape);

 private:
  std::shared_ptr<CardArena> arena_for(const ModelOptions& options) SAM_EXCLUDES(mutex_);
  void load_in_turn(ModelState& state);
  template <typename Operation>
  auto surviving_kills(const ModelState& state, const Operation& operation) -> decltype(operation());
  void load_into(ModelState& state);
  void reserve(const Share& share, Reservation& part, const std::string& operation, std::uint64_t measured,
               std::uint64_t least, const std::string& doing);
  std::vector<Tensor> run_in_turn(ModelState& state, std::span<const Tensor> inputs,
                                  std::span<const std::string> outputs, const std::stop_token& stop);
  std::vector<Tensor> run_once(ModelState& state, std::span<const Tensor> inputs, std::span<const std::string> outputs,
                               const std::stop_token& stop);
  bool has_room_after(const ModelState& state, const OutOfMemory& error) const;
  void reserve_run(ModelState& state, const ModelCosts& known, bool lost);
  std::uint64_t release_one(ModelState& state);
  int generation() const { return generation_ + worker_->restarts(); }
  std::int64_t now_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now().time_since_epoch()).count();
  }

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
  Reservation base_;
  ModelAccounts accounts_;
  Refusals refusals_;
  ExclusiveGate gate_;  // what nobody measured yet has the worker to itself
  std::atomic<int> running_{0};
  std::atomic<std::int64_t> last_run_ms_{0};
  std::atomic<int> generation_{0};
  Mutex mutex_;
  std::weak_ptr<CardArena> arena_ SAM_GUARDED_BY(mutex_);
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

// Inputs are large: 12 MiB for a SAM encoder, the whole picture for some.
Tensor Engines::make_tensor(ModelState& state, std::string name, ElementType type, Shape shape) {
  if (budgets_.host == nullptr) return state.model->make_tensor(std::move(name), type, std::move(shape));
  Reservation reservation = budgets_.host->reserve(Owner::images, checked_size_bytes(type, shape).value_or(0));
  Tensor tensor = state.model->make_tensor(std::move(name), type, std::move(shape));
  const auto kept = std::make_shared<ReservedBuffer>(ReservedBuffer{std::move(reservation), std::move(tensor.buffer)});
  tensor.buffer = std::shared_ptr<Buffer>(kept, kept->buffer.get());  // the buffer's own type is what engines look for
  return tensor;
}

// Makes `part` what the operation needs: as measured, or, if nobody measured yet, most of what is free; all of that after a refusal.
void Engines::reserve(const Share& share, Reservation& part, const std::string& operation, std::uint64_t measured,
                      std::uint64_t least, const std::string& doing) {
  if (share.budget == nullptr) return;
  const std::uint64_t refused = refusals_.least(operation, share.domain);
  const double free_share = refused > 0 ? 1 : measured > 0 ? 0 : first_share;
  const auto free = static_cast<std::uint64_t>(free_share * static_cast<double>(share.budget->available_bytes()));
  const std::uint64_t needed = std::max({measured, least, refused});
  if (part.bytes() + free > needed && part.try_grow_to(part.bytes() + free)) return;
  share.grow(part, needed, doing);
}

// Whether what a refused run is known to need at least is free now.
bool Engines::has_room_after(const ModelState& state, const OutOfMemory& error) const {
  const Share& share = error.domain() == "host" ? state.host : state.device;
  if (share.budget == nullptr) return false;
  const std::uint64_t least = refusals_.least(state.key + "|run", share.domain);
  return least > 0 && least <= share.scratch.bytes() + share.budget->available_bytes();
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
  load_in_turn(*state);
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
    } catch (const WorkerKilled& killed) {
      if (budgets_.host == nullptr || budgets_.host->available_bytes() < plenty_bytes) throw;
      if (kills > tries_after_kills) {
        throw ModelError("the worker process was killed " + std::to_string(kills) + " times while it used " +
                         state.options.file.filename().string() + ", though " +
                         byte_text(budgets_.host->available_bytes()) +
                         " of memory are free: look for what ends it, in the system's log for instance");
      }
      spdlog::warn("{}, though memory is free: once more on a new one", killed.what());
    }
  }
}

void Engines::load_in_turn(ModelState& state) {
  const TurnQueue::Turn turn = state.turns.take();
  try {
    return surviving_kills(state, [&] { load_into(state); });
  } catch (const RefusedByBudget&) {
    throw;
  } catch (const WorkerKilled&) {
    throw;
  } catch (const OutOfMemory& error) {  // nobody had measured it, or it needs more than then: now with all that is free
    spdlog::info("{}; once more with all the memory that is free", error.what());
  }
  load_into(state);
}

void Engines::load_into(ModelState& state) {
  const ModelCosts known = accounts_.known(state);
  const std::string doing = "loading " + state.options.file.filename().string();
  const std::string operation = state.key + "|load";
  const ExclusiveGate::Pass pass = gate_.enter(true);
  last_run_ms_ = now_ms();
  const auto measured = [](const ModelCost& cost) {
    return cost.load_peak_bytes == 0 ? 0 : with_margin(std::max(cost.load_peak_bytes, cost.held_bytes));
  };
  if (state.arena) state.arena->take(doing);
  reserve(state.host, state.host.weights, operation, measured(known.host), state.file.size_bytes, doing);
  reserve(state.device, state.device.weights, operation, measured(known.device), state.file.size_bytes, doing);
  accounts_.grant(state, state.host.weights.bytes());
  try {
    state.model = worker_->load(state.options);
  } catch (const WorkerKilled&) {
    throw;
  } catch (const OutOfMemory& error) {
    throw refusals_.note(operation, state.options.device, nullptr, error);
  }
  state.generation = generation();
  accounts_.loaded(state, known);
  refusals_.forget(operation, state.options.device);
}

std::vector<Tensor> Engines::run(ModelState& state, std::span<const Tensor> inputs,
                                 std::span<const std::string> outputs, const std::stop_token& stop) {
  struct Running {
    explicit Running(Engines& of) : engines(of) { ++engines.running_; }
    ~Running() {
      engines.last_run_ms_ = engines.now_ms();
      --engines.running_;
    }
    Engines& engines;
  } const running(*this);
  std::vector<Tensor> results = run_in_turn(state, inputs, outputs, stop);
  book_.write();
  return results;
}

std::vector<Tensor> Engines::run_in_turn(ModelState& state, std::span<const Tensor> inputs,
                                         std::span<const std::string> outputs, const std::stop_token& stop) {
  const TurnQueue::Turn turn = state.turns.take(stop);
  try {
    return surviving_kills(state, [&] { return run_once(state, inputs, outputs, stop); });
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
  const ModelCosts known = accounts_.known(state);
  const ExclusiveGate::Pass pass = gate_.enter(known.host.run_peak_bytes == 0, stop);
  const bool lost = state.generation != generation();  // the worker of then is gone, and what it held
  if (lost) accounts_.hold(state, 0, 0);
  Unsettled unsettled{&accounts_, state, state.host.bytes(), state.device.bytes()};
  reserve_run(state, known, lost);
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
    accounts_.stopped(state, known);
  } else {
    accounts_.ran(state, known);
  }
  unsettled.accounts = nullptr;
  refusals_.forget(state.key + "|run", state.options.device);
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
  throw refusals_.note(state.key + "|run", state.options.device, &use, error);
}

void Engines::reserve_run(ModelState& state, const ModelCosts& known, bool lost) {
  const std::string doing = "running " + state.options.file.filename().string();
  if (state.arena) state.arena->take(doing);
  for (const auto& [share, cost] : {std::pair(&state.host, &known.host), std::pair(&state.device, &known.device)}) {
    std::uint64_t total = 0;  // 0: not measured yet
    if (cost->run_peak_bytes > 0) {
      total = with_margin(std::max(cost->held_bytes + cost->run_peak_bytes, lost ? cost->load_peak_bytes : 0));
    }
    reserve(*share, share->scratch, state.key + "|run", minus(total, share->weights.bytes()), margin_bytes, doing);
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
