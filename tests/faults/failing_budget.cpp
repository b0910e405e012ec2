#include "faults/failing_budget.h"

#include <atomic>

#include "memory/budget.h"

// Members as the C++ ABI passes them: `this` is the first argument.
namespace sam {
std::optional<Reservation> real_try_reserve(Budget* budget, Owner owner,
                                            std::uint64_t bytes) asm("__real__ZN3sam6Budget11try_reserveENS_5OwnerEm");
std::optional<Reservation> wrapped_try_reserve(Budget* budget, Owner owner, std::uint64_t bytes) asm(
    "__wrap__ZN3sam6Budget11try_reserveENS_5OwnerEm");
Reservation real_reserve(Budget* budget, Owner owner,
                         std::uint64_t bytes) asm("__real__ZN3sam6Budget7reserveENS_5OwnerEm");
Reservation wrapped_reserve(Budget* budget, Owner owner,
                            std::uint64_t bytes) asm("__wrap__ZN3sam6Budget7reserveENS_5OwnerEm");
bool real_try_grow_to(Reservation* reservation, std::uint64_t bytes) asm("__real__ZN3sam11Reservation11try_grow_toEm");
bool wrapped_try_grow_to(Reservation* reservation,
                         std::uint64_t bytes) asm("__wrap__ZN3sam11Reservation11try_grow_toEm");

namespace {

std::atomic<bool> armed{false};
std::atomic<std::uint64_t> seen{0};
std::atomic<std::uint64_t> first{0};
std::atomic<std::uint64_t> in_a_row{1};
std::atomic<bool> fired{false};

bool refuses(std::uint64_t bytes) {
  if (!armed || bytes == 0) return false;
  const std::uint64_t number = ++seen;
  if (first == 0 || number < first || number - first >= in_a_row) return false;
  fired = true;
  return true;
}

}  // namespace

std::optional<Reservation> wrapped_try_reserve(Budget* budget, Owner owner, std::uint64_t bytes) {
  if (refuses(bytes)) return std::nullopt;
  return real_try_reserve(budget, owner, bytes);
}

Reservation wrapped_reserve(Budget* budget, Owner owner, std::uint64_t bytes) {
  if (refuses(bytes)) throw OutOfMemory("refused by the test", bytes, budget->domain());
  return real_reserve(budget, owner, bytes);
}

bool wrapped_try_grow_to(Reservation* reservation, std::uint64_t bytes) {
  if (bytes > reservation->bytes() && refuses(bytes)) return false;
  return real_try_grow_to(reservation, bytes);
}

Injector failing_budget(std::uint64_t count) {
  return {1,
          [count](std::uint64_t nth) {
            seen = 0;
            fired = false;
            first = nth;
            in_a_row = count;
            armed = true;
          },
          [] {
            armed = false;
            return Injector::Report{seen, fired, fired};
          },
          [] { return std::string("a reservation that was refused\n"); }};
}

}  // namespace sam
