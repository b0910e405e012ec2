#include "pipeline/encode_picture.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "cache/lru_cache.h"
#include "memory/byte_text.h"

namespace sam {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

EmbeddingPointer read_from_disk(const EncodeParts& parts, const PredictorForms::Current& predictor,
                                const PicturePath& picture, const std::string& key, const std::string& disk_key) {
  EmbeddingPointer found = parts.kept.disk()->find(disk_key, *predictor.predictor, predictor.form, parts.host);
  if (!found) return nullptr;
  spdlog::info("Read the embedding of {} from disk in {:.1f} ms", picture.path.filename().string(), found->read_ms);
  parts.kept.keep_embedding(key, predictor.predictor->info(), found);
  return found;
}

EmbeddingPointer encode(const EncodeParts& parts, const PredictorForms::Current& predictor, const PicturePath& picture,
                        const std::string& key, const std::stop_token& stop) {
  const auto begin = parts.clock.now();
  const auto source = parts.kept.decoded(picture, key);
  Reservation reservation = parts.host.reserve(Owner::embeddings, parts.last_embedding_bytes);
  const InFlight::Operation under_way(parts.in_flight);
  const auto read = parts.clock.now();
  KeptEmbedding fresh{predictor.predictor->encode(source->image, source->info.file_size, stop), predictor.form};
  fresh.read_ms = Milliseconds(read - begin).count();
  fresh.encode_ms = Milliseconds(parts.clock.now() - read).count();
  const std::uint64_t bytes = fresh.embedding.byte_size();
  if (fresh.embedding.picture.byte_size() > 0) {  // the picture is counted once, with the embedding
    parts.kept.images().erase(key);
  } else {
    parts.last_embedding_bytes = bytes;
  }
  reservation.correct_to(bytes);
  spdlog::info("Encoded {} in {:.0f} ms ({} kept)", picture.path.filename().string(),
               Milliseconds(parts.clock.now() - begin).count(), byte_text(bytes));
  return with_reservation(std::move(fresh), std::move(reservation));
}

}  // namespace

EmbeddingPointer encode_picture(const EncodeParts& parts, const PredictorForms::Current& predictor,
                                const PicturePath& picture, const std::string& key, const EncodeLane::Turn& turn) {
  const PredictorInfo& info = predictor.predictor->info();
  EmbeddingsOnDisk* disk = parts.kept.disk();
  const std::string disk_key = disk != nullptr ? disk->key(picture, info) : std::string();
  if (!disk_key.empty()) {
    if (EmbeddingPointer found = read_from_disk(parts, predictor, picture, key, disk_key)) return found;
  }
  turn.begin();
  EmbeddingPointer made = encode(parts, predictor, picture, key, turn.stop);
  parts.kept.keep_embedding(key, info, made);
  if (!disk_key.empty()) disk->keep(picture, info, disk_key, made);
  return made;
}

}  // namespace sam
