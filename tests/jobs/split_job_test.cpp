// splits.csv as the job writes it.
#include "jobs/split_job.h"

#include <gmock/gmock.h>

#include "dataset/project_folder.h"
#include "platform/stopped.h"

namespace sam {
namespace {

constexpr Size size{40, 30};

class SplitJob : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    options_.shares = {{"train", 0.5}, {"val", 0.25}, {"test", 0.25}};
  }

  // Each photo its own content, unless told.
  void add_picture(const std::string& name, int class_id, int content) {
    std::string bytes = bmp(size.width, size.height);
    for (int i = 0; i < content; ++i) bytes[bytes.size() - 1 - static_cast<std::size_t>(i)] = 1;
    put("images/" + name, bytes);
    put("labels/" + name.substr(0, name.find('.')) + ".txt",
        class_id < 0 ? "" : std::to_string(class_id) + " 0.1 0.1 0.9 0.1 0.9 0.9\n");
  }
  void add_pictures(int count) {
    for (int i = 0; i < count; ++i) add_picture("p" + std::to_string(i) + ".bmp", i % 2, i);
  }

  SplitSummary split(const std::stop_token& stop = {}) {
    store_.reset();
    const auto project = open_project(ProjectFolder::options(), faulty_, clock_);
    return split_project(*project, faulty_, options_, clock_, stop, [](const WorkProgress&) {});
  }
  Splits splits() { return parse_splits(get("splits.csv").value_or("image,subset\n")); }

  SplitOptions options_;
};

TEST_F(SplitJob, ClassesAreSharedOutAndTheFileSaysSo) {
  add_pictures(16);
  put("images/fresh.bmp", bmp(7, 7));
  const SplitSummary summary = split();
  EXPECT_EQ(summary.pictures, 16u);
  EXPECT_EQ(summary.subsets.at("train").pictures, 8u);
  for (int id : {0, 1}) {
    EXPECT_EQ(summary.subsets.at("train").pictures_of_class.at(id), 4u);
    EXPECT_EQ(summary.subsets.at("val").pictures_of_class.at(id), 2u);
    EXPECT_EQ(summary.subsets.at("test").objects_of_class.at(id), 2u);
  }
  const Splits first = splits();
  EXPECT_EQ(first.size(), 16u);
  split();
  EXPECT_EQ(splits(), first) << "the same seed";
  EXPECT_THAT(backups(), testing::Contains("splits.csv"));
  options_.fresh_too = true;
  EXPECT_EQ(split().pictures, 17u);
}

TEST_F(SplitJob, CopiesOfAPhotoStayTogether) {
  for (int i = 0; i < 12; ++i) add_picture("p" + std::to_string(i) + ".bmp", 0, i / 3);
  for (options_.seed = 0; options_.seed < 4; ++options_.seed) {
    EXPECT_EQ(split().same_photos, 8u);
    const Splits found = splits();
    for (int i = 0; i < 12; ++i)
      EXPECT_EQ(found.at("p" + std::to_string(i) + ".bmp"), found.at("p" + std::to_string(i / 3 * 3) + ".bmp"));
  }
}

TEST_F(SplitJob, WhatIsKeptStaysWhereItIs) {
  add_pictures(16);
  options_.keep = {{"p0.bmp", "test"}, {"p1.bmp", "held out"}, {"gone.bmp", "train"}};
  const SplitSummary summary = split();
  EXPECT_EQ(summary.kept, 2u);
  const Splits found = splits();
  EXPECT_EQ(found.at("p0.bmp"), "test");
  EXPECT_EQ(found.at("p1.bmp"), "held out");
  EXPECT_EQ(found.size(), 16u);
}

TEST_F(SplitJob, PicturesWithoutObjectsAreSharedOutAndBrokenOnesAreNot) {
  for (int i = 0; i < 8; ++i) add_picture("p" + std::to_string(i) + ".bmp", -1, i);
  put("images/broken.jpg", "no picture");
  put("labels/broken.txt", "0 0.1 0.1 0.9 0.1 0.9 0.9\n");
  const SplitSummary summary = split();
  EXPECT_EQ(summary.pictures, 8u);
  EXPECT_EQ(summary.unreadable_count, 1u);
  EXPECT_EQ(summary.subsets.at("train").pictures, 4u);
}

TEST_F(SplitJob, ADryRunAndAStoppedOneWriteNothing) {
  add_pictures(4);
  options_.dry_run = true;
  EXPECT_EQ(split().pictures, 4u);
  EXPECT_FALSE(exists("splits.csv"));
  options_.dry_run = false;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(split(stop.get_token()), Stopped);
  EXPECT_FALSE(exists("splits.csv"));
}

}  // namespace
}  // namespace sam
