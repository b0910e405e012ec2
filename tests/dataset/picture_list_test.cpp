// Which pictures a project has and what is known of each: listed, looked at, broken, remembered in the index.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/store_scene.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = PictureEntry::State;

using PictureListTest = StoreTest;

TEST_F(PictureListTest, OpensTheFolderAsItIs) {
  Store& store = open();
  for (const char* made : {"labels", "metadata", "masks", "exports", "backups", "annotations"}) {
    EXPECT_TRUE(exists(made)) << made;
  }
  EXPECT_EQ(store.folder(), folder_);
  EXPECT_THAT(store.classes().names, ElementsAre("car", "truck", "bus"));
  EXPECT_EQ(store.picture_count(), 1u);
}

TEST_F(PictureListTest, PicturesAreKnownByExtensionAndInNaturalOrder) {
  for (const char* name : {"img10.jpg", "img2.JPEG", "x.png", "x.webp", "x.tif", "x.TIFF", "img1.BMP"}) {
    put(std::string("images/") + name, "?");
  }
  for (const char* name : {"notes.txt", ".hidden.jpg", "jpg", "x.gif", "x.jpg.part"}) {
    put(std::string("images/") + name, "?");
  }
  put("images/folder.jpg/inner.jpg", "?");
  Store& store = open();
  EXPECT_THAT(names(store),
              ElementsAre("a.bmp", "img1.BMP", "img2.JPEG", "img10.jpg", "x.TIFF", "x.png", "x.tif", "x.webp"));
  EXPECT_EQ(store.position("img10.jpg"), 3u);
  EXPECT_EQ(store.position("none.jpg"), std::nullopt);
  EXPECT_EQ(store.pictures(6, 1000).size(), 2u);
  EXPECT_THAT(store.pictures(8, 10), IsEmpty());
  EXPECT_EQ(store.find("x.png")->name, "x.png");
}

TEST_F(PictureListTest, WhatIsMissingIsSaidWithWhatToDo) {
  std::filesystem::remove(folder_ / "classes.csv");
  EXPECT_THAT(open_error(), HasSubstr("--classes_csv"));
  std::filesystem::remove_all(folder_ / "images");
  EXPECT_THAT(open_error(), HasSubstr("has no folder images/"));
  StoreOptions options;
  options.folder = folder_ / "none";
  EXPECT_THROW(open_store(options, files_, clock_), DatasetError);
}

TEST_F(PictureListTest, BadPicturesAreListedWithTheirReason) {
  put("images/empty.jpg", "");
  put("images/mislabelled.png", bmp(4, 4));
  put("images/text.jpg", "this is not a picture");
  put("images/huge.bmp", bmp(4, 4).replace(18, 8, std::string("\x00\x00\x01\x00\x00\x00\x01\x00", 8)));
  Store& store = open();
  EXPECT_EQ(store.find("empty.jpg")->reason, "the file is empty (0 bytes)");
  EXPECT_EQ(store.find("text.jpg")->state, State::fresh) << "nobody has looked yet";
  EXPECT_TRUE(store.examine_next());
  examine_all(store);
  EXPECT_FALSE(store.examine_next());
  for (const char* name : {"empty.jpg", "mislabelled.png", "text.jpg", "huge.bmp"}) {
    EXPECT_EQ(store.find(name)->state, State::broken) << name;
    EXPECT_NE(store.find(name)->reason, "") << name;
  }
  EXPECT_EQ(store.find("a.bmp")->size, size);
  EXPECT_THROW(store.load("text.jpg"), ImageError);
  EXPECT_EQ(store.load("a.bmp").content.size, size);

  Store& again = open();
  EXPECT_EQ(again.find("text.jpg")->state, State::broken) << "remembered";
  EXPECT_EQ(again.find("a.bmp")->size, size);
  put("images/text.jpg", bmp(4, 4));
  again.scan();
  EXPECT_EQ(again.find("text.jpg")->state, State::fresh) << "the file changed";
}

TEST_F(PictureListTest, APictureThatCouldNotBeReadOnceIsLookedAtAgain) {
  const auto time = std::filesystem::last_write_time(folder_ / "images/a.bmp");
  const std::string good = *get("images/a.bmp");
  const auto put_same = [&](const std::string& bytes) {  // same size and time: as if only reading had failed
    put("images/a.bmp", bytes);
    std::filesystem::last_write_time(folder_ / "images/a.bmp", time);
  };
  const auto break_it = [&] {
    put_same(std::string(good.size(), '?'));
    EXPECT_THROW(open().load("a.bmp"), ImageError);
    EXPECT_EQ(store_->find("a.bmp")->state, State::broken);
    put_same(good);
  };
  break_it();
  examine_all(open());
  EXPECT_EQ(store_->find("a.bmp")->state, State::fresh) << "at the next start";
  EXPECT_EQ(store_->find("a.bmp")->size, size);
  EXPECT_EQ(open().find("a.bmp")->state, State::fresh) << "remembered";
  store_.reset();
  std::filesystem::remove(folder_ / "annotations/index.sqlite");
  break_it();
  store_->load("a.bmp");
  EXPECT_EQ(store_->find("a.bmp")->state, State::fresh) << "by loading it";
}

TEST_F(PictureListTest, APictureThatCannotBeOpenedIsMarkedByLoading) {
  put("images/b.bmp", "BM");
  Store& store = open();
  EXPECT_THROW(store.load("b.bmp"), ImageError);
  EXPECT_EQ(store.find("b.bmp")->state, State::broken);
  store.mark_broken("a.bmp", "truncated");
  EXPECT_EQ(store.find("a.bmp")->reason, "truncated");
  store.mark_broken("none.bmp", "x");
  EXPECT_EQ(open().find("a.bmp")->reason, "truncated");
}

TEST_F(PictureListTest, APictureThatWasLookedAtAndHoldsNothingIsNotFresh) {
  put("images/b.bmp", bmp(40, 30));
  put("images/c.bmp", bmp(40, 30));
  put("labels/b.txt", "");  // the original, or another tool, saved it so
  Store& store = open();
  LoadedPicture loaded = store.load("a.bmp");
  store.save(loaded.content, loaded.revision);
  store.load("c.bmp");
  const auto states = [](const Store& of) {
    std::vector<State> found;
    for (const PictureEntry& entry : of.pictures(0, 3)) found.push_back(entry.state);
    return found;
  };
  examine_all(store);
  EXPECT_THAT(states(store), ElementsAre(State::labelled, State::labelled, State::fresh));
  EXPECT_THAT(states(open()), ElementsAre(State::labelled, State::labelled, State::fresh)) << "from the index";
  std::filesystem::remove(folder_ / "labels/b.txt");
  examine_all(open());
  EXPECT_EQ(store_->find("b.bmp")->state, State::fresh) << "nobody has looked any more";
}

TEST_F(PictureListTest, HistoryAndFactsSurviveTheIndex) {
  Store& store = open();
  EXPECT_EQ(store.load_history("a.bmp"), std::nullopt);
  const std::string bytes("any\0bytes\xff", 10);
  store.save_history("a.bmp", bytes);
  EXPECT_EQ(store.remembered("current"), std::nullopt);
  store.remember("current", "a.bmp");
  store.remember("other", "\"x\"\n");
  store_.reset();
  std::filesystem::remove(folder_ / "annotations/index.sqlite");
  EXPECT_EQ(open().load_history("a.bmp"), bytes);
  EXPECT_EQ(store_->remembered("current"), "a.bmp");
  EXPECT_EQ(store_->remembered("other"), "\"x\"\n");
  put("annotations/.state.json", "[1, 2");
  EXPECT_EQ(open().remembered("current"), std::nullopt);
  store_->remember("current", "b.bmp");
  EXPECT_EQ(get("annotations/.state.json.damaged"), "[1, 2") << "never deleted";
}

TEST_F(PictureListTest, ADamagedIndexIsMadeAnew) {
  save_box(open());
  store_.reset();
  put("annotations/index.sqlite", "this is no database, but it is long enough to be looked at as if it were one");
  EXPECT_EQ(open().find("a.bmp")->state, State::labelled);
  EXPECT_TRUE(exists("annotations/index.sqlite.damaged"));
  examine_all(*store_);
  EXPECT_EQ(store_->find("a.bmp")->annotation_count, 1);
  EXPECT_EQ(open().find("a.bmp")->size, size) << "and is used";
}

TEST_F(PictureListTest, AnotherPixelLimitLooksAgain) {
  examine_all(open());
  store_.reset();
  StoreOptions small = options();
  small.limits.max_pixels = 100;
  store_ = open_store(small, files_, clock_);
  examine_all(*store_);
  EXPECT_EQ(store_->find("a.bmp")->state, State::broken);
  examine_all(open());
  EXPECT_EQ(store_->find("a.bmp")->state, State::fresh);
}

TEST_F(PictureListTest, ScanSeesWhatCameAndWent) {
  Store& store = open();
  examine_all(store);
  put("images/b.bmp", bmp(3, 3));
  put("images/c.bmp", bmp(3, 3));
  store.scan();
  EXPECT_THAT(names(store), ElementsAre("a.bmp", "b.bmp", "c.bmp"));
  EXPECT_EQ(store.find("a.bmp")->size, size) << "still known";
  examine_all(store);
  EXPECT_EQ(store.find("c.bmp")->size, (Size{3, 3}));
  std::filesystem::remove(folder_ / "images/b.bmp");
  put("labels/c.txt", triangle_line);
  store.scan();
  examine_all(store);
  EXPECT_THAT(names(store), ElementsAre("a.bmp", "c.bmp"));
  EXPECT_EQ(store.find("c.bmp")->annotation_count, 1) << "somebody wrote labels meanwhile";
  EXPECT_THROW(store.load("b.bmp"), DatasetError);
}

}  // namespace
}  // namespace sam
