// A pipeline of fakes in a host of 1 GiB that uses nothing.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "memory/fakes.h"
#include "pipeline/fake_predictor.h"
#include "pipeline/pipeline.h"

namespace sam {

class PipelineFixture : public testing::Test {
 protected:
  static void SetUpTestSuite() { start_image_library("pipeline_tests"); }

  PipelineFixture() { make(); }
  ~PipelineFixture() override { pipeline_.reset(); }

  // A fresh pipeline, as after a restart; change options_, parts_ or host_limit_ before.
  void make() {
    pipeline_.reset();
    governor_.reset();
    probe_.set(0, gib);
    budget_ = std::make_unique<Budget>("host", 0);
    GovernedDomain domain{&probe_, budget_.get(), {host_limit_, 1.0}, [] { return ProgramUse{}; }};
    governor_ = make_governor(options_, {domain}, fake_clock_);
    governor_->sample();
    auto predictor = std::make_unique<FakePredictor>(form_, "fake", looks_at_);
    predictor_ = predictor.get();
    if (tensor_values_ > 0) {
      predictor->keeps_picture = false;
      predictor->tensor_values = tensor_values_;
    }
    PipelineParts parts;
    parts.model_name = "the model";
    if (load_first_) {
      parts.forms.push_back({RungKind::lower_precision, "f32", load_first_});
    } else {
      parts.predictor = std::move(predictor);
      parts.forms.push_back({RungKind::lower_precision, "f32", [] { return std::make_unique<FakePredictor>(); }});
    }
    for (const PredictorForm& form : lower_forms_) parts.forms.push_back(form);
    if (with_fallback_) {
      auto fallback = std::make_unique<FakePredictor>("1", "fallback");
      fallback_ = fallback.get();
      parts.fallback = std::move(fallback);
    }
    parts.engines = engines_;
    parts.governor = governor_.get();
    parts.host = budget_.get();
    pipeline_ = make_pipeline(pipeline_options_, std::move(parts), log_, clock_);
  }

  // As full as given, for long enough that the level follows.
  void use_share(double share) {
    probe_.set(static_cast<std::uint64_t>(share * static_cast<double>(gib)), gib);
    for (int i = 0; i < 3; ++i) {
      governor_->sample();
      fake_clock_.advance(1000);
    }
    governor_->sample();
  }

  static PicturePath picture(const char* name) { return {std::filesystem::path(SAM_SAMPLES) / "images" / name}; }

  // Waits for what another thread will do; fails after ten seconds.
  template <typename Done>
  static void await(Done done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  EncodingState state(const PicturePath& file) const { return pipeline_->encoding(file).state; }
  CacheReport cache(const std::string& name) const {
    for (const CacheReport& report : pipeline_->caches()) {
      if (report.name == name) return report;
    }
    return {};
  }
  static Prompt click(double x) { return {{}, {{{x, 10}, true}}, nullptr, false, false, {}}; }
  RungStatistics rung(RungKind kind) const { return pipeline_->recovery().rungs[static_cast<std::size_t>(kind)]; }

  MemoryOptions options_;
  std::uint64_t host_limit_ = gib;
  std::vector<PredictorForm> lower_forms_;
  PipelineOptions pipeline_options_;
  std::string form_ = "1";          // of the predictor
  Size looks_at_;                   // the same
  std::int64_t tensor_values_ = 0;  // in its embeddings instead of the picture
  EngineControl engines_;
  bool with_fallback_ = false;
  std::function<std::unique_ptr<Predictor>()> load_first_;  // then the pipeline begins without a predictor

  SystemClock clock_;
  FakeClock fake_clock_;  // the governor's
  MemoryLog log_{nullptr};
  FakeProbe probe_{"host", 0, gib};
  std::unique_ptr<Budget> budget_;
  std::unique_ptr<Governor> governor_;
  FakePredictor* predictor_ = nullptr;
  FakePredictor* fallback_ = nullptr;
  std::unique_ptr<Pipeline> pipeline_;
  const PicturePath a_ = picture("chelsea.jpg");
  const PicturePath b_ = picture("coffee.jpg");
  const PicturePath c_ = picture("coins.png");
};

}  // namespace sam
