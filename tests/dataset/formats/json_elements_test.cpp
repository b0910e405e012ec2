#include "dataset/formats/json_elements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "dataset/formats/format.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A file that is a text, said again and again in the middle: gigabytes without a disk.
class TextFile final : public InputFile {
 public:
  explicit TextFile(std::string text, std::string repeated = "", std::uint64_t times = 0, std::string tail = "")
      : text_(std::move(text)), repeated_(std::move(repeated)), times_(times), tail_(std::move(tail)) {}

  std::uint64_t size_bytes() const override { return text_.size() + repeated_.size() * times_ + tail_.size(); }

  std::size_t read(std::uint64_t offset, std::span<char> into) override {
    std::size_t used = 0;
    while (used < into.size() && offset < size_bytes()) {
      const std::string_view piece = at(offset);
      const std::size_t count = std::min(piece.size(), into.size() - used);
      std::copy_n(piece.data(), count, into.data() + used);
      used += count;
      offset += count;
    }
    return used;
  }

 private:
  std::string_view at(std::uint64_t offset) const {
    if (offset < text_.size()) return std::string_view(text_).substr(offset);
    offset -= text_.size();
    if (offset >= repeated_.size() * times_) return std::string_view(tail_).substr(offset - repeated_.size() * times_);
    return std::string_view(repeated_).substr(offset % repeated_.size());
  }

  const std::string text_;
  const std::string repeated_;
  const std::uint64_t times_;
  const std::string tail_;
};

struct Walked {
  std::vector<std::string> members;
  std::vector<std::string> elements;
  std::vector<std::uint64_t> offsets;
};

Walked walk(InputFile& file, const std::string& wanted) {
  JsonElements elements(file, "a.json");
  Walked walked;
  const auto take = [&] {
    while (const auto element = elements.next_element()) {
      walked.elements.emplace_back(element->text);
      walked.offsets.push_back(element->offset);
    }
  };
  if (elements.is_array()) take();
  while (const auto member = elements.next_member()) {
    walked.members.push_back(*member);
    if (*member == wanted) take();
  }
  return walked;
}

Walked walk(const std::string& text, const std::string& wanted = "x") {
  TextFile file(text);
  return walk(file, wanted);
}

std::string error_of(const std::string& text, const std::string& wanted = "x") {
  try {
    walk(text, wanted);
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

TEST(JsonElements, GivesMembersAndElementsWithTheirPlaces) {
  const std::string text =
      R"( {"a" : 1.5e3, "x":[1, {"k": "]}\"\\"} , "two", [[]], null,true ], "b": {"x": [7]}, "c": "t"} )";
  const Walked walked = walk(text);
  EXPECT_THAT(walked.members, ElementsAre("a", "x", "b", "c"));
  EXPECT_THAT(walked.elements, ElementsAre("1", R"({"k": "]}\"\\"})", R"("two")", "[[]]", "null", "true"));
  for (std::size_t i = 0; i < walked.elements.size(); ++i) {
    EXPECT_EQ(text.substr(walked.offsets[i], walked.elements[i].size()), walked.elements[i]);
  }
}

TEST(JsonElements, TakesListsByteOrderMarksAndEmptyOnes) {
  EXPECT_THAT(walk("\xef\xbb\xbf[{},2]").elements, ElementsAre("{}", "2"));
  EXPECT_THAT(walk("[]").elements, ElementsAre());
  EXPECT_THAT(walk("{}").members, ElementsAre());
  EXPECT_THAT(walk("{\"x\":[ ]}\n").elements, ElementsAre());
  EXPECT_THAT(walk("{\"x\":null,\"y\":[1]}").members, ElementsAre("x", "y"));
}

TEST(JsonElements, WhatIsNotReadIsPassedOver) {
  TextFile file(R"({"x":[1,2,3],"y":[4]})");
  JsonElements elements(file, "a.json");
  EXPECT_EQ(elements.next_member(), "x");
  EXPECT_EQ(elements.next_element()->text, "1");
  EXPECT_EQ(elements.next_member(), "y");
  EXPECT_EQ(elements.next_element()->text, "4");
  EXPECT_FALSE(elements.next_element());
  EXPECT_FALSE(elements.next_element());
  EXPECT_FALSE(elements.next_member());
  EXPECT_FALSE(elements.next_member());
}

TEST(JsonElements, WrongTextsAreRefusedWithTheirByte) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", "byte 0: expected { or [ at the beginning of a JSON file, found the end of the file"},
      {"hello", "byte 0: expected { or ["},
      {"\xff\xfe{", "byte 0: expected { or [ at the beginning of a JSON file, found a byte of value 255"},
      {"{\"x\":[1,2]} x", "byte 12: nothing may follow the end, found \"x\""},
      {"{\"x\":[1,2]}}", "byte 11: nothing may follow"},
      {"{\"x\":[1,2}", "byte 9: expected \",\" or \"]\", found \"}\""},
      {"{\"x\":[1,]}", "byte 8: expected a value, found \"]\""},
      {"{\"x\":[,1]}", "byte 6: expected a value, found \",\""},
      {"{\"x\":[1 2]}", "byte 8: expected \",\" or \"]\", found \"2\""},
      {"{\"x\":[NaN]}", "byte 6: \"NaN\" is no JSON value"},
      {"{\"y\":Infinity}", "byte 5: \"Infinity\" is no JSON value"},
      {"{\"x\":5}", "byte 5: expected a list, found \"5\""},
      {"{\"x\" [1]}", "byte 5: expected \":\", found \"[\""},
      {"{x:[1]}", "byte 1: expected the name of a member, found \"x\""},
      {"{\"x\":[1],}", "byte 9: expected the name"},
      {"{\"x\":[{]]}", "byte 7: a bracket is closed by \"]\""},
      {"{\"x\":[{\"a\":[1}]}", "a bracket is closed by \"}\""},
      {"{\"x\":[{\"a\":1", "the file ends within 1 open brackets"},
      {"{\"x\":[\"abc", "the file ends within a text"},
      {"{\"x\":[\"abc\\", "the file ends within a text"},
      {"{\"x\":[1", "byte 7: expected \",\" or \"]\", found the end of the file"},
      {"{\"x\":", "expected"},
      {"{", "byte 1: expected the name of a member, found the end of the file"},
  };
  for (const auto& [text, message] : wrong) EXPECT_THAT(error_of(text), HasSubstr(message)) << text;
}

TEST(JsonElements, DepthIsLimited) {
  const std::string deep = "{\"y\":" + std::string(100'000, '[');
  EXPECT_THAT(error_of(deep), HasSubstr("byte 69: nested deeper than 64"));
  EXPECT_EQ(walk("{\"x\":[" + std::string(60, '[') + std::string(60, ']') + "]}").elements.size(), 1u);
}

TEST(JsonElements, EachPrefixIsRefused) {
  const std::string text = R"({"a":{"b":[1,"\""]},"x":[{"k":"v\\"},[2.5],"t"],"c":null})";
  ASSERT_EQ(error_of(text), "");
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_NE(error_of(text.substr(0, length)), "") << length;
  }
}

// Elements of all lengths around the block's: the buffer moves and grows under them.
TEST(JsonElements, LargeElementsComeWhole) {
  std::mt19937 random(3);
  std::string text = "{\"x\":[";
  std::vector<std::string> expected;
  for (int i = 0; i < 40; ++i) {
    std::string element = "\"" + std::string(random() % 700'000, static_cast<char>('a' + i % 26)) + "\\\"]\"";
    if (i == 20) element = "[" + std::string(5'000'000, '1') + "]";
    text += (i == 0 ? "" : ",") + element;
    expected.push_back(std::move(element));
  }
  text += "]}";
  EXPECT_TRUE(walk(text).elements == expected);
}

// Random documents against another parser.
TEST(JsonElements, AgreesWithAParserOfWholeTexts) {
  std::mt19937 random(7);
  const std::string alphabet = "[]{},:\"\\ 1ax";
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "{\"x\":[{\"a\":[1,{}]},\"\\\"]\", [ ]],\"b\":{\"\":1}}";
    for (int i = static_cast<int>(random() % 3); i > 0; --i) text[random() % text.size()] = alphabet[random() % 12];
    if (!nlohmann::json::accept(text)) continue;
    ++taken;
    const auto parsed = nlohmann::json::parse(text);
    if (!parsed.contains("x") || !parsed["x"].is_array()) continue;
    const Walked walked = walk(text);
    ASSERT_GE(walked.elements.size(), parsed["x"].size()) << text;  // "x" may be there twice
  }
  EXPECT_GT(taken, 3000);
}

TEST(JsonElements, AnElementThatIsTooLargeIsRefused) {
  TextFile file("{\"x\":[\"", std::string(1 << 20, 'a'), 2048, "\"]}");
  try {
    walk(file, "x");
    FAIL();
  } catch (const FormatError& error) {
    EXPECT_THAT(error.what(), HasSubstr("an element has more than 64 MiB"));
  }
}

TEST(JsonElements, AFileOfGigabytesIsPassedOver) {
  TextFile text("{\"y\":\"", std::string(1 << 20, 'a'), 300, "\",\"x\":[1]}");
  EXPECT_THAT(walk(text, "x").elements, ElementsAre("1"));
  TextFile list("{\"y\":[", "[[1.25,2.5],[3.5]],", 200'000, "0],\"x\":[2]}");
  EXPECT_THAT(walk(list, "x").elements, ElementsAre("2"));
}

}  // namespace
}  // namespace sam
