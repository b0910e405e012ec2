// The files that `segment` writes. What making one takes is reserved first, in the pipeline's memory.
// Threading: belongs to one thread. Ownership: keeps references.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "image/decode.h"
#include "image/mask.h"
#include "image/mask_drawing.h"
#include "memory/budget.h"
#include "pipeline/pipeline.h"
#include "platform/file_system.h"
#include "segmentation/everything/segment_choice.h"

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

  // Each pixel is the number of its segment, from 1 on in their order, 0 none; where they overlap, of the smallest.
  void write_segments(const std::filesystem::path& file, const Segments& segments, Size picture);
  // As write_overlay, each in a colour of its own.
  void write_segments_overlay(const std::filesystem::path& file, const std::string& picture, const Segments& segments,
                              const DecodeLimits& limits);

 private:
  struct Overlay {
    std::vector<DrawnMask> masks;
    MaskDrawing drawing;
  };

  void write_overlay_fitting(const std::filesystem::path& file, const std::string& picture, const Overlay& overlay,
                             const DecodeLimits& limits);
  void write_overlay_at(const DecodeLimits& limits, const std::filesystem::path& file, const std::string& picture,
                        const Overlay& overlay);

  Pipeline& pipeline_;
  const Budget& host_;
  FileSystem& files_;
};

}  // namespace sam
