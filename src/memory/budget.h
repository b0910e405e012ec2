// Budget: how much of one domain the program may hold, and who holds it. Reserve first, then allocate.
// Threading: safe to call from any thread, lock-free. Ownership: a Budget must outlive its reservations.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "memory/budget_report.h"
#include "memory/out_of_memory.h"
#include "memory/owner.h"

namespace sam {

class Budget;

// Bytes of a budget, given back by the destructor. Move-only.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), owner_(other.owner_), bytes_(std::exchange(other.bytes_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept;
  ~Reservation() { release(); }

  std::uint64_t bytes() const { return bytes_; }
  Owner owner() const { return owner_; }

  // Gives back what is more than `bytes`; never fails.
  void shrink_to(std::uint64_t bytes) noexcept;
  // False if the budget has not that much; then nothing changed.
  bool try_grow_to(std::uint64_t bytes) noexcept;
  // What turned out to be held although it was not reserved: counted even over the limit.
  void correct_to(std::uint64_t bytes) noexcept;
  void release() noexcept { shrink_to(0); }

 private:
  friend class Budget;
  Reservation(Budget* budget, Owner owner, std::uint64_t bytes) : budget_(budget), owner_(owner), bytes_(bytes) {}

  Budget* budget_ = nullptr;
  Owner owner_ = Owner::scratch;
  std::uint64_t bytes_ = 0;
};

// How much of what is reserved may never be taken: what an engine was promised for a run that nobody measured. No cache is emptied for it.
class Speculation {
 public:
  explicit Speculation(Budget* budget) : budget_(budget) {}  // null: none is ever counted
  Speculation(const Speculation&) = delete;
  Speculation& operator=(const Speculation&) = delete;
  ~Speculation() { set(0); }

  void set(std::uint64_t bytes) noexcept;

 private:
  Budget* const budget_;
  std::uint64_t bytes_ = 0;
};

class Budget {
 public:
  Budget(std::string domain, std::uint64_t limit_bytes)
      : domain_(std::move(domain)), limit_bytes_(limit_bytes), largest_limit_bytes_(limit_bytes) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  const std::string& domain() const { return domain_; }  // "host", "cuda:0"

  // Nothing if reserved + other + bytes would be more than the limit. 0 bytes, to be corrected later, are always had.
  std::optional<Reservation> try_reserve(Owner owner, std::uint64_t bytes) noexcept;

  // Throws OutOfMemory, which says domain, owner, bytes, the limit and who holds what.
  Reservation reserve(Owner owner, std::uint64_t bytes);

  // What the governor learnt. Reservations made before stay, even if they are now more than the limit.
  void set_limit(std::uint64_t limit_bytes) noexcept;
  void set_other(std::uint64_t other_bytes) noexcept { other_bytes_.store(other_bytes, std::memory_order_relaxed); }

  std::uint64_t reserved_bytes() const noexcept { return reserved_bytes_.load(std::memory_order_relaxed); }
  std::uint64_t available_bytes() const noexcept { return report().available_bytes(); }
  std::uint64_t speculative_bytes() const noexcept { return speculative_bytes_.load(std::memory_order_relaxed); }
  // The largest limit there ever was: more than that the domain never had.
  std::uint64_t largest_limit_bytes() const noexcept { return largest_limit_bytes_.load(std::memory_order_relaxed); }
  // Parts are read one after the other: while others reserve they may not add up.
  BudgetReport report() const noexcept;

 private:
  friend class Reservation;
  friend class Speculation;
  bool take(Owner owner, std::uint64_t bytes) noexcept;
  void take_anyway(Owner owner, std::uint64_t bytes) noexcept;
  void give_back(Owner owner, std::uint64_t bytes) noexcept;

  const std::string domain_;
  std::atomic<std::uint64_t> limit_bytes_;
  std::atomic<std::uint64_t> largest_limit_bytes_;
  std::atomic<std::uint64_t> other_bytes_{0};
  std::atomic<std::uint64_t> reserved_bytes_{0};
  std::atomic<std::uint64_t> speculative_bytes_{0};
  std::array<std::atomic<std::uint64_t>, owner_count> by_owner_{};
};

}  // namespace sam
