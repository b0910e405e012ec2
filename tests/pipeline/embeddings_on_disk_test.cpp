// The disk tier in a whole pipeline: a restart is a fresh pipeline with a fresh predictor on the same folder.
#include <stdlib.h>

#include <fstream>

#include "pipeline/pipeline_fixture.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

class EmbeddingsOnDiskTest : public PipelineFixture {
 protected:
  EmbeddingsOnDiskTest() {
    std::string name = (fs::temp_directory_path() / "sam-embeddings-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    photo_ = {folder_ / "photo.jpg"};
    fs::copy_file(a_.path, photo_.path);
    pipeline_options_.embedding_folder = folder_ / "cache" / "embeddings";
    tensor_values_ = 10'000;
    make();
  }
  ~EmbeddingsOnDiskTest() override {
    pipeline_.reset();
    fs::remove_all(folder_);
  }

  SegmentResult click_on(const PicturePath& photo) { return pipeline_->segment(photo, click(20), {}); }
  CacheReport disk() const { return cache("embeddings_on_disk"); }
  void await_writes(std::uint64_t count) {
    await([&] { return disk().writes == count; });
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(pipeline_options_.embedding_folder, error), end; !error && entry != end;
         ++entry) {
      if (entry->path().extension() == ".embedding") found.push_back(entry->path());
    }
    return found;
  }

  fs::path folder_;
  PicturePath photo_;
};

TEST_F(EmbeddingsOnDiskTest, BackToAPictureAfterARestartNothingIsEncoded) {
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 1);
  make();
  const SegmentResult result = click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 0);
  EXPECT_EQ(predictor_->decodes, 1);
  EXPECT_EQ(result.encode_ms, 0);
  EXPECT_EQ(disk().hits, 1u);
  await([&] { return disk().entries == 1; });  // counted in the background
  EXPECT_EQ(disk().limit_bytes, std::uint64_t{4} << 30);
  EXPECT_GT(cache("embeddings").bytes, 40'000u) << "what was read is kept in memory";
  EXPECT_GE(budget_->report().by_owner[static_cast<std::size_t>(Owner::embeddings)], 40'000u);
}

TEST_F(EmbeddingsOnDiskTest, ShowingItIsEnough) {
  pipeline_->show(photo_);
  await_writes(1);
  make();
  pipeline_->show(photo_);
  await([&] { return state(photo_) == EncodingState::ready; });
  EXPECT_EQ(predictor_->encodes, 0);
}

TEST_F(EmbeddingsOnDiskTest, ACopyUnderAnotherNameIsTheSamePicture) {
  click_on(photo_);
  make();
  click_on(a_);
  EXPECT_EQ(predictor_->encodes, 0);
}

TEST_F(EmbeddingsOnDiskTest, AFileThatChangedIsEncodedAnew) {
  click_on(photo_);
  make();
  fs::copy_file(b_.path, photo_.path, fs::copy_options::overwrite_existing);
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 1);
}

TEST_F(EmbeddingsOnDiskTest, AnotherPrecisionOrPreprocessingIsAnotherEmbedding) {
  click_on(photo_);
  form_ = "2";
  make();
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 1);
  pipeline_options_.limits.max_side = 200;
  make();
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 1);
  form_ = "1";
  pipeline_options_.limits.max_side = 0;
  make();
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 0);
}

TEST_F(EmbeddingsOnDiskTest, ADamagedFileIsRemovedAndEncodedAgain) {
  click_on(photo_);
  pipeline_.reset();
  ASSERT_EQ(files().size(), 1u);
  fs::resize_file(files()[0], fs::file_size(files()[0]) - 1);
  make();
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 1);
  EXPECT_EQ(disk().damaged, 1u);
  await_writes(1);
  make();
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 0);
}

TEST_F(EmbeddingsOnDiskTest, ZeroBytesSwitchItOff) {
  options_.embedding_disk_bytes = 0;
  make();
  click_on(photo_);
  make();
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 1);
  EXPECT_FALSE(fs::exists(folder_ / "cache"));
  EXPECT_EQ(disk().name, "");
}

TEST_F(EmbeddingsOnDiskTest, AFolderThatCannotBeMadeChangesNothingElse) {
  std::ofstream(folder_ / "cache") << "a file in the folder's place";
  click_on(photo_);
  click_on(b_);
  EXPECT_EQ(predictor_->encodes, 2);
  await([&] { return disk().dropped == 2; });
}

TEST_F(EmbeddingsOnDiskTest, AtWarningFilesSpareTheEncodesThatMemoryDoesNot) {
  use_share(0.85);
  click_on(photo_);
  await_writes(1);
  make();
  use_share(0.85);
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 0);
}

TEST_F(EmbeddingsOnDiskTest, AtCriticalNothingIsWritten) {
  use_share(0.97);
  click_on(photo_);
  await([&] { return disk().dropped == 1; });
  EXPECT_TRUE(files().empty());
}

TEST_F(EmbeddingsOnDiskTest, ThosePreparedAheadAreKeptToo) {
  pipeline_->prepare({photo_, b_});
  await_writes(2);
  make();
  click_on(b_);
  EXPECT_EQ(predictor_->encodes, 0);
}

TEST_F(EmbeddingsOnDiskTest, ClearCacheClearsMemoryOnly) {
  click_on(photo_);
  await_writes(1);
  pipeline_->clear_cache(false);
  EXPECT_EQ(cache("embeddings").entries, 0u);
  EXPECT_EQ(disk().entries, 1u);
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 1);
  EXPECT_EQ(disk().hits, 1u);
}

TEST_F(EmbeddingsOnDiskTest, WhatIsOnDiskLeavesMemoryFirst) {
  click_on(photo_);
  await_writes(1);
  const fs::path folder = pipeline_options_.embedding_folder;
  pipeline_options_.embedding_folder = photo_.path / "no folder";  // nothing can be written there
  make();
  click_on(b_);
  click_on(b_);  // looked at: it is not one of those prepared and never shown
  governor_->reclaim("host", 1 << 30, ReclaimStep::embeddings_on_disk);
  EXPECT_EQ(cache("embeddings").entries, 1u) << "it is in memory only";
  pipeline_options_.embedding_folder = folder;
  make();
  click_on(photo_);
  click_on(b_);
  await_writes(1);
  EXPECT_EQ(cache("embeddings").entries, 2u);
  EXPECT_GE(governor_->reclaim("host", 1 << 30, ReclaimStep::embeddings_on_disk), 80'000u);
  EXPECT_EQ(cache("embeddings").entries, 0u);
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 1) << "of the other picture";
}

TEST_F(EmbeddingsOnDiskTest, TheFolderStaysWithinItsLimit) {
  options_.embedding_disk_bytes = 50'000;  // two of 20 kB
  make();
  for (const PicturePath& each : {a_, b_, c_}) click_on(each);
  await_writes(3);
  EXPECT_LE(disk().bytes, 50'000u);
  EXPECT_EQ(disk().evictions, 1u);
}

TEST_F(EmbeddingsOnDiskTest, WhereThereIsNoMemoryForItTheLadderIsClimbed) {
  click_on(photo_);
  await_writes(1);
  host_limit_ = 30'000;  // the embedding's 40 kB do not fit
  make();
  EXPECT_THROW(click_on(photo_), MemoryExhausted);
  EXPECT_EQ(files().size(), 1u) << "the file is not to blame";
}

using State = DiskEmbedding::State;

TEST_F(EmbeddingsOnDiskTest, EmbedPutsItOnDiskAndKeepsNothingInMemory) {
  EXPECT_EQ(pipeline_->find_embedding(photo_).state, State::missing);
  const DiskEmbedding made = pipeline_->embed(photo_, WithoutMemory::fail, {});
  EXPECT_EQ(made.state, State::written);
  ASSERT_EQ(files().size(), 1u);
  EXPECT_EQ(made.file_bytes, fs::file_size(files()[0]));
  EXPECT_EQ(cache("embeddings").entries, 0u);
  EXPECT_EQ(cache("images").entries, 0u);
  EXPECT_EQ(budget_->reserved_bytes(), 0u);
  EXPECT_EQ(pipeline_->find_embedding(photo_).state, State::kept_before);
  make();
  EXPECT_EQ(pipeline_->embed(photo_, WithoutMemory::fail, {}).state, State::kept_before);
  click_on(photo_);
  EXPECT_EQ(predictor_->encodes, 0) << "the page finds what was embedded";
}

TEST_F(EmbeddingsOnDiskTest, EmbedFailsAtOnceOrClimbsButNeverInPrecision) {
  lower_forms_ = {{RungKind::lower_precision, "bf16", [] { return std::make_unique<FakePredictor>("2"); }}};
  make();
  predictor_->refusals = 1;
  EXPECT_THROW(pipeline_->embed(photo_, WithoutMemory::fail, {}), OutOfMemory);
  EXPECT_EQ(pipeline_->recovery().operations, 0u);
  predictor_->refusals = 1000;
  EXPECT_THROW(pipeline_->embed(photo_, WithoutMemory::climb, {}), MemoryExhausted);
  EXPECT_EQ(rung(RungKind::lower_precision).runs, 0u);
  predictor_->refusals = 0;
  EXPECT_EQ(pipeline_->embed(photo_, WithoutMemory::climb, {}).state, State::written);
}

TEST_F(EmbeddingsOnDiskTest, EmbedFromSeveralThreadsMakesEachOnce) {
  std::vector<PicturePath> photos;
  for (int i = 0; i < 12; ++i) {
    photos.push_back({folder_ / (std::to_string(i) + ".jpg")});
    fs::copy_file(a_.path, photos.back().path);
    std::ofstream(photos.back().path, std::ios::app) << i;  // another content
  }
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (std::size_t at = next++; at < photos.size(); at = next++)
          EXPECT_EQ(pipeline_->embed(photos[at], WithoutMemory::climb, {}).state, State::written);
      });
    }
  }
  EXPECT_EQ(predictor_->encodes, 12);
  EXPECT_EQ(files().size(), 12u);
  EXPECT_EQ(budget_->reserved_bytes(), 0u);
}

TEST_F(EmbeddingsOnDiskTest, EmbedOfWhatIsNoPictureOrAnotherFolderFull) {
  std::ofstream(folder_ / "text.jpg") << "no picture";
  EXPECT_THROW(pipeline_->embed({folder_ / "text.jpg"}, WithoutMemory::climb, {}), ImageError);
  EXPECT_THROW(pipeline_->embed({folder_ / "missing.jpg"}, WithoutMemory::climb, {}), ImageError);
  options_.embedding_disk_bytes = 1000;
  make();
  EXPECT_EQ(pipeline_->embed(photo_, WithoutMemory::fail, {}).state, State::refused);
  options_.embedding_disk_bytes = 0;
  make();
  EXPECT_THROW(pipeline_->embed(photo_, WithoutMemory::fail, {}), std::logic_error);
}

}  // namespace
}  // namespace sam
