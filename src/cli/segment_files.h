// The files that `segment` writes. What making one takes is reserved first, in the pipeline's memory.
// Threading: belongs to one thread. Ownership: keeps references.
#pragma once

#include <filesystem>
#include <string>

#include "image/decode.h"
#include "image/mask.h"
#include "memory/budget.h"
#include "pipeline/pipeline.h"
#include "platform/file_system.h"

namespace sam {

class SegmentFiles {
 public:
  // host: the budget that the pipeline reserves in.
  SegmentFiles(Pipeline& pipeline, const Budget& host, FileSystem& files)
      : pipeline_(pipeline), host_(host), files_(files) {}

  // Throws MemoryExhausted, ImageError, FileError.
  void write_mask(const std::filesystem::path& file, const Mask& mask);

  // At the picture's full size, or, where that does not fit, as large as it does, with a line in the log.
  // limits: of the pictures worked on. Throws MemoryExhausted, ImageError, FileError.
  void write_overlay(const std::filesystem::path& file, const std::string& picture, const Mask& mask,
                     const DecodeLimits& limits);

 private:
  void write_overlay_at(const DecodeLimits& limits, const std::filesystem::path& file, const std::string& picture,
                        const Mask& mask);

  Pipeline& pipeline_;
  const Budget& host_;
  FileSystem& files_;
};

}  // namespace sam
