#include "memory/budget.h"

#include "memory/byte_text.h"

namespace sam {
namespace {

std::size_t index_of(Owner owner) {
  return static_cast<std::size_t>(owner);
}

const char* advice(const std::string& domain) {
  return domain == "host" ? "close other programs, choose a smaller model, or raise SAM_HOST_MEMORY_LIMIT"
                          : "choose a smaller model or --device cpu, or raise SAM_GPU_MEMORY_FRACTION";
}

std::string refusal(const std::string& domain, Owner owner, const Shortage& shortage) {
  std::string text = byte_text(shortage.needed_bytes) + " of " + domain_text(domain) + " for " + owner_name(owner) +
                     " are not to be had: " + used_of_text(shortage.held.used_bytes(), shortage.held.limit_bytes) +
                     " are in use";
  if (const std::string holders = holders_text(shortage.held); !holders.empty()) text += " (" + holders + ")";
  return text + ": " + advice(domain);
}

}  // namespace

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    release();
    budget_ = std::exchange(other.budget_, nullptr);
    owner_ = other.owner_;
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

void Reservation::shrink_to(std::uint64_t bytes) noexcept {
  if (budget_ == nullptr || bytes >= bytes_) return;
  budget_->give_back(owner_, bytes_ - bytes);
  bytes_ = bytes;
}

bool Reservation::try_grow_to(std::uint64_t bytes) noexcept {
  if (bytes <= bytes_) return true;
  if (budget_ == nullptr || !budget_->take(owner_, bytes - bytes_)) return false;
  bytes_ = bytes;
  return true;
}

void Reservation::correct_to(std::uint64_t bytes) noexcept {
  if (bytes <= bytes_) return shrink_to(bytes);
  if (budget_ == nullptr) return;
  budget_->take_anyway(owner_, bytes - bytes_);
  bytes_ = bytes;
}

void Speculation::set(std::uint64_t bytes) noexcept {
  if (budget_ == nullptr || bytes == bytes_) return;
  budget_->speculative_bytes_.fetch_add(bytes - bytes_, std::memory_order_relaxed);  // modulo 2^64: also less
  bytes_ = bytes;
}

std::optional<Reservation> Budget::try_reserve(Owner owner, std::uint64_t bytes) noexcept {
  if (bytes > 0 && !take(owner, bytes)) return std::nullopt;
  return Reservation(this, owner, bytes);
}

Reservation Budget::reserve(Owner owner, std::uint64_t bytes) {
  if (auto reservation = try_reserve(owner, bytes)) return std::move(*reservation);
  const Shortage shortage{bytes, report()};
  throw OutOfMemory(refusal(domain_, owner, shortage), bytes, domain_, shortage);
}

void Budget::set_limit(std::uint64_t limit_bytes) noexcept {
  limit_bytes_.store(limit_bytes, std::memory_order_relaxed);
  std::uint64_t largest = largest_limit_bytes();
  while (largest < limit_bytes &&
         !largest_limit_bytes_.compare_exchange_weak(largest, limit_bytes, std::memory_order_relaxed)) {
  }
}

BudgetReport Budget::report() const noexcept {
  BudgetReport report;
  report.limit_bytes = limit_bytes_.load(std::memory_order_relaxed);
  report.reserved_bytes = reserved_bytes_.load(std::memory_order_relaxed);
  report.other_bytes = other_bytes_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < owner_count; ++i) report.by_owner[i] = by_owner_[i].load(std::memory_order_relaxed);
  return report;
}

// The counters guard no other memory, so relaxed is enough.
bool Budget::take(Owner owner, std::uint64_t bytes) noexcept {
  std::uint64_t reserved = reserved_bytes_.load(std::memory_order_relaxed);
  do {
    const std::uint64_t limit = limit_bytes_.load(std::memory_order_relaxed);
    const std::uint64_t other = other_bytes_.load(std::memory_order_relaxed);
    const std::uint64_t room = limit > other ? limit - other : 0;
    if (reserved > room || bytes > room - reserved) return false;
  } while (!reserved_bytes_.compare_exchange_weak(reserved, reserved + bytes, std::memory_order_relaxed));
  by_owner_[index_of(owner)].fetch_add(bytes, std::memory_order_relaxed);
  return true;
}

void Budget::take_anyway(Owner owner, std::uint64_t bytes) noexcept {
  reserved_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  by_owner_[index_of(owner)].fetch_add(bytes, std::memory_order_relaxed);
}

void Budget::give_back(Owner owner, std::uint64_t bytes) noexcept {
  by_owner_[index_of(owner)].fetch_sub(bytes, std::memory_order_relaxed);
  reserved_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
}

}  // namespace sam
