// validate, stats, split, rename-class and merge, run as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/process.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ProjectCommands : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sam-project-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    make_project("shop");
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Two photos as the original leaves them, and one that nobody has looked at.
  void make_project(const std::string& name) {
    write(name + "/classes.csv", "class_name\ncar\ntruck\nbus\n");
    for (const char* picture : {"a.jpg", "b.jpg", "fresh.jpg"}) {
      const fs::path path = folder_ / name / "images" / picture;
      fs::create_directories(path.parent_path());
      fs::copy_file(fs::path(SAM_SAMPLES) / "images" / "coffee.jpg", path);
      std::ofstream(path, std::ios::app) << picture;  // its own content
    }
    write(name + "/labels/a.txt", "0 0.1 0.1 0.4 0.1 0.4 0.4 0.1 0.4\n2 0.5 0.5 0.9 0.5 0.9 0.9 0.5 0.9\n");
    write(name + "/labels/b.txt", "0 0.1 0.1 0.4 0.1 0.4 0.4 0.1 0.4\n");
  }
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  std::string read(const std::string& path) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / path).rdbuf();
    return text.str();
  }
  ProcessResult run(std::vector<std::string> arguments) const {
    for (std::string& each : arguments) {
      if (each == "shop" || each == "other") each = (folder_ / each).string();
    }
    arguments.insert(arguments.begin(), SAM_ANNOTATOR);
    return run_process(arguments);
  }
  json run_json(std::vector<std::string> arguments, int status = 0) const {
    arguments.push_back("--json");
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.status, status) << result.err;
    return json::parse(result.out);
  }

  fs::path folder_;
};

TEST_F(ProjectCommands, ValidateFindsAndFixes) {
  ProcessResult result = run({"validate", "shop"});
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("3 pictures, 2 annotated, 3 objects"));
  EXPECT_THAT(result.out, HasSubstr("0 errors, 0 warnings"));
  EXPECT_EQ(result.err, "");

  write("shop/labels/a.txt", read("shop/labels/a.txt") + "2 0.5 0.5 0.9 0.5 0.9 0.9 0.5 0.9\n");
  write("shop/images/broken.jpg", "no picture");
  result = run({"validate", "shop"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("error   1 objects that are there twice:\n          a.jpg #2, #3 (IoU 100 %)"));
  EXPECT_THAT(result.out, HasSubstr("2 errors, 0 warnings"));
  const json found = run_json({"validate", "shop"}, 1);
  ASSERT_EQ(found.at("findings").size(), 2u);
  EXPECT_EQ(found.at("findings")[0].at("kind"), "duplicate_object");
  EXPECT_EQ(found.at("findings")[0].at("annotations"), json::parse("[2, 3]"));
  EXPECT_EQ(found.at("errors_left"), 2);

  EXPECT_EQ(run_json({"validate", "shop", "--fix", "--dry-run"}, 1).at("kinds").at("duplicate_object").at("fixed"), 1);
  EXPECT_FALSE(fs::exists(folder_ / "shop/annotations/a.jpg.json"));
  EXPECT_EQ(run_json({"validate", "shop", "--fix"}, 1).at("errors_left"), 1) << "the photo stays broken";
  fs::remove(folder_ / "shop/images/broken.jpg");
  EXPECT_EQ(run_json({"validate", "shop"}).at("annotations"), 3);
}

TEST_F(ProjectCommands, StatsCountsForPeopleAndPrograms) {
  const ProcessResult result = run({"stats", "shop", "--csv", (folder_ / "classes-table.csv").string()});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("not looked at"));
  EXPECT_THAT(result.out, HasSubstr("##########"));
  EXPECT_EQ(result.out.find('\033'), std::string::npos);
  EXPECT_THAT(read("classes-table.csv"), HasSubstr("\n1,truck,0,0,"));
  const json counted = run_json({"stats", "shop"});
  EXPECT_EQ(counted.at("images"), 3);
  EXPECT_EQ(counted.at("labelled_images"), 2);
  EXPECT_EQ(counted.at("fresh_images"), 1);
  EXPECT_EQ(counted.at("classes")[0].at("images"), 2);
}

// One file for a mail: charts and tables in it, nothing that a browser would fetch, and no name that becomes markup.
TEST_F(ProjectCommands, StatsWritesAPageThatNeedsNothingElse) {
  write("shop/classes.csv", "class_name\ncar\n<script>alert(1)</script>\nbus & \"tram\"\n");
  const std::string page = (folder_ / "page.html").string();
  ASSERT_EQ(run({"stats", "shop", "--html", page, "--dry-run"}).status, 0);
  EXPECT_FALSE(fs::exists(page));
  ASSERT_EQ(run({"stats", "shop", "--html", page}).status, 0);
  const std::string html = read("page.html");
  EXPECT_THAT(html, StartsWith("<!doctype html>"));
  EXPECT_THAT(html, HasSubstr("<svg"));
  EXPECT_THAT(html, HasSubstr("shop"));
  EXPECT_THAT(html, HasSubstr("bus &amp; "));
  for (const char* outside : {"<script", "src=", "href=", "@import", "url("})
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  const ProcessResult again = run({"stats", "shop", "--html", page});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("page.html is there already; give another name"));
  EXPECT_EQ(read("page.html"), html);
}

TEST_F(ProjectCommands, SplitWritesWhatExportReads) {
  EXPECT_EQ(run({"split", "shop", "--train", "0.5"}).status, 2);
  const json told = run_json({"split", "shop", "--train", "0.5", "--val", "0.5", "--seed", "3"});
  EXPECT_EQ(told.at("pictures"), 2);
  EXPECT_EQ(told.at("subsets").at("train").at("pictures"), 1);
  const std::string first = read("shop/splits.csv");
  EXPECT_EQ(std::count(first.begin(), first.end(), '\n'), 3);
  const ProcessResult again = run({"split", "shop", "--keep", "--all"});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("2 pictures stayed where they were"));
  EXPECT_THAT(read("shop/splits.csv"), HasSubstr("fresh.jpg,"));
}

// OLD's row is gone and the ids behind it have moved up; one picture has a label file only.
TEST_F(ProjectCommands, AMergeOfClassesIsUndoneByRestore) {
  const std::string before = read("shop/labels/b.txt");
  const json stats = run_json({"stats", "shop"}).at("classes");
  ASSERT_EQ(run({"rename-class", "shop", "car", "bus"}).status, 0);
  ASSERT_EQ(read("shop/classes.csv"), "class_name\ntruck\nbus\n");
  ASSERT_NE(read("shop/labels/b.txt"), before);
  const json restored = run_json({"restore", "shop", "--all", "--version", "20000101"});
  EXPECT_EQ(restored.at("classes_added"), json({"car"}));
  EXPECT_EQ(read("shop/classes.csv"), "class_name\ntruck\nbus\ncar\n");
  json again = run_json({"stats", "shop"}).at("classes");
  const auto objects = [](const json& classes) {
    std::map<std::string, int> counts;
    for (const json& each : classes) counts[each.at("name")] = each.at("annotations");
    return counts;
  };
  EXPECT_EQ(objects(again), objects(stats));
  EXPECT_EQ(run({"validate", "shop"}).status, 0);
}

// Whatever was looked at in between: a picture without objects says that there is nothing on it.
TEST_F(ProjectCommands, PicturesWithoutObjectsAreExportedAlsoOnceTheyAreKnown) {
  write("shop/labels/fresh.txt", "");
  const std::vector<std::string> command = {"export",   "shop", (folder_ / "out.json").string(),
                                            "--format", "coco", "--dry-run"};
  EXPECT_EQ(run_json(command).at("pictures"), 3);
  EXPECT_EQ(run_json({"stats", "shop"}).at("empty_images"), 1);
  EXPECT_EQ(run_json(command).at("pictures"), 3);
}

TEST_F(ProjectCommands, RenameClassRenamesMergesAndDrops) {
  EXPECT_THAT(run({"rename-class", "shop", "bus", "coach"}).out, HasSubstr("bus is called coach now: 1 object"));
  EXPECT_EQ(read("shop/classes.csv"), "class_name\ncar\ntruck\ncoach\n");
  const json merged = run_json({"rename-class", "shop", "car", "coach"});
  EXPECT_EQ(merged.at("merged"), true);
  EXPECT_EQ(merged.at("annotations"), 3);
  EXPECT_EQ(read("shop/labels/b.txt").substr(0, 2), "1 ");
  EXPECT_THAT(run({"rename-class", "shop", "--delete-unused"}).out, HasSubstr("deleted truck"));
  EXPECT_EQ(read("shop/classes.csv"), "class_name\ncoach\n");
  EXPECT_EQ(run({"validate", "shop"}).status, 0);
  EXPECT_EQ(run({"rename-class", "shop", "tram", "coach"}).status, 1);
  EXPECT_EQ(run({"rename-class", "shop", "coach"}).status, 2);
}

TEST_F(ProjectCommands, MergeReadsAnotherProjectIntoThisOne) {
  make_project("other");
  fs::rename(folder_ / "other/images/a.jpg", folder_ / "other/images/new.jpg");
  fs::rename(folder_ / "other/labels/a.txt", folder_ / "other/labels/new.txt");
  const ProcessResult refused = run({"merge", "other", "shop"});
  EXPECT_EQ(refused.status, 1) << "b.jpg is annotated in both";
  EXPECT_THAT(refused.err, HasSubstr("--on-conflict"));
  const json merged = run_json({"merge", "other", "shop", "--on-conflict", "merge"});
  EXPECT_EQ(merged.at("photos_added"), 1);
  EXPECT_EQ(merged.at("annotations"), 2);
  EXPECT_EQ(merged.at("same_objects"), 1);
  EXPECT_EQ(run_json({"validate", "shop"}).at("annotations"), 5);
  fs::create_directories(folder_ / "none");
  EXPECT_THAT(run({"merge", (folder_ / "none").string(), "shop"}).err, HasSubstr("is no project"));
}

}  // namespace
}  // namespace sam
