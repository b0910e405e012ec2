// A project in a temporary folder, and a file system that fails on request.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>

#include "dataset/store.h"
#include "image/decode.h"

namespace sam {

// Passes everything on until the call number fail_at, counted over calls that change something.
class FaultyFileSystem final : public FileSystem {
 public:
  enum class Fault { none, once, from_then_on, after_it_was_done };

  explicit FaultyFileSystem(FileSystem& files) : files_(files) {}

  void fail(Fault fault, int at) {
    fault_ = fault;
    at_ = at;
    calls_ = 0;
  }
  int calls() const { return calls_; }

  std::optional<std::string> read(const std::filesystem::path& path, std::uint64_t max_bytes) override {
    return files_.read(path, max_bytes);
  }
  void write_atomic(const std::filesystem::path& path, std::string_view bytes) override {
    change([&] { files_.write_atomic(path, bytes); });
  }
  std::optional<FileStatus> status(const std::filesystem::path& path) override { return files_.status(path); }
  std::vector<std::string> list(const std::filesystem::path& path) override { return files_.list(path); }
  void create_directories(const std::filesystem::path& path) override {
    change([&] { files_.create_directories(path); });
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    change([&] { files_.rename(from, to); });
  }
  void remove(const std::filesystem::path& path) override {
    change([&] { files_.remove(path); });
  }
  void remove_folder(const std::filesystem::path& path) override {
    change([&] { files_.remove_folder(path); });
  }
  void remove_empty_folder(const std::filesystem::path& path) override {
    change([&] { files_.remove_empty_folder(path); });
  }
  void flush_folder(const std::filesystem::path& folder) override {
    change([&] { files_.flush_folder(folder); });
  }
  std::unique_ptr<FileLock> lock(const std::filesystem::path& path, std::string_view note) override {
    return files_.lock(path, note);
  }
  std::unique_ptr<InputFile> open(const std::filesystem::path& path) override { return files_.open(path); }
  std::unique_ptr<OutputFile> create(const std::filesystem::path& path) override {
    std::unique_ptr<OutputFile> made;
    change([&] { made = files_.create(path); });
    return made;
  }
  void write_unflushed(const std::filesystem::path& path, std::string_view bytes) override {
    change([&] { files_.write_unflushed(path, bytes); });
  }
  void copy_unflushed(const std::filesystem::path& from, const std::filesystem::path& to) override {
    change([&] { files_.copy_unflushed(from, to); });
  }
  void flush(const std::filesystem::path& folder) override {
    change([&] { files_.flush(folder); });
  }

 private:
  template <typename Change>
  void change(Change apply) {
    const int call = calls_++;
    const bool hit = fault_ == Fault::from_then_on ? call >= at_ : fault_ != Fault::none && call == at_;
    if (hit && fault_ == Fault::after_it_was_done) apply();
    if (hit) throw FileError("cannot write: No space left on device", ENOSPC);
    apply();
  }

  FileSystem& files_;
  Fault fault_ = Fault::none;
  int at_ = 0;
  std::atomic<int> calls_ = 0;  // several threads may write
};

class FixedClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override { return {}; }
  std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::system_clock::from_time_t(1'700'000'000);  // 2023-11-14T22:13:20Z
  }
};

// A white picture, 24 bit.
inline std::string bmp(int width, int height) {
  const std::size_t stride = (static_cast<std::size_t>(width) * 3 + 3) / 4 * 4;
  const std::size_t pixels = stride * static_cast<std::size_t>(height);
  std::string bytes = "BM";
  const auto put = [&](std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  };
  put(54 + pixels, 4);
  put(0, 4);
  put(54, 4);
  put(40, 4);
  put(static_cast<std::uint64_t>(width), 4);
  put(static_cast<std::uint64_t>(height), 4);
  put(1, 2);
  put(24, 2);
  put(0, 4);
  put(pixels, 4);
  put(2835, 4);
  put(2835, 4);
  put(0, 8);
  return bytes + std::string(pixels, '\xff');
}

class ProjectFolder : public testing::Test {
 protected:
  void SetUp() override {
    static const bool started = (start_image_library("dataset_tests"), true);
    ASSERT_TRUE(started);
    // In memory where that is possible: a disk takes 10 ms a flush.
    const std::filesystem::path memory = "/dev/shm";
    const std::filesystem::path place =
        std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (place / "sam-project-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = std::filesystem::canonical(pattern);
    std::filesystem::create_directories(folder_ / "images");
    put("classes.csv", "class_name\ncar\ntruck\nbus\n");
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void put(const std::string& path, std::string_view bytes) {
    std::filesystem::create_directories((folder_ / path).parent_path());
    files_.write_atomic(folder_ / path, bytes);
  }
  std::optional<std::string> get(const std::string& path) {
    return static_cast<FileSystem&>(files_).read(folder_ / path);
  }
  bool exists(const std::string& path) { return std::filesystem::exists(folder_ / path); }

  Store& open() {
    store_.reset();
    store_ = open_store(options(), faulty_, clock_);
    return *store_;
  }
  StoreOptions options() const {
    StoreOptions options;
    options.folder = folder_;
    return options;
  }
  static void examine_all(Store& store) {
    while (store.examine_next()) {
    }
  }

  // Of events, not of days: paths below backups/ without the folder of the event, sorted.
  std::vector<std::string> backups() {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "backups")) {
      if (!entry.is_regular_file()) continue;
      const auto path = entry.path().lexically_relative(folder_ / "backups");
      if (path.begin()->string().find('T') == std::string::npos) continue;
      found.push_back(path.lexically_relative(*path.begin()).string());
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  PosixFileSystem files_;
  FaultyFileSystem faulty_{files_};
  FixedClock clock_;
  std::filesystem::path folder_;
  std::unique_ptr<Store> store_;
};

// A rectangle of whole pixels.
inline Annotation rectangle(std::int64_t id, int class_id, Box box, Size size) {
  Annotation annotation;
  annotation.id = id;
  annotation.class_id = class_id;
  annotation.polygon = {{{{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}}, {}}};
  annotation.mask = polygon_to_mask(annotation.polygon, size);
  annotation.prompt.boxes = {box};
  annotation.source = "grabcut";
  annotation.score = 0.875;
  annotation.created = "2026-01-02T03:04:05Z";
  return annotation;
}

}  // namespace sam
