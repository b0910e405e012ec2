#include "cache/content_keys.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <thread>

#include "cache/temporary_folder.h"
#include "platform/hash.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

class ContentKeysTest : public testing::Test {
 protected:
  // The table's whole content: what is remembered changes it.
  std::string table() const { return TemporaryFolder::read(table_); }

  // Until the file is older than what is read each time. The time of status change cannot be set.
  static void let_age() { std::this_thread::sleep_for(std::chrono::milliseconds(2100)); }

  TemporaryFolder folder_;
  const fs::path table_ = folder_.path() / "cache" / "pictures.keys";
  const fs::path file_ = folder_.path() / "a.jpg";
  const ContentKeys keys_{table_};
};

TEST_F(ContentKeysTest, AreTheHashOfTheContentWhateverTheName) {
  TemporaryFolder::write(file_, "pixels");
  fs::copy_file(file_, folder_.path() / "b.jpg");
  EXPECT_EQ(keys_.key(file_), content_hash("pixels"));
  EXPECT_EQ(keys_.key(folder_.path() / "b.jpg"), content_hash("pixels"));
}

TEST_F(ContentKeysTest, AFileIsReadOnceAndAChangedOneAgain) {
  TemporaryFolder::write(file_, "pixels");
  EXPECT_EQ(keys_.key(file_), content_hash("pixels"));
  EXPECT_FALSE(fs::exists(table_)) << "a fresh file may be written to again within its time stamp";
  let_age();
  EXPECT_EQ(keys_.key(file_), content_hash("pixels"));
  const std::string remembered = table();
  ASSERT_FALSE(remembered.empty());

  // That it is not read again shows where the table says something else. Its last slot is the only one.
  std::string forged = remembered;
  const std::string other = content_hash("forged");
  forged.replace(forged.size() - 48, 32, other);
  const auto slot = std::as_bytes(std::span(forged)).last(64);
  const ContentDigest check = content_digest(slot.first(48));
  std::copy(check.begin(), check.end(), reinterpret_cast<std::byte*>(forged.data()) + forged.size() - 16);
  TemporaryFolder::write(table_, forged);
  EXPECT_EQ(ContentKeys(table_).key(file_), other);

  TemporaryFolder::write(file_, "PIXELS");  // of the same size
  EXPECT_EQ(keys_.key(file_), content_hash("PIXELS"));
}

TEST_F(ContentKeysTest, ADamagedTableIsReadPast) {
  TemporaryFolder::write(file_, "pixels");
  let_age();
  ASSERT_EQ(keys_.key(file_), content_hash("pixels"));
  const std::string whole = table();
  for (std::size_t i = whole.size() - 64; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    TemporaryFolder::write(table_, damaged);
    EXPECT_EQ(keys_.key(file_), content_hash("pixels")) << i;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, whole.size() - 1}) {
    TemporaryFolder::write(table_, whole.substr(0, size));
    EXPECT_EQ(keys_.key(file_), content_hash("pixels")) << size;
  }
  fs::remove(table_);
  fs::create_directory(table_);
  EXPECT_EQ(keys_.key(file_), content_hash("pixels"));
}

TEST_F(ContentKeysTest, WhatIsNoFileHasNone) {
  EXPECT_FALSE(keys_.key(file_));
  EXPECT_FALSE(keys_.key(folder_.path()));
  ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
  EXPECT_FALSE(keys_.key(file_));  // and does not wait for a writer
}

}  // namespace
}  // namespace sam
