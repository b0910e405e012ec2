#include "pipeline/answer_prompt.h"

#include <chrono>

#include "pipeline/prediction_key.h"
#include "segmentation/edge_refinement.h"

namespace sam {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

SegmentResult from_cache(const Prediction& kept, const PredictorInfo& info) {
  SegmentResult result;
  result.instances = kept.instances;
  result.predictor_key = info.key;
  result.from_cache = true;
  return result;
}

SegmentResult decode(const AnswerParts& parts, Predictor& predictor, const Embedding& embedding, const Prompt& prompt,
                     const std::stop_token& stop) {
  SegmentResult result;
  result.predictor_key = predictor.info().key;
  const auto begin = parts.clock.now();
  const Reservation scratch = parts.host.reserve(Owner::scratch, predictor.decode_bytes(embedding, prompt));
  const InFlight::Operation under_way(parts.in_flight);
  result.instances = predictor.decode(embedding, prompt, stop);
  result.decode_ms = Milliseconds(parts.clock.now() - begin).count();
  return result;
}

// Of the picture as far as an edge can be seen on a screen.
constexpr Size refined_at{2048, 2048};

void refine_edges(const AnswerParts& parts, const Embedding& embedding, const PicturePath& picture,
                  const std::string& key, SegmentResult& result, const std::stop_token& stop) {
  const auto begin = parts.clock.now();
  const Image pixels =
      embedding.picture.byte_size() > 0 ? embedding.picture : parts.kept.decoded(picture, key, refined_at)->image;
  for (Instance& instance : result.instances) {
    const Reservation scratch = parts.host.reserve(Owner::scratch, refine_edge_bytes(instance.mask, pixels.size()));
    const InFlight::Operation under_way(parts.in_flight);
    instance.mask = refine_edge(instance.mask, pixels.view(), stop);
  }
  result.decode_ms += Milliseconds(parts.clock.now() - begin).count();
}

}  // namespace

std::optional<SegmentResult> answer_prompt(const AnswerParts& parts, const PredictorForms::Current& predictor,
                                           const EmbeddingPointer& embedding, const PicturePath& picture,
                                           const std::string& key, const Prompt& prompt, AnswerIs is,
                                           const std::stop_token& stop) {
  const PredictorInfo& info = predictor.predictor->info();
  if (embedding->embedding.model_key != info.model_key) return std::nullopt;
  const std::string question = prediction_key(embedding_key(key, info) + '\n' + info.key, prompt);
  const bool keep = is == AnswerIs::kept;
  if (const auto kept = parts.kept.prediction(question, keep)) return from_cache(*kept, info);
  SegmentResult result = decode(parts, *predictor.predictor, embedding->embedding, prompt, stop);
  if (prompt.refine_edges) refine_edges(parts, embedding->embedding, picture, key, result, stop);
  if (keep) parts.kept.keep_prediction(question, result);
  return result;
}

}  // namespace sam
