#include "dataset/annotation_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "dataset/project_folder.h"

namespace sam {
namespace {

using testing::HasSubstr;
using testing::Not;

AnnotationDocument example() {
  AnnotationDocument document;
  document.image = "b\xc3\xa4r \"1\".jpg";
  document.size = {64, 48};
  document.next_id = 9;
  document.labels_file = "a.txt";
  document.labels_hash = "h1";
  document.previous_labels_hash = "h0";
  StoredAnnotation& first = document.annotations.emplace_back();
  first.annotation = rectangle(3, 1, {1, 2, 30, 20}, document.size);
  first.annotation.prompt.points = {{0.1, 1.0 / 3, true}, {1e-7, 47.5, false}};
  first.annotation.prompt.text = "a line\nbreak";
  first.annotation.attributes = {{"b", "2"}, {"a", "1"}};
  first.annotation.score = 0.1;
  first.class_name = "truck";
  StoredAnnotation& second = document.annotations.emplace_back();
  second.annotation = rectangle(8, 0, {5, 5, 60, 40}, document.size);
  second.annotation.polygon[0].holes = {{{10, 10}, {20, 10}, {20, 20}}};
  second.annotation.polygon.push_back({{{0, 0}, {1, 0}, {1, 1}}, {}});
  second.annotation.review = Review::rejected;
  second.annotation.note = "not a \"car\",\nI think: gr\xc3\xbcn";
  second.annotation.seconds = 12.25;
  second.class_name = "car";
  document.reviewed = true;
  document.kept_lines = {{2, "odd line\r"}, {5, "bytes \xff\xfe"}};
  return document;
}

TEST(AnnotationFile, EverythingComesBack) {
  const AnnotationDocument document = example();
  const std::string text = format_annotation_file(document);
  EXPECT_EQ(parse_annotation_file(text), document);
  EXPECT_EQ(format_annotation_file(parse_annotation_file(text)), text);
  EXPECT_EQ(count_annotations(text), 2);
  AnnotationDocument empty;
  empty.size = {1, 1};
  EXPECT_EQ(parse_annotation_file(format_annotation_file(empty)), empty);
}

TEST(AnnotationFile, WhatTheReviewSaidIsWrittenWhereItSaidSomething) {
  AnnotationDocument document = example();
  for (const Review review : {Review::none, Review::proposed, Review::accepted, Review::rejected}) {
    for (const bool mark : {false, true}) {
      document.reviewed = mark;
      document.faulty = !mark;
      document.annotations[0].annotation.review = review;
      ASSERT_EQ(parse_annotation_file(format_annotation_file(document)), document);
    }
  }
  document.reviewed = document.faulty = false;
  for (StoredAnnotation& stored : document.annotations) {
    stored.annotation.review = Review::none;
    stored.annotation.note.clear();
    stored.annotation.seconds = 0;
  }
  const std::string text = format_annotation_file(document);
  for (const char* name : {"review", "note", "seconds", "faulty"}) EXPECT_THAT(text, Not(HasSubstr(name)));
}

// From before there were reviews: other programs' fields may have these names.
TEST(AnnotationFile, WhatNoReviewSaysIsSomebodyElses) {
  std::string text = format_annotation_file(example());
  text.replace(text.find("  \"reviewed\": true,\n"), 20, "");
  text.insert(text.find("\"image\""), "\"reviewed\": {\"by\":\"x\"},\n  \"faulty\": 0,\n  ");
  text.insert(text.find("\"class_id\""), "\"review\":\"maybe\",\"note\":[1,2],\"seconds\":-1,");
  const AnnotationDocument document = parse_annotation_file(text);
  EXPECT_FALSE(document.reviewed);
  EXPECT_FALSE(document.faulty);
  EXPECT_EQ(document.annotations[0].annotation.review, Review::none);
  EXPECT_EQ(document.annotations[0].annotation.note, "");
  EXPECT_EQ(document.annotations[0].annotation.seconds, 0);
  const std::string again = format_annotation_file(document);
  for (const char* field :
       {"\"reviewed\": {\"by\":\"x\"}", "\"faulty\": 0", "\"review\":\"maybe\"", "\"note\":[1,2]", "\"seconds\":-1"}) {
    EXPECT_THAT(again, HasSubstr(field));
  }
  EXPECT_EQ(parse_annotation_file(again), document);
}

TEST(AnnotationFile, NumbersComeBackExactly) {
  std::mt19937_64 random(4);
  AnnotationDocument document = example();
  std::uniform_real_distribution<double> any(-1000, 20000);
  for (int round = 0; round < 500; ++round) {
    Ring& ring = document.annotations[0].annotation.polygon[0].outer;
    for (Point& point : ring) point = {any(random), any(random) * 1e-9};
    ASSERT_EQ(parse_annotation_file(format_annotation_file(document)), document);
  }
}

TEST(AnnotationFile, FieldsOfOthersAreKept) {
  std::string text = format_annotation_file(example());
  text.insert(text.find("\"image\""), "\"reviewer\": {\"name\": \"x\", \"ok\": [1, 2.5, null]},\n  ");
  text.insert(text.find("\"class_id\""), "\"track\": 7, ");
  const AnnotationDocument document = parse_annotation_file(text);
  const std::string again = format_annotation_file(document);
  EXPECT_THAT(again, HasSubstr("\"reviewer\": {\"name\":\"x\",\"ok\":[1,2.5,null]}"));
  EXPECT_THAT(again, HasSubstr("\"track\":7"));
  EXPECT_EQ(format_annotation_file(parse_annotation_file(again)), again);
}

std::string with_score(const std::string& score) {
  std::string text = format_annotation_file(example());
  return text.replace(text.find("\"score\":0.1"), 11, "\"score\":" + score);
}

TEST(AnnotationFile, NumbersOfOthersMayHaveAnyNumberOfDigits) {
  for (const char* digits : {"0.94098383246142626241907", "-0.00000000000000000000012345678901234567890123", "1E2",
                             "123456789012345678901234567890.5", "12345.678901234567890123456", "-17"}) {
    EXPECT_EQ(parse_annotation_file(with_score(digits)).annotations[0].annotation.score, std::stod(digits)) << digits;
  }
  for (const char* digits :
       {"0.94098383246142626241907x", "00.94098383246142626241907", "0.94098383246142626241907e", "1.", "+1"}) {
    EXPECT_THROW(parse_annotation_file(with_score(digits)), AnnotationFileError) << digits;
  }
}

TEST(AnnotationFile, FieldsOfOthersMustBeJson) {
  const std::string good = format_annotation_file(example());
  for (const char* bad : {"\"x\":\"y\":1", "\"x\":tru", "\"x\":{\"y\":01}", "\"x\":[1,]", "\"x\":", "\"x\":1 2"}) {
    for (const char* place : {"\"image\"", "\"class_id\"", "\"boxes\"", "\"outer\"", "\"counts\"", "\"line\""}) {
      std::string text = good;
      text.insert(text.find(place), std::string(bad) + ", ");
      EXPECT_THROW(parse_annotation_file(text), AnnotationFileError) << bad << " before " << place;
    }
  }
}

TEST(AnnotationFile, TheOrderOfFieldsDoesNotMatter) {
  const std::string good = format_annotation_file(example());
  auto sorted = nlohmann::json::parse(good);  // nlohmann::json sorts: "annotations" before "size"
  EXPECT_EQ(parse_annotation_file(sorted.dump()), example());
  EXPECT_EQ(parse_annotation_file("\xef\xbb\xbf" + sorted.dump(3)), example());
}

TEST(AnnotationFile, MasksAreCocos) {
  const auto json = nlohmann::json::parse(format_annotation_file(example()));
  EXPECT_EQ(json["annotations"][0]["mask"]["size"], nlohmann::json::parse("[48, 64]"));
  EXPECT_TRUE(json["annotations"][0]["mask"]["counts"].is_string());
}

TEST(AnnotationFile, ALaterFormatIsNotDamaged) {
  std::string text = format_annotation_file(example());
  text.replace(text.find("\"format\": 1"), 11, "\"format\": 2");
  EXPECT_THROW(parse_annotation_file(text), DatasetError);
}

std::string with(const std::string& pointer, const nlohmann::json& value) {
  auto json = nlohmann::json::parse(format_annotation_file(example()));
  json[nlohmann::json::json_pointer(pointer)] = value;
  return json.dump();
}

TEST(AnnotationFile, DamageIsRefused) {
  const std::string good = format_annotation_file(example());
  for (std::size_t length = 0; length + 2 < good.size(); ++length) {
    ASSERT_THROW(parse_annotation_file(good.substr(0, length)), AnnotationFileError) << length;
  }
  for (const char* text : {"[]", "null", "\"x\"", "{}", "{\"format\": 0}", "{\"format\": \"1\"}", "\xff"}) {
    EXPECT_THROW(parse_annotation_file(text), AnnotationFileError) << text;
    EXPECT_LE(count_annotations(text), 0);
  }
  const std::vector<std::pair<std::string, nlohmann::json>> wrong = {
      {"/size", {0, 48}},
      {"/size", {64, -1}},
      {"/size", {1'000'000, 1'000'000}},
      {"/size", {64, 48, 3}},
      {"/size/0", 64.5},
      {"/size/0", 18446744073709551615u},
      {"/next_id", "9"},
      {"/annotations", nlohmann::json::object()},
      {"/annotations/0", 5},
      {"/annotations/0/id", 0},
      {"/annotations/0/id", 8},
      {"/annotations/0/id", 18446744073709551615u},
      {"/annotations/0/class_id", -1},
      {"/annotations/0/class_id", 1e10},
      {"/annotations/0/mask/size", {64, 48}},
      {"/annotations/0/mask/counts", "01"},
      {"/annotations/0/mask/counts", "\x7f"},
      {"/annotations/0/mask/counts", 7},
      {"/annotations/0/polygon/0/outer", {1, 2, 3}},
      {"/annotations/0/polygon/0/outer/0", {1, "2"}},
      {"/annotations/0/polygon/0/outer/0", {1, nullptr}},
      {"/annotations/0/polygon/0/holes", 1},
      {"/annotations/0/prompt/points/0", {1, 2, 3}},
      {"/annotations/0/prompt/boxes/0", {1, 2, 3}},
      {"/annotations/0/attributes", {"x"}},
      {"/annotations/0/attributes/a", 1},
      {"/kept_lines/0/line", -1},
      {"/kept_lines/0/text", "two\nlines"},
      {"/kept_lines/1/bytes", "0g"},
      {"/kept_lines/1/bytes", "0"},
  };
  for (const auto& [pointer, value] : wrong) {
    EXPECT_THROW(parse_annotation_file(with(pointer, value)), AnnotationFileError) << pointer << " " << value;
  }
  std::string overflow = good;
  overflow.replace(overflow.find("\"score\":0.1"), 11, "\"score\":1e999");
  EXPECT_THROW(parse_annotation_file(overflow), AnnotationFileError);
  std::string not_a_number = good;
  not_a_number.replace(not_a_number.find("\"score\":0.1"), 11, "\"score\":NaN");
  EXPECT_THROW(parse_annotation_file(not_a_number), AnnotationFileError);
  for (const char* seconds : {"1e999", "12.", "1x", "NaN"}) {
    std::string spent = good;
    spent.replace(spent.find("12.25"), 5, seconds);
    EXPECT_THROW(parse_annotation_file(spent), AnnotationFileError) << seconds;
  }
}

TEST(AnnotationFile, DeepNestingIsRefusedWithoutRecursion) {
  const std::string deep = std::string(2'000'000, '[');
  EXPECT_THROW(parse_annotation_file(deep), AnnotationFileError);
  std::string hidden = format_annotation_file(example());
  hidden.insert(hidden.find("\"image\""), "\"x\": " + std::string(100, '[') + std::string(100, ']') + ", ");
  EXPECT_THROW(parse_annotation_file(hidden), AnnotationFileError);
}

// Any one byte changed: a document or a clear refusal, nothing else.
TEST(AnnotationFile, ChangedBytesNeverBreakTheReader) {
  const std::string good = format_annotation_file(example());
  std::mt19937 random(5);
  for (int round = 0; round < 5000; ++round) {
    std::string text = good;
    for (int i = 0; i < 3; ++i) text[random() % text.size()] = static_cast<char>(random() & 0xff);
    try {
      const AnnotationDocument document = parse_annotation_file(text);
      ASSERT_EQ(parse_annotation_file(format_annotation_file(document)), document);
    } catch (const AnnotationFileError&) {
    } catch (const DatasetError&) {
    }
  }
}

}  // namespace
}  // namespace sam
