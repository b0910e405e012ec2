// Commands that only look at a project, and dry runs of those that change it: not a byte on disk is another afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/project_scene.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class OnlyRead : public ProjectScene {
 protected:
  std::vector<std::vector<std::string>> commands() const {
    return {{"stats", at("shop")},
            {"validate", at("shop")},
            {"validate", at("shop"), "--fix", "--dry-run"},
            {"split", at("shop"), "--dry-run"},
            {"rename-class", at("shop"), "car", "van", "--dry-run"},
            {"rename-class", at("shop"), "bus", "car", "--dry-run"},
            {"rename-class", at("shop"), "--delete-unused", "--dry-run"},
            {"merge", at("other"), at("shop"), "--on-conflict", "replace", "--dry-run"},
            {"import", at("other"), at("shop"), "--on-conflict", "merge", "--dry-run"},
            {"import", at("other"), at("new"), "--dry-run"},
            {"import", at("other"), at("nothing"), "--dry-run"},
            {"export", at("shop"), at("out.json"), "--dry-run"},
            {"restore", at("shop"), "--list"}};
  }
  void expect_nothing_changes(const std::vector<std::vector<std::string>>& all) const {
    const auto before = everything();
    for (const std::vector<std::string>& command : all) {
      const ProcessResult result = run(command);
      EXPECT_LE(result.status, 1) << command[0] << result.err;
      EXPECT_NE(result.out + result.err, "") << command[0];
      EXPECT_EQ(everything(), before) << command[0];
    }
  }
};

TEST_F(OnlyRead, AFolderAsTheOriginalLeavesItGetsNothing) {
  make_project("other");
  fs::create_directories(folder_ / "nothing");
  expect_nothing_changes(commands());
}

TEST_F(OnlyRead, WhatALoadWouldPutRightStaysWrong) {
  make_project("other");
  fs::create_directories(folder_ / "nothing");
  // Makes annotations/ and an earlier version.
  ASSERT_EQ(run({"merge", at("other"), at("shop"), "--on-conflict", "replace"}).status, 0);
  fs::remove(folder_ / "shop/labels/a.txt");                          // a load writes it again
  write("shop/labels/b.txt", "1 0.1 0.1 0.4 0.1 0.4 0.4 0.1 0.4\n");  // and reads this into the annotations
  write("shop/annotations/fresh.jpg.json", "{");                      // and sets this aside
  auto all = commands();
  all.push_back({"restore", at("shop"), "a.jpg", "--dry-run"});
  all.push_back({"restore", at("shop"), "--all", "--version", "20000101", "--dry-run"});
  expect_nothing_changes(all);
  const ProcessResult exported = run({"export", at("shop"), at("out.json")});
  ASSERT_EQ(exported.status, 0) << exported.err;
  EXPECT_THAT(exported.out, HasSubstr("3 annotations"));
  EXPECT_FALSE(fs::exists(folder_ / "shop/labels/a.txt"));
}

}  // namespace
}  // namespace sam
