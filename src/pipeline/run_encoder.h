// One run of the encoder on a decoded picture: memory for what it makes is reserved before, and its times are taken.
// Threading: safe to call from any thread. Ownership: the parts must outlive the call.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include "image/decode.h"
#include "memory/budget.h"
#include "pipeline/encode_lane.h"
#include "platform/clock.h"
#include "segmentation/predictor.h"

namespace sam {

struct EncoderParts {
  Predictor& predictor;
  std::size_t form = 0;  // the predictor's
  Budget& host;
  std::atomic<std::uint64_t>& last_embedding_bytes;  // reserved for the next
  const Clock& clock;
};

struct Encoded {
  KeptEmbedding kept;
  Reservation reservation;  // still of last_embedding_bytes: correct it when what the embedding replaces is gone
};

// begin: when the picture began to be read. Throws what Predictor::encode throws, OutOfMemory.
// image: as decode_image gives it for this predictor, with what read_image_info says of it.
Encoded run_encoder(const EncoderParts& parts, const Image& image, const ImageInfo& info,
                    std::chrono::steady_clock::time_point begin, const std::stop_token& stop);

}  // namespace sam
