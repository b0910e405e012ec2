#include "platform/dry_run_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sam {
namespace {

namespace fs = std::filesystem;

class DryRunFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sam-dry-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    std::ofstream(folder_ / "a") << "before";
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
  PosixFileSystem posix_;
  DryRunFiles files_{posix_};
};

TEST_F(DryRunFilesTest, NothingOnDiskChanges) {
  files_.write_atomic(folder_ / "a", "after");
  files_.write_unflushed(folder_ / "a", "after");
  files_.copy_unflushed(folder_ / "a", folder_ / "b");
  files_.rename(folder_ / "a", folder_ / "b");
  files_.remove_folder(folder_);
  const auto output = files_.create(folder_ / "c");
  output->write("text");
  output->publish();
  EXPECT_EQ(files_.read(folder_ / "a", 100), "before");
  EXPECT_EQ(posix_.list(folder_), std::vector<std::string>{"a"});
}

TEST_F(DryRunFilesTest, AFileThatWasRemovedIsGoneAndOnDiskAllTheSame) {
  files_.remove(folder_ / "a");
  files_.remove(folder_ / "nothing");
  EXPECT_EQ(files_.read(folder_ / "a", 100), std::nullopt);
  EXPECT_EQ(files_.open(folder_ / "a"), nullptr);
  EXPECT_FALSE(files_.status(folder_ / "a"));
  EXPECT_TRUE(files_.list(folder_).empty());
  EXPECT_EQ(posix_.read(folder_ / "a", 100), "before");
}

TEST_F(DryRunFilesTest, AFolderThatWasMadeIsThereAndEmpty) {
  files_.create_directories(folder_ / "x/y");
  for (const char* made : {"x", "x/y"}) {
    EXPECT_EQ(files_.status(folder_ / made)->kind, FileStatus::Kind::directory);
    EXPECT_FALSE(fs::exists(folder_ / made));
  }
  EXPECT_TRUE(files_.list(folder_ / "x/y").empty());
  EXPECT_FALSE(files_.status(folder_ / "z"));
  EXPECT_THROW(files_.list(folder_ / "z"), FileError);
}

TEST_F(DryRunFilesTest, SomebodyElsesLockIsSeenAndItsNoteStays) {
  EXPECT_NE(files_.lock(folder_ / "lock", "1\n"), nullptr);
  EXPECT_FALSE(fs::exists(folder_ / "lock"));
  {
    const auto held = posix_.lock(folder_ / "lock", "77\n");
    EXPECT_THROW(files_.lock(folder_ / "lock", "1\n"), FileError);
  }
  EXPECT_NE(files_.lock(folder_ / "lock", "1\n"), nullptr);
  EXPECT_EQ(posix_.read(folder_ / "lock", 100), "77\n");
}

}  // namespace
}  // namespace sam
