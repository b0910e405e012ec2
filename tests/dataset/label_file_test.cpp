#include "dataset/label_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <clocale>
#include <random>

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Size size{200, 100};

LabelFile parse(std::string_view text) {
  return parse_label_file(text, size, 10, "labels/a.txt");
}

TEST(LabelFile, ReadsTheOriginalsLines) {
  const LabelFile file = parse("6 0.250000 0.500000 0.750000 0.500000 0.750000 1.000000\n0 0 0 1 0 1 1 0 1\n");
  ASSERT_EQ(file.lines.size(), 2u);
  EXPECT_EQ(file.lines[0].class_id, 6);
  EXPECT_EQ(file.lines[0].ring, (Ring{{50, 50}, {150, 50}, {150, 100}}));
  EXPECT_EQ(file.lines[1].ring, (Ring{{0, 0}, {200, 0}, {200, 100}, {0, 100}}));
  EXPECT_THAT(file.warnings, IsEmpty());
}

TEST(LabelFile, CoordinatesAreTheFilesNumbersTimesTheSizeUnrounded) {
  const LabelFile file = parse("0 0.203125 0.338125 0.195000 0.340000 0.1 0.2");
  EXPECT_EQ(file.lines[0].ring[0], (Point{0.203125 * 200, 0.338125 * 100}));
}

TEST(LabelFile, FiveNumbersAreABox) {
  const LabelFile file = parse("1 0.5 0.5 0.5 0.25");
  ASSERT_EQ(file.lines.size(), 1u);
  EXPECT_EQ(file.lines[0].ring, (Ring{{50, 37.5}, {150, 37.5}, {150, 62.5}, {50, 62.5}}));
}

TEST(LabelFile, AnyBlanksAndLineEnds) {
  const LabelFile file = parse("\xef\xbb\xbf\r\n 1\t0 0  1 0 1 1 \r\n\n2 0 0 1 0 1 1");
  ASSERT_EQ(file.lines.size(), 2u);
  EXPECT_EQ(file.lines[0].line, 1u);
  EXPECT_EQ(file.lines[1].line, 3u);
  EXPECT_THAT(file.warnings, IsEmpty());
}

TEST(LabelFile, ALittleOutsideIsClipped) {
  const LabelFile file = parse("0 -0.001 0 1.0009 0 1 1");
  ASSERT_EQ(file.lines.size(), 1u);
  EXPECT_EQ(file.lines[0].ring, (Ring{{0, 0}, {200, 0}, {200, 100}}));
  EXPECT_THAT(parse("0 -0.01 0 1 0 1 1").lines, IsEmpty());
}

TEST(LabelFile, MalformedLinesAreReportedAndKeptAndTheGoodOnesUsed) {
  const LabelFile file = parse(
      "0 0 0 1 0 1 1\n"
      "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7\n"
      "car 0 0 1 0 1 1\n"
      "0 0 0 1 0 nan 1\n"
      "0 0 0 1 0 inf 1\n"
      "0 0 0 1 0 1e300 1\n"
      "12 0 0 1 0 1 1\n"
      "-1 0 0 1 0 1 1\n"
      "0 0 0 1 0\n"
      "0 0.5 0.5 0 0.1\n"
      "0 0.1 0.2\n"
      "99999999999999999999 0 0 1 0 1 1\n"
      "# a comment \xff\n"
      "1 0 0 1 0 1 0.5x\n"
      "1 0 0 1 0 1 0.5\n");
  EXPECT_EQ(file.lines.size(), 2u);
  EXPECT_EQ(file.kept.size(), 13u);
  EXPECT_EQ(file.kept[0], (KeptLine{1, "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7"}));
  EXPECT_EQ(file.kept[11].text, "# a comment \xff");
  EXPECT_EQ(file.warnings[0], "labels/a.txt:2: expected an even number of coordinates, found 7; line kept");
  EXPECT_EQ(file.warnings[1], "labels/a.txt:3: expected a class id, found \"car\"; line kept");
  EXPECT_THAT(file.warnings[5], HasSubstr("labels/a.txt:7: class 12 is not among the 10 classes"));
}

TEST(LabelFile, WarningsAreBounded) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "x\n";
  const LabelFile file = parse(text);
  EXPECT_EQ(file.kept.size(), 1000u);
  EXPECT_EQ(file.warnings.size(), 21u);
}

StoredAnnotation triangle(int class_id, Ring ring) {
  StoredAnnotation stored;
  stored.annotation.class_id = class_id;
  stored.annotation.polygon = {{std::move(ring), {}}};
  return stored;
}

TEST(LabelFile, WritesTheOriginalsFormat) {
  const std::string text = format_label_file({triangle(6, {{50, 50}, {150, 50}, {150.0001, 100}})}, size, {});
  EXPECT_EQ(text, "6 0.250000 0.500000 0.750000 0.500000 0.750001 1.000000\n");
  EXPECT_EQ(format_label_file({triangle(0, {{-1, -0.0}, {300, 0}, {0, 50}})}, size, {}),
            "0 0.000000 0.000000 1.000000 0.000000 0.000000 0.500000\n");
}

TEST(LabelFile, TheLocaleDoesNotMatter) {
  const char* set = std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
  EXPECT_THAT(format_label_file({triangle(0, {{1, 1}, {2, 2}, {1, 2}})}, size, {}), HasSubstr("0.005000"));
  EXPECT_EQ(parse("0 0.5 0.5 1 1 0.5 1").lines.size(), 1u);
  if (set != nullptr) std::setlocale(LC_NUMERIC, "C");
}

TEST(LabelFile, KeptLinesStandAtTheirPlaces) {
  const std::vector<StoredAnnotation> two = {triangle(0, {{0, 0}, {200, 0}, {0, 100}}),
                                             triangle(1, {{0, 0}, {200, 0}, {0, 100}})};
  const std::string rest = " 0.000000 0.000000 1.000000 0.000000 0.000000 1.000000\n";
  EXPECT_EQ(format_label_file(two, size, {{0, "first"}, {2, "middle"}, {9, "far"}}),
            "first\n0" + rest + "middle\n1" + rest + "far\n");
  EXPECT_EQ(format_label_file({}, size, {{5, "alone"}}), "alone\n");
  EXPECT_EQ(format_label_file({}, size, {}), "");
}

// Reading and writing again changes nothing, whatever the numbers.
TEST(LabelFile, RewritingIsStable) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> any(0, 1);
  for (int round = 0; round < 200; ++round) {
    const Size odd{1 + static_cast<int>(random() % 9000), 1 + static_cast<int>(random() % 9000)};
    Ring ring;
    for (int i = 0; i < 5; ++i) ring.push_back({any(random) * odd.width, any(random) * odd.height});
    const std::string text = format_label_file({triangle(3, ring)}, odd, {});
    const LabelFile file = parse_label_file(text, odd, 10, "a.txt");
    ASSERT_EQ(file.lines.size(), 1u);
    EXPECT_EQ("3 " + file.lines[0].coordinates + "\n", text);
    EXPECT_EQ(format_label_file({triangle(3, file.lines[0].ring)}, odd, {}), text);
  }
}

TEST(LabelFile, RandomBytesNeverBreakTheReader) {
  std::mt19937 random(3);
  const std::string alphabet = "0123456789.-+eE \t\n\rxnaif\xff";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (unsigned i = 0; i < random() % 80; ++i) text += alphabet[random() % alphabet.size()];
    const LabelFile file = parse(text);
    for (const LabelLine& line : file.lines) {
      for (const Point& point : line.ring) {
        ASSERT_TRUE(point.x >= 0 && point.x <= size.width && point.y >= 0 && point.y <= size.height) << text;
      }
    }
  }
}

}  // namespace
}  // namespace sam
