// A process that saves, killed at random moments (SIGKILL, seeded): SAM_KILLS times, by default 50.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include "dataset/durable_scene.h"
#include "dataset/project_folder.h"

namespace sam {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class KilledProcess : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    for (const char* name : {"a.bmp", "b.bmp"}) put(std::string("images/") + name, bmp(40, 30));
  }

  // What the process said before it was killed `after` it was ready.
  std::string run_and_kill(microseconds after) {
    int ends[2];
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string program = SAM_SAVING_PROGRAM;
    std::string folder = folder_.string();
    char* arguments[] = {program.data(), folder.data(), nullptr};
    pid_t pid = -1;
    EXPECT_EQ(::posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments, environ), 0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);

    std::string said;
    const auto give_up = steady_clock::now() + seconds(60);
    while (said.find("ready\n") == std::string::npos && read_some(ends[0], give_up, said)) {
    }
    const auto end = steady_clock::now() + after;
    while (steady_clock::now() < end && read_some(ends[0], end, said)) {
    }
    ::kill(pid, SIGKILL);
    while (read_some(ends[0], give_up, said)) {  // what it still had said is acknowledged
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself, with " << WEXITSTATUS(status);
    return said;
  }

  static bool read_some(int fd, steady_clock::time_point until, std::string& said) {
    const auto left = std::chrono::duration_cast<microseconds>(until - steady_clock::now()).count();
    pollfd waiting{fd, POLLIN, 0};
    const timespec timeout{left > 0 ? left / 1'000'000 : 0, left > 0 ? left % 1'000'000 * 1000 : 0};
    if (::ppoll(&waiting, 1, &timeout, nullptr) <= 0) return false;
    char block[4096];
    const ssize_t count = ::read(fd, block, sizeof block);
    if (count > 0) said.append(block, static_cast<std::size_t>(count));
    return count > 0;
  }

  static int highest(const PictureAnnotations& content, const char* attribute) {
    int found = 0;
    for (const Annotation& each : content.annotations) {
      if (each.attributes.contains(attribute)) found = std::max(found, std::stoi(each.attributes.at(attribute)));
    }
    return found;
  }

  MovableClock time_;
};

// Lines "a.bmp 12": the last complete one of each counts.
void note_acknowledged(const std::string& said, std::map<std::string, int>& last) {
  for (std::size_t at = 0, end = 0; (end = said.find('\n', at)) != std::string::npos; at = end + 1) {
    const std::string line = said.substr(at, end - at);
    const std::size_t blank = line.find(' ');
    if (blank != std::string::npos) last[line.substr(0, blank)] = std::stoi(line.substr(blank + 1));
  }
}

TEST_F(KilledProcess, AtRandomMomentsEveryFileIsTheOldOrTheNewOneAndWhatWasAcknowledgedIsThere) {
  const char* wanted = std::getenv("SAM_KILLS");
  const int kills = wanted != nullptr ? std::atoi(wanted) : 50;
  std::mt19937 random(20261122);
  std::map<std::string, int> last;
  int saved_unheard = 0;
  int completed = 0;
  int leftovers = 0;
  for (int kill = 0; kill < kills; ++kill) {
    SCOPED_TRACE(testing::Message() << "kill " << kill);
    note_acknowledged(run_and_kill(microseconds(random() % 60'000)), last);
    completed += exists("annotations/.change/decided") ? 1 : 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      leftovers += is_temporary_name(entry.path().filename().string()) ? 1 : 0;
    }
    Told told;
    ASSERT_NO_THROW(told = ask(folder_, files_, time_));
    EXPECT_TRUE(told.warnings.empty()) << told.warnings.front();
    int next = 0;
    for (const auto& [name, n] : last) next = std::max(next, n);
    for (const char* name : {"a.bmp", "b.bmp"}) {
      const int n = highest(told.pictures.at(name), "n");
      EXPECT_GE(n, last[name]) << name << ": what was acknowledged is lost";
      EXPECT_LE(n, next + 1) << name;
      saved_unheard += n > last[name] ? 1 : 0;
      last[name] = n;
    }
    const int whole = highest(told.pictures.at("a.bmp"), "whole");
    EXPECT_EQ(whole, highest(told.pictures.at("b.bmp"), "whole")) << "a part of a change";
    EXPECT_GE(whole, last["whole"]);
    last["whole"] = whole;
    for (const auto& [path, bytes] : snapshot(folder_)) {
      EXPECT_FALSE(path.ends_with(".damaged")) << path;
      EXPECT_FALSE(bytes.empty()) << path << " is empty";
    }
    ASSERT_FALSE(HasFailure());
  }
  std::printf(
      "killed %d times: %d saves acknowledged, 0 lost, %d there without having been acknowledged; %d changes of many "
      "files completed "
      "on opening, %d temporary files left\n",
      kills, std::max(last["a.bmp"], last["b.bmp"]), saved_unheard, completed, leftovers);
}

}  // namespace
}  // namespace sam
