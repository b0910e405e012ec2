// Label files of others: the original's, edited, deleted, shared by pictures of one base name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/store_scene.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = PictureEntry::State;

using LabelEditTest = StoreTest;

TEST_F(LabelEditTest, TheOriginalsLabelsAreThereAndLookingWritesNothing) {
  const std::string labels = std::string(triangle_line) + "7 0 0 1 0 1 1\nodd\n" + box_line;
  put("labels/a.txt", labels);
  Store& store = open();
  EXPECT_EQ(store.find("a.bmp")->state, State::labelled);
  examine_all(store);
  EXPECT_EQ(store.find("a.bmp")->annotation_count, 2);
  LoadedPicture loaded = store.load("a.bmp");
  ASSERT_EQ(loaded.content.annotations.size(), 2u);
  EXPECT_EQ(loaded.content.annotations[0].id, 1);
  EXPECT_EQ(loaded.content.annotations[0].class_id, 1);
  EXPECT_EQ(loaded.content.annotations[0].source, "labels");
  EXPECT_EQ(loaded.content.annotations[0].polygon[0].outer, (Ring{{0, 0}, {40, 0}, {0, 20}}));
  EXPECT_EQ(mask_area(loaded.content.annotations[1].mask), 20u * 10u);
  EXPECT_EQ(loaded.content.next_id, 3);
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("labels/a.txt:2: class 7 is not"),
                                           HasSubstr("labels/a.txt:3: expected a class id, found \"odd\"")));
  EXPECT_FALSE(exists("annotations/a.bmp.json"));
  EXPECT_FALSE(exists("metadata/a.txt"));
  EXPECT_EQ(get("labels/a.txt"), labels);

  const std::string revision = store.save(loaded.content, loaded.revision);
  EXPECT_EQ(get("labels/a.txt"), labels) << "the odd lines at their places";
  const LoadedPicture again = open().load("a.bmp");
  EXPECT_EQ(again.content, loaded.content);
  EXPECT_EQ(again.revision, revision);
  EXPECT_EQ(again.warnings, loaded.warnings) << "said as long as the lines are there";
}

TEST_F(LabelEditTest, ALineThatCoversNoPixelIsKeptAndCanBeSaved) {
  const std::string labels = std::string("0 0.1 0.1 0.1 0.1 0.1 0.1\n") + triangle_line;
  put("labels/a.txt", labels);
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content.annotations.size(), 1u);
  EXPECT_THAT(loaded.warnings, ElementsAre("labels/a.txt:1: the polygon covers no pixel; line kept"));
  store_->save(loaded.content, loaded.revision);
  EXPECT_EQ(get("labels/a.txt"), labels);
}

TEST_F(LabelEditTest, SomebodyElsesEditIsReadAfterTheOldStateWentToBackups) {
  LoadedPicture saved = save_box(open());
  saved.content.annotations.push_back(rectangle(saved.content.next_id++, 2, {0, 0, 8, 8}, size));
  store_->save(saved.content, saved.revision);
  const auto old_annotations = get("annotations/a.bmp.json");
  const std::string edited = "1" + std::string(box_line).substr(1) + triangle_line + "odd\n";
  put("labels/a.txt", edited);

  const LoadedPicture loaded = store_->load("a.bmp");
  ASSERT_EQ(loaded.content.annotations.size(), 2u);
  Annotation expected = saved.content.annotations[0];
  expected.class_id = 1;
  EXPECT_EQ(loaded.content.annotations[0], expected) << "id, mask, prompt stay; the class is the line's";
  EXPECT_EQ(loaded.content.annotations[1].id, 3);
  EXPECT_EQ(loaded.content.annotations[1].source, "labels");
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("labels/a.txt:3"), HasSubstr("changed by another program")));
  EXPECT_THAT(backups(), ElementsAre("annotations/a.bmp.json", "labels/a.txt"));
  EXPECT_EQ(get("backups/20231114T221320Z/annotations/a.bmp.json"), old_annotations);
  EXPECT_EQ(get("labels/a.txt"), edited) << "theirs is not rewritten by looking";

  const LoadedPicture again = open().load("a.bmp");
  EXPECT_EQ(again.content, loaded.content);
  EXPECT_EQ(again.revision, loaded.revision);
  EXPECT_THAT(again.warnings, ElementsAre(HasSubstr("labels/a.txt:3"))) << "the edit is news once, the odd line stays";
  EXPECT_EQ(backups().size(), 2u) << "once";
  store_->save(again.content, again.revision);
  EXPECT_EQ(get("labels/a.txt"), edited);
}

TEST_F(LabelEditTest, ADeletedLabelFileIsWrittenAgain) {
  const LoadedPicture saved = save_box(open());
  std::filesystem::remove(folder_ / "labels/a.txt");
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content, saved.content);
  EXPECT_EQ(loaded.revision, saved.revision);
  EXPECT_EQ(get("labels/a.txt"), box_line);
  EXPECT_THAT(backups(), IsEmpty());
}

TEST_F(LabelEditTest, ACrashBetweenTheTwoWritesIsRepaired) {
  put("labels/a.txt", triangle_line);
  const LoadedPicture saved = save_box(open());
  put("labels/a.txt", triangle_line);
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content, saved.content);
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(get("labels/a.txt"), std::string(triangle_line) + box_line);
  EXPECT_THAT(backups(), IsEmpty());
}

TEST_F(LabelEditTest, AReadOnlyLabelFileDoesNotStopLoading) {
  save_box(open());
  put("labels/a.txt", triangle_line);
  faulty_.fail(FaultyFileSystem::Fault::from_then_on, 0);
  const LoadedPicture loaded = store_->load("a.bmp");
  EXPECT_EQ(loaded.content.annotations.size(), 1u);
  EXPECT_EQ(loaded.content.annotations[0].class_id, 1);
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("No space left")));
  EXPECT_THROW(store_->save(loaded.content, loaded.revision), FileError);
  EXPECT_EQ(get("labels/a.txt"), triangle_line);
  faulty_.fail(FaultyFileSystem::Fault::none, 0);
  store_->save(loaded.content, loaded.revision);
  EXPECT_THAT(backups(), ElementsAre("annotations/a.bmp.json", "labels/a.txt")) << "before it was overwritten";
}

TEST_F(LabelEditTest, PicturesOfOneBaseNameKeepTheirLabelsApart) {
  put("images/a.BMP", bmp(size.width, size.height));
  save_box(open());  // a.BMP is first in the list but a.bmp is the first that is saved
  EXPECT_EQ(get("labels/a.bmp.txt"), box_line);
  LoadedPicture other = store_->load("a.BMP");
  EXPECT_THAT(other.content.annotations, IsEmpty());
  other.content.annotations = {rectangle(1, 1, {0, 0, 8, 8}, size)};
  store_->save(other.content, other.revision);
  EXPECT_EQ(get("labels/a.bmp.txt"), box_line);
  EXPECT_EQ(get("labels/a.txt")->front(), '1');
  Store& again = open();
  EXPECT_EQ(again.load("a.bmp").content.annotations[0].class_id, 0);
  EXPECT_EQ(again.load("a.BMP").content.annotations[0].class_id, 1);
}

TEST_F(LabelEditTest, AFileOfItsOwnIsNobodyElsesBaseName) {
  for (const char* name : {"images/a.png", "images/a.png.jpg", "images/a.png.jpg.tif"}) put(name, bmp(40, 20));
  for (const char* name : {"a.png.txt", "a.png.jpg.txt"}) put(std::string("labels/") + name, triangle_line);
  Store& store = open();
  int labelled = 0;
  for (const PictureEntry& entry : store.pictures(0, 10)) labelled += entry.state == State::labelled ? 1 : 0;
  EXPECT_EQ(labelled, 2) << "one picture for each label file";
}

TEST_F(LabelEditTest, ANewPictureOfTheSameBaseNameDoesNotTakeTheLabels) {
  save_box(open());
  put("images/a.BMP", bmp(size.width, size.height));
  Store& store = open();
  EXPECT_EQ(store.load("a.bmp").content.annotations.size(), 1u);
  EXPECT_THAT(store.load("a.BMP").content.annotations, IsEmpty());
  EXPECT_EQ(get("labels/a.txt"), box_line);
}

}  // namespace
}  // namespace sam
