#include "settings/model_catalog.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "settings/folders.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

class Catalog : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/sam-catalog-XXXXXX";
    folder_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }

  ModelCatalog open() { return ModelCatalog(folder_ / "data", files_); }

  // The message of the CatalogError that f throws.
  template <typename F>
  static std::string refusal(F f) {
    try {
      f();
    } catch (const CatalogError& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder_;
  PosixFileSystem files_;
};

TEST_F(Catalog, RemembersOverRestarts) {
  open().add({"mobile", "/m/e.onnx", "/m/d.onnx", "sam1"});
  open().add({"tiny", "/t/e.onnx", "/t/d.onnx", "sam2"});
  const auto found = open().find("tiny");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->encoder, "/t/e.onnx");
  EXPECT_EQ(found->family, "sam2");
  open().remove("mobile");
  EXPECT_EQ(open().models().size(), 1u);
  EXPECT_FALSE(open().find("mobile"));
}

TEST_F(Catalog, RefusesBadNamesAndDoubles) {
  open().add({"a", "/e", "/d", "sam1"});
  EXPECT_NE(refusal([&] { open().add({"a", "/e", "/d", "sam1"}); }).find("already"), std::string::npos);
  EXPECT_NE(refusal([&] { open().add({"../a", "/e", "/d", "sam1"}); }).find("no model name"), std::string::npos);
  EXPECT_NE(refusal([&] { open().add({"", "/e", "/d", "sam1"}); }).find("no model name"), std::string::npos);
  EXPECT_NE(refusal([&] { open().remove("b"); }).find("models list"), std::string::npos);
}

TEST_F(Catalog, ADamagedFileIsToldAndLeftAlone) {
  fs::create_directories(folder_ / "data");
  for (const char* text : {"", "{", "[]", "{\"models\":[{}]}", "{\"models\":[{\"name\":3}]}"}) {
    std::ofstream(folder_ / "data" / "models.json") << text;
    EXPECT_NE(refusal([&] { open(); }).find("is damaged"), std::string::npos) << text;
    EXPECT_EQ(fs::file_size(folder_ / "data" / "models.json"), std::string(text).size());
  }
}

TEST(Folders, FollowTheEnvironment) {
  std::map<std::string, std::string> variables = {{"HOME", "/home/u"}};
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
  EXPECT_EQ(data_folder(environment), "/home/u/.local/share/sam-annotator");
  EXPECT_EQ(cache_folder(environment), "/home/u/.cache/sam-annotator");
  variables["XDG_CACHE_HOME"] = "/x";
  EXPECT_EQ(cache_folder(environment), "/x/sam-annotator");
  variables["SAM_CACHE_DIR"] = "/mine";
  EXPECT_EQ(cache_folder(environment), "/mine");
  variables.clear();
  EXPECT_FALSE(data_folder(environment).empty());
}

}  // namespace
}  // namespace sam
