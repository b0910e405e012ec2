// What a model's steps need of a domain, as far as they were measured.
// Threading: plain functions.
#pragma once

#include <cstdint>
#include <span>

#include "inference/cost_book.h"

namespace sam {

// Over what was measured: allocations vary a little from run to run.
std::uint64_t with_margin(std::uint64_t bytes);

// 0: not measured.
std::uint64_t load_need_bytes(const ModelCost& cost);

enum class Engine : std::uint8_t {
  warm,  // ran before
  cold,  // did not run since it was loaded
  lost,  // must be loaded first, its worker is gone
};

// Of a run, with what is held meanwhile; 0: not measured.
std::uint64_t run_need_bytes(const ModelCost& cost, Engine engine);

// Of loading these one after the other, then running each while the others are held; 0: not all of it is measured.
std::uint64_t need_together_bytes(std::span<const ModelCost> costs);

// Of `free_bytes`, what a run may be promised that needs an unknown part of it. attempt: 0, then 1, 2 after refusals: each is larger, and only the
// last leaves nothing for pictures that are decoded meanwhile.
std::uint64_t promised_bytes(std::uint64_t free_bytes, int attempt);
inline constexpr int promise_attempts = 3;

}  // namespace sam
