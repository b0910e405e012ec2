// sam-annotator restore, run as a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/process.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

// Label files are enough to have versions: the program reads and rewrites them.
const char* const old_labels = "0 0.1 0.1 0.5 0.1 0.5 0.5\n1 0.2 0.2 0.4 0.2 0.4 0.4\n";
const char* const new_labels = "1 0.6 0.6 0.9 0.6 0.9 0.9\n";

class RestoreCommandLine : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sam-restore-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::create_directories(folder_ / "images");
    put("classes.csv", "class_name\ncar\ntruck\n");
    for (const char* picture : {"a.jpg", "b.jpg", "c.jpg"}) {
      fs::copy_file(fs::path(SAM_SAMPLES) / "images" / "coffee.jpg", folder_ / "images" / picture);
    }
    for (const char* base : {"a", "b"}) {
      put(std::string("labels/") + base + ".txt", new_labels);
      put(std::string("backups/20261120/labels/") + base + ".txt", old_labels);
    }
    put("backups/20261121T100000Z/labels/a.txt", "");
    environment_ = {"SAM_DATA_DIR=" + (folder_ / "data").string(), "SAM_CACHE_DIR=" + (folder_ / "cache").string()};
  }
  void TearDown() override { fs::remove_all(folder_); }

  void put(const std::string& path, const std::string& bytes) const {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << bytes;
  }
  std::string get(const std::string& path) const {
    std::ifstream file(folder_ / path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static long lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

  ProcessResult restore(std::vector<std::string> more) const {
    std::vector<std::string> all{SAM_ANNOTATOR, "restore", folder_.string()};
    all.insert(all.end(), more.begin(), more.end());
    return run_process(all, environment_);
  }

  fs::path folder_;
  std::vector<std::string> environment_;
};

TEST_F(RestoreCommandLine, ListsWhatThereIsAndWritesNothing) {
  const ProcessResult listed = restore({"--list", "--json"});
  ASSERT_EQ(listed.status, 0) << listed.err;
  const json pictures = json::parse(listed.out).at("pictures");
  ASSERT_EQ(pictures.size(), 2u);
  EXPECT_EQ(pictures[0].at("image"), "a.jpg");
  ASSERT_EQ(pictures[0].at("versions").size(), 2u);
  EXPECT_EQ(pictures[0].at("versions")[0].at("version"), "20261120");
  EXPECT_EQ(pictures[0].at("versions")[0].at("annotations"), 2);
  EXPECT_EQ(pictures[0].at("versions")[1].at("annotations"), 0);
  EXPECT_FALSE(fs::exists(folder_ / "annotations"));
  const ProcessResult text = restore({"--list", "b.jpg"});
  EXPECT_THAT(text.out, HasSubstr("20261120  2 annotations, a label file"));
  EXPECT_THAT(text.out, testing::Not(HasSubstr("a.jpg")));
  EXPECT_EQ(restore({"--list", "c.jpg"}).out, "no earlier versions of c.jpg\n");
}

TEST_F(RestoreCommandLine, PutsOnePictureBackAndForth) {
  const ProcessResult looked = restore({"a.jpg", "--version", "20261120", "--dry-run", "--json"});
  ASSERT_EQ(looked.status, 0) << looked.err;
  EXPECT_EQ(json::parse(looked.out).at("restored"), 1);
  EXPECT_EQ(get("labels/a.txt"), new_labels);
  EXPECT_FALSE(fs::exists(folder_ / "annotations/a.jpg.json"));

  const ProcessResult done = restore({"a.jpg", "--version", "20261120"});
  ASSERT_EQ(done.status, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("a.jpg: restored from 20261120, 2 annotations"));
  EXPECT_EQ(lines(get("labels/a.txt")), 2);
  EXPECT_EQ(get("labels/b.txt"), new_labels);
  EXPECT_THAT(restore({"a.jpg", "--version", "20261120"}).out, HasSubstr("0 pictures restored, 1 like that already"));
  const ProcessResult back = restore({"a.jpg"});
  ASSERT_EQ(back.status, 0) << back.err;
  EXPECT_EQ(lines(get("labels/a.txt")), 1) << "the newest version is what was replaced";
}

TEST_F(RestoreCommandLine, PutsAllPicturesBackToADay) {
  const ProcessResult done = restore({"--all", "--version", "2026-11-20", "--json"});
  ASSERT_EQ(done.status, 0) << done.err;
  const json result = json::parse(done.out);
  EXPECT_EQ(result.at("restored"), 2);
  EXPECT_EQ(result.at("without_version"), 1);
  EXPECT_EQ(lines(get("labels/a.txt")), 2);
  EXPECT_EQ(lines(get("labels/b.txt")), 2);
  EXPECT_EQ(json::parse(restore({"--all", "--version", "20261120", "--json"}).out).at("unchanged"), 2);
}

TEST_F(RestoreCommandLine, SaysWhatIsWrong) {
  EXPECT_EQ(restore({}).status, 2);
  EXPECT_EQ(restore({"--all"}).status, 2);
  EXPECT_EQ(restore({"a.jpg", "--all", "--version", "20261120"}).status, 2);
  EXPECT_EQ(restore({"a.jpg", "--version", "yesterday"}).status, 2);
  EXPECT_THAT(restore({"d.jpg"}).err, HasSubstr("no picture called d.jpg"));
  const ProcessResult none = restore({"c.jpg"});
  EXPECT_EQ(none.status, 1);
  EXPECT_THAT(none.err, HasSubstr("no version of c.jpg in backups/; --list shows"));
  put("backups/20261122/annotations/a.jpg.json", "{");
  EXPECT_THAT(restore({"a.jpg"}).err, HasSubstr("backups/20261122/annotations/a.jpg.json is damaged"));
  EXPECT_THAT(restore({"--list", "a.jpg"}).out, HasSubstr("20261122  damaged"));
}

TEST_F(RestoreCommandLine, AnOpenProjectIsRefusedWithItsProcessAndCanBeListed) {
  BackgroundProcess page({SAM_ANNOTATOR, "--category_path", folder_.string(), "--port", "18479", "--model", "grabcut"},
                         environment_);
  ASSERT_NE(page.wait_for("http://"), "");
  const ProcessResult refused = restore({"a.jpg", "--version", "20261120"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("is already open in process " + std::to_string(page.pid())));
  EXPECT_EQ(restore({"--list"}).status, 0);
  page.stop(SIGTERM);
  EXPECT_EQ(restore({"a.jpg", "--version", "20261120"}).status, 0);
}

// A folder that may be read and not written, as a user without rights sees it.
TEST_F(RestoreCommandLine, AReadOnlyProjectIsAClearError) {
  restore({"a.jpg", "--version", "20261120"});
  for (const fs::path& each : {folder_ / "annotations", folder_ / "backups", folder_ / "labels", folder_})
    ::chmod(each.c_str(), 0555);
  ::chmod((folder_ / "annotations/.lock").c_str(), 0444);
  const auto run_as_nobody = [&] {
    int out[2];
    EXPECT_EQ(::pipe(out), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::dup2(out[1], 2);
      if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(99);
      ::execl(SAM_ANNOTATOR, SAM_ANNOTATOR, "restore", folder_.c_str(), "b.jpg", nullptr);
      ::_exit(98);
    }
    ::close(out[1]);
    std::string said;
    char block[512];
    for (ssize_t count = 0; (count = ::read(out[0], block, sizeof block)) > 0;)
      said.append(block, static_cast<std::size_t>(count));
    ::close(out[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    return std::pair(WEXITSTATUS(status), said);
  };
  const auto [status, said] = run_as_nobody();
  EXPECT_EQ(status, 1) << said;
  EXPECT_THAT(said, HasSubstr("Permission denied"));
  for (const fs::path& each : {folder_, folder_ / "annotations", folder_ / "backups", folder_ / "labels"})
    ::chmod(each.c_str(), 0755);
}

}  // namespace
}  // namespace sam
