// `segment --everything`: all segments of a picture, and what is written and printed of them.
// Threading: for the main thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "cli/segment_files.h"
#include "jobs/everything_job.h"

namespace sam {

struct EverythingOutput {
  std::string image;
  std::string out;      // a PNG of numbers, 0 none; empty: not written
  std::string overlay;  // a JPEG; empty: not written
  bool json = false;
};

// Shows progress on standard error. peak_bytes: of all processes, asked for when all is done. Throws what find_everything throws, MemoryExhausted,
// ImageError, FileError, StoppedBySignal.
void segment_everything(const EverythingOutput& output, const EverythingOptions& options, const DecodeLimits& limits,
                        Pipeline& pipeline, SegmentFiles& files, const Clock& clock,
                        const std::function<std::uint64_t()>& peak_bytes);

}  // namespace sam
