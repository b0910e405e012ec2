#include "settings/preferences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace sam {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class PreferencesTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/sam-preferences-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path file() const { return folder_ / "config" / "preferences.json"; }
  std::string read() { return Preferences(file(), files_).read(); }
  void write(const std::string& text) { Preferences(file(), files_).write(text); }
  std::string refusal(const std::string& text) {
    try {
      write(text);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
  PosixFileSystem files_;
};

TEST_F(PreferencesTest, WhatWasWrittenIsReadInTheNextRun) {
  EXPECT_EQ(read(), "{}");
  write(R"({"theme": "dark", "keys": {"ä": [1, 2.5, null, true]}})");
  EXPECT_EQ(read(), R"({"keys":{"ä":[1,2.5,null,true]},"theme":"dark"})");
  write("{}");
  EXPECT_EQ(read(), "{}");
}

TEST_F(PreferencesTest, WhatIsNoObjectIsRefusedAndChangesNothing) {
  write(R"({"a":1})");
  for (const char* text : {"", " ", "[]", "1", "null", "\"a\"", "{", "{\"a\":\"\xff\"}", "{\"a\":NaN}", "{} {}"}) {
    EXPECT_THAT(refusal(text), HasSubstr("preferences")) << text;
  }
  EXPECT_THAT(refusal("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}"), HasSubstr("deeper"));
  EXPECT_THAT(refusal("{\"a\":\"" + std::string(Preferences::most_bytes, 'x') + "\"}"), HasSubstr("262144"));
  EXPECT_EQ(read(), R"({"a":1})");
}

TEST_F(PreferencesTest, ADamagedFileIsSetAside) {
  fs::create_directories(file().parent_path());
  for (const std::string& damaged : {std::string("{\"a\":"), std::string("[]"), std::string(300'000, ' ')}) {
    std::ofstream(file()) << damaged;
    EXPECT_EQ(read(), "{}");
    EXPECT_FALSE(fs::exists(file()));
    std::ifstream aside(file().string() + ".damaged");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(aside), {}), damaged);
    write(R"({"b":2})");
    EXPECT_EQ(read(), R"({"b":2})");
  }
}

}  // namespace
}  // namespace sam
