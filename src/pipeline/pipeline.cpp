#include "pipeline/pipeline.h"

#include <malloc.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <limits>
#include <optional>

#include "cache/lru_cache.h"
#include "image/tiles.h"
#include "memory/byte_text.h"
#include "memory/recovery.h"
#include "pipeline/embed_picture.h"
#include "pipeline/embeddings_on_disk.h"
#include "pipeline/encode_lane.h"
#include "pipeline/memory_rungs.h"
#include "pipeline/prediction_key.h"
#include "pipeline/proxies_ahead.h"
#include "platform/name_locks.h"
#include "platform/stopped.h"

namespace sam {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

// A model that nobody used for so long is given back when memory is short.
constexpr std::int64_t idle_ms = 60'000;
// How often a prompt begins anew because the predictor changed its form between encoding and decoding.
constexpr int max_rounds = 3;

std::string file_name(const PicturePath& picture) {
  return picture.path.filename().string();
}

// A decoded picture and what is known of its file, kept together; or only what the page shows of it.
struct DecodedPicture {
  Image image;
  ImageInfo info;
  std::string proxy = {};  // JPEG
};

struct Prediction {
  std::vector<Instance> instances;
  std::string predictor_key;
};

SegmentResult from_cache(const Prediction& kept, const PredictorInfo& info) {
  SegmentResult result;
  result.instances = kept.instances;
  result.predictor_key = info.key;
  result.from_cache = true;
  return result;
}

// Known to the governor as long as this lives.
class Reclaimers {
 public:
  explicit Reclaimers(Governor& governor) : governor_(governor) {}
  ~Reclaimers() {
    for (const auto& reclaimer : all_) governor_.remove_reclaimer(*reclaimer);
  }
  Reclaimers(const Reclaimers&) = delete;
  Reclaimers& operator=(const Reclaimers&) = delete;

  void add(const std::string& domain, ReclaimStep step, FunctionReclaimer::Function function) {
    all_.push_back(std::make_unique<FunctionReclaimer>(domain, step, std::move(function)));
    governor_.add_reclaimer(*all_.back());
  }

 private:
  Governor& governor_;
  std::vector<std::unique_ptr<Reclaimer>> all_;
};

class PredictingPipeline final : public Pipeline {
 public:
  PredictingPipeline(const PipelineOptions& options, PipelineParts parts, MemoryLog& log, const Clock& clock)
      : options_(options),
        engines_(std::move(parts.engines)),
        governor_(*parts.governor),
        host_(*parts.host),
        log_(log),
        clock_(clock),
        fallback_(std::move(parts.fallback)),
        forms_(std::move(parts.forms), std::move(parts.predictor), clock),
        images_({governor_.options().image_cache_bytes, governor_.options().image_cache_entries}),
        embeddings_({.bytes = governor_.options().embedding_cache_bytes}),
        predictions_({.entries = governor_.options().prediction_cache_entries}),
        ladder_(make_rungs({governor_, host_, engines_, in_flight_, &forms_}), describe(), report(), clock),
        plain_ladder_(make_rungs({governor_, host_, engines_, in_flight_}), describe(), report(), clock),
        proxies_ahead_([this](const PicturePath& picture) { prepare_proxy(picture); }, options_.settle),
        lane_([this](const std::string& key, bool look) { return kept_embedding(key, look); },
              [this](const PicturePath& picture, const std::string& key, const EncodeLane::Turn& turn) {
                return turn.ahead ? prepare_one(picture, key, turn) : encode(picture, key, turn);
              },
              options_.settle) {
    const std::uint64_t disk_bytes = governor_.options().embedding_disk_bytes;
    if (!options_.embedding_folder.empty() && disk_bytes > 0)
      disk_ = std::make_unique<EmbeddingsOnDisk>(options_.embedding_folder, disk_bytes, options_.limits, governor_);
    add_reclaimers(parts.device_domain);
  }

  PredictorInfo predictor() const override {
    return choice_ == PredictorChoice::fallback ? fallback_->info() : forms_.info();
  }
  bool has_fallback() const override { return fallback_ != nullptr; }
  PredictorChoice choice() const override { return choice_; }
  void choose(PredictorChoice choice) override;

  void show(const PicturePath& picture) override;
  EncodingStatus encoding(const PicturePath& picture) const override { return lane_.status(picture_key(picture)); }
  void prepare(const std::vector<PicturePath>& ahead) override {
    {
      const MutexLock lock(mutex_);
      ahead_ = ahead;
    }
    const auto most = static_cast<std::size_t>(std::max(0, prepares_ahead_ ? governor_.options().pictures_ahead : 0));
    std::vector<EncodeLane::Ahead> next;
    for (const PicturePath& picture : ahead) {
      if (next.size() < most) next.push_back({picture, picture_key(picture)});
    }
    std::vector<PicturePath> shown_next(ahead.begin(), ahead.begin() + static_cast<std::ptrdiff_t>(next.size()));
    proxies_ahead_.prepare(std::move(shown_next));
    lane_.prepare(std::move(next));
  }
  DiskEmbedding embed(const PicturePath& picture, WithoutMemory without, std::stop_token stop) override;
  DiskEmbedding find_embedding(const PicturePath& picture) override;
  void set_listener(Listener listener) override { lane_.set_listener(std::move(listener)); }
  bool prepares_ahead() const override { return prepares_ahead_; }
  void set_prepares_ahead(bool on) override;
  SegmentResult segment(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) override;
  SegmentResult preview(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) override;
  std::shared_ptr<const std::string> proxy(const PicturePath& picture) override;
  std::shared_ptr<const std::string> find_proxy(const PicturePath& picture) override {
    return kept_proxy(proxy_key(picture));
  }
  void with_memory(std::uint64_t bytes, const std::string& doing, const std::function<void()>& operation) override;

  double get_memory_usage() const override { return governor_.get_memory_usage(); }
  OptimizeResult optimize_memory(bool force) override { return governor_.optimize_memory(force); }
  void clear_cache(bool keep_current) override;

  std::vector<CacheReport> caches() const override {
    std::vector<CacheReport> reports{cache_report("images", images_.statistics()),
                                     cache_report("embeddings", embeddings_.statistics()),
                                     cache_report("predictions", predictions_.statistics())};
    if (disk_) reports.push_back(disk_->report());
    return reports;
  }
  RecoveryStatistics recovery() const override {
    RecoveryStatistics statistics = ladder_.statistics() + plain_ladder_.statistics();
    if (engines_.worker_deaths) statistics.worker_deaths = static_cast<std::uint64_t>(engines_.worker_deaths());
    return statistics;
  }
  std::uint64_t embedding_bytes() const override { return embeddings_.bytes(); }

 private:
  RecoveryLadder::Describe describe() {
    return [this](const OutOfMemory& error) {
      const bool by_model = fallback_ != nullptr && choice_ == PredictorChoice::model;
      return describe_exhaustion(governor_, {by_model, by_model && forms_.form() == 0}, error);
    };
  }
  RecoveryLadder::Report report() {
    return [this](RecoveryLadder::Line line, const std::string& sentence) {
      spdlog::log(line == RecoveryLadder::Line::summary ? spdlog::level::warn : spdlog::level::debug, "{}", sentence);
      governor_.note("recovery", sentence);
    };
  }
  // Work of the fallback and of pictures leaves the model's precision alone.
  RecoveryLadder& ladder() { return choice_ == PredictorChoice::fallback ? plain_ladder_ : ladder_; }

  static CacheReport cache_report(const char* name, const LruStatistics& of) {
    return {name, of.entries, of.bytes, of.hits, of.misses, of.evictions};
  }

  void put_on_screen(const PicturePath& picture);
  PredictorForms::Current current(std::size_t& form);
  std::string embedding_key(const std::string& key, const PredictorInfo& info) const {
    return key + '\n' + info.model_key;
  }
  EmbeddingPointer kept_embedding(const std::string& key, bool look);
  EmbeddingPointer encode(const PicturePath& picture, const std::string& key, const EncodeLane::Turn& turn);
  EmbeddingPointer encode_once(const PicturePath& picture, const std::string& key, const EncodeLane::Turn& turn,
                               std::size_t& form);
  EmbeddingPointer prepare_one(const PicturePath& picture, const std::string& key, const EncodeLane::Turn& turn);
  EmbeddingPointer read_from_disk(const PicturePath& picture, const std::string& key, const std::string& disk_key,
                                  const PredictorForms::Current& predictor);
  static std::string proxy_key(const PicturePath& picture) { return picture_key(picture) + "\nproxy"; }
  std::shared_ptr<const std::string> kept_proxy(const std::string& key);
  std::shared_ptr<const std::string> make_proxy_once(const PicturePath& picture, const std::string& key);
  void prepare_proxy(const PicturePath& picture);
  void keep_embedding(const std::string& key, const PredictorInfo& info, const EmbeddingPointer& kept);
  std::shared_ptr<const DecodedPicture> decoded(const PicturePath& picture, const std::string& key);
  std::optional<SegmentResult> predict(const EmbeddingPointer& embedding, const PicturePath& picture,
                                       const std::string& key, const Prompt& prompt, const std::stop_token& stop);
  SegmentResult decode(const PredictorForms::Current& predictor, const EmbeddingPointer& embedding,
                       const Prompt& prompt, const std::stop_token& stop);
  std::string question(const std::string& key, const PredictorInfo& info, const Prompt& prompt) const {
    return prediction_key(embedding_key(key, info) + '\n' + info.key, prompt);
  }
  void keep_prediction(const std::string& key, const SegmentResult& result);
  SegmentResult answer(const PicturePath& picture, const Prompt& prompt, const std::stop_token& stop);
  void free_at_critical();

  // Names and keys are made outside the ladder: where there is no memory even for them, no rung helps.
  template <typename Operation>
  auto or_give_up(const Operation& operation) const -> decltype(operation()) {
    try {
      return operation();
    } catch (const std::bad_alloc&) {
    } catch (const OutOfMemory&) {
    }
    ladder_.give_up();
  }

  void add_reclaimers(const std::string& device_domain);
  std::uint64_t reclaim_images(std::uint64_t wanted);
  std::uint64_t reclaim_predictions(std::uint64_t wanted);

  std::string shown() const {
    const MutexLock lock(mutex_);
    return shown_;
  }

  const PipelineOptions options_;
  const EngineControl engines_;
  Governor& governor_;
  Budget& host_;
  MemoryLog& log_;
  const Clock& clock_;
  const std::shared_ptr<Predictor> fallback_;
  std::atomic<PredictorChoice> choice_{PredictorChoice::model};
  std::atomic<bool> prepares_ahead_{true};
  PredictorForms forms_;
  LruCache<DecodedPicture> images_;
  LruCache<KeptEmbedding> embeddings_;
  LruCache<Prediction> predictions_;
  std::unique_ptr<EmbeddingsOnDisk> disk_;  // null: nothing is kept on disk
  InFlight in_flight_;
  RecoveryLadder ladder_;
  RecoveryLadder plain_ladder_;
  std::atomic<std::uint64_t> last_embedding_bytes_{0};
  mutable Mutex mutex_;
  std::string shown_ SAM_GUARDED_BY(mutex_);               // key of the picture on screen
  std::vector<PicturePath> ahead_ SAM_GUARDED_BY(mutex_);  // as prepare() was told last
  NameLocks making_proxies_;
  Reclaimers reclaimers_{governor_};  // they use all of the above
  ProxiesAhead proxies_ahead_;
  EncodeLane lane_;  // last: its thread uses the reclaimers too
};

void PredictingPipeline::add_reclaimers(const std::string& device_domain) {
  const std::string host = host_.domain();
  reclaimers_.add(host, ReclaimStep::predictions, [this](std::uint64_t wanted) { return reclaim_predictions(wanted); });
  reclaimers_.add(host, ReclaimStep::embeddings_ahead, [this](std::uint64_t wanted) {
    if (disk_) disk_->drop_queued();  // what is to be written would stay in memory
    return embeddings_.reclaim(wanted, [](const std::string&, bool looked_at) { return !looked_at; });
  });
  reclaimers_.add(host, ReclaimStep::images, [this](std::uint64_t wanted) { return reclaim_images(wanted); });
  reclaimers_.add(host, ReclaimStep::embeddings_on_disk, [this](std::uint64_t wanted) {
    return embeddings_.reclaim(wanted, [](const KeptEmbedding& kept) { return kept.on_disk->load(); });
  });
  reclaimers_.add(host, ReclaimStep::embeddings, [this](std::uint64_t wanted) {
    return embeddings_.reclaim(wanted, [](const std::string&, bool) { return true; });
  });
  std::vector<std::string> engine_domains{host};
  if (!device_domain.empty()) engine_domains.push_back(device_domain);
  for (const std::string& domain : engine_domains) {
    reclaimers_.add(domain, ReclaimStep::engines, [this](std::uint64_t) -> std::uint64_t {
      ::malloc_trim(0);
      return engines_.release_memory ? engines_.release_memory(false) : 0;  // nobody waits behind an encode for it
    });
    reclaimers_.add(domain, ReclaimStep::idle_models, [this](std::uint64_t) -> std::uint64_t {
      return engines_.unload_idle ? engines_.unload_idle(idle_ms) : 0;
    });
  }
}

std::uint64_t PredictingPipeline::reclaim_images(std::uint64_t wanted) {
  const std::uint64_t freed = images_.reclaim(wanted, [](const std::string&, bool) { return true; });
  if (freed > 0) spdlog::info("Clearing image cache due to high memory usage");
  return freed;
}

std::uint64_t PredictingPipeline::reclaim_predictions(std::uint64_t wanted) {
  const std::string on_screen = shown();
  return predictions_.reclaim(
      wanted, [&](const std::string& key, bool) { return on_screen.empty() || !key.starts_with(on_screen); });
}

// form: receives the form's number, before it is loaded: that may fail.
PredictorForms::Current PredictingPipeline::current(std::size_t& form) {
  if (choice_ == PredictorChoice::fallback) return {fallback_, 0};
  form = forms_.form();
  PredictorForms::Current current = forms_.current();
  form = current.form;
  return current;
}

void PredictingPipeline::choose(PredictorChoice choice) {
  if (choice == PredictorChoice::fallback && !fallback_) throw std::logic_error("this predictor has no fallback");
  if (choice_.exchange(choice) == choice) return;
  governor_.note("predictor", choice == PredictorChoice::fallback ? "masks come from " + fallback_->info().describe
                                                                  : "masks come from the model again");
}

void PredictingPipeline::show(const PicturePath& picture) {
  or_give_up([&] { put_on_screen(picture); });
}

void PredictingPipeline::set_prepares_ahead(bool on) {
  if (prepares_ahead_.exchange(on) == on) return;
  governor_.note("ahead", on ? "pictures are prepared ahead again" : "pictures are not prepared ahead any more");
  std::vector<PicturePath> ahead;
  {
    const MutexLock lock(mutex_);
    ahead = ahead_;
  }
  prepare(ahead);
}

void PredictingPipeline::put_on_screen(const PicturePath& picture) {
  std::string key = picture_key(picture);
  {
    const MutexLock lock(mutex_);
    shown_ = key;
  }
  if (choice_ == PredictorChoice::model && forms_.step_up(governor_.level() == MemoryLevel::normal)) {
    governor_.note("predictor", "memory was not tight for a while: the model works in its best form again");
  }
  embeddings_.pin(embedding_key(key, predictor()));
  lane_.show(picture, key);
}

// As good as the predictor would make it now: by the same weights, in the same form or a better one.
EmbeddingPointer PredictingPipeline::kept_embedding(const std::string& key, bool look) {
  const bool fallback = choice_ == PredictorChoice::fallback;
  const std::size_t form = fallback ? 0 : forms_.form();
  const std::string embedding = embedding_key(key, predictor());
  EmbeddingPointer kept = look ? embeddings_.find(embedding) : embeddings_.peek(embedding);
  return kept && kept->form <= form ? kept : nullptr;
}

std::shared_ptr<const DecodedPicture> PredictingPipeline::decoded(const PicturePath& picture, const std::string& key) {
  if (auto kept = images_.find(key)) return kept;
  DecodedPicture fresh;
  fresh.info = read_image_info(picture.path, options_.limits);
  Reservation reservation = host_.reserve(Owner::images, fresh.info.decode_bytes);
  fresh.image = decode_image(picture.path, options_.limits);
  const std::uint64_t bytes = fresh.image.byte_size();
  reservation.correct_to(bytes);
  auto kept = with_reservation(std::move(fresh), std::move(reservation));
  if (governor_.should_cache()) images_.insert(key, kept, bytes);
  return kept;
}

EmbeddingPointer PredictingPipeline::encode_once(const PicturePath& picture, const std::string& key,
                                                 const EncodeLane::Turn& turn, std::size_t& form) {
  const PredictorForms::Current predictor = current(form);
  const std::string disk_key = disk_ ? disk_->key(picture, predictor.predictor->info()) : std::string();
  if (!disk_key.empty()) {
    if (EmbeddingPointer found = read_from_disk(picture, key, disk_key, predictor)) return found;
  }
  turn.begin();
  const auto begin = clock_.now();
  const std::shared_ptr<const DecodedPicture> source = decoded(picture, key);
  Reservation reservation = host_.reserve(Owner::embeddings, last_embedding_bytes_);
  const InFlight::Operation under_way(in_flight_);
  const auto read = clock_.now();
  KeptEmbedding fresh{predictor.predictor->encode(source->image, source->info.file_size, turn.stop), predictor.form};
  fresh.read_ms = Milliseconds(read - begin).count();
  fresh.encode_ms = Milliseconds(clock_.now() - read).count();
  const std::uint64_t bytes = fresh.embedding.byte_size();
  if (fresh.embedding.picture.byte_size() > 0) {  // the picture is counted once, with the embedding
    images_.erase(key);
  } else {
    last_embedding_bytes_ = bytes;
  }
  reservation.correct_to(bytes);
  spdlog::info("Encoded {} in {:.0f} ms ({} kept)", file_name(picture), Milliseconds(clock_.now() - begin).count(),
               byte_text(bytes));
  auto kept = with_reservation(std::move(fresh), std::move(reservation));
  keep_embedding(key, predictor.predictor->info(), kept);
  if (!disk_key.empty()) disk_->keep(picture, predictor.predictor->info(), disk_key, kept);
  return kept;
}

void PredictingPipeline::keep_embedding(const std::string& key, const PredictorInfo& info,
                                        const EmbeddingPointer& kept) {
  const std::string kept_as = embedding_key(key, info);
  if (key == shown()) embeddings_.pin(kept_as);  // the predictor may not have been known when it was shown
  if (key == shown() || governor_.should_cache()) embeddings_.insert(kept_as, kept, kept->embedding.byte_size());
}

EmbeddingPointer PredictingPipeline::read_from_disk(const PicturePath& picture, const std::string& key,
                                                    const std::string& disk_key,
                                                    const PredictorForms::Current& predictor) {
  EmbeddingPointer found = disk_->find(disk_key, *predictor.predictor, predictor.form, host_);
  if (!found) return nullptr;
  spdlog::info("Read the embedding of {} from disk in {:.1f} ms", file_name(picture), found->read_ms);
  keep_embedding(key, predictor.predictor->info(), found);
  return found;
}

// Outside the ladder: nobody gives anything back for what nobody has asked for.
EmbeddingPointer PredictingPipeline::prepare_one(const PicturePath& picture, const std::string& key,
                                                 const EncodeLane::Turn& turn) {
  std::size_t form = 0;
  return governor_.should_cache() ? encode_once(picture, key, turn, form) : nullptr;
}

EmbeddingPointer PredictingPipeline::encode(const PicturePath& picture, const std::string& key,
                                            const EncodeLane::Turn& turn) {
  struct Pin {  // what the encode works on is needed again when it is tried again
    Pin(LruCache<DecodedPicture>& of, const std::string& key) : images(of) { images.pin(key); }
    ~Pin() { images.pin(""); }
    LruCache<DecodedPicture>& images;
  };
  return or_give_up([&] {
    const Pin pin(images_, key);
    free_at_critical();
    std::size_t form = 0;
    const auto operation = [&] { return encode_once(picture, key, turn, form); };
    return ladder().run("encoding " + file_name(picture), operation, &form);
  });
}

DiskEmbedding PredictingPipeline::embed(const PicturePath& picture, WithoutMemory without, std::stop_token stop) {
  if (!disk_) throw std::logic_error("no embeddings are kept on disk");
  const auto operation = [&] {
    std::size_t form = 0;
    const PredictorForms::Current predictor = current(form);
    return embed_picture({*disk_, *predictor.predictor, predictor.form, host_, in_flight_, last_embedding_bytes_,
                          options_.limits, clock_},
                         picture, stop);
  };
  if (without == WithoutMemory::fail) return operation();
  return or_give_up([&] {
    free_at_critical();
    return plain_ladder_.run("encoding " + file_name(picture), operation);
  });
}

DiskEmbedding PredictingPipeline::find_embedding(const PicturePath& picture) {
  if (!disk_) throw std::logic_error("no embeddings are kept on disk");
  std::size_t form = 0;
  const std::string key = disk_->key(picture, current(form).predictor->info());
  const std::uint64_t bytes = key.empty() ? 0 : disk_->file_bytes(key);
  return {bytes > 0 ? DiskEmbedding::State::kept_before : DiskEmbedding::State::missing, bytes};
}

// At critical new work first frees, then runs; the ladder refuses it if that was not enough.
void PredictingPipeline::free_at_critical() {
  const MemoryStatus status = governor_.check_memory_status();
  if (status.ok) return;
  spdlog::warn("{}", status.message);
  governor_.optimize_memory(false);  // which pauses while nothing comes back
}

// Nothing if the predictor changed meanwhile and cannot use the embedding.
std::optional<SegmentResult> PredictingPipeline::predict(const EmbeddingPointer& embedding, const PicturePath& picture,
                                                         const std::string& key, const Prompt& prompt,
                                                         const std::stop_token& stop) {
  std::size_t form = 0;
  const auto operation = [&]() -> std::optional<SegmentResult> {
    const PredictorForms::Current predictor = current(form);
    const PredictorInfo& info = predictor.predictor->info();
    if (embedding->embedding.model_key != info.model_key) return std::nullopt;
    const std::string asked = question(key, info, prompt);
    if (const auto kept = predictions_.find(asked)) return from_cache(*kept, info);
    SegmentResult result = decode(predictor, embedding, prompt, stop);
    keep_prediction(asked, result);
    return result;
  };
  return ladder().run("segmenting " + file_name(picture), operation, &form);
}

SegmentResult PredictingPipeline::decode(const PredictorForms::Current& predictor, const EmbeddingPointer& embedding,
                                         const Prompt& prompt, const std::stop_token& stop) {
  SegmentResult result;
  result.predictor_key = predictor.predictor->info().key;
  const auto begin = clock_.now();
  const Reservation scratch =
      host_.reserve(Owner::scratch, predictor.predictor->decode_bytes(embedding->embedding, prompt));
  const InFlight::Operation under_way(in_flight_);
  result.instances = predictor.predictor->decode(embedding->embedding, prompt, stop);
  result.decode_ms = Milliseconds(clock_.now() - begin).count();
  return result;
}

// Outside the ladder: nobody gives anything back for what nobody has asked for.
SegmentResult PredictingPipeline::preview(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) {
  SegmentResult result;
  try {
    if (governor_.level() == MemoryLevel::critical) return result;
    const std::string key = picture_key(picture);
    const EmbeddingPointer embedding = kept_embedding(key, false);
    if (!embedding) return result;
    std::size_t form = 0;
    const PredictorForms::Current predictor = current(form);
    const PredictorInfo& info = predictor.predictor->info();
    if (embedding->embedding.model_key != info.model_key) return result;
    const auto kept = predictions_.peek(question(key, info, prompt));
    result = kept ? from_cache(*kept, info) : decode(predictor, embedding, prompt, stop);
  } catch (const OutOfMemory&) {
  } catch (const std::bad_alloc&) {
  }
  for (Instance& instance : result.instances) instance.logits = nullptr;
  return result;
}

void PredictingPipeline::keep_prediction(const std::string& key, const SegmentResult& result) {
  if (!governor_.should_cache()) return;
  const std::uint64_t bytes = prediction_bytes(result.instances);
  auto reservation = host_.try_reserve(Owner::predictions, bytes);
  if (!reservation) return;
  predictions_.insert(
      key, with_reservation(Prediction{result.instances, result.predictor_key}, std::move(*reservation)), bytes);
}

SegmentResult PredictingPipeline::segment(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) {
  return or_give_up([&] { return answer(picture, prompt, stop); });
}

SegmentResult PredictingPipeline::answer(const PicturePath& picture, const Prompt& prompt,
                                         const std::stop_token& stop) {
  try {
    const std::string key = picture_key(picture);
    const auto begin = clock_.now();
    log_.write("before prediction");
    free_at_critical();
    double waited_ms = 0;
    for (int round = 0; round < max_rounds; ++round) {
      const EmbeddingPointer embedding = lane_.wait_for(picture, key, stop);
      waited_ms = Milliseconds(clock_.now() - begin).count();
      std::optional<SegmentResult> result = predict(embedding, picture, key, prompt, stop);
      if (!result) continue;
      log_.write("after prediction");
      result->wait_ms = waited_ms;
      result->read_ms = embedding->read_ms;
      result->encode_ms = embedding->encode_ms;
      return std::move(*result);
    }
    throw std::runtime_error("the predictor was changed again and again while " + file_name(picture) +
                             " was segmented; try once more");
  } catch (const Stopped&) {
    throw;
  } catch (const PromptError&) {
    throw;
  } catch (const std::exception& error) {
    spdlog::error("Error in prediction: {}", error.what());
    throw;
  }
}

std::shared_ptr<const std::string> PredictingPipeline::kept_proxy(const std::string& key) {
  const auto kept = images_.find(key);
  return kept ? std::shared_ptr<const std::string>(kept, &kept->proxy) : nullptr;
}

// Two that want the same make it once.
std::shared_ptr<const std::string> PredictingPipeline::proxy(const PicturePath& picture) {
  return or_give_up([&] {
    const std::string key = proxy_key(picture);
    const NameLocks::Held turn(making_proxies_, key);
    if (auto kept = kept_proxy(key)) return kept;
    return plain_ladder_.run("showing " + file_name(picture), [&] {
      const InFlight::Operation under_way(in_flight_);
      return make_proxy_once(picture, key);
    });
  });
}

std::shared_ptr<const std::string> PredictingPipeline::make_proxy_once(const PicturePath& picture,
                                                                       const std::string& key) {
  const DecodeLimits reduced{.max_pixels = options_.limits.max_pixels, .max_side = proxy_side};
  Reservation reservation = host_.reserve(Owner::images, read_image_info(picture.path, reduced).decode_bytes);
  DecodedPicture fresh;
  fresh.proxy = make_proxy(picture.path, options_.limits);
  const std::uint64_t bytes = fresh.proxy.size();
  reservation.correct_to(bytes);
  auto kept = with_reservation(std::move(fresh), std::move(reservation));
  if (governor_.should_cache()) images_.insert(key, kept, bytes);
  return {kept, &kept->proxy};
}

// Outside the ladder, as all that nobody has asked for.
void PredictingPipeline::prepare_proxy(const PicturePath& picture) {
  if (!governor_.should_cache()) return;
  const std::string key = proxy_key(picture);
  const NameLocks::Held turn(making_proxies_, key);
  if (!images_.contains(key)) make_proxy_once(picture, key);
}

void PredictingPipeline::with_memory(std::uint64_t bytes, const std::string& doing,
                                     const std::function<void()>& operation) {
  or_give_up([&] {
    plain_ladder_.run(doing, [&] {
      const Reservation reservation = host_.reserve(Owner::images, bytes);
      const InFlight::Operation under_way(in_flight_);
      operation();
    });
  });
}

void PredictingPipeline::clear_cache(bool keep_current) {
  constexpr std::uint64_t everything = std::numeric_limits<std::uint64_t>::max();
  if (keep_current) {
    reclaim_predictions(everything);
  } else {
    predictions_.clear();
  }
  embeddings_.clear(keep_current);
  images_.clear();
}

}  // namespace

std::unique_ptr<Pipeline> make_pipeline(const PipelineOptions& options, PipelineParts parts, MemoryLog& memory,
                                        const Clock& clock) {
  return std::make_unique<PredictingPipeline>(options, std::move(parts), memory, clock);
}

}  // namespace sam
