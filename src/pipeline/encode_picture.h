// One picture's embedding, from disk or from the predictor's encoder, into what is kept of pictures.
// Threading: safe to call from any thread. Ownership: the parts must outlive the call.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "memory/budget.h"
#include "pipeline/encode_lane.h"
#include "pipeline/in_flight.h"
#include "pipeline/kept_pictures.h"
#include "pipeline/predictor_forms.h"
#include "platform/clock.h"

namespace sam {

struct EncodeParts {
  KeptPictures& kept;
  Budget& host;
  InFlight& in_flight;
  std::atomic<std::uint64_t>& last_embedding_bytes;  // reserved for the next
  const Clock& clock;
};

// Throws ImageError, Stopped, OutOfMemory, std::bad_alloc, ModelError.
EmbeddingPointer encode_picture(const EncodeParts& parts, const PredictorForms::Current& predictor,
                                const PicturePath& picture, const std::string& key, const EncodeLane::Turn& turn);

}  // namespace sam
