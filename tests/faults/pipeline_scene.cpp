#include "faults/pipeline_scene.h"

#include <chrono>
#include <thread>

#include "image/jpeg.h"
#include "platform/file_system.h"
#include "segmentation/pictures.h"

namespace sam {

namespace {

constexpr Size picture_size{24, 18};

// 24 bit, rows from the bottom.
std::string bmp_of(const Image& image) {
  const Size size = image.size();
  std::string bytes = "BM";
  const auto put = [&](std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xff);
  };
  put(54 + image.byte_size(), 4), put(0, 4), put(54, 4), put(40, 4);
  put(static_cast<std::uint64_t>(size.width), 4), put(static_cast<std::uint64_t>(size.height), 4);
  put(1, 2), put(24, 2), put(0, 4), put(image.byte_size(), 4), put(2835, 4), put(2835, 4), put(0, 8);
  for (int y = size.height - 1; y >= 0; --y) {
    for (int x = 0; x < size.width; ++x) {
      for (int c = 2; c >= 0; --c) bytes += static_cast<char>(image.view().row(y)[3 * x + c]);
    }
  }
  return bytes;
}

}  // namespace

std::filesystem::path write_picture(const std::filesystem::path& file) {
  const Image image = picture_of_box(picture_size, {4, 3, 17, 14});
  PosixFileSystem().write_atomic(file, file.extension() == ".bmp" ? bmp_of(image) : encode_jpeg(image.view()));
  return file;
}

void PipelineScene::make(PipelineParts parts) {
  GovernedDomain domain{&probe_, &budget_, {gib, 1.0}, [] { return ProgramUse{}; }};
  governor_ = make_governor({}, {domain}, fake_clock_);
  governor_->sample();
  parts.governor = governor_.get();
  parts.host = &budget_;
  pipeline_ = make_pipeline({}, std::move(parts), log_, clock_);
}

SegmentResult PipelineScene::segment(const Prompt& prompt) {
  SegmentResult result = pipeline_->segment(picture_, prompt, {});
  if (result.instances.empty()) throw std::runtime_error("an answer without a mask");
  return result;
}

void PipelineScene::after(bool) {
  pipeline_->clear_cache(false);
  segment(second_);
  std::uint64_t kept = 0;
  for (const CacheReport& cache : pipeline_->caches()) kept += cache.bytes;
  if (kept > gib) throw std::runtime_error("the caches count " + std::to_string(kept) + " bytes");
  pipeline_->clear_cache(false);
  for (const CacheReport& cache : pipeline_->caches()) {
    if (cache.bytes != 0 || cache.entries != 0) throw std::runtime_error(cache.name + " are not empty");
  }
  for (int i = 0; i < 200 && budget_.reserved_bytes() > held_by_engines();
       ++i) {  // the lane lets go a moment after it answered
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (const std::uint64_t bytes = budget_.reserved_bytes(); bytes > held_by_engines()) {
    throw std::runtime_error(std::to_string(bytes) + " bytes stay reserved");
  }
}

}  // namespace sam
