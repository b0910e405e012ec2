#include "jobs/unpacked_input.h"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "dataset/formats/format.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

class UnpackedInputTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sam-unpacked-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::create_directory(folder_ / "tmp");
    const char* before = ::getenv("TMPDIR");
    before_ = before == nullptr ? "" : before;
    ::setenv("TMPDIR", (folder_ / "tmp").c_str(), 1);
  }
  void TearDown() override {
    before_.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", before_.c_str(), 1);
    fs::remove_all(folder_);
  }
  bool is_nothing_left() const { return fs::is_empty(folder_ / "tmp"); }

  static void ignore(std::uint64_t, std::uint64_t) {}

  PosixFileSystem files_;
  fs::path folder_;
  std::string before_;
};

TEST_F(UnpackedInputTest, AnArchiveIsThereWhileItIsRead) {
  const fs::path path = folder_ / "a.zip";
  archive* zip = archive_write_new();
  archive_write_set_format_zip(zip);
  archive_write_open_filename(zip, path.c_str());
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, "annotations.xml");
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  archive_entry_set_size(entry, 4);
  archive_write_header(zip, entry);
  archive_write_data(zip, "text", 4);
  archive_entry_free(entry);
  archive_write_free(zip);
  {
    const UnpackedInput input(files_, path, {}, ignore);
    EXPECT_EQ(files_.read(input.path() / "annotations.xml", 100), "text");
    EXPECT_FALSE(is_nothing_left());
    const std::string file = (input.path() / "annotations.xml").string();
    EXPECT_EQ(input.about_given(file + ": bad; " + file),
              path.string() + "/annotations.xml: bad; " + path.string() + "/annotations.xml");
  }
  EXPECT_TRUE(is_nothing_left());
}

TEST_F(UnpackedInputTest, WhatCannotBeUnpackedLeavesNothing) {
  const fs::path path = folder_ / "a.zip";
  std::ofstream(path) << "PK\x03\x04 and no more";
  EXPECT_THROW(UnpackedInput(files_, path, {}, ignore), FormatError);
  EXPECT_TRUE(is_nothing_left());
}

TEST_F(UnpackedInputTest, AnythingElseIsReadWhereItLies) {
  std::ofstream(folder_ / "instances.json") << "{}";
  for (const fs::path& given : {folder_ / "instances.json", folder_, folder_ / "nowhere"}) {
    const UnpackedInput input(files_, given, {}, ignore);
    EXPECT_EQ(input.path(), given);
    EXPECT_EQ(input.about_given("a/b"), "a/b");
  }
  EXPECT_TRUE(is_nothing_left());
}

}  // namespace
}  // namespace sam
