#include "inference/model_state.h"

#include <algorithm>

#include "inference/refusals.h"

namespace sam {

Share::Share(Budget* of, std::string name) : budget(of), domain(std::move(name)), speculation(of) {
  if (budget == nullptr) return;
  weights = std::move(*budget->try_reserve(Owner::weights, 0));
  scratch = std::move(*budget->try_reserve(Owner::scratch, 0));
}

void Share::hold(std::uint64_t total, std::uint64_t file_bytes) noexcept {
  if (budget == nullptr) return;
  weights.correct_to(std::min(total, file_bytes));
  scratch.correct_to(total - weights.bytes());
  held_bytes = total;
  speculation.set(0);
}

void Share::promise(Reservation& part, std::uint64_t needed, std::uint64_t hoped, const std::string& doing) {
  if (budget == nullptr) return;
  const std::uint64_t all = part.bytes() + hoped;
  if (all <= needed || !part.try_grow_to(all)) return grow(part, needed, doing);
  speculation.set(all - needed);
}

void Share::grow(Reservation& part, std::uint64_t to, const std::string& doing) const {
  if (budget == nullptr || to <= part.bytes() || part.try_grow_to(to)) return;
  throw refused_by(*budget, doing, to - part.bytes());
}

ModelState::ModelState(const ModelOptions& with, EngineBudgets budgets, std::shared_ptr<CardArena> of_card)
    : options(with),
      file(read_onnx_file(with.file)),
      key(cost_key(file.hash, with)),
      arena(std::move(of_card)),
      host(budgets.host, "host"),
      device(with.device == "cpu" || arena ? nullptr : budgets.device, with.device) {}

}  // namespace sam
