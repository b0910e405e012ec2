#include "dataset/formats/yaml_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/formats/format.h"

namespace sam {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view text) {
  try {
    parse_yaml(text, "data.yaml");
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

TEST(YamlText, ReadsTextsListsAndMaps) {
  const YamlNode root = parse_yaml("# comment\npath: ../x\nnames: [cat, 'no', 3]\nmap:\n  0: a\n  1: b\n", "data.yaml");
  ASSERT_NE(root.find("names"), nullptr);
  EXPECT_EQ(root.find("path")->text, "../x");
  ASSERT_EQ(root.find("names")->items.size(), 3u);
  EXPECT_EQ(root.find("names")->items[1].text, "no");
  EXPECT_EQ(root.find("map")->fields[1].name, "1");
  EXPECT_EQ(root.find("map")->fields[1].value.text, "b");
  EXPECT_EQ(root.find("map")->line, 5u);
  EXPECT_EQ(root.find("other"), nullptr);
}

TEST(YamlText, AnEmptyTextIsAnEmptyMap) {
  EXPECT_EQ(parse_yaml("", "data.yaml").kind, YamlNode::Kind::map);
}

TEST(YamlText, RefusesWhatGrowsAndSaysWhere) {
  EXPECT_THAT(error_of("a: &a [x, x]\nb: [*a, *a]\n"), HasSubstr("data.yaml:2: an alias"));
  EXPECT_THAT(error_of(std::string(100, '[')), HasSubstr("nested deeper than 16"));
  EXPECT_THAT(error_of(std::string(100000, '[')), HasSubstr("nested deeper than 16"));
  EXPECT_THAT(error_of("{a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: {a: 1"), HasSubstr("nested"));
}

TEST(YamlText, RefusesWhatIsNoYaml) {
  EXPECT_THAT(error_of("names: [a\nb: }"), HasSubstr("data.yaml:2: "));
  EXPECT_THAT(error_of("a: \xff\xfe"), HasSubstr("data.yaml:"));
  EXPECT_THAT(error_of(std::string_view("a: \0b", 5)), HasSubstr("data.yaml:"));
  EXPECT_THAT(error_of("a: 1\n---\nb: 2\n"), HasSubstr("second document"));
  EXPECT_THAT(error_of("[1, 2]: 3"), HasSubstr("key"));
}

TEST(YamlText, ScalarsComeBackWhateverTheyAre) {
  for (const std::string text : {"cat", "no", "1", "a: b", "# x", "\"quoted\" 'too'", "back\\slash", "été 猫 😀", "",
                                 "tab\tand\nline", "\xc2\x85\xc2\x80", "-", "? x", "{x}", "a, b"}) {
    const std::string written = yaml_scalar(text);
    EXPECT_EQ(written.find('\n'), std::string::npos);
    EXPECT_EQ(parse_yaml("0: " + written, "x").find("0")->text, text) << written;
  }
  EXPECT_EQ(parse_yaml("0: " + yaml_scalar("a\xff\xfe"), "x").find("0")->text, "a??");
  EXPECT_EQ(parse_yaml("0: " + yaml_scalar(std::string(5000, 'x') + " y"), "x").find("0")->text.size(), 5002u);
}

}  // namespace
}  // namespace sam
