// What the pipeline's operations come to, and what it reports of its caches.
// Threading: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "segmentation/predictor.h"

namespace sam {

struct SegmentResult {
  std::vector<Instance> instances;
  std::string predictor_key;  // of the predictor that answered: it may have stepped down meanwhile
  double decode_ms = 0;       // the predictor's decode alone; 0 when the answer was kept
  double wait_ms = 0;         // for the embedding; 0 when it was there
  double read_ms = 0;         // when the embedding was made: the picture's file decoded, or the embedding's file read
  double encode_ms = 0;       // when the embedding was made: the predictor's encode; 0 if it was read from a file
  bool from_cache = false;    // the same question was answered before
};

struct CacheReport {
  std::string name;  // "images", "embeddings", "predictions", "embeddings_on_disk"
  std::size_t entries = 0;
  std::uint64_t bytes = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t evictions = 0;
  // Of what is kept on disk only:
  std::uint64_t limit_bytes = 0;
  std::uint64_t writes = 0;
  std::uint64_t dropped = 0;  // not written: memory was tight, the disk was slow, full or read-only
  std::uint64_t damaged = 0;  // found torn or otherwise unusable, removed and made again
};

// A picture's embedding as a file, from Pipeline::embed.
struct DiskEmbedding {
  // changed: the picture's file is another one by now. refused: the folder takes no more.
  enum class State : std::uint8_t { missing, kept_before, written, changed, refused };
  State state = State::missing;
  std::uint64_t file_bytes = 0;  // if it is there
  double read_ms = 0;            // when it was made: the picture's file decoded
  double encode_ms = 0;          // the same: the predictor's encode, waiting for its turn included
};

}  // namespace sam
