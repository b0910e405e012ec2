#include "inference/cost_book.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "platform/file_system.h"

namespace sam {
namespace {

constexpr std::uint64_t mb = 1 << 20;

TEST(CostBook, RemembersOverARestart) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "cost_book";
  std::filesystem::remove_all(folder);
  PosixFileSystem files;
  const ModelCosts costs{{1 * mb, 2 * mb, 3 * mb, 4 * mb}, {5 * mb, 6 * mb, 7 * mb, 0}};
  CostBook book(folder / "costs.json", files);
  book.record("m|cpu|f32", costs);
  book.write();
  EXPECT_EQ(CostBook(folder / "costs.json", files).find("m|cpu|f32"), costs);
  EXPECT_FALSE(CostBook(folder / "costs.json", files).find("n|cpu|f32"));
}

TEST(CostBook, KnowsAModelByAllThatItsCostsDependOn) {
  const ModelOptions plain;
  ModelOptions other = plain;
  other.device = "cuda:0";
  EXPECT_NE(cost_key("h", other), cost_key("h", plain));
  ModelOptions second = plain;
  second.device = "cuda:1";
  EXPECT_EQ(cost_key("h", other), cost_key("h", second));
  other = plain;
  other.precision = Precision::bf16;
  EXPECT_NE(cost_key("h", other), cost_key("h", plain));
  other = plain;
  other.without_outputs = {"masks"};
  EXPECT_NE(cost_key("h", other), cost_key("h", plain));
  EXPECT_NE(cost_key("g", plain), cost_key("h", plain));
}

TEST(CostBook, KeepsTheLargestAndTakesNoDamage) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "cost_book_damaged";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  PosixFileSystem files;
  for (const char* text :
       {"", "{", "[]", "{\"models\":3}", "{\"models\":{\"a\":{\"host\":{\"load_peak_bytes\":-1}}}}"}) {
    files.write_atomic(folder / "costs.json", text);
    CostBook book(folder / "costs.json", files);
    EXPECT_FALSE(book.find("a")) << text;
    book.record("a", {{5 * mb, 5 * mb, 5 * mb - 1, 5 * mb}, {}});
    book.record("a", {{1, 9 * mb, 1, 1}, {}});
    EXPECT_EQ(book.find("a")->host, (ModelCost{5 * mb, 9 * mb, 5 * mb, 5 * mb}));
  }
}

TEST(CostBook, WhatOneUnusualRunNeededIsForgottenOverTime) {
  PosixFileSystem files;
  CostBook book({}, files);
  book.record("m", {{900 * mb, 900 * mb, 900 * mb, 900 * mb}, {}});
  std::uint64_t before = 900 * mb;
  for (int i = 0; i < 60; ++i) {
    book.record("m", {{900 * mb, 900 * mb, 100 * mb, 900 * mb}, {}});
    const std::uint64_t now = book.find("m")->host.run_peak_bytes;
    EXPECT_LE(now, before);
    EXPECT_GE(now, before - before / 8) << "a step at a time";
    before = now;
  }
  EXPECT_GE(before, 100 * mb);
  EXPECT_LE(before, 108 * mb);
  EXPECT_EQ(book.find("m")->host.load_peak_bytes, 900 * mb);
}

TEST(CostBook, IsWrittenWhereAskedToAndOnlyForNews) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "cost_book_writes";
  std::filesystem::remove_all(folder);
  PosixFileSystem files;
  CostBook book(folder / "costs.json", files);
  const auto is_written = [&] {
    book.write();
    return std::filesystem::remove(folder / "costs.json");
  };
  EXPECT_FALSE(is_written());
  book.record("m", {{900 * mb, 900 * mb, 900 * mb, 900 * mb}, {}});
  EXPECT_FALSE(std::filesystem::exists(folder / "costs.json")) << "recording does not wait for the disk";
  EXPECT_TRUE(is_written());
  EXPECT_FALSE(is_written());
  int writes = 0;
  for (int i = 0; i < 40; ++i) {
    book.record("m", {{100 * mb, 100 * mb, 100 * mb, 100 * mb}, {}});
    writes += is_written() ? 1 : 0;
  }
  EXPECT_GT(writes, 2);
  EXPECT_LT(writes, 12);
}

}  // namespace
}  // namespace sam
