// What the specification says of its caches and of predict(), where no other test does.
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <mutex>

#include "image/encode.h"
#include "memory/captured_log.h"
#include "pipeline/memory_rungs.h"
#include "pipeline/pipeline_fixture.h"
#include "platform/heap.h"
#include "platform/process_memory.h"

namespace sam {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

class ConformanceCaches : public PipelineFixture {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "conformance-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    with_fallback_ = true;
    remake();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void remake() {
    make();
    predictor_->keeps_picture = false;  // as a SAM family's: decoded pictures stay in the image cache
  }

  // Copies of one sample under different names.
  std::vector<PicturePath> copies(int count) {
    std::vector<PicturePath> pictures;
    for (int i = 0; i < count; ++i) {
      pictures.push_back({folder_ / (std::to_string(i) + ".png")});
      std::filesystem::copy_file(c_.path, pictures.back().path);
    }
    return pictures;
  }

  std::uint64_t decoded_bytes() const { return decoded_bytes(c_.path); }
  static std::uint64_t decoded_bytes(const std::filesystem::path& file) { return decode_image(file, {}).byte_size(); }

  std::filesystem::path small_picture() const {
    std::filesystem::path file = folder_ / "small.png";
    if (std::filesystem::exists(file)) return file;
    const Mask mask{{32, 24}, {100, 200, 468}};
    std::ofstream(file, std::ios::binary) << encode_mask_png(mask);
    return file;
  }

  std::filesystem::path folder_;
};

TEST_F(ConformanceCaches, ADecodedPictureIsTakenFromTheCacheByTheNextEncode) {
  pipeline_->segment(c_, click(1), {});
  EXPECT_EQ(cache("images").hits, 0u);
  pipeline_->choose(PredictorChoice::fallback);  // encodes anew
  pipeline_->segment(c_, click(1), {});
  EXPECT_EQ(cache("images").hits, 1u);
}

TEST_F(ConformanceCaches, TenPicturesAreKeptByDefaultTheLeastRecentlyUsedGoesFirst) {
  const std::vector<PicturePath> pictures = copies(11);
  for (int i = 0; i < 10; ++i) pipeline_->segment(pictures[i], click(1), {});
  EXPECT_EQ(cache("images").entries, 10u);
  EXPECT_EQ(cache("images").bytes, 10 * decoded_bytes()) << "the cache's size in bytes is told";
  pipeline_->segment(pictures[10], click(1), {});
  EXPECT_EQ(cache("images").entries, 10u);
  EXPECT_EQ(cache("images").evictions, 1u);
  pipeline_->choose(PredictorChoice::fallback);
  pipeline_->segment(pictures[10], click(1), {});
  EXPECT_EQ(cache("images").hits, 1u);
  pipeline_->segment(pictures[0], click(1), {});
  EXPECT_EQ(cache("images").hits, 1u) << "the first had gone";
}

TEST_F(ConformanceCaches, OverItsBytesTheImageCacheLetsTheOldestGoAndKeepsTheRest) {
  options_.image_cache_bytes = 3 * decoded_bytes();
  remake();
  for (const PicturePath& picture : copies(3)) pipeline_->segment(picture, click(1), {});
  EXPECT_EQ(cache("images").entries, 3u) << "exactly the limit is not over it";
  pipeline_->segment(c_, click(1), {});
  EXPECT_EQ(cache("images").entries, 3u);
  EXPECT_EQ(cache("images").evictions, 1u);
  EXPECT_LE(cache("images").bytes, options_.image_cache_bytes);
}

TEST_F(ConformanceCaches, WhenMemoryIsTightTheImageCacheIsClearedAndTheLogSaysSo) {
  pipeline_->segment(c_, click(1), {});
  ASSERT_EQ(cache("images").entries, 1u);
  CapturedLog log;
  governor_->optimize_memory(true);
  EXPECT_EQ(cache("images").entries, 0u);
  EXPECT_EQ(log.count("Clearing image cache due to high memory usage"), 1);
  EXPECT_EQ(budget_->report().by_owner[static_cast<std::size_t>(Owner::images)], 0u);
}

TEST_F(ConformanceCaches, OptimizeMemoryAsksTheEnginesAndKeepsWhatIsDear) {
  int asked = 0;
  engines_.release_memory = [&](bool) { return ++asked, std::uint64_t{4096}; };
  remake();
  pipeline_->segment(c_, click(1), {});
  pipeline_->segment(c_, click(2), {});  // that looks at the embedding
  EXPECT_FALSE(pipeline_->optimize_memory(false).done) << "there is no reason to";
  EXPECT_EQ(asked, 0);
  EXPECT_GE(pipeline_->optimize_memory(true).freed_bytes, 4096u);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(cache("predictions").entries, 0u);
  EXPECT_EQ(state(c_), EncodingState::ready) << "the embedding is not made again";
}

// Sanitizers own malloc and keep what is freed.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool system_heap = false;
#elif defined(__has_feature)
constexpr bool system_heap = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer);
#else
constexpr bool system_heap = true;
#endif

TEST_F(ConformanceCaches, OptimizeMemoryGivesTheSystemBackWhatWasFreed) {
  engines_.trim_heap = trim_heap;
  make();
  constexpr std::size_t block_bytes = 4096;
  std::vector<std::unique_ptr<char[]>> blocks(16384);  // 64 MiB in blocks too small to be mapped alone
  for (auto& block : blocks) {
    block = std::make_unique<char[]>(block_bytes);
    block[0] = 1;
  }
  const auto last = std::move(blocks.back());  // above them all: without it free() itself would cut the heap's end
  blocks.clear();
  const std::uint64_t before = anonymous_bytes(0).value();
  const OptimizeResult result = pipeline_->optimize_memory(true);
  EXPECT_TRUE(result.done);
  if (system_heap) {
    EXPECT_GT(result.freed_bytes, 48 * mib);
    EXPECT_LT(anonymous_bytes(0).value() + 48 * mib, before);
  }
}

TEST_F(ConformanceCaches, AFailedPredictionIsLoggedAndThrown) {
  predictor_->failing = true;
  CapturedLog log;
  EXPECT_THROW(pipeline_->segment(c_, click(1), {}), std::runtime_error);
  EXPECT_EQ(log.count("Error in prediction: the encoder is out of order"), 1);
  EXPECT_EQ(log.count("Memory optimization performed"), 0) << "memory was not the reason";
}

TEST_F(ConformanceCaches, ARefusalIsOneLineOfTheLadderAndOneOfThePrediction) {
  pipeline_->segment(a_, click(1), {});
  predictor_->refusals = 1000;
  CapturedLog log;
  EXPECT_THROW(pipeline_->segment(c_, click(1), {}), MemoryExhausted);
  EXPECT_EQ(log.count("encoding coins.png ran out of memory; reclaim freed 397 KB; nothing helped"), 1)
      << "the rungs that ran";
  EXPECT_EQ(log.count("Error in prediction: encoding coins.png was refused"), 1);
  EXPECT_EQ(log.count("encoding coins.png"), 2) << "details are for the debug level";
}

TEST_F(ConformanceCaches, FailedPredictionsAreNotCached) {
  predictor_->decode_refusals = 1000;
  EXPECT_THROW(pipeline_->segment(c_, click(1), {}), MemoryExhausted);
  EXPECT_EQ(cache("predictions").entries, 0u);
  predictor_->decode_refusals = 0;
  EXPECT_FALSE(pipeline_->segment(c_, click(1), {}).from_cache);
}

TEST_F(ConformanceCaches, EveryPredictorHasTheSpecificationsMethods) {
  use_share(0.5);
  for (const PredictorChoice choice : {PredictorChoice::model, PredictorChoice::fallback}) {
    pipeline_->choose(choice);
    pipeline_->show(c_);
    pipeline_->segment(c_, click(1), {});
    EXPECT_NEAR(pipeline_->get_memory_usage(), 0.5, 1e-6);
    EXPECT_TRUE(pipeline_->segment(c_, click(1), {}).from_cache);
    EXPECT_TRUE(pipeline_->optimize_memory(true).done);
    pipeline_->clear_cache(true);
    EXPECT_TRUE(pipeline_->segment(c_, click(1), {}).from_cache) << "of the current picture";
    pipeline_->clear_cache(false);
    EXPECT_FALSE(pipeline_->segment(c_, click(1), {}).from_cache);
  }
}

TEST_F(ConformanceCaches, ExhaustedMemoryComesWithTheSpecificationsAdvice) {
  EXPECT_THAT(describe_exhaustion(*governor_, {true, true}, OutOfMemory("x")).advice,
              AllOf(HasSubstr("--max-image-size"), HasSubstr("choose a smaller model or --precision bf16"),
                    HasSubstr("SAM_HOST_MEMORY_LIMIT"), HasSubstr("GrabCut")));
  EXPECT_THAT(describe_exhaustion(*governor_, {false, false}, OutOfMemory("x")).advice,
              Not(AnyOf(HasSubstr("smaller model"), HasSubstr("bf16"), HasSubstr("GrabCut"))))
      << "only what helps";
  EXPECT_THAT(
      describe_exhaustion(*governor_, {true, true}, OutOfMemory("x", 0, "cuda:0")).advice,
      AllOf(HasSubstr("SAM_GPU_MEMORY_FRACTION"), HasSubstr("choose a smaller model"), HasSubstr("--device cpu")));
}

// After the caches are full, 1,500 pictures more may not add 256 KiB: 175 bytes a picture, less than its path in a map.
TEST_F(ConformanceCaches, NothingGrowsWithTheNumberOfPictures) {
  static std::once_flag once;
  std::call_once(once, count_heap);
  options_.embedding_cache_bytes = 20 * decoded_bytes(small_picture());
  make();  // the embeddings hold the pictures, as GrabCut's do
  std::uint64_t full_bytes = 0;
  std::uint64_t reserved_bytes = 0;
  for (int i = 1; i <= 2000; ++i) {
    const PicturePath picture{folder_ / (std::to_string(i) + "-of-a-long-session.png")};
    std::filesystem::create_hard_link(small_picture(), picture.path);
    pipeline_->show(picture);
    pipeline_->segment(picture, click(1), {});
    if (i == 500) {
      full_bytes = heap_use().held_bytes;
      reserved_bytes = budget_->reserved_bytes();
      EXPECT_GE(cache("embeddings").entries, 15u);
      EXPECT_EQ(cache("predictions").entries, 50u);
    }
    EXPECT_EQ(budget_->report().by_owner[static_cast<std::size_t>(Owner::scratch)], 0u) << "nothing of a run stays";
  }
  EXPECT_EQ(budget_->reserved_bytes(), reserved_bytes);
  EXPECT_EQ(predictor_->encodes, 2000);
  if (heap_is_counted()) {
    EXPECT_LT(heap_use().held_bytes, full_bytes + 256 * 1024);
  }
}

}  // namespace
}  // namespace sam
