#include "platform/shared_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>

namespace sam {
namespace {

TEST(SharedMemoryTest, IsZeroedAndSeenThroughItsDescriptor) {
  const SharedMemory first("test", 10'000);
  EXPECT_TRUE(std::all_of(first.data(), first.data() + 10'000, [](std::byte b) { return b == std::byte{0}; }));
  const SharedMemory second = SharedMemory::open(UniqueDescriptor(::dup(first.descriptor())), 10'000);
  first.data()[9'999] = std::byte{7};
  EXPECT_EQ(second.data()[9'999], std::byte{7});
}

TEST(SharedMemoryTest, TheMappingOutlivesTheDescriptor) {
  SharedMemory memory("test", 100);
  memory.data()[5] = std::byte{1};
  memory.close_descriptor();
  EXPECT_EQ(memory.descriptor(), -1);
  const SharedMemory moved = std::move(memory);
  EXPECT_EQ(moved.data()[5], std::byte{1});
}

TEST(SharedMemoryTest, CannotBeShrunkUnderItsReaders) {
  const SharedMemory memory("test", 10'000);
  EXPECT_NE(::ftruncate(memory.descriptor(), 10), 0);
}

TEST(SharedMemoryTest, RefusesWhatCouldShrinkOrIsTooSmall) {
  const SharedMemory memory("test", 100);
  EXPECT_THROW(SharedMemory::open(UniqueDescriptor(::dup(memory.descriptor())), 101), std::runtime_error);
  const int unsealed = ::memfd_create("test", MFD_CLOEXEC);
  ASSERT_EQ(::ftruncate(unsealed, 100), 0);
  EXPECT_THROW(SharedMemory::open(UniqueDescriptor(unsealed), 100), std::runtime_error);
  EXPECT_THROW(SharedMemory::open(UniqueDescriptor(::open("/dev/null", O_RDWR)), 0), std::runtime_error);
}

TEST(SharedMemoryTest, NothingIsASizeAndTooMuchIsRefused) {
  EXPECT_EQ(SharedMemory("test", 0).size_bytes(), 0u);
  EXPECT_THROW(SharedMemory("test", std::numeric_limits<std::size_t>::max()), std::bad_alloc);
  EXPECT_THROW(SharedMemory("test", std::size_t{1} << 55), std::bad_alloc);
}

}  // namespace
}  // namespace sam
