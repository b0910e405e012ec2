#include "platform/process_memory.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <string>

#include "platform/message_socket.h"
#include "platform/process.h"
#include "platform/shared_memory.h"

namespace sam {
namespace {

TEST(ProcessMemoryReader, SeesThisProcessGrow) {
  ProcessMemoryReader reader;
  const auto before = reader.read(0);
  ASSERT_TRUE(before);
  EXPECT_GT(before->anonymous_bytes, 0u);
  SharedMemory shared("grown", 8 << 20);
  for (std::size_t i = 0; i < shared.size_bytes(); i += 4096) shared.data()[i] = std::byte{1};
  const auto after = reader.read(0);
  ASSERT_TRUE(after);
  EXPECT_GE(after->shared_bytes, before->shared_bytes + (8 << 20));
  EXPECT_EQ(memory_use(0)->shared_bytes, after->shared_bytes);
}

TEST(ProcessMemoryReader, GoesOverToAnotherProcessAndSeesOneEnd) {
  const auto [ours, theirs] = make_socket_pair();
  const std::array<std::string, 2> arguments{"-c", "read line"};
  const int child = start_process("/bin/sh", arguments, theirs.get());
  ProcessMemoryReader reader;
  EXPECT_TRUE(reader.read(0));
  EXPECT_TRUE(reader.read(child));
  EXPECT_TRUE(reader.read(child));
  ::kill(child, SIGKILL);
  wait_for_process(child);
  EXPECT_FALSE(reader.read(child));
  EXPECT_TRUE(reader.read(0));
}

}  // namespace
}  // namespace sam
