// One picture's embedding onto disk and nowhere else: what is there already is not made again, and nothing stays in memory.
// Threading: safe to call from several threads with the same parts; the encoder's runs then follow one another while the pictures of the others are
// decoded and reduced. Ownership: the parts must outlive the call.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "image/decode.h"
#include "memory/budget.h"
#include "pipeline/embeddings_on_disk.h"
#include "pipeline/in_flight.h"
#include "pipeline/results.h"
#include "platform/clock.h"
#include "segmentation/predictor.h"

namespace sam {

struct EmbedParts {
  EmbeddingsOnDisk& disk;
  Predictor& predictor;
  std::size_t form = 0;  // the predictor's
  Budget& host;
  InFlight& in_flight;
  std::atomic<std::uint64_t>& last_embedding_bytes;  // reserved for the next
  const DecodeLimits& limits;
  const Clock& clock;
};

// Throws ImageError, Stopped, OutOfMemory, std::bad_alloc, ModelError.
DiskEmbedding embed_picture(const EmbedParts& parts, const PicturePath& picture, const std::stop_token& stop);

}  // namespace sam
