#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "memory/memory_snapshot.h"

namespace sam {
namespace {

// Every field tells the same number, so that a mixture of two writes shows.
MemorySnapshot uniform(std::uint64_t n) {
  MemorySnapshot snapshot;
  snapshot.time_ns = static_cast<std::int64_t>(n);
  snapshot.domain_count = 1 + n % max_domains;
  snapshot.level = static_cast<MemoryLevel>(n % 3);
  for (std::size_t i = 0; i < snapshot.domain_count; ++i) {
    DomainSnapshot& domain = snapshot.domains[i];
    domain.used_bytes = domain.total_bytes = domain.reserved_bytes = n;
    domain.by_owner.fill(n);
    domain.pressure = static_cast<double>(n);
    domain.level = snapshot.level;
    domain.readable = n % 2 == 0;
  }
  return snapshot;
}

bool is_uniform(const MemorySnapshot& snapshot) {
  const auto n = static_cast<std::uint64_t>(snapshot.time_ns);
  const MemorySnapshot expected = uniform(n);
  if (snapshot.domain_count != expected.domain_count || snapshot.level != expected.level) return false;
  for (std::size_t i = 0; i < snapshot.domain_count; ++i) {
    const DomainSnapshot& domain = snapshot.domains[i];
    if (domain.used_bytes != n || domain.total_bytes != n || domain.reserved_bytes != n) return false;
    for (const std::uint64_t bytes : domain.by_owner) {
      if (bytes != n) return false;
    }
    if (domain.pressure != static_cast<double>(n) || domain.readable != (n % 2 == 0)) return false;
  }
  return true;
}

TEST(SnapshotCell, IsEmptyAtFirst) {
  const MemorySnapshot snapshot = SnapshotCell().load();
  EXPECT_EQ(snapshot.domain_count, 0u);
  EXPECT_EQ(snapshot.level, MemoryLevel::normal);
}

TEST(SnapshotCell, GivesBackWhatWasStored) {
  SnapshotCell cell;
  for (std::uint64_t n = 0; n < 40; ++n) {
    cell.store(uniform(n));
    const MemorySnapshot snapshot = cell.load();
    EXPECT_EQ(static_cast<std::uint64_t>(snapshot.time_ns), n);
    EXPECT_TRUE(is_uniform(snapshot));
  }
}

TEST(SnapshotCell, ReadersNeverSeeAMixture) {
  SnapshotCell cell;
  cell.store(uniform(0));
  std::atomic<bool> done{false};
  std::atomic<int> mixtures{0};
  std::atomic<int> backwards{0};
  std::vector<std::thread> readers;
  for (int r = 0; r < 3; ++r) {
    readers.emplace_back([&] {
      std::int64_t last = 0;
      while (!done) {
        const MemorySnapshot snapshot = cell.load();
        if (!is_uniform(snapshot)) ++mixtures;
        if (snapshot.time_ns < last) ++backwards;
        last = snapshot.time_ns;
      }
    });
  }
  for (std::uint64_t n = 1; n < 20'000; ++n) cell.store(uniform(n));
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(mixtures, 0);
  EXPECT_EQ(backwards, 0);
}

}  // namespace
}  // namespace sam
