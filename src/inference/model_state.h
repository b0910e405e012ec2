// What one model has reserved of the budgets, and what it was last seen to hold.
// Threading: used by whoever has the model's turn, but for the atomic numbers and `arena`. Ownership: budgets must outlive it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "inference/card_arena.h"
#include "inference/cost_book.h"
#include "inference/engine_memory.h"
#include "inference/model.h"
#include "inference/onnx_file.h"
#include "inference/turn.h"
#include "memory/budget.h"

namespace sam {

inline std::uint64_t minus(std::uint64_t a, std::uint64_t b) {
  return a > b ? a - b : 0;
}

// What one model has of one domain.
struct Share {
  Share(Budget* of, std::string name);  // null: nothing is kept

  std::uint64_t bytes() const { return weights.bytes() + scratch.bytes(); }

  // `total` is held now: the file's size of it are weights, the rest is the engine's.
  void hold(std::uint64_t total, std::uint64_t file_bytes) noexcept;

  // Makes `part` at least `needed`, and more if that is free: `hoped` on top of what it is, which may never be taken. Throws RefusedByBudget for what
  // is missing of `needed`.
  void promise(Reservation& part, std::uint64_t needed, std::uint64_t hoped, const std::string& doing);

  // Throws RefusedByBudget for what is missing.
  void grow(Reservation& part, std::uint64_t to, const std::string& doing) const;

  Budget* budget;
  std::string domain;
  Reservation weights;
  Reservation scratch;
  Speculation speculation;  // of what is reserved
  std::atomic<std::uint64_t> held_bytes{
      0};  // really, when last seen: what is reserved for a run is not taken before it
};

struct ModelState {
  // arena: of the models on a card whose memory must not grow, which then have no share of their own; otherwise null.
  ModelState(const ModelOptions& with, EngineBudgets budgets, std::shared_ptr<CardArena> of_card);

  std::uint64_t bytes() const { return host.bytes() + device.bytes(); }
  bool on_card() const { return options.device != "cpu"; }

  const ModelOptions options;
  const OnnxFile file;
  const std::string key;
  TurnQueue turns;
  const std::shared_ptr<CardArena> arena;
  Share host;
  Share device;
  std::unique_ptr<Model> model;                 // goes before its reservations
  std::atomic<int> generation{0};               // of the worker that it was loaded in
  bool is_warm = false;                         // it ran there, and gave nothing back since
  std::atomic<std::uint64_t> granted_bytes{0};  // of the host, to the worker's heap
};

}  // namespace sam
