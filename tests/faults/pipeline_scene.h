// Scenes of the pipeline: a host of 1 GiB that uses nothing, a small picture, a predictor; all made anew for each point.
// Threading: as Scene.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "faults/walk.h"
#include "memory/fakes.h"
#include "pipeline/pipeline.h"

namespace sam {

// A folder for all points of a walk.
class WalkFolder {
 public:
  WalkFolder() {
    // In memory where that can be had: files are flushed a thousand times.
    std::string name = (std::filesystem::is_directory("/dev/shm") ? "/dev/shm/" : testing::TempDir()) + "faults-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make the folder " + name);
    path_ = name;
  }
  ~WalkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WalkFolder(const WalkFolder&) = delete;
  WalkFolder& operator=(const WalkFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Writes a bright box on a dark ground: "a.jpg", "b.bmp".
std::filesystem::path write_picture(const std::filesystem::path& file);

class PipelineScene : public Scene {
 public:
  explicit PipelineScene(std::filesystem::path picture) : picture_{std::move(picture)} {}
  ~PipelineScene() override { pipeline_.reset(); }

  bool may_end_with(const std::exception& error) const override {
    return dynamic_cast<const MemoryExhausted*>(&error) != nullptr;
  }
  // The same again, from the beginning, has a result; then nothing is reserved that is not in a cache.
  void after(bool failed) override;

 protected:
  // parts: all but governor and budget.
  void make(PipelineParts parts);
  SegmentResult segment(const Prompt& prompt);
  virtual std::uint64_t held_by_engines() const { return 0; }

  // Made before anything fails: they are the caller's.
  const PicturePath picture_;
  const Prompt first_{{}, {{{8, 8}, true}}, nullptr, false, false, {}};
  const Prompt second_{{}, {{{12, 8}, true}}, nullptr, false, false, {}};
  SystemClock clock_;
  FakeClock fake_clock_;
  MemoryLog log_{nullptr};
  FakeProbe probe_{"host", 0, gib};
  Budget budget_{"host", 0};
  std::unique_ptr<Governor> governor_;
  std::unique_ptr<Pipeline> pipeline_;
};

// From the file to the mask.
class EncodeScene : public PipelineScene {
 public:
  EncodeScene(std::filesystem::path picture, PipelineParts parts) : PipelineScene(std::move(picture)) {
    make(std::move(parts));
  }
  void run() override { segment(second_); }
};

// Another prompt on a picture that is encoded.
class DecodeScene : public PipelineScene {
 public:
  DecodeScene(std::filesystem::path picture, PipelineParts parts) : PipelineScene(std::move(picture)) {
    make(std::move(parts));
    segment(first_);
  }
  void run() override { segment(second_); }
};

}  // namespace sam
