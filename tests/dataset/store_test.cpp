#include "dataset/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <limits>
#include <thread>

#include "dataset/project_folder.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = PictureEntry::State;

constexpr Size size{40, 20};
constexpr const char* triangle_line = "1 0.000000 0.000000 1.000000 0.000000 0.000000 1.000000\n";
constexpr const char* box_line = "0 0.250000 0.250000 0.750000 0.250000 0.750000 0.750000 0.250000 0.750000\n";

class StoreTest : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    put("images/a.bmp", bmp(size.width, size.height));
  }

  static std::vector<std::string> names(const Store& store) {
    std::vector<std::string> names;
    for (const PictureEntry& entry : store.pictures(0, 1000)) names.push_back(entry.name);
    return names;
  }

  // Loads a.bmp, adds a rectangle of class 0, saves.
  LoadedPicture save_box(Store& store) {
    LoadedPicture loaded = store.load("a.bmp");
    loaded.content.annotations.push_back(rectangle(loaded.content.next_id++, 0, {10, 5, 30, 15}, size));
    loaded.revision = store.save(loaded.content, loaded.revision);
    return loaded;
  }

  std::string open_error() {
    try {
      open();
    } catch (const DatasetError& error) {
      return error.what();
    }
    return "no error";
  }
};

TEST_F(StoreTest, OpensTheFolderAsItIs) {
  Store& store = open();
  for (const char* made : {"labels", "metadata", "masks", "exports", "backups", "annotations"}) {
    EXPECT_TRUE(exists(made)) << made;
  }
  EXPECT_EQ(store.folder(), folder_);
  EXPECT_THAT(store.classes().names, ElementsAre("car", "truck", "bus"));
  EXPECT_EQ(store.picture_count(), 1u);
}

TEST_F(StoreTest, PicturesAreKnownByExtensionAndInNaturalOrder) {
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

TEST_F(StoreTest, WhatIsMissingIsSaidWithWhatToDo) {
  std::filesystem::remove(folder_ / "classes.csv");
  EXPECT_THAT(open_error(), HasSubstr("--classes_csv"));
  std::filesystem::remove_all(folder_ / "images");
  EXPECT_THAT(open_error(), HasSubstr("has no folder images/"));
  StoreOptions options;
  options.folder = folder_ / "none";
  EXPECT_THROW(open_store(options, files_, clock_), DatasetError);
}

TEST_F(StoreTest, ASecondStoreOnTheFolderIsRefused) {
  open();
  try {
    open_store(options(), files_, clock_);
    FAIL();
  } catch (const DatasetError& error) {
    EXPECT_THAT(error.what(), HasSubstr("already open in process " + std::to_string(::getpid())));
  }
  store_.reset();
  open();
}

TEST_F(StoreTest, BadPicturesAreListedWithTheirReason) {
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

TEST_F(StoreTest, APictureThatCouldNotBeReadOnceIsLookedAtAgain) {
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

TEST_F(StoreTest, APictureThatCannotBeOpenedIsMarkedByLoading) {
  put("images/b.bmp", "BM");
  Store& store = open();
  EXPECT_THROW(store.load("b.bmp"), ImageError);
  EXPECT_EQ(store.find("b.bmp")->state, State::broken);
  store.mark_broken("a.bmp", "truncated");
  EXPECT_EQ(store.find("a.bmp")->reason, "truncated");
  store.mark_broken("none.bmp", "x");
  EXPECT_EQ(open().find("a.bmp")->reason, "truncated");
}

TEST_F(StoreTest, NothingOutsideTheProjectIsEverOpened) {
  std::string outside = (std::filesystem::temp_directory_path() / "sam-outside-XXXXXX").string();
  const int fd = ::mkstemp(outside.data());
  ASSERT_GE(fd, 0);
  ::close(fd);
  std::filesystem::create_symlink(outside, folder_ / "images/out.jpg");
  std::filesystem::create_symlink("../images/a.bmp", folder_ / "images/in.bmp");
  std::filesystem::create_symlink("nowhere", folder_ / "images/dangling.jpg");
  std::filesystem::create_symlink("/", folder_ / "images/root.jpg");
  Store& store = open();
  EXPECT_EQ(store.find("out.jpg")->reason, "links to a file outside the project");
  EXPECT_EQ(store.find("root.jpg")->reason, "links to a file outside the project");
  EXPECT_EQ(store.find("dangling.jpg")->reason, "links to a file that is not there");
  EXPECT_THROW(store.picture_path("out.jpg"), DatasetError);
  EXPECT_THROW(store.load("out.jpg"), DatasetError);
  EXPECT_EQ(store.load("in.bmp").content.size, size);
  std::filesystem::remove(folder_ / "images/in.bmp");
  std::filesystem::create_symlink(outside, folder_ / "images/in.bmp");
  EXPECT_THROW(store.picture_path("in.bmp"), DatasetError) << "changed after the listing";
  for (const char* name : {"../classes.csv", "..", "", "/etc/passwd", "images/a.bmp", "./a.bmp", "a.bmp/"}) {
    EXPECT_THROW(store.picture_path(name), DatasetError) << name;
    EXPECT_THROW(store.load(name), DatasetError) << name;
    EXPECT_THROW(store.load_history(name), DatasetError) << name;
    EXPECT_THROW(store.save_history(name, ""), DatasetError) << name;
    PictureAnnotations content;
    content.image = name;
    EXPECT_THROW(store.save(content, ""), DatasetError) << name;
  }
  std::filesystem::remove(outside);
}

class LinkTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    std::string pattern = (std::filesystem::temp_directory_path() / "sam-outside-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    outside_ = pattern;
    files_.write_atomic(outside_ / "mine", "mine");
  }
  void TearDown() override {
    EXPECT_EQ(static_cast<FileSystem&>(files_).read(outside_ / "mine"), "mine");
    EXPECT_EQ(files_.list(outside_).size(), 1u) << "nothing is ever written there";
    std::filesystem::remove_all(outside_);
    StoreTest::TearDown();
  }

  std::filesystem::path outside_;
};

TEST_F(LinkTest, AFolderThatLeadsOutIsRefusedAtOpen) {
  for (const char* name :
       {"labels", "metadata", "backups", "annotations", "masks", "exports", "annotations/.history"}) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::filesystem::remove_all(folder_ / name);
    for (const char* target : {"", "none"}) {
      std::filesystem::create_symlink(outside_ / target, folder_ / name);
      EXPECT_THAT(open_error(), HasSubstr((folder_ / name).string() + " links to a folder outside")) << name;
      std::filesystem::remove(folder_ / name);
    }
  }
  for (const char* name : {".lock", ".state.json", "index.sqlite"}) {
    std::filesystem::create_symlink(outside_ / "mine", folder_ / "annotations" / name);
    EXPECT_THAT(open_error(), HasSubstr("annotations/" + std::string(name) + " links to a file outside"));
    std::filesystem::remove(folder_ / "annotations" / name);
  }
  EXPECT_EQ(open_error(), "no error");
}

TEST_F(LinkTest, AFileThatLeadsOutIsNeitherReadNorWritten) {
  save_box(open());
  for (const char* name : {"annotations/a.bmp.json", "labels/a.txt", "metadata/a.txt"}) {
    const std::string bytes = *get(name);
    const LoadedPicture loaded = store_->load("a.bmp");
    for (const char* target : {"mine", "none"}) {
      std::filesystem::remove(folder_ / name);
      std::filesystem::create_symlink(outside_ / target, folder_ / name);
      const auto says = testing::ThrowsMessage<DatasetError>(HasSubstr(std::string(name) + " links to a file"));
      EXPECT_THAT([&] { store_->load("a.bmp"); }, says);
      EXPECT_THAT([&] { store_->save(loaded.content, loaded.revision); }, says);
      store_->scan();
      EXPECT_NO_THROW(examine_all(*store_));
    }
    std::filesystem::remove(folder_ / name);
    put(name, bytes);
  }
}

TEST_F(LinkTest, AHistoryThatLeadsOutIsNeitherReadNorWritten) {
  Store& store = open();
  std::filesystem::create_symlink(outside_ / "mine", folder_ / "annotations/.history/a.bmp.json");
  EXPECT_THROW(store.load_history("a.bmp"), DatasetError);
  EXPECT_THROW(store.save_history("a.bmp", "x"), DatasetError);
}

TEST_F(StoreTest, TheImagesFolderMayBeALink) {
  std::filesystem::rename(folder_ / "images", folder_ / "photos");
  std::filesystem::create_symlink(folder_ / "photos", folder_ / "images");
  EXPECT_EQ(open().load("a.bmp").content.size, size);
}

TEST_F(StoreTest, WhatIsSavedIsThereAfterwards) {
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

TEST_F(StoreTest, SavingTheSameAgainChangesNoByte) {
  LoadedPicture saved = save_box(open());
  const auto annotations = get("annotations/a.bmp.json");
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(store_->save(loaded.content, loaded.revision), loaded.revision);
  EXPECT_EQ(get("annotations/a.bmp.json"), annotations);
}

TEST_F(StoreTest, NoAnnotationsCanBeSavedToo) {
  LoadedPicture saved = save_box(open());
  saved.content.annotations.clear();
  store_->save(saved.content, saved.revision);
  EXPECT_EQ(get("labels/a.txt"), "");
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_THAT(loaded.content.annotations, IsEmpty());
  EXPECT_EQ(loaded.content.next_id, 2) << "ids are never used again";
  EXPECT_EQ(store_->find("a.bmp")->state, State::fresh);
}

TEST_F(StoreTest, TheOriginalsLabelsAreThereAndLookingWritesNothing) {
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

TEST_F(StoreTest, ALineThatCoversNoPixelIsKeptAndCanBeSaved) {
  const std::string labels = std::string("0 0.1 0.1 0.1 0.1 0.1 0.1\n") + triangle_line;
  put("labels/a.txt", labels);
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content.annotations.size(), 1u);
  EXPECT_THAT(loaded.warnings, ElementsAre("labels/a.txt:1: the polygon covers no pixel; line kept"));
  store_->save(loaded.content, loaded.revision);
  EXPECT_EQ(get("labels/a.txt"), labels);
}

TEST_F(StoreTest, SomebodyElsesEditIsReadAfterTheOldStateWentToBackups) {
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

TEST_F(StoreTest, ADeletedLabelFileIsWrittenAgain) {
  const LoadedPicture saved = save_box(open());
  std::filesystem::remove(folder_ / "labels/a.txt");
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content, saved.content);
  EXPECT_EQ(loaded.revision, saved.revision);
  EXPECT_EQ(get("labels/a.txt"), box_line);
  EXPECT_THAT(backups(), IsEmpty());
}

TEST_F(StoreTest, ACrashBetweenTheTwoWritesIsRepaired) {
  put("labels/a.txt", triangle_line);
  const LoadedPicture saved = save_box(open());
  put("labels/a.txt", triangle_line);
  const LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content, saved.content);
  EXPECT_THAT(loaded.warnings, IsEmpty());
  EXPECT_EQ(get("labels/a.txt"), std::string(triangle_line) + box_line);
  EXPECT_THAT(backups(), IsEmpty());
}

TEST_F(StoreTest, ADamagedAnnotationsFileIsSetAside) {
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

TEST_F(StoreTest, AFileOfALaterVersionIsLeftAlone) {
  save_box(open());
  std::string text = *get("annotations/a.bmp.json");
  text.replace(text.find("\"format\": 1"), 11, "\"format\": 9");
  put("annotations/a.bmp.json", text);
  EXPECT_THROW(open().load("a.bmp"), DatasetError);
  EXPECT_EQ(get("annotations/a.bmp.json"), text);
}

TEST_F(StoreTest, TheSecondOfTwoSaversIsTold) {
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

TEST_F(StoreTest, AnEditWhileThePictureIsOpenIsAConflict) {
  LoadedPicture saved = save_box(open());
  put("labels/a.txt", triangle_line);
  EXPECT_THROW(store_->save(saved.content, saved.revision), RevisionConflict);
  EXPECT_EQ(get("labels/a.txt"), triangle_line);
}

TEST_F(StoreTest, WhatCannotBeSavedIsRefusedAndNothingWritten) {
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

TEST_F(StoreTest, AMaskWithoutAPolygonGetsOne) {
  Store& store = open();
  LoadedPicture loaded = store.load("a.bmp");
  loaded.content.annotations = {rectangle(1, 0, {10, 5, 30, 15}, size)};
  loaded.content.annotations[0].polygon.clear();
  store.save(loaded.content, loaded.revision);
  EXPECT_EQ(polygon_to_mask(store.load("a.bmp").content.annotations[0].polygon, size),
            loaded.content.annotations[0].mask);
}

TEST_F(StoreTest, RenamedAndMovedClassesAreNoticed) {
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

TEST_F(StoreTest, AReplacedPictureWithoutAnnotationsHasItsNewSize) {
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

TEST_F(StoreTest, AResizedPictureScalesItsAnnotations) {
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

TEST_F(StoreTest, AnotherPictureUnderTheNameIsSaidWithWhatToDo) {
  LoadedPicture saved = save_box(open());
  put("images/a.bmp", bmp(20, 40));
  LoadedPicture loaded = open().load("a.bmp");
  EXPECT_EQ(loaded.content, saved.content);
  EXPECT_THAT(loaded.warnings, ElementsAre(HasSubstr("delete all its annotations to annotate the new one")));
  loaded.content.annotations.clear();
  store_->save(loaded.content, loaded.revision);
  EXPECT_EQ(store_->load("a.bmp").content.size, (Size{20, 40}));
}

TEST_F(StoreTest, PicturesOfOneBaseNameKeepTheirLabelsApart) {
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

TEST_F(StoreTest, AFileOfItsOwnIsNobodyElsesBaseName) {
  for (const char* name : {"images/a.png", "images/a.png.jpg", "images/a.png.jpg.tif"}) put(name, bmp(40, 20));
  for (const char* name : {"a.png.txt", "a.png.jpg.txt"}) put(std::string("labels/") + name, triangle_line);
  Store& store = open();
  int labelled = 0;
  for (const PictureEntry& entry : store.pictures(0, 10)) labelled += entry.state == State::labelled ? 1 : 0;
  EXPECT_EQ(labelled, 2) << "one picture for each label file";
}

TEST_F(StoreTest, ANewPictureOfTheSameBaseNameDoesNotTakeTheLabels) {
  save_box(open());
  put("images/a.BMP", bmp(size.width, size.height));
  Store& store = open();
  EXPECT_EQ(store.load("a.bmp").content.annotations.size(), 1u);
  EXPECT_THAT(store.load("a.BMP").content.annotations, IsEmpty());
  EXPECT_EQ(get("labels/a.txt"), box_line);
}

TEST_F(StoreTest, HistoryAndFactsSurviveTheIndex) {
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

TEST_F(StoreTest, ADamagedIndexIsMadeAnew) {
  save_box(open());
  store_.reset();
  put("annotations/index.sqlite", "this is no database, but it is long enough to be looked at as if it were one");
  EXPECT_EQ(open().find("a.bmp")->state, State::labelled);
  EXPECT_TRUE(exists("annotations/index.sqlite.damaged"));
  examine_all(*store_);
  EXPECT_EQ(store_->find("a.bmp")->annotation_count, 1);
  EXPECT_EQ(open().find("a.bmp")->size, size) << "and is used";
}

TEST_F(StoreTest, AnotherPixelLimitLooksAgain) {
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

TEST_F(StoreTest, ScanSeesWhatCameAndWent) {
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

TEST_F(StoreTest, TemporaryFilesOfAKilledRunGoAway) {
  put("annotations/.sam-12-0.tmp", "half");
  put("labels/.sam-12-1.tmp", "half");
  open();
  EXPECT_FALSE(exists("annotations/.sam-12-0.tmp"));
  EXPECT_FALSE(exists("labels/.sam-12-1.tmp"));
}

TEST_F(StoreTest, AReadOnlyLabelFileDoesNotStopLoading) {
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

// Whatever call fails and however: the old or the new content afterwards, and the same save can be repeated.
TEST_F(StoreTest, AFailedSaveLeavesTheOldOrTheNewContent) {
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

TEST_F(StoreTest, ThreadsDoNotLoseEachOthersSaves) {
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
