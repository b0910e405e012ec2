// A prompt's answer: the one that was given before, or the predictor's decode.
// Threading: safe to call from any thread. Ownership: the parts must outlive the call.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "memory/budget.h"
#include "pipeline/encode_lane.h"
#include "pipeline/in_flight.h"
#include "pipeline/kept_pictures.h"
#include "pipeline/predictor_forms.h"
#include "pipeline/results.h"
#include "platform/clock.h"

namespace sam {

struct AnswerParts {
  KeptPictures& kept;
  Budget& host;
  InFlight& in_flight;
  const Clock& clock;
};

// kept: the answer, and that it was asked for. not_kept: nothing, for a prompt that may never be given.
enum class AnswerIs : std::uint8_t { kept, not_kept };

// Nothing if the predictor cannot use the embedding: it changed meanwhile. key: the picture's. Throws what Predictor::decode throws, and what
// decode_image throws where edges are to be refined.
std::optional<SegmentResult> answer_prompt(const AnswerParts& parts, const PredictorForms::Current& predictor,
                                           const EmbeddingPointer& embedding, const PicturePath& picture,
                                           const std::string& key, const Prompt& prompt, AnswerIs is,
                                           const std::stop_token& stop);

}  // namespace sam
