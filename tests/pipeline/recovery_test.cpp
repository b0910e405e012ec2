// The ladder's rungs as the pipeline runs them: for each a test in which exactly that rung makes the retry succeed.
#include <gmock/gmock.h>

#include "pipeline/pipeline_fixture.h"
#include "pipeline/predictor_forms.h"

namespace sam {
namespace {

using testing::HasSubstr;

class PipelineRecovery : public PipelineFixture {
 protected:
  // Fails until `ready` says that what the rung does was done.
  static std::unique_ptr<FakePredictor> form(const std::string& name) { return std::make_unique<FakePredictor>(name); }

  void expect_only(RungKind rescuer) const {
    for (const RungKind kind : {RungKind::reclaim, RungKind::reclaim_all, RungKind::shrink_engines,
                                RungKind::lower_precision, RungKind::cpu, RungKind::restart_worker}) {
      EXPECT_EQ(rung(kind).rescues, kind == rescuer ? 1u : 0u) << rung_name(kind);
    }
  }

  // Leaves embeddings (and their pictures) of a_ and b_ in the caches.
  void fill_caches() {
    pipeline_->segment(a_, click(5), {});
    pipeline_->segment(b_, click(5), {});
  }
};

TEST_F(PipelineRecovery, ReclaimsWhatIsMissing) {
  fill_caches();
  predictor_->refusals = 1;
  predictor_->requested_bytes = 1000;
  EXPECT_EQ(pipeline_->segment(c_, click(5), {}).instances.size(), 1u);
  expect_only(RungKind::reclaim);
  EXPECT_GE(rung(RungKind::reclaim).freed_bytes, 1000u);
  EXPECT_EQ(state(b_), EncodingState::ready) << "more was given back than asked for";
}

TEST_F(PipelineRecovery, ReclaimsAllWhenThatWasNotEnough) {
  fill_caches();
  predictor_->refusals = 2;
  EXPECT_EQ(pipeline_->segment(c_, click(5), {}).instances.size(), 1u);
  expect_only(RungKind::reclaim_all);
  EXPECT_EQ(state(a_), EncodingState::none);
  EXPECT_EQ(state(b_), EncodingState::none);
}

TEST_F(PipelineRecovery, ShrinksEnginesWhenTheCachesAreEmpty) {
  int shrunk = 0;
  engines_.release_memory = [&](bool) {
    ++shrunk;
    return std::uint64_t{5000};
  };
  make();
  predictor_->refusals = 1;
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).instances.size(), 1u);
  EXPECT_EQ(shrunk, 1);
  expect_only(RungKind::shrink_engines);
  EXPECT_EQ(rung(RungKind::shrink_engines).freed_bytes, 5000u);
  EXPECT_EQ(rung(RungKind::reclaim).skips, 1u);
}

TEST_F(PipelineRecovery, GoesOnAtLowerPrecision) {
  lower_forms_.push_back({RungKind::lower_precision, "bf16", [] { return form("bf16"); }});
  make();
  predictor_->refusals = 1000;
  const SegmentResult result = pipeline_->segment(a_, click(5), {});
  EXPECT_EQ(result.predictor_key, "fake:bf16");
  EXPECT_EQ(pipeline_->predictor().key, "fake:bf16");
  expect_only(RungKind::lower_precision);
}

TEST_F(PipelineRecovery, GoesOnOnTheCpu) {
  lower_forms_.push_back({RungKind::cpu, "f32 on cpu", [] { return form("cpu"); }});
  make();
  predictor_->refusals = 1000;
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).predictor_key, "fake:cpu");
  expect_only(RungKind::cpu);
  EXPECT_EQ(rung(RungKind::lower_precision).skips, 1u);
}

TEST_F(PipelineRecovery, RestartsTheWorker) {
  FakePredictor* predictor = nullptr;
  engines_.restart = [&] {
    predictor->refusals = 0;
    return std::uint64_t{7};
  };
  make();
  predictor = predictor_;
  predictor_->refusals = 1000;
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).instances.size(), 1u);
  expect_only(RungKind::restart_worker);
}

TEST_F(PipelineRecovery, ADecodeClimbsTheSameLadder) {
  fill_caches();
  predictor_->decode_refusals = 1;
  const SegmentResult result = pipeline_->segment(b_, click(6), {});
  EXPECT_EQ(result.instances.size(), 1u);
  EXPECT_EQ(pipeline_->recovery().operations, 1u);
}

TEST_F(PipelineRecovery, EndsInAnErrorThatSaysWhatToDoAndTheNextOneWorks) {
  with_fallback_ = true;
  make();
  predictor_->refusals = 2;
  predictor_->requested_bytes = 512 * mib;
  pipeline_->show(a_);
  await([&] { return state(a_) == EncodingState::failed; });
  try {
    pipeline_->segment(a_, click(5), {});
    FAIL() << "there was nothing to give back";
  } catch (const MemoryExhausted& error) {
    EXPECT_EQ(error.facts().domain, "host");
    EXPECT_EQ(error.facts().requested_bytes, 512 * mib);
    EXPECT_EQ(error.facts().limit_bytes, gib);
    EXPECT_THAT(error.what(), HasSubstr("chelsea.jpg"));
    EXPECT_THAT(error.facts().advice, HasSubstr("GrabCut"));
  }
  EXPECT_TRUE(pipeline_->encoding(a_).memory_exhausted);
  EXPECT_EQ(pipeline_->recovery().exhausted, 2u) << "of what was shown, and of the click that tried again";
  EXPECT_EQ(pipeline_->segment(b_, click(5), {}).instances.size(), 1u);
}

TEST_F(PipelineRecovery, TheFallbackWorksWhereTheModelDoesNot) {
  with_fallback_ = true;
  make();
  predictor_->refusals = 1'000'000;
  EXPECT_THROW(pipeline_->segment(a_, click(5), {}), MemoryExhausted);
  pipeline_->choose(PredictorChoice::fallback);
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).predictor_key, "fallback:1");
  EXPECT_EQ(pipeline_->predictor().key, "fallback:1");
  predictor_->refusals = 0;
  pipeline_->choose(PredictorChoice::model);
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).predictor_key, "fake:1");
}

TEST_F(PipelineRecovery, AnOperationThatNeverFitsIsRefusedBeforeItStarts) {
  host_limit_ = 1 * mib;  // the decoded pictures alone are larger
  make();
  EXPECT_THROW(pipeline_->segment(b_, click(5), {}), MemoryExhausted);
  EXPECT_EQ(predictor_->encodes, 0);
  EXPECT_EQ(budget_->reserved_bytes(), 0u);
}

TEST_F(PipelineRecovery, StepsUpAgainAfterCalm) {
  lower_forms_.push_back({RungKind::lower_precision, "bf16", [] { return form("bf16"); }});
  make();
  predictor_->refusals = 1000;
  pipeline_->segment(a_, click(5), {});
  ASSERT_EQ(pipeline_->predictor().key, "fake:bf16");
  pipeline_->show(b_);
  EXPECT_EQ(pipeline_->segment(b_, click(5), {}).predictor_key, "fake:bf16") << "a minute has not passed";
}

TEST_F(PipelineRecovery, ADeadWorkerIsNoReasonForLowerPrecisionWhileMemoryIsFree) {
  lower_forms_.push_back({RungKind::lower_precision, "bf16", [] { return form("bf16"); }});
  lower_forms_.push_back({RungKind::cpu, "f32 on cpu", [] { return form("cpu"); }});
  engines_.worker_deaths = [] { return 2; };
  make();
  predictor_->refusals = 1000;
  predictor_->requested_bytes = 0;  // as of a process that was killed
  EXPECT_THROW(pipeline_->segment(a_, click(5), {}), MemoryExhausted);
  EXPECT_EQ(pipeline_->predictor().key, "fake:1");
  EXPECT_EQ(rung(RungKind::lower_precision).skips, 1u);
  EXPECT_EQ(rung(RungKind::cpu).skips, 1u);
  EXPECT_EQ(pipeline_->recovery().worker_deaths, 2u);
}

TEST_F(PipelineRecovery, ADeadWorkerIsAReasonWhereMemoryIsShort) {
  lower_forms_.push_back({RungKind::lower_precision, "bf16", [] { return form("bf16"); }});
  make();
  predictor_->refusals = 1000;
  predictor_->requested_bytes = 0;
  use_share(0.97);
  EXPECT_EQ(pipeline_->segment(a_, click(5), {}).predictor_key, "fake:bf16");
}

// At critical work first frees; where nothing came back, the next click does not ask again at once.
TEST_F(PipelineRecovery, AtCriticalWhatGaveNothingIsNotAskedAgainAtOnce) {
  int asked = 0;
  engines_.release_memory = [&](bool wait) {
    asked += wait ? 0 : 1;
    return std::uint64_t{0};
  };
  options_.hold = std::chrono::milliseconds(60'000);  // longer than this test takes; by the governor's clock it passes
  make();
  pipeline_->segment(a_, click(5), {});
  probe_.set(static_cast<std::uint64_t>(0.97 * static_cast<double>(gib)), gib);
  governor_->sample();
  fake_clock_.advance(61'000);
  governor_->sample();
  ASSERT_EQ(governor_->level(), MemoryLevel::critical);
  pipeline_->segment(a_, click(6), {});  // gives back what there is
  pipeline_->segment(a_, click(7), {});
  const int before = asked;
  for (int x = 8; x < 12; ++x) pipeline_->segment(a_, click(x), {});
  EXPECT_EQ(asked, before);
}

// While the lane still ends, its encode can be given memory; nothing of the pipeline is gone when it is asked.
TEST_F(PipelineRecovery, ReclaimersGoAfterTheLaneHasStopped) {
  pipeline_->segment(b_, click(5), {});
  std::atomic<std::uint64_t> freed = 0;
  predictor_->on_stop = [&] { freed = governor_->reclaim("host", gib, ReclaimStep::embeddings); };
  predictor_->hold();
  pipeline_->show(a_);
  await([&] { return predictor_->started_names == 2; });
  pipeline_.reset();
  EXPECT_GT(freed, 0u);
  EXPECT_EQ(governor_->reclaim("host", gib, ReclaimStep::idle_models), 0u);
}

TEST(PredictorForms, TwoThatFailedInTheSameFormStepDownOnce) {
  SystemClock clock;
  const auto load = [](const char* name) { return [name] { return std::make_unique<FakePredictor>(name); }; };
  PredictorForms forms({{RungKind::lower_precision, "f32", load("f32")},
                        {RungKind::lower_precision, "f16", load("f16")},
                        {RungKind::lower_precision, "int8", load("int8")},
                        {RungKind::cpu, "cpu", load("cpu")}},
                       nullptr, clock);
  const std::size_t failed = forms.current().form;
  EXPECT_TRUE(forms.step_down(RungKind::lower_precision, failed));
  EXPECT_TRUE(forms.step_down(RungKind::lower_precision, failed));
  EXPECT_TRUE(forms.step_down(RungKind::cpu, failed)) << "what was stepped down to is tried first";
  EXPECT_EQ(forms.form(), 1u);
  EXPECT_TRUE(forms.step_down(RungKind::cpu, 1));
  EXPECT_EQ(forms.form(), 3u);
  EXPECT_FALSE(forms.step_down(RungKind::cpu, 3));
}

}  // namespace
}  // namespace sam
