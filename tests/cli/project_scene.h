// A folder with a small project, and the program run in it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cli/process.h"

namespace sam {

class ProjectScene : public testing::Test {
 protected:
  // shop/: two photos as the original leaves them, and one that nobody has looked at.
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "sam-scene-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    make_project("shop");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void make_project(const std::string& name) const {
    write(name + "/classes.csv", "class_name\ncar\ntruck\nbus\n");
    for (const char* picture : {"a.jpg", "b.jpg", "fresh.jpg"}) {
      const std::filesystem::path path = folder_ / name / "images" / picture;
      std::filesystem::create_directories(path.parent_path());
      std::filesystem::copy_file(std::filesystem::path(SAM_SAMPLES) / "images" / "coffee.jpg", path);
      std::ofstream(path, std::ios::app) << picture;  // its own content
    }
    write(name + "/labels/a.txt", "0 0.1 0.1 0.4 0.1 0.4 0.4 0.1 0.4\n2 0.5 0.5 0.9 0.5 0.9 0.9 0.5 0.9\n");
    write(name + "/labels/b.txt", "0 0.1 0.1 0.4 0.1 0.4 0.4 0.1 0.4\n");
  }

  std::string at(const std::string& path) const { return (folder_ / path).string(); }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path) << text;
  }
  std::string read(const std::string& path) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / path).rdbuf();
    return text.str();
  }
  // Every file and folder: what is in it.
  std::map<std::string, std::string> everything() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) {
      const std::string path = entry.path().lexically_relative(folder_).string();
      all[path] = entry.is_regular_file() ? read(path) : "";
    }
    return all;
  }
  static ProcessResult run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SAM_ANNOTATOR);
    return run_process(arguments);
  }

  std::filesystem::path folder_;
};

}  // namespace sam
