// Reservations that fail on purpose: the nth that is asked for is refused, as if the budget were full. The linker puts these in the place of
// Budget's own (tests/CMakeLists.txt: --wrap), so the product has no hook for it.
// Threading: safe from any thread.
#pragma once

#include "faults/walk.h"

namespace sam {

// Reservations of more than 0 bytes, of all budgets; so many in a row are refused.
Injector failing_budget(std::uint64_t in_a_row);

}  // namespace sam
