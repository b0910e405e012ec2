#include "dataset/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <random>
#include <sstream>

#include "dataset/formats/format.h"
#include "platform/stopped.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class ArchiveTest : public testing::Test {
 protected:
  struct Packed {
    std::string name;
    std::string bytes;
    unsigned type = AE_IFREG;
  };

  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sam-archive-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    into_ = folder_ / "into";
    fs::create_directory(into_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path pack(const std::vector<Packed>& files) const {
    const fs::path path = folder_ / "a.zip";
    archive* zip = archive_write_new();
    archive_write_set_format_zip(zip);
    EXPECT_EQ(archive_write_open_filename(zip, path.c_str()), ARCHIVE_OK);
    for (const Packed& each : files) {
      archive_entry* entry = archive_entry_new();
      archive_entry_set_pathname(entry, each.name.c_str());
      archive_entry_set_filetype(entry, each.type);
      archive_entry_set_perm(entry, 0644);
      if (each.type == AE_IFLNK) archive_entry_set_symlink(entry, each.bytes.c_str());
      archive_entry_set_size(entry, static_cast<la_int64_t>(each.type == AE_IFREG ? each.bytes.size() : 0));
      EXPECT_EQ(archive_write_header(zip, entry), ARCHIVE_OK) << archive_error_string(zip);
      if (each.type == AE_IFREG) archive_write_data(zip, each.bytes.data(), each.bytes.size());
      archive_entry_free(entry);
    }
    archive_write_close(zip);
    archive_write_free(zip);
    return path;
  }
  fs::path unpack(const fs::path& path, const std::stop_token& stop = {}) {
    return unpack_archive(files_, path, into_, stop, [](std::uint64_t, std::uint64_t) {});
  }
  static std::string read(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  // Everything below the test's folder but the archive and the folder it is unpacked into.
  bool is_clean() const {
    for (const auto& each : fs::directory_iterator(folder_)) {
      if (each.path() != into_ && each.path().filename() != "a.zip") return false;
    }
    return true;
  }

  PosixFileSystem files_;
  fs::path folder_, into_;
};

TEST_F(ArchiveTest, WhatWasPackedComesOut) {
  std::mt19937 random(1);
  std::string noise;
  while (noise.size() < 300'000) noise += static_cast<char>(random());
  const fs::path path = pack({{"annotations.xml", "<annotations/>"},
                              {"images/", "", AE_IFDIR},
                              {"images/caf\xc3\xa9.jpg", noise},
                              {"images/deep/er/b.jpg", ""}});
  EXPECT_TRUE(is_archive(files_, path));
  EXPECT_EQ(unpack(path), into_);
  EXPECT_EQ(read(into_ / "annotations.xml"), "<annotations/>");
  EXPECT_EQ(read(into_ / "images/caf\xc3\xa9.jpg"), noise);
  EXPECT_TRUE(fs::exists(into_ / "images/deep/er/b.jpg"));
}

TEST_F(ArchiveTest, TheOnlyFolderIsTheDatasetUnlessItIsAPartOfOne) {
  EXPECT_EQ(unpack(pack({{"task 7/data.yaml", "x"}, {"task 7/images/a.jpg", "y"}})), into_ / "task 7");
  fs::remove_all(into_ / "task 7");
  EXPECT_EQ(unpack(pack({{"annotations/instances.json", "x"}})), into_);
}

TEST_F(ArchiveTest, WhatLiesBesideTheOnlyFolderAndIsNoDataIsPassedOver) {
  const std::vector<Packed> beside = {{"__MACOSX/task 7/._a.jpg", "x"},
                                      {"task 7/._a.jpg", "x"},
                                      {"task 7/.DS_Store", "x"},
                                      {".DS_Store", "x"},
                                      {"Thumbs.db", "x"},
                                      {"README.dataset.txt", "x"},
                                      {"License.md", "x"},
                                      {"task 7/a.jpg", "y"}};
  EXPECT_EQ(unpack(pack(beside)), into_ / "task 7");
  EXPECT_FALSE(fs::exists(into_ / "__MACOSX"));
  EXPECT_EQ(files_.list(into_ / "task 7"), std::vector<std::string>{"a.jpg"});
  for (const Packed& data : {Packed{"obj.names", "x"}, Packed{"task 8/a.jpg", "x"}}) {
    fs::remove_all(into_);
    EXPECT_EQ(unpack(pack({{"task 7/a.jpg", "y"}, data})), into_) << data.name;
  }
  fs::remove_all(into_);
  fs::create_directory(into_);
  const fs::path nothing = pack({{"__MACOSX/._a", "x"}});
  EXPECT_THAT([&] { unpack(nothing); }, testing::ThrowsMessage<FormatError>(HasSubstr("holds no file")));
}

// As Python's zipfile, CVAT and most others mark them.
TEST_F(ArchiveTest, NamesMarkedAsUtf8ComeOut) {
  const fs::path path = pack({{"d\xc3\xa4t\xc3\xa4/M\xc3\xbcller \xe6\x97\xa5.jpg", "x"}});
  std::string zip = read(path);
  for (const auto& [start, flags_at] : {std::pair("PK\x03\x04", 7), std::pair("PK\x01\x02", 9)})
    zip.at(zip.find(start) + static_cast<std::size_t>(flags_at)) |= 8;  // general purpose bit 11
  std::ofstream(path, std::ios::binary) << zip;
  EXPECT_EQ(unpack(path), into_ / "d\xc3\xa4t\xc3\xa4");
  EXPECT_EQ(read(into_ / "d\xc3\xa4t\xc3\xa4/M\xc3\xbcller \xe6\x97\xa5.jpg"), "x");
}

TEST_F(ArchiveTest, NothingIsWrittenOutsideOfTheFolder) {
  for (const char* name : {"../evil.txt", "a/../../evil.txt", "/evil.txt", "..\\evil.txt", "C:/evil.txt", ".."}) {
    EXPECT_THROW(unpack(pack({{name, "x"}})), FormatError) << name;
    EXPECT_TRUE(is_clean()) << name;
  }
  // A link is passed over, so that what comes "behind" it stays in the folder.
  unpack(pack({{"out", folder_.string(), AE_IFLNK}, {"out/b.txt", "x"}}));
  EXPECT_EQ(read(into_ / "out/b.txt"), "x");
  EXPECT_TRUE(is_clean());
}

TEST_F(ArchiveTest, ANameTwiceIsRefused) {
  EXPECT_THAT([&] { unpack(pack({{"a.txt", "x"}, {"./a.txt", "y"}})); },
              testing::ThrowsMessage<FormatError>(HasSubstr("a.txt twice")));
}

TEST_F(ArchiveTest, OneThatWouldFillTheDiskIsRefused) {
  const fs::path path = pack({{"zeros", std::string(4 << 20, '\0')}, {"more", std::string(4 << 20, '\0')}});
  const auto unpack_within = [&](const UnpackLimits& limits) {
    unpack_archive(files_, path, into_, {}, [](std::uint64_t, std::uint64_t) {}, limits);
  };
  EXPECT_THAT([&] { unpack_within({2, 5 << 20}); },
              testing::ThrowsMessage<FormatError>(HasSubstr("unpacks to more than 5 MB")));
  fs::remove_all(into_);
  unpack_within({2, 8 << 20});
  EXPECT_EQ(fs::file_size(into_ / "more"), std::uintmax_t{4} << 20);
}

TEST_F(ArchiveTest, EveryCutAndFlippedByteIsToldOrHarmless) {
  const fs::path path = pack({{"a.txt", "some text, some text, some text"}, {"b/c.txt", "more"}});
  const std::string good = read(path);
  std::mt19937 random(2);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    i % 2 == 0 ? bad.resize(i) : static_cast<void>(bad[i] = static_cast<char>(random()));
    std::ofstream(path, std::ios::binary) << bad;
    fs::remove_all(into_);
    fs::create_directory(into_);
    try {
      unpack(path);
    } catch (const FormatError&) {
    } catch (const FileError&) {  // a name longer than the disk takes
    }
    EXPECT_TRUE(is_clean()) << i;
  }
}

TEST_F(ArchiveTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(unpack(pack({{"a.txt", "x"}}), stop.get_token()), Stopped);
  std::ofstream(folder_ / "a.zip") << "no archive";
  EXPECT_FALSE(is_archive(files_, folder_ / "a.zip"));
  EXPECT_FALSE(is_archive(files_, folder_ / "none.zip"));
  EXPECT_FALSE(is_archive(files_, folder_));
}

}  // namespace
}  // namespace sam
