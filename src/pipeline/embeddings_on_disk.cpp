#include "pipeline/embeddings_on_disk.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <new>

#include "cache/lru_cache.h"
#include "segmentation/embedding_file.h"

namespace sam {
namespace {

// A write takes some milliseconds and an encode a hundred times that: more than this only wait where the disk does not keep up.
constexpr std::size_t max_queued = 4;
constexpr int nice_value = 10;

bool is_worth_a_file(const Embedding& embedding) {
  return !embedding.tensors.empty() && embedding.picture.byte_size() == 0;
}

}  // namespace

EmbeddingsOnDisk::EmbeddingsOnDisk(const std::filesystem::path& folder, std::uint64_t limit_bytes,
                                   const DecodeLimits& limits, const Governor& governor)
    : limits_(limits),
      governor_(governor),
      contents_(folder / "pictures.keys"),
      files_(folder, embedding_suffix, limit_bytes),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

EmbeddingsOnDisk::~EmbeddingsOnDisk() {
  thread_.request_stop();
  const MutexLock lock(mutex_);
  changed_.notify_all();
}

// At warning too: a file takes no memory for longer than its write, and it spares an encode where memory keeps nothing.
bool EmbeddingsOnDisk::may_write() const {
  return governor_.level() != MemoryLevel::critical;
}

std::string EmbeddingsOnDisk::key(const PicturePath& picture, const PredictorInfo& predictor) const {
  if (predictor.keeps_pixels) return {};
  const auto content = contents_.key(picture.path);
  return content ? key_of(*content, predictor) : std::string();
}

bool EmbeddingsOnDisk::holds(const PicturePath& picture, const PredictorInfo& predictor) const {
  if (predictor.keeps_pixels) return false;
  const auto content = contents_.known_key(picture.path);
  return content && files_.holds(key_of(*content, predictor));
}

std::string EmbeddingsOnDisk::key_of(const std::string& content, const PredictorInfo& predictor) const {
  return content + '\n' + predictor.key + '\n' + std::to_string(limits_.max_side) + '\n' +
         std::to_string(limits_.max_working_pixels);
}

EmbeddingPointer EmbeddingsOnDisk::find(const std::string& key, Predictor& predictor, std::size_t form, Budget& host) {
  const auto begin = std::chrono::steady_clock::now();
  EmbeddingPointer found;
  files_.read(key, [&](int descriptor, std::uint64_t file_bytes) {
    auto reader = EmbeddingReader::open(descriptor, file_bytes, key);
    if (!reader) return false;
    Reservation reservation = host.reserve(Owner::embeddings, reader->memory_bytes());
    auto embedding = reader->read([&](std::string name, ElementType type, Shape shape) {
      return predictor.make_tensor(std::move(name), type, std::move(shape));
    });
    if (!embedding) return false;
    KeptEmbedding kept{std::move(*embedding), form};
    *kept.on_disk = true;
    kept.read_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    found = with_reservation(std::move(kept), std::move(reservation));
    return true;
  });
  return found;
}

void EmbeddingsOnDisk::keep(const PicturePath& picture, const PredictorInfo& predictor, std::string key,
                            EmbeddingPointer embedding) {
  if (!is_worth_a_file(embedding->embedding)) return;
  if (!may_write()) {
    files_.count_dropped();
    return;
  }
  Queued oldest;  // destroyed after the lock
  const MutexLock lock(mutex_);
  if (queue_.size() == max_queued) {
    oldest = std::move(queue_.front());
    queue_.pop_front();
    files_.count_dropped();
  }
  queue_.push_back({picture, predictor, std::move(key), std::move(embedding)});
  changed_.notify_all();
}

void EmbeddingsOnDisk::drop_queued() {
  std::deque<Queued> dropped;
  {
    const MutexLock lock(mutex_);
    dropped.swap(queue_);
  }
  files_.count_dropped(dropped.size());
}

CacheReport EmbeddingsOnDisk::report() const {
  const DiskStatistics of = files_.statistics();
  CacheReport report{"embeddings_on_disk", of.entries, of.bytes, of.hits, of.misses, of.evictions};
  report.limit_bytes = files_.limit_bytes();
  report.writes = of.writes;
  report.dropped = of.dropped;
  report.damaged = of.damaged;
  return report;
}

// False once stopped and nothing is left.
bool EmbeddingsOnDisk::next(const std::stop_token& stop, Queued& queued) {
  const MutexLock lock(mutex_);
  while (queue_.empty() && !stop.stop_requested()) changed_.wait(mutex_);
  if (queue_.empty()) return false;
  queued = std::move(queue_.front());
  queue_.pop_front();
  return true;
}

void EmbeddingsOnDisk::run(const std::stop_token& stop) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice_value);  // Linux: of this thread
  try {
    files_.look_through();
  } catch (const std::bad_alloc&) {  // before the first write it is tried again
  }
  while (true) {
    Queued queued;
    if (!next(stop, queued)) return;
    try {
      write(queued);
    } catch (const std::exception& error) {
      files_.count_dropped();
      spdlog::debug("the embedding of {} is not kept on disk: {}", queued.picture.path.filename().string(),
                    error.what());
    }
  }
}

void EmbeddingsOnDisk::write(const Queued& queued) {
  if (may_write()) {
    write_now(queued.picture, queued.predictor, queued.key, queued.embedding);
  } else {
    files_.count_dropped();
  }
}

std::uint64_t EmbeddingsOnDisk::file_bytes(const std::string& key) {
  std::uint64_t bytes = 0;
  files_.read(key, [&](int descriptor, std::uint64_t file_bytes) {
    if (!EmbeddingReader::open(descriptor, file_bytes, key)) return false;
    bytes = file_bytes;
    return true;
  });
  return bytes;
}

DiskEmbedding::State EmbeddingsOnDisk::write_now(const PicturePath& picture, const PredictorInfo& predictor,
                                                 const std::string& key, const EmbeddingPointer& embedding) {
  if (this->key(picture, predictor) != key) {
    files_.count_dropped();
    return DiskEmbedding::State::changed;
  }
  const EmbeddingWriter file(embedding->embedding, key);
  if (!files_.write(key, file.file_bytes(), [&](int descriptor) { return file.write(descriptor); }))
    return DiskEmbedding::State::refused;
  *embedding->on_disk = true;
  return DiskEmbedding::State::written;
}

}  // namespace sam
