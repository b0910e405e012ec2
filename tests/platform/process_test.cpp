#include "platform/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <system_error>
#include <vector>

#include "platform/message_socket.h"
#include "platform/process_memory.h"

namespace sam {
namespace {

int start_shell(const std::string& script, int descriptor) {
  const std::array<std::string, 2> arguments{"-c", script};
  return start_process("/bin/sh", arguments, descriptor);
}

TEST(ProcessTest, TellsHowItEnded) {
  const auto [ours, theirs] = make_socket_pair();
  const ProcessEnd exited = wait_for_process(start_shell("exit 7", theirs.get()));
  EXPECT_FALSE(exited.signalled);
  EXPECT_EQ(exited.number, 7);
  const ProcessEnd killed = wait_for_process(start_shell("kill -9 $$", theirs.get()));
  EXPECT_TRUE(killed.signalled);
  EXPECT_EQ(killed.number, SIGKILL);
}

TEST(ProcessTest, GivesTheChildOneDescriptorAndNothingElse) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);  // open in a child unless it is closed there
  const int pid = start_shell("cat /proc/self/cmdline > /dev/null; ls /proc/$$/fd | tr '\\n' ' ' >&3", pipe[1]);
  EXPECT_EQ(wait_for_process(pid).number, 0);
  std::array<char, 64> answer{};
  const ssize_t size = ::read(pipe[0], answer.data(), answer.size());
  ASSERT_GT(size, 0);
  EXPECT_TRUE(std::string_view(answer.data()).starts_with("0 1 2 3 ")) << answer.data();
  EXPECT_EQ(std::string_view(answer.data()).find(std::to_string(pipe[0]) + " " + std::to_string(pipe[1])),
            std::string_view::npos);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST(ProcessTest, NamesAProgramThatIsNotThere) {
  const auto [ours, theirs] = make_socket_pair();
  try {
    start_process("/nonexistent/program", {}, theirs.get());
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent/program"), std::string::npos);
  }
}

TEST(ProcessMemoryTest, KnowsThisProcess) {
  const std::uint64_t before = resident_bytes(0).value();
  std::vector<char> block(std::size_t{64} << 20, 1);
  EXPECT_GE(resident_bytes(0).value(), before + (std::uint64_t{48} << 20));
  EXPECT_EQ(block.back(), 1);
  EXPECT_GE(peak_resident_bytes(0).value(), resident_bytes(0).value() / 2);
  EXPECT_GT(proportional_bytes(0).value(), std::uint64_t{1} << 20);
  EXPECT_GT(resident_bytes(::getpid()).value(), std::uint64_t{1} << 20);
}

TEST(ProcessMemoryTest, KnowsNothingOfAProcessThatIsNotThere) {
  EXPECT_FALSE(resident_bytes(999'999'999));
  EXPECT_FALSE(peak_resident_bytes(999'999'999));
  EXPECT_FALSE(proportional_bytes(999'999'999));
}

}  // namespace
}  // namespace sam
