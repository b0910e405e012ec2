// sam-annotator export, import, convert and formats, run as processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/process.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class DatasetCommands : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sam-datasets-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    fs::create_directories(folder_ / "project" / "images");
    fs::create_directories(folder_ / "project" / "labels");
    fs::copy_file(fs::path(SAM_SAMPLES) / "images" / "coffee.jpg", folder_ / "project" / "images" / "coffee.jpg");
    fs::copy_file(fs::path(SAM_SAMPLES) / "images" / "coffee.jpg", folder_ / "project" / "images" / "again.jpg");
    write("project/classes.csv", "class_name\ncup\nspoon\n");
    write("project/labels/coffee.txt", "0 0.25 0.25 0.5 0.25 0.5 0.75 0.25 0.75\n1 0.6 0.6 0.9 0.6 0.75 0.9\n");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& path, const std::string& bytes) const { std::ofstream(folder_ / path) << bytes; }
  std::string read(const std::string& path) const {
    std::ifstream file(folder_ / path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string at(const std::string& path) const { return (folder_ / path).string(); }
  static ProcessResult run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SAM_ANNOTATOR);
    return run_process(arguments);
  }

  fs::path folder_;
};

TEST_F(DatasetCommands, AProjectGoesOutAndComesIntoANewOne) {
  const ProcessResult out = run({"export", at("project"), at("out.json"), "--json"});
  ASSERT_EQ(out.status, 0) << out.err;
  const json exported = json::parse(out.out);
  EXPECT_EQ(exported["format"], "coco");
  EXPECT_EQ(exported["pictures"], 1);  // the other one is not annotated
  EXPECT_EQ(exported["annotations"], 2);

  const ProcessResult in = run({"import", at("out.json"), at("project2"), "--json"});
  EXPECT_EQ(in.status, 1) << in.err;  // without photos there is nothing to annotate
  EXPECT_EQ(json::parse(in.out)["without_photo"]["count"], 1);

  ASSERT_EQ(run({"export", at("project"), at("yolo"), "--format", "yolo"}).status, 0);
  const ProcessResult made = run({"import", at("yolo"), at("project3"), "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(json::parse(made.out)["annotations"], 2);
  EXPECT_EQ(read("project3/classes.csv"), "class_name\ncup\nspoon\n");
  EXPECT_EQ(read("project3/labels/coffee.txt"),
            "0 0.250000 0.250000 0.500000 0.250000 0.500000 0.750000 0.250000 0.750000\n"
            "1 0.600000 0.600000 0.900000 0.600000 0.750000 0.900000\n");
}

TEST_F(DatasetCommands, AFolderOfPhotosAloneTakesTheDatasetsClasses) {
  for (const char* name : {"12:30.jpg", "a:b.jpg"}) {
    fs::create_directories(folder_ / "photos" / "images");
    fs::copy_file(fs::path(SAM_SAMPLES) / "images" / "coffee.jpg", folder_ / "photos" / "images" / name);
  }
  write("in.csv", "filename,class,xmin,ymin,xmax,ymax\n12:30.jpg,cup,10,20,30,40\na:b.jpg,spoon,10,20,30,40\n");
  const ProcessResult in = run({"import", at("in.csv"), at("photos"), "--json"});
  ASSERT_EQ(in.status, 0) << in.err;
  EXPECT_EQ(json::parse(in.out)["annotations"], 2);
  EXPECT_EQ(read("photos/classes.csv"), "class_name\ncup\nspoon\n");
}

TEST_F(DatasetCommands, ADryRunWritesNothingAndSaysWhatWouldBe) {
  const ProcessResult out = run({"export", at("project"), at("out"), "--format", "coco", "--dry-run"});
  EXPECT_EQ(out.status, 0) << out.err;
  EXPECT_THAT(out.out, HasSubstr("would hold 1 picture, 2 annotations"));
  EXPECT_FALSE(fs::exists(folder_ / "out"));
  ASSERT_EQ(run({"export", at("project"), at("yolo"), "--format", "yolo"}).status, 0);
  const ProcessResult in = run({"import", at("yolo"), at("project4"), "--dry-run"});
  EXPECT_EQ(in.status, 0) << in.err;
  EXPECT_THAT(in.out, HasSubstr("would get 2 annotations on 1 picture"));
  EXPECT_FALSE(fs::exists(folder_ / "project4"));
}

TEST_F(DatasetCommands, ConflictsNameTheFlagThatDecidesThem) {
  ASSERT_EQ(run({"export", at("project"), at("out.json")}).status, 0);
  const ProcessResult refused = run({"import", at("out.json"), at("project")});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("1 (coffee.jpg)"));
  EXPECT_THAT(refused.err, HasSubstr("--on-conflict"));
  const ProcessResult merged = run({"import", at("out.json"), at("project"), "--on-conflict", "merge"});
  EXPECT_EQ(merged.status, 0) << merged.err;
  EXPECT_THAT(merged.out, HasSubstr("objects that were there already: 2"));
}

TEST_F(DatasetCommands, OneFormatBecomesAnother) {
  ASSERT_EQ(run({"export", at("project"), at("yolo"), "--format", "yolo"}).status, 0);
  const ProcessResult converted = run({"convert", at("yolo"), at("labelme"), "--to", "labelme", "--json"});
  ASSERT_EQ(converted.status, 0) << converted.err;
  EXPECT_EQ(json::parse(converted.out)["annotations"], 2);
  EXPECT_TRUE(fs::exists(folder_ / "labelme" / "coffee.json"));
  EXPECT_TRUE(fs::exists(folder_ / "labelme" / "coffee.jpg"));
}

TEST_F(DatasetCommands, WrongArgumentsSayWhatThereIs) {
  EXPECT_THAT(run({"export", at("project"), at("out"), "--format", "cocoa"}).err, HasSubstr("coco"));
  const ProcessResult unknown = run({"export", at("project"), at("out")});
  EXPECT_EQ(unknown.status, 2);
  EXPECT_THAT(unknown.err, HasSubstr("--format"));
  EXPECT_THAT(run({"import", at("nothing"), at("project")}).err, HasSubstr("does not exist"));
  fs::create_directories(folder_ / "empty");
  EXPECT_THAT(run({"import", at("empty"), at("project")}).err, HasSubstr("looks like no known format"));
  EXPECT_THAT(run({"export", at("nowhere"), at("out.json")}).err, HasSubstr("is not a folder"));
  const ProcessResult taken = run({"export", at("project"), at("."), "--format", "coco"});
  EXPECT_EQ(taken.status, 1);
  EXPECT_THAT(taken.err, HasSubstr("is there already"));
  const ProcessResult inside =
      run({"export", at("project"), at("project/classes.csv"), "--overwrite", "--format", "csv"});
  EXPECT_EQ(inside.status, 1);
  EXPECT_THAT(inside.err, HasSubstr("inside the project"));
  EXPECT_EQ(read("project/classes.csv"), "class_name\ncup\nspoon\n");
  EXPECT_EQ(run({"import", at("project"), at("p2"), "--on-conflict", "merge", "--merge-iou", "nan"}).status, 2);
  EXPECT_THAT(run({"import", "--help"}).out, Not(HasSubstr(std::string(1, '\1'))));
}

TEST_F(DatasetCommands, WhatAFormatCannotHoldIsSaid) {
  const ProcessResult out = run({"export", at("project"), at("out"), "--format", "yolo-detection"});
  ASSERT_EQ(out.status, 0) << out.err;
  EXPECT_THAT(out.out, HasSubstr("2 objects: the box only, not the outline"));
}

TEST_F(DatasetCommands, TheDocumentsTableOfFormatsIsTheProgramsOwn) {
  std::ifstream file(fs::path(SAM_SAMPLES).parent_path() / "docs" / "datasets.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const json& each : json::parse(run({"formats", "--json"}).out)) {
    std::string row = "| `" + each["name"].get<std::string>() + "` | " + each["shape"].get<std::string>() + " |";
    for (const char* feature : {"parts", "holes", "overlap", "instances", "crowd", "attributes", "scores", "prompts",
                                "provenance", "review", "unused_classes", "empty_pictures", "subsets"}) {
      row += each[feature].get<bool>() ? " yes |" : " – |";
    }
    EXPECT_THAT(text, HasSubstr(row + "\n"));
  }
}

TEST_F(DatasetCommands, AMapOfAClassThatTheDatasetLacksIsSaidWithTheNearest) {
  ASSERT_EQ(run({"export", at("project"), at("yolo"), "--format", "yolo"}).status, 0);
  const ProcessResult made = run({"import", at("yolo"), at("p2"), "--map", "cups=cup", "--map", "spoon=", "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(
      made.err,
      HasSubstr("--map \"cups=cup\" did nothing: the dataset has no class of that name; did you mean \"cup\"?"));
  EXPECT_THAT(made.err, Not(HasSubstr("spoon")));
  EXPECT_EQ(json::parse(made.out)["warnings"].size(), 1);
}

TEST_F(DatasetCommands, ANameThatNoClassCanHaveIsRefused) {
  const auto expect = [&](const std::vector<std::string>& command, const char* said) {
    const ProcessResult refused = run(command);
    EXPECT_NE(refused.status, 0);
    EXPECT_THAT(refused.err, HasSubstr(said));
    EXPECT_EQ(read("project/classes.csv"), "class_name\ncup\nspoon\n");
  };
  const std::string huge(100'000, 'x');
  expect({"rename-class", at("project"), "cup", "a\nb"}, "\"a?b\" has a line end");
  expect({"rename-class", at("project"), "cup", huge}, "has 100000 bytes, and 200 are the most");
  expect({"import", at("project"), at("p2"), "--map", "cup=" + huge}, "200 are the most");
  for (const std::string& name : {std::string("a\\nb"), huge}) {
    write("in.json", R"({"images": [{"id": 1, "file_name": "again.jpg", "width": 600, "height": 400}], "annotations": [
      {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 50, 50]}], "categories": [{"id": 1, "name": ")" +
                         name + "\"}]}");
    expect({"import", at("in.json"), at("project")}, "class name");
    expect({"convert", at("in.json"), at("out.csv"), "--to", "csv"}, "class name");
  }
}

TEST_F(DatasetCommands, APathOutOfTheDatasetIsRefusedInEveryTableOfPictures) {
  for (const char* path : {"../../again.jpg", "/tmp/again.jpg", "C:\\again.jpg"}) {
    write("in.csv", std::string("image,class,x0,y0,x1,y1\n") + path + ",cup,1,1,50,50\n");
    const ProcessResult refused = run({"import", at("in.csv"), at("project")});
    EXPECT_EQ(refused.status, 1) << path;
    EXPECT_THAT(refused.err, HasSubstr("in.csv:2: the picture's name")) << path;
  }
  write("in.csv", "image,class,x0,y0,x1,y1\nphotos/again.jpg,cup,1,1,50,50\n");
  EXPECT_EQ(run({"import", at("in.csv"), at("project")}).status, 0);
}

TEST_F(DatasetCommands, TheFormatsAreListed) {
  const json list = json::parse(run({"formats", "--json"}).out);
  EXPECT_GE(list.size(), 10u);
  for (const json& each : list) {
    EXPECT_THAT(each["title"].get<std::string>(), Not(testing::IsEmpty()));
    EXPECT_THAT(run({"formats"}).out, HasSubstr(each["name"].get<std::string>()));
  }
}

}  // namespace
}  // namespace sam
