// Links in a project: nothing outside it is read or written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/store_scene.h"

namespace sam {
namespace {

using testing::HasSubstr;

using OutsideTest = StoreTest;

TEST_F(OutsideTest, NothingOutsideTheProjectIsEverOpened) {
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

TEST_F(OutsideTest, TheImagesFolderMayBeALink) {
  std::filesystem::rename(folder_ / "images", folder_ / "photos");
  std::filesystem::create_symlink(folder_ / "photos", folder_ / "images");
  EXPECT_EQ(open().load("a.bmp").content.size, size);
}

}  // namespace
}  // namespace sam
