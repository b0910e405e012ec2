#include "memory/memory_snapshot.h"

#include <algorithm>
#include <cstring>
#include <thread>

namespace sam {
namespace {

constexpr std::size_t word = sizeof(std::uint64_t);
static_assert(sizeof(MemorySnapshot) % word == 0 && sizeof(DomainSnapshot) % word == 0);
static_assert(offsetof(MemorySnapshot, domain_count) == word);
constexpr std::size_t head_words = offsetof(MemorySnapshot, domains) / word;
constexpr std::size_t domain_words = sizeof(DomainSnapshot) / word;

std::size_t used_words(std::uint64_t domain_count) {
  return head_words + std::min<std::size_t>(domain_count, max_domains) * domain_words;
}

}  // namespace

// No fences: a reader that sees one word of a newer write (acquire from release) also sees the sequence that was made odd before it.
void SnapshotCell::store(const MemorySnapshot& snapshot) noexcept {
  const std::uint64_t sequence = sequence_.load(std::memory_order_relaxed);
  sequence_.store(sequence + 1, std::memory_order_relaxed);
  const char* bytes = reinterpret_cast<const char*>(&snapshot);
  const std::size_t count = used_words(snapshot.domain_count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes + i * word, word);
    words_[i].store(value, std::memory_order_release);
  }
  sequence_.store(sequence + 2, std::memory_order_release);
}

MemorySnapshot SnapshotCell::load() const noexcept {
  MemorySnapshot snapshot;
  char* bytes = reinterpret_cast<char*>(&snapshot);
  for (;;) {
    const std::uint64_t before = sequence_.load(std::memory_order_acquire);
    if (before % 2 == 0) {
      const std::size_t count = used_words(words_[1].load(std::memory_order_acquire));
      for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t value = words_[i].load(std::memory_order_acquire);
        std::memcpy(bytes + i * word, &value, word);
      }
      if (sequence_.load(std::memory_order_relaxed) == before) return snapshot;
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace sam
