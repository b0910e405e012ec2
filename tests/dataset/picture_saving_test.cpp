// Saving a picture and opening it again: whatever fails, whoever else saves, whatever became of picture and classes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "dataset/store_scene.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = PictureEntry::State;

using SavingTest = StoreTest;

TEST_F(SavingTest, WhatIsSavedIsThereAfterwards) {
  const LoadedPicture saved = save_box(open());
  EXPECT_EQ(store_->find("a.bmp")->state, State::labelled);
  EXPECT_EQ(store_->find("a.bmp")->annotation_count, 1);
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content, saved.content);
  EXPECT_EQ(loaded.revision, saved.revision);
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(get("labels/a.txt"), box_line);
  EXPECT_EQ(get("metadata/a.txt"),
            "num_annotations: 1\nclass_distribution: {'0': 1, '1': 0, '2': 0}\n"
            "image_dimensions: {'original': (40, 20), 'display': (20, 40)}\nscale_factors: {'x': 1.0, 'y': 1.0}\n");
  EXPECT_EQ(store_->find("a.bmp")->annotation_count, 1) << "from the index";
}

TEST_F(SavingTest, SavingTheSameAgainChangesNoByte) {
  LoadedPicture saved = save_box(open());
  const auto annotations = get("annotations/a.bmp.json");
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(store_->save(loaded.content, loaded.revision), loaded.revision);
  EXPECT_EQ(get("annotations/a.bmp.json"), annotations);
}

TEST_F(SavingTest, WhatTheReviewSaysIsSavedAndLeavesTheLabelsAlone) {
  LoadedPicture saved = save_box(open());
  const auto labels = get("labels/a.txt");
  const auto before = get("annotations/a.bmp.json");
  saved.content.annotations[0].review = Review::rejected;
  saved.content.annotations[0].note = "not a car";
  saved.content.annotations[0].seconds = 2.5;
  saved.content.reviewed = true;
  saved.content.faulty = true;
  saved.revision = store_->save(saved.content, saved.revision);
  LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content, saved.content);
  EXPECT_EQ(loaded.revision, saved.revision);
  EXPECT_EQ(get("labels/a.txt"), labels);
  loaded.content.annotations[0].review = Review::none;
  loaded.content.annotations[0].note.clear();
  loaded.content.annotations[0].seconds = 0;
  loaded.content.reviewed = loaded.content.faulty = false;
  const std::string revision = store_->save(loaded.content, loaded.revision);
  EXPECT_EQ(get("annotations/a.bmp.json"), before) << "as if there had been no review";
  loaded.content.annotations[0].seconds = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(store_->save(loaded.content, revision), DatasetError);
}

TEST_F(SavingTest, NoAnnotationsCanBeSavedToo) {
  LoadedPicture saved = save_box(open());
  saved.content.annotations.clear();
  store_->save(saved.content, saved.revision);
  EXPECT_EQ(get("labels/a.txt"), "");
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_THAT(loaded.content.annotations, IsEmpty());
  EXPECT_EQ(loaded.content.next_id, 2) << "ids are never used again";
  EXPECT_EQ(store_->find("a.bmp")->state, State::labelled);
}

TEST_F(SavingTest, APictureMadeNewHasNoFiles) {
  EXPECT_TRUE(open().load("a.bmp").is_new);
  LoadedPicture saved = save_box(*store_);
  EXPECT_FALSE(store_->load("a.bmp").is_new);
  EXPECT_THROW(store_->make_new("a.bmp", "another", {}), RevisionConflict);
  EXPECT_EQ(store_->find("a.bmp")->annotation_count, 1);
  std::string told;
  const std::string revision = store_->make_new("a.bmp", saved.revision, [&](const std::string& to) { told = to; });
  EXPECT_EQ(told, revision);
  for (const char* file : {"annotations/a.bmp.json", "labels/a.txt", "metadata/a.txt"})
    EXPECT_FALSE(exists(file)) << file;
  EXPECT_FALSE(store_->find("a.bmp")->annotated);
  EXPECT_EQ(store_->find("a.bmp")->state, State::fresh);
  EXPECT_EQ(store_->load("a.bmp").revision, revision);
  EXPECT_TRUE(open().load("a.bmp").is_new);
  EXPECT_FALSE(store_->find("a.bmp")->annotated);
  EXPECT_EQ(save_box(*store_).content.annotations.size(), 1U);
}

TEST_F(SavingTest, ADamagedAnnotationsFileIsSetAside) {
  save_box(open());
  std::string damaged = get("annotations/a.bmp.json")->substr(0, 300);
  put("annotations/a.bmp.json", damaged);
  const LoadedPicture loaded = open().load("a.bmp");
  ASSERT_EQ(loaded.content.annotations.size(), 1u) << "from the label file";
  EXPECT_EQ(loaded.content.annotations[0].source, "labels");
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("annotations/a.bmp.json is damaged")));
  EXPECT_THAT(backups(), ElementsAre("annotations/a.bmp.json.damaged"));
  EXPECT_EQ(get("backups/20231114T221320Z/annotations/a.bmp.json.damaged"), damaged);
  store_->save(loaded.content, loaded.revision);
}

TEST_F(SavingTest, AFileOfALaterVersionIsLeftAlone) {
  save_box(open());
  std::string text = *get("annotations/a.bmp.json");
  text.replace(text.find("\"format\": 1"), 11, "\"format\": 9");
  put("annotations/a.bmp.json", text);
  EXPECT_THROW(open().load("a.bmp"), DatasetError);
  EXPECT_EQ(get("annotations/a.bmp.json"), text);
}

TEST_F(SavingTest, TheSecondOfTwoSaversIsTold) {
  Store& store = open();
  LoadedPicture one = store.load("a.bmp");
  LoadedPicture two = store.load("a.bmp");
  one.content.annotations.push_back(rectangle(1, 0, {10, 5, 30, 15}, size));
  two.content.annotations.push_back(rectangle(1, 1, {0, 0, 8, 8}, size));
  store.save(one.content, one.revision);
  EXPECT_THROW(store.save(two.content, two.revision), RevisionConflict);
  EXPECT_EQ(store.load("a.bmp").content, [&] {
    one.content.next_id = 2;
    return one.content;
  }());
}

TEST_F(SavingTest, AnEditWhileThePictureIsOpenIsAConflict) {
  LoadedPicture saved = save_box(open());
  put("labels/a.txt", triangle_line);
  EXPECT_THROW(store_->save(saved.content, saved.revision), RevisionConflict);
  EXPECT_EQ(get("labels/a.txt"), triangle_line);
}

TEST_F(SavingTest, WhatCannotBeSavedIsRefusedAndNothingWritten) {
  Store& store = open();
  const LoadedPicture loaded = store.load("a.bmp");
  const Annotation good = rectangle(1, 0, {10, 5, 30, 15}, size);
  std::vector<Annotation> bad(6, good);
  bad[0].mask = {size, {static_cast<std::uint32_t>(size.width * size.height)}};
  bad[1].mask = {};
  bad[2].class_id = 3;
  bad[3].polygon[0].outer[0].x = std::numeric_limits<double>::quiet_NaN();
  bad[4].id = 0;
  bad[5].mask.runs.push_back(1);
  for (const Annotation& annotation : bad) {
    PictureAnnotations content = loaded.content;
    content.annotations = {annotation};
    EXPECT_THROW(store.save(content, loaded.revision), DatasetError);
  }
  PictureAnnotations twice = loaded.content;
  twice.annotations = {good, good};
  EXPECT_THROW(store.save(twice, loaded.revision), DatasetError);
  EXPECT_FALSE(exists("annotations/a.bmp.json"));
}

TEST_F(SavingTest, AMaskWithoutAPolygonGetsOne) {
  Store& store = open();
  LoadedPicture loaded = store.load("a.bmp");
  loaded.content.annotations = {rectangle(1, 0, {10, 5, 30, 15}, size)};
  loaded.content.annotations[0].polygon.clear();
  store.save(loaded.content, loaded.revision);
  EXPECT_EQ(polygon_to_mask(store.load("a.bmp").content.annotations[0].polygon, size),
            loaded.content.annotations[0].mask);
}

TEST_F(SavingTest, RenamedAndMovedClassesAreNoticed) {
  save_box(open());
  put("classes.csv", "class_name\nvan\ntruck\nbus\n");
  LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content.annotations[0].class_id, 0);
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("was called \"car\" and is now \"van\"")));
  put("classes.csv", "class_name\ntruck\nbus\ncar\n");
  loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content.annotations[0].class_id, 2);
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("\"car\" was class 0 and is now class 2")));
  store_->save(loaded.content, loaded.revision);
  EXPECT_EQ(get("labels/a.txt")->front(), '2');
  EXPECT_THAT(store_->load("a.bmp").warnings, IsEmpty());
  put("classes.csv", "class_name\ntruck\nbus\n");
  loaded = open().load("a.bmp");
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("no longer in the class list")));
  loaded.content.annotations[0].score = 0.5;
  store_->save(loaded.content, loaded.revision);
  EXPECT_THAT(*get("annotations/a.bmp.json"), HasSubstr("\"class_name\":\"car\""));
}

TEST_F(SavingTest, AReplacedPictureWithoutAnnotationsHasItsNewSize) {
  LoadedPicture saved = save_box(open());
  saved.content.annotations.clear();
  store_->save(saved.content, saved.revision);
  put("images/a.bmp", bmp(30, 30));
  LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content.size, (Size{30, 30}));
  EXPECT_THAT(loaded.warnings, IsEmpty());
  loaded.content.annotations = {rectangle(loaded.content.next_id++, 0, {0, 10, 30, 30}, {30, 30})};
  store_->save(loaded.content, loaded.revision);
  EXPECT_EQ(store_->load("a.bmp").content, loaded.content);
}

TEST_F(SavingTest, AResizedPictureScalesItsAnnotations) {
  const LoadedPicture saved = save_box(open());
  const auto old_annotations = get("annotations/a.bmp.json");
  put("images/a.bmp", bmp(81, 40));  // rounded
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content.size, (Size{81, 40}));
  ASSERT_EQ(loaded.content.annotations.size(), 1u);
  const Annotation& scaled = loaded.content.annotations[0];
  EXPECT_EQ(scaled.polygon[0].outer[0], (Point{20.25, 10}));
  EXPECT_EQ(scaled.prompt.boxes[0], (Box{20.25, 10, 60.75, 30}));
  EXPECT_EQ(scaled.mask, polygon_to_mask(scaled.polygon, {81, 40}));
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("40x20 pixels when it was annotated and has 81x40 now")));
  EXPECT_EQ(get("annotations/a.bmp.json"), old_annotations) << "looking writes nothing";
  store_->save(loaded.content, loaded.revision);
  EXPECT_EQ(get("backups/20231114T221320Z/annotations/a.bmp.json"), old_annotations);
  const LoadedPicture again = open().load("a.bmp");
  EXPECT_EQ(again.content, loaded.content);
  EXPECT_THAT(again.warnings, IsEmpty());
}

TEST_F(SavingTest, AnotherPictureUnderTheNameIsSaidWithWhatToDo) {
  LoadedPicture saved = save_box(open());
  put("images/a.bmp", bmp(20, 40));
  LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content, saved.content);
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("delete all its annotations to annotate the new one")));
  loaded.content.annotations.clear();
  store_->save(loaded.content, loaded.revision);
  EXPECT_EQ(store_->load("a.bmp").content.size, (Size{20, 40}));
}

TEST_F(SavingTest, TemporaryFilesOfAKilledRunGoAway) {
  put("annotations/.sam-12-0.tmp", "half");
  put("labels/.sam-12-1.tmp", "half");
  open();
  EXPECT_FALSE(exists("annotations/.sam-12-0.tmp"));
  EXPECT_FALSE(exists("labels/.sam-12-1.tmp"));
}

// Whatever call fails and however: the old or the new content afterwards, and the same save can be repeated.
TEST_F(SavingTest, AFailedSaveLeavesTheOldOrTheNewContent) {
  using Fault = FaultyFileSystem::Fault;
  put("backups/20231114/labels/a.txt", triangle_line);  // today's is there already
  for (const Fault fault : {Fault::once, Fault::from_then_on, Fault::after_it_was_done}) {
    for (int at = 0; at < 3; ++at) {
      SCOPED_TRACE(testing::Message() << "fault " << static_cast<int>(fault) << " at " << at);
      std::filesystem::remove_all(folder_ / "annotations");
      put("labels/a.txt", triangle_line);
      std::filesystem::remove_all(folder_ / "metadata");
      Store& store = open();
      LoadedPicture loaded = store.load("a.bmp");
      const PictureAnnotations before = loaded.content;
      loaded.content.annotations.push_back(rectangle(loaded.content.next_id++, 0, {10, 5, 30, 15}, size));
      faulty_.fail(fault, at);
      bool failed = false;
      try {
        store.save(loaded.content, loaded.revision);
      } catch (const FileError&) {
        failed = true;
      }
      EXPECT_EQ(failed, at < 1) << "labels and metadata follow the annotations";
      if (at == 1 && fault == Fault::from_then_on) {
        EXPECT_THAT(store.load("a.bmp").warnings, ElementsAre(HasSubstr("labels/a.txt is out of date")));
      }
      faulty_.fail(Fault::none, 0);

      if (failed) {
        EXPECT_EQ(store.load("a.bmp").content, before);
        EXPECT_EQ(store.load("a.bmp").revision, loaded.revision);
        EXPECT_NO_THROW(store.save(loaded.content, loaded.revision)) << "again, on a disk with room";
      }
      EXPECT_EQ(store.load("a.bmp").content, loaded.content);

      // The same failure, and the program is gone.
      loaded = store.load("a.bmp");
      const PictureAnnotations old = loaded.content;
      loaded.content.annotations.pop_back();
      faulty_.fail(fault, at);
      try {
        store.save(loaded.content, loaded.revision);
      } catch (const FileError&) {
      }
      faulty_.fail(Fault::none, 0);
      const LoadedPicture found = open().load("a.bmp");
      EXPECT_TRUE(found.content == old || found.content == loaded.content);
      EXPECT_THAT(found.warnings, IsEmpty());
      EXPECT_THAT(backups(), IsEmpty());
      const std::string both = std::string(triangle_line) + box_line;
      EXPECT_EQ(get("labels/a.txt"), found.content == old ? both : triangle_line) << "labels say the same";
    }
  }
}

TEST_F(SavingTest, ThreadsDoNotLoseEachOthersSaves) {
  Store& store = open();
  put("images/b.bmp", bmp(size.width, size.height));
  store.scan();
  constexpr int rounds = 6;
  const auto work = [&](const std::string& name, int class_id) {
    for (int done = 0; done < rounds;) {
      LoadedPicture loaded = store.load(name);
      const std::int64_t id = loaded.content.next_id++;
      loaded.content.annotations.push_back(rectangle(id, class_id, {10, 5, 30, 15}, size));
      try {
        store.save(loaded.content, loaded.revision);
        ++done;
      } catch (const RevisionConflict&) {
      }
    }
  };
  {
    std::jthread one(work, "a.bmp", 0);
    std::jthread two(work, "a.bmp", 1);
    std::jthread three(work, "b.bmp", 2);
    std::jthread reader([&] {
      for (int i = 0; i < 50; ++i) {
        store.scan();
        while (store.examine_next()) {
        }
        store.pictures(0, 10);
        store.remember("current", std::to_string(i % 3));
      }
    });
  }
  EXPECT_EQ(store.load("a.bmp").content.annotations.size(), 2u * rounds);
  EXPECT_EQ(store.load("b.bmp").content.annotations.size(), 1u * rounds);
  EXPECT_EQ(store.find("a.bmp")->annotation_count, 2 * rounds);
}

}  // namespace
}  // namespace sam
