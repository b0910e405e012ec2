#include "pipeline/pipeline.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <optional>

#include "memory/recovery.h"
#include "pipeline/answer_prompt.h"
#include "pipeline/embed_picture.h"
#include "pipeline/encode_lane.h"
#include "pipeline/encode_picture.h"
#include "pipeline/kept_pictures.h"
#include "pipeline/memory_rungs.h"
#include "pipeline/model_loader.h"
#include "pipeline/prediction_key.h"
#include "pipeline/prompts_first.h"
#include "pipeline/proxies.h"
#include "pipeline/proxies_ahead.h"
#include "pipeline/reclaimers.h"
#include "platform/stopped.h"

namespace sam {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

// How often a prompt begins anew because the predictor changed its form between encoding and decoding.
constexpr int max_rounds = 3;

std::string file_name(const PicturePath& picture) {
  return picture.path.filename().string();
}

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
        model_name_(std::move(parts.model_name)),
        forms_(std::move(parts.forms), std::move(parts.predictor), clock, [this] { model_changed(); }),
        kept_(options, governor_, host_),
        ladder_(make_rungs({governor_, host_, engines_, in_flight_, &forms_}), describe(true), report(), clock),
        plain_ladder_(make_rungs({governor_, host_, engines_, in_flight_}), describe(false), report(), clock),
        proxies_({kept_.images(), governor_, host_, plain_ladder_, in_flight_, options_.limits}),
        proxies_ahead_([this](const PicturePath& picture) { proxies_.prepare(picture); }, options_.settle),
        lane_([this](const std::string& key, bool look) { return kept_embedding(key, look); },
              [this](const PicturePath& picture, const std::string& key, const EncodeLane::Turn& turn) {
                return turn.ahead ? prepare_one(picture, key, turn) : encode(picture, key, turn);
              },
              [this] { return choice_ == PredictorChoice::fallback || !forms_.is_loading(); }, options_.settle),
        loader_(forms_, model_name_) {
    if (engines_.trim_heap) {
      reclaimers_.add(host_.domain(), ReclaimStep::freed_heap, [this](std::uint64_t) { return engines_.trim_heap(); });
    }
    std::vector<std::string> engine_domains{host_.domain()};
    if (!parts.device_domain.empty()) engine_domains.push_back(parts.device_domain);
    add_engine_reclaimers(reclaimers_, engines_, engine_domains);
  }

  PredictorInfo predictor() const override {
    return choice_ == PredictorChoice::fallback ? fallback_->info() : forms_.info();
  }
  ModelStatus model() const override { return {model_name_, forms_.status()}; }
  void load_model() override { loader_.load(); }
  void set_model_listener(std::function<void()> listener) override;
  bool has_fallback() const override { return fallback_ != nullptr; }
  PredictorChoice choice() const override { return choice_; }
  void choose(PredictorChoice choice) override;

  void show(const PicturePath& picture) override;
  EncodingStatus encoding(const PicturePath& picture) const override { return lane_.status(picture_key(picture)); }
  void prepare(const std::vector<PicturePath>& ahead) override;
  DiskEmbedding embed(const PicturePath& picture, WithoutMemory without, std::stop_token stop) override;
  DiskEmbedding find_embedding(const PicturePath& picture) override;
  std::vector<bool> kept_on_disk(const std::vector<PicturePath>& pictures) override;
  void set_listener(Listener listener) override { lane_.set_listener(std::move(listener)); }
  bool prepares_ahead() const override { return prepares_ahead_; }
  void set_prepares_ahead(bool on) override;
  SegmentResult segment(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) override;
  SegmentResult preview(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) override;
  std::unique_ptr<PromptSeries> begin_series(const PicturePath& picture, std::stop_token stop) override;
  Reservation reservation_for_answers() override { return host_.reserve(Owner::predictions, 0); }
  std::shared_ptr<const std::string> proxy(const PicturePath& picture) override;
  std::shared_ptr<const std::string> find_proxy(const PicturePath& picture) override { return proxies_.find(picture); }
  void with_memory(std::uint64_t bytes, const std::string& doing, const std::function<void()>& operation) override;

  double get_memory_usage() const override { return governor_.get_memory_usage(); }
  OptimizeResult optimize_memory(bool force) override { return governor_.optimize_memory(force); }
  void clear_cache(bool keep_current) override { kept_.clear(keep_current); }

  std::vector<CacheReport> caches() const override { return kept_.reports(); }
  RecoveryStatistics recovery() const override {
    RecoveryStatistics statistics = ladder_.statistics() + plain_ladder_.statistics();
    if (engines_.worker_deaths) statistics.worker_deaths = static_cast<std::uint64_t>(engines_.worker_deaths());
    return statistics;
  }
  std::uint64_t embedding_bytes() const override { return kept_.embedding_bytes(); }

 private:
  // What a series has of its picture.
  struct SeriesPicture {
    PicturePath path;
    std::string key;
    EmbeddingPointer embedding;
    Reservation reserved;  // for the embedding: the cache may let it go, counted as its own
  };
  class Series;

  RecoveryLadder::Describe describe(bool uses_model) {
    return [this, uses_model](const OutOfMemory& error) {
      const bool by_model = fallback_ != nullptr && choice_ == PredictorChoice::model;
      const bool is_known = uses_model && choice_ == PredictorChoice::model && engines_.need_bytes;
      return describe_exhaustion(governor_, {by_model, by_model && forms_.form() == 0}, error,
                                 is_known ? engines_.need_bytes(error.domain()) : 0);
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

  void model_changed();
  void put_on_screen(const PicturePath& picture);
  PredictorForms::Current current(std::size_t& form);
  EmbeddingPointer kept_embedding(const std::string& key, bool look);
  EmbeddingPointer encode(const PicturePath& picture, const std::string& key, const EncodeLane::Turn& turn);
  EmbeddingPointer prepare_one(const PicturePath& picture, const std::string& key, const EncodeLane::Turn& turn);
  std::optional<SegmentResult> predict(const EmbeddingPointer& embedding, const PicturePath& picture,
                                       const std::string& key, const Prompt& prompt, const std::stop_token& stop);
  SegmentResult answer(const PicturePath& picture, const Prompt& prompt, const std::stop_token& stop);
  SegmentResult answer_in_series(const SeriesPicture& picture, const Prompt& prompt, const std::stop_token& stop);
  void free_at_critical();
  EmbeddingsOnDisk& on_disk() {
    if (kept_.disk() == nullptr) throw std::logic_error("no embeddings are kept on disk");
    return *kept_.disk();
  }

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

  EncodeParts encode_parts() { return {kept_, host_, in_flight_, last_embedding_bytes_, clock_}; }
  AnswerParts answer_parts() { return {kept_, host_, in_flight_, clock_}; }

  const PipelineOptions options_;
  const EngineControl engines_;
  Governor& governor_;
  Budget& host_;
  MemoryLog& log_;
  const Clock& clock_;
  const std::shared_ptr<Predictor> fallback_;
  std::atomic<PredictorChoice> choice_{PredictorChoice::model};
  std::atomic<bool> prepares_ahead_{true};
  const std::string model_name_;
  PredictorForms forms_;
  KeptPictures kept_;
  InFlight in_flight_;
  PromptsFirst prompts_first_;
  RecoveryLadder ladder_;
  RecoveryLadder plain_ladder_;
  std::atomic<std::uint64_t> last_embedding_bytes_{0};
  Mutex mutex_;
  std::vector<PicturePath> ahead_ SAM_GUARDED_BY(mutex_);  // as prepare() was told last
  std::shared_ptr<const std::function<void()>> model_listener_ SAM_GUARDED_BY(mutex_);
  Proxies proxies_;
  Reclaimers reclaimers_{governor_};  // they use all of the above
  ProxiesAhead proxies_ahead_;
  EncodeLane lane_;     // its thread uses the reclaimers too
  ModelLoader loader_;  // last: its thread uses the lane too
};

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
  if (choice == PredictorChoice::model && forms_.status().state == LoadState::failed) loader_.load();
  if (choice_.exchange(choice) == choice) return;
  lane_.look_again();
  governor_.note("predictor", choice == PredictorChoice::fallback ? "masks come from " + fallback_->info().describe
                                                                  : "masks come from the model again");
}

void PredictingPipeline::set_model_listener(std::function<void()> listener) {
  const MutexLock lock(mutex_);
  model_listener_ = std::make_shared<const std::function<void()>>(std::move(listener));
}

void PredictingPipeline::model_changed() {
  lane_.look_again();
  std::shared_ptr<const std::function<void()>> listener;
  {
    const MutexLock lock(mutex_);
    listener = model_listener_;
  }
  if (listener && *listener) (*listener)();
}

void PredictingPipeline::show(const PicturePath& picture) {
  or_give_up([&] { put_on_screen(picture); });
}

void PredictingPipeline::prepare(const std::vector<PicturePath>& ahead) {
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
  const std::string key = picture_key(picture);
  kept_.show(key);
  if (choice_ == PredictorChoice::model && forms_.step_up(governor_.level() == MemoryLevel::normal)) {
    governor_.note("predictor", "memory was not tight for a while: the model works in its best form again");
  }
  kept_.hold_shown(predictor());
  lane_.show(picture, key);
}

// As good as the predictor would make it now: by the same weights, in the same form or a better one.
EmbeddingPointer PredictingPipeline::kept_embedding(const std::string& key, bool look) {
  const bool fallback = choice_ == PredictorChoice::fallback;
  const std::size_t form = fallback ? 0 : forms_.form();
  EmbeddingPointer kept = kept_.embedding(key, predictor(), look);
  return kept && kept->form <= form ? kept : nullptr;
}

// Outside the ladder: nobody gives anything back for what nobody has asked for.
EmbeddingPointer PredictingPipeline::prepare_one(const PicturePath& picture, const std::string& key,
                                                 const EncodeLane::Turn& turn) {
  std::size_t form = 0;
  return governor_.should_cache() ? encode_picture(encode_parts(), current(form), picture, key, turn) : nullptr;
}

EmbeddingPointer PredictingPipeline::encode(const PicturePath& picture, const std::string& key,
                                            const EncodeLane::Turn& turn) {
  struct Pin {  // what the encode works on is needed again when it is tried again
    Pin(KeptPictures::Images& of, const std::string& key) : images(of) { images.pin(key); }
    ~Pin() { images.pin(""); }
    KeptPictures::Images& images;
  };
  return or_give_up([&] {
    const Pin pin(kept_.images(), key);
    free_at_critical();
    std::size_t form = 0;
    const auto operation = [&] { return encode_picture(encode_parts(), current(form), picture, key, turn); };
    return ladder().run("encoding " + file_name(picture), operation, &form);
  });
}

DiskEmbedding PredictingPipeline::embed(const PicturePath& picture, WithoutMemory without, std::stop_token stop) {
  EmbeddingsOnDisk& disk = on_disk();
  const auto operation = [&] {
    std::size_t form = 0;
    const PredictorForms::Current predictor = current(form);
    return embed_picture(
        {disk, *predictor.predictor, predictor.form, host_, in_flight_, last_embedding_bytes_, options_.limits, clock_},
        picture, stop);
  };
  if (without == WithoutMemory::fail) return operation();
  return or_give_up([&] {
    free_at_critical();
    return plain_ladder_.run("encoding " + file_name(picture), operation);
  });
}

DiskEmbedding PredictingPipeline::find_embedding(const PicturePath& picture) {
  EmbeddingsOnDisk& disk = on_disk();
  std::size_t form = 0;
  const std::string key = disk.key(picture, current(form).predictor->info());
  const std::uint64_t bytes = key.empty() ? 0 : disk.file_bytes(key);
  return {bytes > 0 ? DiskEmbedding::State::kept_before : DiskEmbedding::State::missing, bytes};
}

std::vector<bool> PredictingPipeline::kept_on_disk(const std::vector<PicturePath>& pictures) {
  std::vector<bool> kept(pictures.size());
  if (kept_.disk() == nullptr) return kept;
  const PredictorInfo info = predictor();
  for (std::size_t i = 0; i < pictures.size(); ++i) kept[i] = kept_.disk()->holds(pictures[i], info);
  return kept;
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
  const PromptsFirst::Awaited awaited(prompts_first_);
  std::size_t form = 0;
  const auto operation = [&] {
    return answer_prompt(answer_parts(), current(form), embedding, picture, key, prompt, AnswerIs::kept, stop);
  };
  return ladder().run("segmenting " + file_name(picture), operation, &form);
}

// Outside the ladder: nobody gives anything back for what nobody has asked for.
SegmentResult PredictingPipeline::preview(const PicturePath& picture, const Prompt& prompt, std::stop_token stop) {
  SegmentResult result;
  try {
    if (governor_.level() == MemoryLevel::critical) return result;
    const std::string key = picture_key(picture);
    const EmbeddingPointer embedding = kept_embedding(key, false);
    if (!embedding) return result;
    const PromptsFirst::Awaited awaited(prompts_first_);
    std::size_t form = 0;
    Prompt plain = prompt;
    plain.refine_edges = false;  // a picture would be decoded for it
    auto answer =
        answer_prompt(answer_parts(), current(form), embedding, picture, key, plain, AnswerIs::not_kept, stop);
    if (answer) result = std::move(*answer);
  } catch (const OutOfMemory&) {
  } catch (const std::bad_alloc&) {
  }
  for (Instance& instance : result.instances) instance.logits = nullptr;
  return result;
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

class PredictingPipeline::Series final : public PromptSeries {
 public:
  Series(PredictingPipeline& pipeline, SeriesPicture picture) : pipeline_(pipeline), picture_(std::move(picture)) {}

  Size picture_size() const override { return picture_.embedding->embedding.picture_size; }
  SegmentResult answer(const Prompt& prompt, const std::stop_token& stop) override {
    return pipeline_.or_give_up([&] { return pipeline_.answer_in_series(picture_, prompt, stop); });
  }

 private:
  PredictingPipeline& pipeline_;
  const SeriesPicture picture_;
};

std::unique_ptr<PromptSeries> PredictingPipeline::begin_series(const PicturePath& picture, std::stop_token stop) {
  return or_give_up([&] {
    free_at_critical();
    SeriesPicture begun{picture, picture_key(picture), nullptr, {}};
    begun.embedding = lane_.wait_for(picture, begun.key, stop);
    const std::uint64_t bytes = begun.embedding->embedding.byte_size();
    begun.reserved = plain_ladder_.run("segmenting everything in " + file_name(picture),
                                       [&] { return host_.reserve(Owner::embeddings, bytes); });
    return std::make_unique<Series>(*this, std::move(begun));
  });
}

SegmentResult PredictingPipeline::answer_in_series(const SeriesPicture& picture, const Prompt& prompt,
                                                   const std::stop_token& stop) {
  prompts_first_.wait_until_none(stop);
  std::size_t form = 0;
  Prompt plain = prompt;
  plain.refine_edges = false;
  const auto operation = [&] {
    return answer_prompt(answer_parts(), current(form), picture.embedding, picture.path, picture.key, plain,
                         AnswerIs::not_kept, {});
  };
  std::optional<SegmentResult> result =
      ladder().run("segmenting everything in " + file_name(picture.path), operation, &form);
  if (result) return std::move(*result);
  throw std::runtime_error("another predictor was chosen while everything in " + file_name(picture.path) +
                           " was segmented; begin again with it, or choose the one before");
}

std::shared_ptr<const std::string> PredictingPipeline::proxy(const PicturePath& picture) {
  return or_give_up([&] { return proxies_.get(picture); });
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

}  // namespace

std::unique_ptr<Pipeline> make_pipeline(const PipelineOptions& options, PipelineParts parts, MemoryLog& memory,
                                        const Clock& clock) {
  return std::make_unique<PredictingPipeline>(options, std::move(parts), memory, clock);
}

}  // namespace sam
