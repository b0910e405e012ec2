// What new work and what is prepared ahead do when memory is short, and in which order.
#include <spdlog/spdlog.h>
#include <stdlib.h>

#include <fstream>

#include "memory/captured_log.h"
#include "pipeline/pipeline_fixture.h"

namespace sam {
namespace {

class PipelineAtCritical : public PipelineFixture {
 protected:
  struct Asked {
    int encodes_begun;
    int decodes;
    bool operator==(const Asked&) const = default;
  };

  // From now on notes what the predictor had done each time somebody asked for memory. The governor's own relief is over by then.
  void watch_critical() {
    use_share(0.97);
    ASSERT_EQ(governor_->level(), MemoryLevel::critical);
    last_ = std::make_unique<FakeCache>(*budget_, ReclaimStep::predictions, Owner::predictions);
    last_->on_reclaim = [this] { asked_.push_back({predictor_->started_names, predictor_->decodes}); };
    governor_->add_reclaimer(*last_);
    log_capture_ = std::make_unique<CapturedLog>();
  }
  void TearDown() override {
    log_capture_.reset();
    if (last_) governor_->remove_reclaimer(*last_);
  }
  int warnings() const { return log_capture_->count(governor_->check_memory_status().message); }

  std::vector<Asked> asked_;
  std::unique_ptr<FakeCache> last_;
  std::unique_ptr<CapturedLog> log_capture_;
};

TEST_F(PipelineAtCritical, AClickFirstFreesThenDecodes) {
  pipeline_->show(a_);
  pipeline_->segment(a_, click(5), {});
  watch_critical();
  last_->keep(1000);
  EXPECT_EQ(pipeline_->segment(a_, click(6), {}).instances.size(), 1u);
  EXPECT_EQ(asked_, (std::vector<Asked>{{1, 1}})) << "once, before the second decode";
  EXPECT_EQ(warnings(), 1);
}

TEST_F(PipelineAtCritical, WhatIsShownFirstFreesThenEncodes) {
  watch_critical();
  pipeline_->show(a_);
  await([&] { return state(a_) == EncodingState::ready; });
  EXPECT_EQ(asked_, (std::vector<Asked>{{0, 0}}));
  EXPECT_EQ(warnings(), 1);
}

TEST_F(PipelineAtCritical, WhatIsOnlyKeptOnDiskFirstFreesThenEncodes) {
  std::string folder = (std::filesystem::temp_directory_path() / "sam-critical-XXXXXX").string();
  pipeline_options_.embedding_folder = ::mkdtemp(folder.data());
  tensor_values_ = 1000;
  make();
  watch_critical();
  EXPECT_EQ(pipeline_->embed(a_, WithoutMemory::climb, {}).state, DiskEmbedding::State::written);
  EXPECT_EQ(asked_, (std::vector<Asked>{{0, 0}}));
  EXPECT_EQ(warnings(), 1);
  pipeline_.reset();
  std::filesystem::remove_all(folder);
}

// A proxy that cannot be made is told at level debug.
TEST_F(PipelineAtCritical, NoProxyIsEvenBegunAheadFromWarningOn) {
  CapturedLog log;
  spdlog::default_logger()->set_level(spdlog::level::debug);
  pipeline_options_.settle = std::chrono::milliseconds(0);
  make();
  use_share(0.85);
  pipeline_->prepare({picture("missing.jpg")});
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  pipeline_.reset();
  EXPECT_EQ(log.count("missing.jpg is not made ready to be shown"), 0);
  make();
  pipeline_->prepare({picture("missing.jpg")});
  await([&] { return log.count("missing.jpg is not made ready to be shown") == 1; });
  pipeline_.reset();  // its threads use the log
}

TEST_F(PipelineAtCritical, APictureThatItsEmbeddingKeepsIsCountedOnce) {
  pipeline_->segment(a_, click(5), {});
  EXPECT_EQ(cache("images").entries, 0u);
  EXPECT_EQ(budget_->report().by_owner[static_cast<std::size_t>(Owner::images)], 0u);
  EXPECT_GT(budget_->report().by_owner[static_cast<std::size_t>(Owner::embeddings)],
            decode_image(a_.path, {}).byte_size());
}

// Blocks the thread that says one sentence until it is let go.
class HoldingSink final : public spdlog::sinks::sink {
 public:
  explicit HoldingSink(std::string sentence) : sentence_(std::move(sentence)) {}
  void log(const spdlog::details::log_msg& message) override {
    if (std::string(message.payload.data(), message.payload.size()).find(sentence_) == std::string::npos) return;
    const MutexLock lock(mutex_);
    reached = true;
    while (!let_go_) changed_.wait(mutex_);
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}
  void let_go() {
    const MutexLock lock(mutex_);
    let_go_ = true;
    changed_.notify_all();
  }

  std::atomic<bool> reached = false;

 private:
  const std::string sentence_;
  Mutex mutex_;
  Condition changed_;
  bool let_go_ SAM_GUARDED_BY(mutex_) = false;
};

class PipelineWithASlowDisk : public PipelineFixture {
 protected:
  PipelineWithASlowDisk() {
    pipeline_.reset();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("held", sink_));
    file_ = (std::filesystem::temp_directory_path() / "sam-no-folder-XXXXXX").string();
    ::close(::mkstemp(file_.data()));
    pipeline_options_.embedding_folder = std::filesystem::path(file_) / "embeddings";  // a file is no folder
    tensor_values_ = 10'000;
    make();
  }
  ~PipelineWithASlowDisk() override {
    sink_->let_go();
    pipeline_.reset();
    spdlog::set_default_logger(before_);
    std::filesystem::remove(file_);
  }

  const std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  const std::shared_ptr<HoldingSink> sink_ = std::make_shared<HoldingSink>("cannot write to");
  std::string file_;
};

TEST_F(PipelineWithASlowDisk, WhatWaitsToBeWrittenIsGivenUpWhenMemoryIsShort) {
  const auto embeddings = [&] { return budget_->report().by_owner[static_cast<std::size_t>(Owner::embeddings)]; };
  pipeline_->segment(a_, click(5), {});
  await([&] { return sink_->reached.load(); });  // the disk is at this one, and stays there
  const std::uint64_t one = embeddings();
  ASSERT_GT(one, 40'000u);
  pipeline_->segment(b_, click(5), {});
  pipeline_->segment(c_, click(5), {});
  ASSERT_GT(embeddings(), 2 * one);
  governor_->reclaim("host", gib, ReclaimStep::embeddings);
  await([&] { return embeddings() == one; });  // what is being written only
  EXPECT_EQ(cache("embeddings_on_disk").dropped, 2u);
}

}  // namespace
}  // namespace sam
