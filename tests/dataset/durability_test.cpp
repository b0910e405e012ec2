// Whatever stops an operation on a project, at whatever system call: each file is the old or the new one, what was acknowledged is there, and
// the project goes on. Each test prints its rows of the table in docs/durability.md.
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <set>

#include "dataset/durable_scene.h"
#include "dataset/project_folder.h"
#include "dataset/simulated_disk.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using Kind = DiskFault::Kind;

// How often the fault came, and what the disk then held before anybody opened the project.
struct Outcomes {
  int points = 0;
  int old_state = 0;
  int between = 0;  // completed by opening the project and its pictures
  int new_state = 0;
  int refused = 0;  // with a message

  Outcomes& operator+=(const Outcomes& more) {
    points += more.points;
    old_state += more.old_state;
    between += more.between;
    new_state += more.new_state;
    refused += more.refused;
    return *this;
  }
};

std::vector<PowerLoss> power_losses(int point) {
  using Entries = PowerLoss::Entries;
  using Data = PowerLoss::Data;
  std::vector<PowerLoss> losses;
  for (const Data data : {Data::flushed, Data::all, Data::half, Data::zeros}) {
    for (const Entries entries : {Entries::flushed, Entries::all, Entries::some}) {
      losses.push_back({entries, data, static_cast<std::uint64_t>(point)});
    }
  }
  return losses;
}

class Durability : public testing::TestWithParam<Operation> {
 protected:
  void SetUp() override {
    static const bool started = (start_image_library("dataset_tests"), true);
    ASSERT_TRUE(started);
    spdlog::set_level(spdlog::level::off);  // thousands of warnings that are meant to come
    // Thousands of projects: in memory where that is possible.
    const fs::path place = fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
    std::string pattern = (place / "sam-durability-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    base_ = fs::canonical(pattern);
    make_scene(base_ / "start", clock_);
    clock_.move(std::chrono::hours(24));
    GetParam().prepare(base_ / "start");
    before_ = snapshot(base_ / "start");
    old_ = told_of(base_ / "start");
    fresh();
    GetParam().begin(project(), posix_, clock_)();
    after_ = snapshot(project());
    new_ = told_of(project());
  }
  void TearDown() override {
    spdlog::set_level(spdlog::level::info);
    fs::remove_all(base_);
  }

  fs::path project() const { return base_ / "project"; }

  void fresh() const {
    fs::remove_all(project());
    fs::copy(base_ / "start", project(), fs::copy_options::recursive);
  }

  std::shared_ptr<SimulatedDisk> make_disk() const {
    auto disk = std::make_shared<SimulatedDisk>(project());
    for (const std::string& folder : GetParam().other_disks) disk->put_on_another_disk(folder);
    return disk;
  }

  // Of a copy: asking may write.
  Told told_of(const fs::path& folder) {
    fs::remove_all(base_ / "asked");
    fs::copy(folder, base_ / "asked", fs::copy_options::recursive);
    return ask(base_ / "asked", posix_, clock_);
  }

  // Runs the operation with the fault. True: it was acknowledged.
  bool run(SimulatedDisk& disk, const std::shared_ptr<FileSystem>& files, const DiskFault& fault) {
    disk.arm({});
    std::function<void()> act = GetParam().begin(project(), *files, clock_);
    disk.arm(fault);
    bool done = true;
    try {
      act();
      done = !disk.dead();
    } catch (const Killed&) {
      done = false;
    } catch (const std::exception& error) {
      done = false;
      message_ = error.what();
    }
    return done;
  }

  // What lies on the disk before anybody opens it.
  void expect_whole_files(const Snapshot& found, bool acknowledged) const {
    for (const auto& [path, bytes] : found) {
      EXPECT_TRUE(holds(before_, path, bytes) || holds(after_, path, bytes))
          << path << " is neither old nor new: " << bytes;
    }
    for (const auto& [path, bytes] : before_) {
      if (after_.contains(path)) {
        EXPECT_TRUE(found.contains(path)) << path << " is gone";
      }
    }
    if (!acknowledged) return;
    for (const auto& [path, bytes] : after_) {
      EXPECT_TRUE(holds(found, path, bytes)) << path << ", which was acknowledged, is lost";
    }
  }

  static bool holds(const Snapshot& snapshot, const std::string& path, const std::string& bytes) {
    const auto found = snapshot.find(path);
    return found != snapshot.end() && found->second == bytes;
  }

  // What the program makes of it, and whether it goes on.
  void expect_old_or_new(const fs::path& folder, bool acknowledged) {
    Told told;
    EXPECT_NO_THROW(told = ask(folder, posix_, clock_));
    bool all_old = told.classes == old_.classes;
    bool all_new = told.classes == new_.classes;
    EXPECT_TRUE(all_old || all_new);
    for (const auto& [name, content] : told.pictures) {
      const bool old = old_.pictures.contains(name) && content == old_.pictures.at(name);
      const bool is_new = new_.pictures.contains(name) && content == new_.pictures.at(name);
      EXPECT_TRUE(old || is_new) << name;
      all_old = all_old && old;
      all_new = all_new && is_new;
    }
    if (GetParam().whole) {
      EXPECT_TRUE((all_old && told.pictures.size() == old_.pictures.size()) ||
                  (all_new && told.pictures.size() == new_.pictures.size()))
          << "a part of it";
    }
    if (acknowledged) {
      EXPECT_TRUE(all_new) << "what was acknowledged is lost";
    }
    for (const auto& [path, bytes] : snapshot(folder)) {
      if (path.starts_with("labels/")) {
        EXPECT_TRUE(holds(before_, path, bytes) || holds(after_, path, bytes)) << path << ": " << bytes;
      }
    }
    EXPECT_NO_THROW(annotate(*open_scene(folder, posix_, clock_), "a.bmp", 0)) << "the project goes on";
  }

  // The project in its place, on a disk that works again: old or new, and the operation can be done if it was not.
  void expect_told(bool acknowledged) {
    if (!seen_[acknowledged].insert(with_staged(project())).second) return;
    fs::remove_all(base_ / "recovered");
    fs::copy(project(), base_ / "recovered", fs::copy_options::recursive);
    expect_old_or_new(base_ / "recovered", acknowledged);
    open_scene(project(), posix_, clock_);
    if (!acknowledged && snapshot(project()) != after_) {
      EXPECT_NO_THROW(GetParam().begin(project(), posix_, clock_)()) << "done again";
    }
  }

  // With what a change has staged, which decides what opening the project makes of it.
  Snapshot with_staged(const fs::path& folder) {
    Snapshot all = snapshot(folder);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string path = entry.path().lexically_relative(folder);
      if (path.starts_with("annotations/.change")) all[path] = entry.is_regular_file() ? bytes_of(entry.path()) : "";
    }
    return all;
  }

  // Looks at a folder as it was found after a stop, unless one like it was looked at already.
  void examine(const fs::path& folder, bool acknowledged, Outcomes& outcomes) {
    const Snapshot found = snapshot(folder);
    ++outcomes.points;
    ++(found == after_ ? outcomes.new_state : found == before_ ? outcomes.old_state : outcomes.between);
    expect_whole_files(found, acknowledged);
    if (seen_[acknowledged].insert(with_staged(folder)).second) expect_old_or_new(folder, acknowledged);
  }

  std::string bytes_of(const fs::path& file) { return static_cast<FileSystem&>(posix_).read(file).value_or(""); }

  void print(const char* fault, const Outcomes& outcomes) const {
    std::printf("| %s | %s | %d | %d | %d | %d | %d |\n", GetParam().name.c_str(), fault, outcomes.points,
                outcomes.old_state, outcomes.between, outcomes.new_state, outcomes.refused);
  }

  PosixFileSystem posix_;
  MovableClock clock_;
  fs::path base_;
  Snapshot before_;
  Snapshot after_;
  Told old_;
  Told new_;
  std::string message_;
  std::set<Snapshot> seen_[2];
};

// At every call: killed there, and the power gone there.
TEST_P(Durability, SurvivesAKillAndAPowerLossAtEverySystemCall) {
  Outcomes kills;
  Outcomes losses;
  Outcomes kill;
  Outcomes loss;
  int changes = -1;
  for (int at = 0, acknowledged = 0; acknowledged == 0; ++at) {
    SCOPED_TRACE(testing::Message() << GetParam().name << ", call " << at);
    fresh();
    const auto disk = make_disk();
    acknowledged = run(*disk, std::make_shared<PosixFileSystem>(disk), {Kind::kill, at, 0});
    if (disk->changes() != changes || acknowledged != 0) {  // else the disk is as it was at the call before
      changes = disk->changes();
      kill = loss = {};
      for (const PowerLoss& each : power_losses(at)) {
        SCOPED_TRACE(testing::Message() << "power loss: entries " << static_cast<int>(each.entries) << ", data "
                                        << static_cast<int>(each.data));
        fs::remove_all(base_ / "recovered");
        disk->recover(each, base_ / "recovered");
        const bool all_there = each.entries == PowerLoss::Entries::all && each.data == PowerLoss::Data::all;
        examine(base_ / "recovered", acknowledged != 0, all_there ? kill : loss);
        if (HasFailure()) return;
      }
    }
    kills += kill;
    losses += loss;
  }
  print("killed", kills);
  print("power loss", losses);
}

// What the user sees of a project, and what tells an edit of labels from our own.
Snapshot truth(const fs::path& folder) {
  Snapshot found = snapshot(folder);
  std::erase_if(found, [](const auto& file) {
    return file.first.starts_with("backups/") || file.first.starts_with("annotations/.") ||
           file.first.starts_with("metadata/");
  });
  return found;
}

// Killed, opened again and looked at, and then the power fails: what was shown as saved must be durable by then.
TEST_P(Durability, WhatIsSeenAfterAKillSurvivesAPowerLoss) {
  for (int at = 0, acknowledged = 0; acknowledged == 0; ++at) {
    SCOPED_TRACE(testing::Message() << GetParam().name << ", call " << at);
    fresh();
    const auto disk = make_disk();
    const auto files = std::make_shared<PosixFileSystem>(disk);
    acknowledged = run(*disk, files, {Kind::kill, at, 0});
    disk->arm({});
    ask(project(), *files, clock_);
    const Snapshot now = truth(project());
    fs::remove_all(base_ / "recovered");
    disk->recover({}, base_ / "recovered");
    const Snapshot found = truth(base_ / "recovered");
    for (const auto& [path, bytes] : now) EXPECT_TRUE(holds(found, path, bytes)) << path;
    if (HasFailure()) return;
  }
}

struct Refusal {
  const char* name;
  Kind kind;
  int error;
};

// A call fails, once or from then on. What is refused with a message has changed nothing, or all; done again on a disk that works it succeeds.
TEST_P(Durability, ADiskThatRefusesIsAMessageAndNoLoss) {
  for (const Refusal& refusal :
       {Refusal{"no space, once", Kind::refuse, ENOSPC}, Refusal{"no space", Kind::refuse_on, ENOSPC},
        Refusal{"I/O error, once", Kind::refuse, EIO}, Refusal{"I/O errors", Kind::refuse_on, EIO},
        Refusal{"read-only", Kind::refuse_on, EROFS}, Refusal{"folder vanishes", Kind::vanish, 0},
        Refusal{"interruptions", Kind::interruptions, 0}}) {
    Outcomes outcomes;
    for (int at = 0;; ++at) {
      SCOPED_TRACE(testing::Message() << GetParam().name << ", " << refusal.name << ", call " << at);
      fresh();
      const auto disk = make_disk();
      const auto files = std::make_shared<PosixFileSystem>(disk);
      const bool acknowledged = run(*disk, files, {refusal.kind, at, refusal.error});
      const bool hit = disk->hit();
      const bool was_last = at >= disk->calls();
      disk->arm({});
      ASSERT_NO_THROW(disk->put_folder_back()) << "something was made in its place";
      if (hit) {
        const Snapshot found = snapshot(project());
        ++(found == after_ ? outcomes.new_state : found == before_ ? outcomes.old_state : outcomes.between);
        outcomes.refused += acknowledged ? 0 : 1;
      }
      EXPECT_TRUE(acknowledged || !message_.empty());
      expect_told(acknowledged);
      if (HasFailure()) return;
      outcomes.points += hit ? 1 : 0;
      if (was_last || refusal.kind == Kind::interruptions) break;
    }
    print(refusal.name, outcomes);
  }
}

TEST_P(Durability, AClockThatJumpsTakesNothingAway) {
  for (const auto& [name, by] : {std::pair("clock a day back", -std::chrono::hours(24)),
                                 std::pair("clock ten years back", -std::chrono::hours(24 * 3652)),
                                 std::pair("clock ten years ahead", std::chrono::hours(24 * 3652))}) {
    SCOPED_TRACE(name);
    fresh();
    MovableClock jumped = clock_;
    jumped.move(by);
    GetParam().begin(project(), posix_, jumped)();
    annotate(*open_scene(project(), posix_, clock_), "a.bmp", 0);
    const Snapshot found = snapshot(project());
    for (const auto& [path, bytes] : before_) {
      if (path.starts_with("backups/")) {
        EXPECT_TRUE(holds(found, path, bytes)) << path;
      }
    }
    fresh();
    GetParam().begin(project(), posix_, jumped)();
    expect_told(true);
    print(name, {1, 0, 0, 1, 0});
  }
}

// "save, the first of a day": SaveTheFirstOfADay
std::string test_name(const testing::TestParamInfo<Operation>& operation) {
  std::string name;
  bool upper = true;
  for (const char c : operation.param.name) {
    const bool letter = c >= 'a' && c <= 'z';
    if (letter) name += upper ? static_cast<char>(c - 'a' + 'A') : c;
    upper = !letter;
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Operations, Durability, testing::ValuesIn(durable_operations()), test_name);

}  // namespace
}  // namespace sam
