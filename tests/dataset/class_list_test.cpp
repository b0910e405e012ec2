#include "dataset/class_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/class_name.h"
#include "dataset/store.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string error_of(std::string_view text) {
  try {
    parse_class_list(text, "classes.csv");
  } catch (const DatasetError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ClassList, IdsAreRows) {
  const ClassList list = parse_class_list("class_name\ncar\ntruck\nbus\n", "classes.csv");
  EXPECT_THAT(list.names, ElementsAre("car", "truck", "bus"));
  EXPECT_THAT(list.warnings, IsEmpty());
}

TEST(ClassList, AnyLineEndAndByteOrderMark) {
  for (const char* text : {"\xef\xbb\xbf"
                           "class_name\r\na\r\nb\r\n",
                           "class_name\ra\rb", "class_name\na\nb", "\nclass_name\na\nb\n"}) {
    const ClassList list = parse_class_list(text, "c.csv");
    EXPECT_THAT(list.names, ElementsAre("a", "b")) << text;
    EXPECT_THAT(list.warnings, IsEmpty()) << text;
  }
}

TEST(ClassList, QuotedFields) {
  const ClassList list =
      parse_class_list("\"class_name\"\n\"car, red\"\n\"say \"\"hi\"\"\"\n\"two\r\nlines\"\nlast\n", "c.csv");
  EXPECT_THAT(list.names, ElementsAre("car, red", "say \"hi\"", "two  lines", "last"));
}

TEST(ClassList, TheColumnIsFoundByItsHeader) {
  const ClassList list = parse_class_list("id,name,class_name\n7,x,car\n8,y,bus\n9\n", "c.csv");
  EXPECT_THAT(list.names, ElementsAre("car", "bus", "class_2"));
  EXPECT_THAT(list.warnings, ElementsAre(HasSubstr("c.csv:4: no name")));
}

TEST(ClassList, HeadersOfTheOriginalAreTakenWithAWarning) {
  for (const char* header : {"className", "name", "class", "category", "label", "Class_Name"}) {
    const ClassList list = parse_class_list(std::string(header) + "\na\n", "c.csv");
    EXPECT_THAT(list.names, ElementsAre("a"));
    EXPECT_THAT(list.warnings, ElementsAre(HasSubstr(header)));
  }
}

TEST(ClassList, EmptyLinesAreSkippedAndRepeatedNamesKept) {
  const ClassList list = parse_class_list("class_name\na\n\nb\na\n\"\"\n", "c.csv");
  EXPECT_THAT(list.names, ElementsAre("a", "b", "a", "class_3"));
  EXPECT_THAT(list.warnings, ElementsAre(HasSubstr("c.csv:3: empty line"), HasSubstr("c.csv:5: \"a\" is class 0"),
                                         HasSubstr("c.csv:6: no name")));
}

TEST(ClassList, ThousandsOfClasses) {
  std::string text = "class_name\n";
  for (int i = 0; i < 5000; ++i) text += "class number " + std::to_string(i) + "\n";
  const ClassList list = parse_class_list(text, "c.csv");
  ASSERT_EQ(list.names.size(), 5000u);
  EXPECT_EQ(list.names[4999], "class number 4999");
}

TEST(ClassList, WarningsAreBounded) {
  std::string text = "class_name\na\n";
  for (int i = 0; i < 1000; ++i) text += "a\n";
  EXPECT_EQ(parse_class_list(text, "c.csv").warnings.size(), 21u);
}

TEST(ClassList, ErrorsNameTheLineAndWhatToDo) {
  EXPECT_THAT(error_of(""), HasSubstr("classes.csv:1: the file is empty"));
  EXPECT_THAT(error_of("\n\n"), HasSubstr("the file is empty"));
  EXPECT_THAT(error_of("car\ntruck\n"), HasSubstr("found \"car\"; the first line must be class_name"));
  EXPECT_THAT(error_of("class_name\n"), HasSubstr("no class below the header"));
  EXPECT_THAT(error_of("class_name\na\n\"b\nc\n"), HasSubstr("classes.csv:3: a quoted field is never closed"));
  EXPECT_THAT(error_of("class_name\n\"a\"b\n"), HasSubstr("classes.csv:2: text after a closing quote"));
  EXPECT_THAT(error_of("class_name\nok\nb\xe4r\n"), HasSubstr("classes.csv:3: not UTF-8"));
  EXPECT_THAT(error_of("\xff\xfe"
                       "c"),
              HasSubstr("UTF-16"));
}

TEST(ClassList, ANewNameIsOneShortLineOfText) {
  EXPECT_EQ(require_class_name(" caf\xc3\xa9 au lait\n", "p"), "caf\xc3\xa9 au lait");
  EXPECT_EQ(require_class_name(std::string(200, 'x'), "p"), std::string(200, 'x'));
  for (const std::string& bad :
       {std::string("a\nb"), std::string("a\0b", 3), std::string(201, 'x'), std::string("\xe4")}) {
    EXPECT_THROW(require_class_name(bad, "p"), DatasetError) << bad.substr(0, 10);
  }
}

}  // namespace
}  // namespace sam
