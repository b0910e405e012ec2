#include "pipeline/embed_picture.h"

#include <utility>

#include "cache/lru_cache.h"
#include "pipeline/run_encoder.h"
#include "platform/stopped.h"

namespace sam {
namespace {

// The picture's pixels go as soon as the encoder has answered.
EmbeddingPointer encode(const EmbedParts& parts, const PicturePath& picture, const std::stop_token& stop) {
  const auto begin = parts.clock.now();
  const Size looked_at = parts.predictor.info().looks_at;
  const ImageInfo info = read_image_info(picture.path, parts.limits, looked_at);
  Reservation pixels = parts.host.reserve(Owner::images, info.decode_bytes);
  const Image image = decode_image(picture.path, parts.limits, looked_at);
  pixels.correct_to(image.byte_size());
  if (stop.stop_requested()) throw Stopped();
  const InFlight::Operation under_way(parts.in_flight);
  Encoded made = run_encoder({parts.predictor, parts.form, parts.host, parts.last_embedding_bytes, parts.clock}, image,
                             info, begin, stop);
  made.reservation.correct_to(made.kept.embedding.byte_size());
  return with_reservation(std::move(made.kept), std::move(made.reservation));
}

}  // namespace

DiskEmbedding embed_picture(const EmbedParts& parts, const PicturePath& picture, const std::stop_token& stop) {
  const PredictorInfo& info = parts.predictor.info();
  const std::string key = parts.disk.key(picture, info);
  if (key.empty()) throw ImageError("cannot be read, or changes while it is read");
  if (const std::uint64_t bytes = parts.disk.file_bytes(key); bytes > 0)
    return {DiskEmbedding::State::kept_before, bytes};
  const EmbeddingPointer made = encode(parts, picture, stop);
  DiskEmbedding result{parts.disk.write_now(picture, info, key, made)};
  if (result.state == DiskEmbedding::State::written) result.file_bytes = parts.disk.file_bytes(key);
  result.read_ms = made->read_ms;
  result.encode_ms = made->encode_ms;
  return result;
}

}  // namespace sam
