#include "platform/file_system.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>

namespace sam {
namespace {

namespace fs = std::filesystem;

class PosixFileSystemTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "sam-file-system-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  PosixFileSystem posix_;
  FileSystem& files_ = posix_;
  fs::path folder_;
};

mode_t mode_of(const fs::path& path) {
  struct stat info{};
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
  return info.st_mode & 07777;
}

TEST_F(PosixFileSystemTest, WhatIsWrittenIsRead) {
  const std::string bytes("a\0b\n\xff", 5);
  files_.write_atomic(folder_ / "a", bytes);
  EXPECT_EQ(files_.read(folder_ / "a"), bytes);
  files_.write_atomic(folder_ / "a", "");
  EXPECT_EQ(files_.read(folder_ / "a"), "");
  const std::string large(5'000'000, 'x');
  files_.write_atomic(folder_ / "a", large);
  EXPECT_EQ(files_.read(folder_ / "a"), large);
  EXPECT_EQ(files_.list(folder_), std::vector<std::string>{"a"}) << "no temporary file stays";
}

TEST_F(PosixFileSystemTest, AMissingFileIsNothing) {
  EXPECT_EQ(files_.read(folder_ / "none"), std::nullopt);
  EXPECT_EQ(files_.status(folder_ / "none"), std::nullopt);
  files_.write_atomic(folder_ / "a", "x");
  EXPECT_EQ(files_.read(folder_ / "a" / "below"), std::nullopt);
  files_.remove(folder_ / "none");
}

TEST_F(PosixFileSystemTest, AFileOverTheLimitIsRefused) {
  files_.write_atomic(folder_ / "a", "12345");
  EXPECT_EQ(files_.read(folder_ / "a", 5), "12345");
  try {
    files_.read(folder_ / "a", 4);
    FAIL();
  } catch (const FileError& error) {
    EXPECT_EQ(error.error_number(), EFBIG);
    EXPECT_NE(std::string(error.what()).find("5 bytes, the limit is 4"), std::string::npos) << error.what();
  }
}

TEST_F(PosixFileSystemTest, FilesOfTheKernelAreReadWhole) {
  const auto text = files_.read("/proc/self/status");  // its size reads as 0
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("VmRSS"), std::string::npos);
}

TEST_F(PosixFileSystemTest, FoldersAndPipesAreRefusedWithoutWaiting) {
  EXPECT_THROW(files_.read(folder_), FileError);
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(files_.read(folder_ / "pipe"), FileError);
  EXPECT_THROW(files_.write_atomic(folder_, "x"), FileError);
}

TEST_F(PosixFileSystemTest, TheModeOfTheOldFileIsKept) {
  files_.write_atomic(folder_ / "a", "old");
  ASSERT_EQ(::chmod((folder_ / "a").c_str(), 0640), 0);
  files_.write_atomic(folder_ / "a", "new");
  EXPECT_EQ(mode_of(folder_ / "a"), 0640u);
  EXPECT_EQ(files_.read(folder_ / "a"), "new");
}

TEST_F(PosixFileSystemTest, ALinkIsFollowedNotReplaced) {
  files_.create_directories(folder_ / "real");
  files_.write_atomic(folder_ / "real" / "a", "old");
  fs::create_symlink("real/a", folder_ / "link");
  fs::create_symlink("link", folder_ / "link2");
  files_.write_atomic(folder_ / "link2", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link2"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(files_.read(folder_ / "real" / "a"), "new");

  fs::create_symlink("real/later", folder_ / "dangling");
  files_.write_atomic(folder_ / "dangling", "made");
  EXPECT_EQ(files_.read(folder_ / "real" / "later"), "made");

  fs::create_symlink("loop", folder_ / "loop");
  EXPECT_THROW(files_.write_atomic(folder_ / "loop", "x"), FileError);
}

TEST_F(PosixFileSystemTest, AFailedWriteLeavesTheOldContentAndNothingElse) {
  files_.write_atomic(folder_ / "a", "old");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{4096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  int error_number = 0;
  try {
    files_.write_atomic(folder_ / "a", std::string(100'000, 'x'));
  } catch (const FileError& error) {
    error_number = error.error_number();
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(error_number, EFBIG);
  EXPECT_EQ(files_.read(folder_ / "a"), "old");
  EXPECT_EQ(files_.list(folder_), std::vector<std::string>{"a"});
}

TEST_F(PosixFileSystemTest, TheErrorNamesThePathAndTheReason) {
  try {
    files_.write_atomic(folder_ / "none" / "a", "x");
    FAIL();
  } catch (const FileError& error) {
    EXPECT_EQ(error.error_number(), ENOENT);
    EXPECT_EQ(std::string(error.what()),
              "cannot write " + (folder_ / "none" / "a").string() + ": No such file or directory");
  }
  EXPECT_THROW(files_.list(folder_ / "none"), FileError);
  EXPECT_THROW(files_.rename(folder_ / "none", folder_ / "b"), FileError);
}

TEST_F(PosixFileSystemTest, TheLongestNameCanBeWritten) {
  const std::string name(255, 'n');
  files_.write_atomic(folder_ / name, "x");
  EXPECT_EQ(files_.read(folder_ / name), "x");
}

TEST_F(PosixFileSystemTest, ReadersSeeOneOfTheContentsWhileItIsReplaced) {
  const std::string a(20'000, 'a');
  const std::string b(30'000, 'b');
  files_.write_atomic(folder_ / "f", a);
  std::jthread writer([&] {
    for (int i = 0; i < 30; ++i) files_.write_atomic(folder_ / "f", i % 2 == 0 ? b : a);
  });
  for (int i = 0; i < 300; ++i) {
    const auto seen = files_.read(folder_ / "f");
    ASSERT_TRUE(seen && (*seen == a || *seen == b));
  }
}

TEST_F(PosixFileSystemTest, FoldersAreMadeWithTheirParents) {
  files_.create_directories(folder_ / "a" / "b" / "c");
  files_.create_directories(folder_ / "a" / "b" / "c");
  files_.create_directories((folder_ / "d").string() + "/");
  EXPECT_EQ(files_.status(folder_ / "a/b/c")->kind, FileStatus::Kind::directory);
  EXPECT_EQ(files_.status(folder_ / "d")->kind, FileStatus::Kind::directory);
  files_.write_atomic(folder_ / "file", "");
  EXPECT_THROW(files_.create_directories(folder_ / "file"), FileError);
  EXPECT_THROW(files_.create_directories(folder_ / "file" / "below"), FileError);
}

TEST_F(PosixFileSystemTest, StatusAndRenameAndRemove) {
  files_.write_atomic(folder_ / "a", "123");
  const auto status = files_.status(folder_ / "a");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->kind, FileStatus::Kind::file);
  EXPECT_EQ(status->size_bytes, 3u);
  EXPECT_GT(status->modified_ns, std::int64_t{1'000'000'000} * 1'000'000'000);
  files_.rename(folder_ / "a", folder_ / "b");
  EXPECT_EQ(files_.status(folder_ / "b")->inode, status->inode);
  files_.remove(folder_ / "b");
  EXPECT_EQ(files_.status(folder_ / "b"), std::nullopt);
}

TEST_F(PosixFileSystemTest, AnOpenFileIsReadFromAnywhereAndStaysWhatItWas) {
  files_.write_atomic(folder_ / "a", "0123456789");
  const auto file = files_.open(folder_ / "a");
  files_.write_atomic(folder_ / "a", "another");
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(file->size_bytes(), 10u);
  std::string part(4, ' ');
  EXPECT_EQ(file->read(3, part), 4u);
  EXPECT_EQ(part, "3456");
  EXPECT_EQ(file->read(8, part), 2u);
  EXPECT_EQ(file->read(99, part), 0u);
  EXPECT_EQ(files_.open(folder_ / "missing"), nullptr);
  EXPECT_THROW(files_.open(folder_), FileError);
}

TEST_F(PosixFileSystemTest, AFileBeingWrittenTakesItsNameWithPublishOrNever) {
  files_.write_atomic(folder_ / "a", "old");
  {
    const auto abandoned = files_.create(folder_ / "a");
    abandoned->write("new");
  }
  EXPECT_EQ(files_.read(folder_ / "a"), "old");
  const auto file = files_.create(folder_ / "a");
  file->write("ne");
  file->write("w");
  EXPECT_EQ(files_.read(folder_ / "a"), "old");
  file->publish();
  EXPECT_EQ(files_.read(folder_ / "a"), "new");
  EXPECT_EQ(files_.list(folder_).size(), 1u);
}

TEST_F(PosixFileSystemTest, ManyFilesAtOnce) {
  files_.write_unflushed(folder_ / "a", "longer");
  files_.write_unflushed(folder_ / "a", "short");
  files_.copy_unflushed(folder_ / "a", folder_ / "b");
  files_.flush(folder_);
  EXPECT_EQ(files_.read(folder_ / "b"), "short");
  EXPECT_THROW(files_.copy_unflushed(folder_ / "missing", folder_ / "c"), FileError);
  EXPECT_EQ(files_.read(folder_ / "c"), std::nullopt);
}

TEST_F(PosixFileSystemTest, AFolderGoesWithAllInItButNotWhatItsLinksPointTo) {
  files_.create_directories(folder_ / "a" / "b");
  files_.write_atomic(folder_ / "kept", "kept");
  fs::create_symlink(folder_ / "kept", folder_ / "a" / "link");
  files_.remove_folder(folder_ / "a");
  EXPECT_FALSE(files_.status(folder_ / "a"));
  EXPECT_EQ(files_.read(folder_ / "kept"), "kept");
  files_.remove_folder(folder_ / "a");
}

}  // namespace
}  // namespace sam
