// What the dataset commands say when they refuse: one line that names the path, also as JSON, and nothing is changed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/project_scene.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CommandErrors : public ProjectScene {
 protected:
  void expect_refused(const std::vector<std::string>& command, int status, const std::string& said) const {
    const auto before = everything();
    const ProcessResult result = run(command);
    EXPECT_EQ(result.status, status) << result.err << result.out;
    EXPECT_THAT(result.err, HasSubstr(said));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(everything(), before) << said;
  }
};

TEST_F(CommandErrors, AreJsonForWhoAsksForJson) {
  const std::vector<std::vector<std::string>> commands = {{"export", at("nowhere"), at("out.json")},
                                                          {"import", at("nowhere"), at("p2")},
                                                          {"convert", at("nowhere"), at("out.json")},
                                                          {"merge", at("nowhere"), at("shop")},
                                                          {"validate", at("nowhere")},
                                                          {"stats", at("nowhere")},
                                                          {"split", at("nowhere")},
                                                          {"rename-class", at("shop"), "plane", "car"},
                                                          {"restore", at("shop"), "a.jpg"},
                                                          {"autolabel", at("shop"), at("nowhere")},
                                                          {"split", at("shop"), "--train", "0.5"},
                                                          {"stats", at("shop"), "--nonsense"}};
  for (std::vector<std::string> command : commands) {
    command.push_back("--json");
    const ProcessResult result = run(command);
    EXPECT_NE(result.status, 0) << command[0];
    EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 1) << command[0] << result.out;
    const json told = json::parse(result.out, nullptr, false);
    ASSERT_TRUE(told.is_object()) << command[0] << result.out;
    EXPECT_EQ(result.err, "sam-annotator: " + told.at("error").get<std::string>() + "\n");
  }
}

TEST_F(CommandErrors, HelpNamesTheWordsOfEachOption) {
  for (const char* command : {"import", "merge"}) {
    EXPECT_THAT(run({command, "--help"}).out, HasSubstr("--on-conflict {refuse,keep,replace,merge}")) << command;
  }
  for (const char* command : {"import", "merge", "autolabel"}) {
    EXPECT_THAT(run({command, "--help"}).out, HasSubstr("--new-classes {add,refuse,skip}")) << command;
  }
  for (const char* command :
       {"annotate", "segment", "embed", "export", "import", "convert", "autolabel", "merge", "validate", "stats",
        "split", "rename-class", "formats", "models", "memory", "cache", "doctor", "restore"}) {
    EXPECT_THAT(run({command, "--help"}).out, AllOf(Not(HasSubstr("ENUM")), Not(HasSubstr("value in")))) << command;
  }
  expect_refused({"import", at("shop"), at("p2"), "--on-conflict", "2"}, 2, "{refuse,keep,replace,merge}");
}

// A ZIP archive of one file a/b that holds "x".
std::string archive_of_a_text() {
  using namespace std::string_literals;
  const std::string entry = "\0\0\0\0\0\0\x21\0\x83\x16\xdc\x8c\1\0\0\0\1\0\0\0\3\0\0\0"s;
  return "PK\3\4\x14\0"s + entry + "a/bx" + "PK\1\2\x14\3\x14\0"s + entry + "\0\0\0\0\0\0\0\0\xa4\1\0\0\0\0"s + "a/b" +
         "PK\5\6\0\0\0\0\1\0\1\0\x31\0\0\0\x22\0\0\0\0\0"s;
}

TEST_F(CommandErrors, APlaceThatCannotBeIsNamed) {
  fs::create_symlink("gone", folder_ / "dangling");
  write("file", "text");
  expect_refused({"export", at("shop"), "", "--format", "coco"}, 2, "OUT is empty");
  expect_refused({"export", at("file"), at("out.json")}, 1, at("file") + " is not a folder; give the project");
  expect_refused({"stats", at("nowhere")}, 1, at("nowhere") + " is not a folder; give the project");
  expect_refused({"stats", at("shop/images")}, 1, at("shop/images") + " has no folder images/");
  expect_refused({"export", at("shop"), at("dangling"), "--format", "coco"}, 1,
                 at("dangling") + " is a link to something that is not there");
  expect_refused({"convert", at("shop"), at("dangling"), "--to", "coco"}, 1,
                 at("dangling") + " is a link to something that is not there");
  expect_refused({"import", at("shop"), at("dangling")}, 1, at("dangling") + " is a link");
  write("task.zip", "PK\x03\x04...annotations.xml<annotations>");
  expect_refused({"import", at("task.zip"), at("new")}, 1, at("task.zip") + ": is damaged");
  expect_refused({"convert", at("task.zip"), at("out.json"), "--to", "coco"}, 1, "is a ZIP archive; unpack it");
  write("other.zip", archive_of_a_text());
  expect_refused({"import", at("other.zip"), at("new")}, 2, at("other.zip") + "/a looks like no known format");
  expect_refused({"import", at("other.zip"), at("new"), "--format", "voc"}, 1, at("other.zip") + "/a: has no XML");
  expect_refused({"--category_path", at("new"), "--empty-as-new"}, 2, "--import DATASET");
}

TEST_F(CommandErrors, ADatasetIsNotItsOwnProject) {
  fs::remove(folder_ / "shop/classes.csv");
  write("shop/classes.txt", "car\ntruck\nbus\n");
  expect_refused({"import", at("shop"), at("shop"), "--format", "yolo"}, 1, at("shop") + " is what is read");
  expect_refused({"merge", at("shop"), at("shop")}, 1, at("shop"));
  expect_refused({"stats", at("shop")}, 1, at("shop/classes.csv"));
}

TEST_F(CommandErrors, AnEmptyFolderIsEmptyAgainAfterAnImportThatFailed) {
  write("bad.json", R"({"images": [{"id": 1, "file_name": "../a.jpg"}], "annotations": [], "categories": []})");
  fs::create_directories(folder_ / "empty");
  expect_refused({"import", at("bad.json"), at("empty")}, 1, "bad.json");
}

TEST_F(CommandErrors, APhotoThatCannotBeReadIsNamed) {
  ASSERT_EQ(run({"export", at("shop"), at("yolo"), "--format", "yolo"}).status, 0);
  fs::remove(folder_ / "yolo/images/a.jpg");
  fs::create_symlink("gone", folder_ / "yolo/images/a.jpg");
  expect_refused({"import", at("yolo"), at("p2")}, 1, at("yolo/images/a.jpg") + ": cannot be read");
}

TEST_F(CommandErrors, AVersionThatIsNotThereIsNoSuccess) {
  const auto restore = [&](std::vector<std::string> rest) {
    rest.insert(rest.begin(), {"restore", at("shop")});
    const ProcessResult result = run(rest);
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.out, "");
    return result.err;
  };
  EXPECT_THAT(restore({"--all", "--version", "20990101"}), HasSubstr("no version in backups/"));
  ASSERT_EQ(run({"rename-class", at("shop"), "car", "auto"}).status, 0);
  const json listed = json::parse(run({"restore", at("shop"), "--list", "--json"}).out);
  const std::string known = listed.at("pictures").at(0).at("versions").at(0).at("version");
  EXPECT_THAT(restore({"--all", "--version", "20990101"}),
              HasSubstr("no version from 20990101 or later in backups/; there is " + known));
  EXPECT_THAT(restore({"a.jpg", "--version", "20990101"}),
              HasSubstr("no version of a.jpg from 20990101 or later in backups/; there is " + known));
}

}  // namespace
}  // namespace sam
