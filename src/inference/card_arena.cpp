#include "inference/card_arena.h"

#include "inference/refusals.h"

namespace sam {

CardArena::CardArena(Budget& card, std::uint64_t limit_bytes) : card_(card), limit_bytes_(limit_bytes) {
  const MutexLock lock(mutex_);
  all_ = std::move(*card.try_reserve(Owner::scratch, 0));
}

void CardArena::take(const std::string& doing) {
  const MutexLock lock(mutex_);
  if (!all_.try_grow_to(limit_bytes_)) throw refused_by(card_, doing, limit_bytes_ - all_.bytes());
}

std::uint64_t CardArena::give_back() noexcept {
  const MutexLock lock(mutex_);
  const std::uint64_t bytes = all_.bytes();
  all_.shrink_to(0);
  return bytes;
}

}  // namespace sam
