#include "pipeline/run_encoder.h"

#include <utility>

namespace sam {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

}  // namespace

Encoded run_encoder(const EncoderParts& parts, const Image& image, const ImageInfo& info,
                    std::chrono::steady_clock::time_point begin, const std::stop_token& stop) {
  Reservation reservation = parts.host.reserve(Owner::embeddings, parts.last_embedding_bytes);
  const auto read = parts.clock.now();
  KeptEmbedding fresh{parts.predictor.encode(image, info.file_size, stop), parts.form};
  fresh.embedding.working_size = info.working_size;
  fresh.read_ms = Milliseconds(read - begin).count();
  fresh.encode_ms = Milliseconds(parts.clock.now() - read).count();
  // One that keeps the picture's pixels is as large as its picture.
  if (fresh.embedding.picture.byte_size() == 0) parts.last_embedding_bytes = fresh.embedding.byte_size();
  return {std::move(fresh), std::move(reservation)};
}

}  // namespace sam
