#include "memory/byte_size.h"

#include <gtest/gtest.h>

#include <random>

namespace sam {
namespace {

TEST(ByteSize, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_byte_size("6000000000"), 6'000'000'000u);
  EXPECT_EQ(parse_byte_size("1e9"), 1'000'000'000u);
  EXPECT_EQ(parse_byte_size("6GiB"), std::uint64_t{6} << 30);
  EXPECT_EQ(parse_byte_size("512 MB"), 512'000'000u);
  EXPECT_EQ(parse_byte_size("1.5gib"), std::uint64_t{3} << 29);
  EXPECT_EQ(parse_byte_size("64K"), 65536u);
  EXPECT_EQ(parse_byte_size("0"), 0u);
}

TEST(ByteSize, RefusesWhatIsNoSize) {
  for (const char* text : {"", "-1", "+1", "nan", "inf", "GiB", "1.5", "6 GiB extra", "6Gi", "0,9GiB", "1e400",
                           "99999999999999999999", "1e30GiB", " 6", "0x10"})
    EXPECT_FALSE(parse_byte_size(text)) << text;
  EXPECT_FALSE(parse_byte_size(std::string_view("6\0", 2)));
}

TEST(ByteSize, WhatIsWrittenIsReadBack) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t bytes = (random() >> (random() % 60 + 2)) << (random() % 2 * 10);
    if (bytes > std::uint64_t{1} << 52) continue;
    EXPECT_EQ(parse_byte_size(format_byte_size(bytes)), bytes) << format_byte_size(bytes);
  }
  EXPECT_EQ(format_byte_size(std::uint64_t{6} << 30), "6GiB");
  EXPECT_EQ(format_byte_size(1'000'000'000), "1GB");
}

}  // namespace
}  // namespace sam
