// A small project, what is done to it, and what may be found of it afterwards: for the walks of faults in durability_test.cpp.
// Threading: one thread.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "dataset/project.h"
#include "platform/clock.h"
#include "platform/file_system.h"

namespace sam {

class MovableClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override { return {}; }
  std::chrono::system_clock::time_point wall_now() const override { return now_; }
  void move(std::chrono::seconds by) { now_ += by; }

 private:
  std::chrono::system_clock::time_point now_ = std::chrono::system_clock::from_time_t(1'700'000'000);
};

// Files by their path in the project. Without the index, the lock, temporary files and what a change has staged.
using Snapshot = std::map<std::string, std::string>;
Snapshot snapshot(const std::filesystem::path& folder);

// What the program says of a project: classes, and each picture's annotations.
struct Told {
  std::vector<std::string> classes;
  std::map<std::string, PictureAnnotations> pictures;
  std::vector<std::string> warnings;
};

struct Operation {
  std::string name;
  // On the folder as the scene makes it, before anything can fail.
  std::function<void(const std::filesystem::path& folder)> prepare;
  // Opens what is needed, undisturbed; what it returns is the operation, and its return the acknowledgement.
  std::function<std::function<void()>(const std::filesystem::path& folder, FileSystem& files, const Clock& clock)>
      begin;
  bool whole = false;                    // all of it or nothing, over many files
  std::vector<std::string> other_disks;  // folders of the project that are on disks of their own
};
inline void PrintTo(const Operation& operation, std::ostream* out) {
  *out << operation.name;
}

// The project: a.bmp with two annotations, b.bmp labelled by the original tool, c.bmp untouched; yesterday's.
void make_scene(const std::filesystem::path& folder, const Clock& clock);
std::vector<Operation> durable_operations();

std::unique_ptr<Project> open_scene(const std::filesystem::path& folder, FileSystem& files, const Clock& clock);
Told ask(const std::filesystem::path& folder, FileSystem& files, const Clock& clock);
// One more annotation on a picture, as a user makes it.
void annotate(Store& store, const std::string& name, int class_id);

}  // namespace sam
