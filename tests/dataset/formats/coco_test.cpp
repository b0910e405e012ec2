#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

#include "dataset/formats/rows.h"
#include "dataset/project_folder.h"

namespace sam {
namespace {

using json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class Coco : public ProjectFolder {
 protected:
  std::vector<DatasetPicture> read(const std::string& path, Size size = {}) {
    const auto reader = format_.read({files_, folder_ / path, {}});
    classes_ = reader->classes();
    std::vector<DatasetPicture> pictures;
    entries_.clear();
    while (auto entry = reader->next()) {
      pictures.push_back(reader->decode(*entry, size));
      entries_.push_back(*std::move(entry));
    }
    EXPECT_EQ(reader->picture_count(), pictures.size());
    return pictures;
  }

  std::string error_of(const json& dataset) { return error_of_text(dataset.dump()); }
  std::string error_of_text(const std::string& text) {
    files_.write_unflushed(folder_ / "in.json", text);  // thousands of times
    try {
      read("in.json");
    } catch (const FormatError& error) {
      return error.what();
    }
    return "";
  }

  void write(const std::string& path, std::vector<DatasetPicture> pictures, bool exact = false,
             const std::vector<std::string>& subsets = {}) {
    WriteRequest request{files_, folder_ / path, path.ends_with(".json"), {"car", "truck"}, subsets, exact};
    const auto writer = format_.write(request);
    std::int64_t id = 0;
    std::int64_t objects = 0;
    for (DatasetPicture& picture : pictures) {
      picture.id = ++id;
      picture.first_object = objects;
      objects += static_cast<std::int64_t>(picture.annotations.size());
      writer->append(writer->encode(picture));
    }
    writer->finish();
  }

  json written(const std::string& path) { return json::parse(*get(path)); }

  const Format format_ = coco_format();
  std::vector<std::string> classes_;
  std::vector<DatasetEntry> entries_;
};

json dataset() {
  return json::parse(R"({
    "info": {"year": 2017, "note": "a \"]} b"},
    "images": [{"id": 7, "file_name": "a.jpg", "width": 64, "height": 48},
               {"id": 3, "file_name": "val2017/b.jpg", "width": 100, "height": 50}],
    "annotations": [
      {"id": 1, "image_id": 3, "category_id": 90, "segmentation": [[1, 2.5, 30, 2, 30, 20.125]], "bbox": [1, 2, 29, 18.125],
       "area": 5, "iscrowd": 0},
      {"id": 2, "image_id": 7, "category_id": 4, "segmentation": [[0, 0, 9, 0, 9, 9], [20, 20, 30, 20, 30, 30]], "score": 0.5},
      {"id": 3, "image_id": 3, "category_id": 4, "segmentation": [], "bbox": [10, 11, 12, 13]}],
    "categories": [{"id": 90, "name": "truck", "supercategory": "vehicle"}, {"id": 4, "name": "car"}]})");
}

DatasetPicture picture(const std::string& name, Size size, std::vector<Annotation> annotations,
                       const std::string& subset = "") {
  DatasetPicture made;
  made.name = name;
  made.size = size;
  made.subset = subset;
  for (Annotation& annotation : annotations) {
    StoredAnnotation stored;
    stored.annotation = std::move(annotation);
    made.annotations.push_back(std::move(stored));
  }
  return made;
}

TEST_F(Coco, ReadsPicturesInTheFilesOrderWithTheirAnnotations) {
  put("in.json", dataset().dump());
  const std::vector<DatasetPicture> pictures = read("in.json");
  EXPECT_THAT(classes_, ElementsAre("truck", "car"));
  ASSERT_EQ(pictures.size(), 2u);
  EXPECT_EQ(pictures[0].name, "a.jpg");
  EXPECT_EQ(pictures[0].size, (Size{64, 48}));
  EXPECT_EQ(pictures[0].id, 7);
  ASSERT_EQ(pictures[0].annotations.size(), 1u);
  EXPECT_EQ(pictures[0].annotations[0].class_name, "car");
  EXPECT_EQ(pictures[0].annotations[0].annotation.score, 0.5);
  EXPECT_EQ(pictures[0].annotations[0].annotation.polygon.size(), 2u);
  EXPECT_EQ(pictures[1].name, "b.jpg");
  ASSERT_EQ(pictures[1].annotations.size(), 2u);
  const Annotation& first = pictures[1].annotations[0].annotation;
  EXPECT_EQ(pictures[1].annotations[0].class_name, "truck");
  EXPECT_EQ(first.polygon, (Polygon{{{{1, 2.5}, {30, 2}, {30, 20.125}}, {}}}));
  EXPECT_TRUE(first.attributes.empty());
  const Annotation& box = pictures[1].annotations[1].annotation;
  EXPECT_EQ(box.polygon, (Polygon{{{{10, 11}, {22, 11}, {22, 24}, {10, 24}}, {}}}));
  EXPECT_THAT(box.prompt.boxes, ElementsAre(Box{10, 11, 22, 24}));
  EXPECT_EQ(entries_[0].place, "in.json, image 7");
}

TEST_F(Coco, TheOrderOfSectionsAndAnnotationsDoesNotMatter) {
  put("in.json", dataset().dump());
  const auto expected = read("in.json");
  const json all = dataset();
  std::vector<std::string> sections = {"annotations", "categories", "images"};
  do {
    std::string text = "{";
    for (const std::string& section : sections) text += "\n\"" + section + "\": " + all[section].dump(2) + ",";
    text.back() = '}';
    put("in.json", text);
    const auto pictures = read("in.json");
    ASSERT_EQ(pictures.size(), expected.size());
    for (std::size_t i = 0; i < pictures.size(); ++i) EXPECT_EQ(pictures[i].annotations, expected[i].annotations);
  } while (std::next_permutation(sections.begin(), sections.end()));
}

TEST_F(Coco, RunLengthsOfBothKindsAndCrowds) {
  const Mask mask = rectangle(1, 0, {3, 4, 20, 30}, {64, 48}).mask;
  json all = dataset();
  all["annotations"] = json::array();
  all["annotations"].push_back({{"image_id", 7},
                                {"category_id", 4},
                                {"iscrowd", 1},
                                {"segmentation", {{"size", {48, 64}}, {"counts", mask.runs}}}});
  all["annotations"].push_back(
      {{"image_id", 7},
       {"category_id", 4},
       {"attributes", {{"occluded", true}, {"color", "r\u00f6t"}, {"rotation", 1.5}, {"x", nullptr}}},
       {"segmentation", {{"counts", mask_to_coco_string(mask)}, {"size", {48, 64}}}}});
  put("in.json", all.dump());
  const auto pictures = read("in.json");
  ASSERT_EQ(pictures[0].annotations.size(), 2u);
  EXPECT_EQ(pictures[0].annotations[0].annotation.mask, mask);
  EXPECT_EQ(pictures[0].annotations[0].annotation.attributes.at("iscrowd"), "1");
  EXPECT_EQ(pictures[0].annotations[1].annotation.mask, mask);
  const std::map<std::string, std::string> attributes = {
      {"color", "r\u00f6t"}, {"occluded", "true"}, {"rotation", "1.5"}};
  EXPECT_EQ(pictures[0].annotations[1].annotation.attributes, attributes);
}

TEST_F(Coco, SizesMayComeFromThePicture) {
  json all = dataset();
  for (json& image : all["images"]) image.erase("width");
  all["images"][1]["height"] = nullptr;
  put("in.json", all.dump());
  EXPECT_EQ(read("in.json", {640, 480})[0].size, (Size{640, 480}));
  EXPECT_THAT(error_of(all), HasSubstr("in.json, image 7: neither the dataset nor a photo tells its size"));
}

TEST_F(Coco, FoldersGiveSubsetsAndPhotos) {
  json train = dataset();
  json val = dataset();
  val["images"][0]["file_name"] = "c.jpg";
  val["images"][1]["file_name"] = "d.jpg";
  put("set/annotations/instances_train2017.json", train.dump());
  put("set/annotations/instances_val2017.json", val.dump());
  put("set/annotations/captions_val2017.json", "{}");
  put("set/val2017/c.jpg", "x");
  put("set/images/train/a.jpg", "x");
  const auto pictures = read("set");
  ASSERT_EQ(pictures.size(), 4u);
  EXPECT_EQ(pictures[0].subset, "train");
  EXPECT_EQ(pictures[2].subset, "val");
  EXPECT_EQ(entries_[0].photo, folder_ / "set/images/train/a.jpg");
  EXPECT_EQ(entries_[1].photo, "");
  EXPECT_EQ(entries_[2].photo, folder_ / "set/val2017/c.jpg");
  EXPECT_TRUE(format_.recognises(files_, folder_ / "set"));
  put("set/annotations/instances_val2017.json", train.dump());
  EXPECT_THROW(read("set"), FormatError);  // the same pictures in both
}

TEST_F(Coco, RoboflowsLayoutIsRead) {
  json valid = dataset();
  valid["images"][0]["file_name"] = "c.jpg";
  valid["images"][1]["file_name"] = "d.jpg";
  valid["categories"].push_back({{"id", 5}, {"name", "bus"}});
  put("set/train/_annotations.coco.json", dataset().dump());
  put("set/train/a.jpg", "x");
  put("set/valid/_annotations.coco.json", valid.dump());
  const auto pictures = read("set");
  ASSERT_EQ(pictures.size(), 4u);
  EXPECT_EQ(pictures[3].subset, "val");
  EXPECT_EQ(entries_[0].photo, folder_ / "set/train/a.jpg");
  EXPECT_THAT(classes_, ElementsAre("truck", "car", "bus"));
}

TEST_F(Coco, OtherFilesAreNotTakenForIt) {
  put("labelme/a.json", R"({"version": "5.0", "shapes": [], "imagePath": "a.jpg"})");
  put("project/annotations/a.jpg.json", "{\"format\": 1, \"labels_file\": \"a.txt\", \"annotations\": []}");
  put("list.json", "[{\"image_id\": 1}]");
  std::filesystem::create_directories(folder_ / "empty");
  for (const char* path : {"labelme", "labelme/a.json", "project", "list.json", "empty", "missing", "classes.csv"}) {
    EXPECT_FALSE(format_.recognises(files_, folder_ / path)) << path;
  }
}

TEST_F(Coco, WrongDatasetsAreRefusedWithTheirPlace) {
  const auto changed = [&](const std::string& pointer, const json& value) {
    json all = dataset();
    all[json::json_pointer(pointer)] = value;
    return error_of(all);
  };
  const std::vector<std::tuple<std::string, json, std::string>> wrong = {
      {"/annotations/1/image_id", 99, "an annotation names image 99, which is not there"},
      {"/annotations/1/image_id", "7", "\"image_id\" must be a whole number, not \"7\""},
      {"/annotations/1/image_id", nullptr, "\"image_id\" must be a whole number, not null"},
      {"/annotations/1/category_id", 5, "annotation 2 names category 5, which is not there"},
      {"/annotations/1/segmentation/0",
       {1, 2, 3, 4, 5},
       "annotation 2: a polygon has an odd number of coordinates (5)"},
      {"/annotations/1/segmentation/0", {1, 2, 3, 4}, "annotation 2: a polygon has 2 points; three are the least"},
      {"/annotations/1/segmentation/0/2", 1e9, "\"segmentation\": 1000000000.0 is far outside"},
      {"/annotations/1/segmentation/0/2", -1e300, "is far outside"},
      {"/annotations/1/segmentation/0/2", "x", "\"segmentation\" must hold numbers, not \"x\""},
      {"/annotations/1/segmentation", {1, 2, 3, 4, 5, 6}, "\"segmentation\" must be a list, not 1"},
      {"/annotations/1/segmentation",
       {{"counts", "01"}, {"size", {48, 64}}},
       "annotation 2: \"counts\": the run-length string holds"},
      {"/annotations/1/segmentation", {{"counts", {1, 2}}, {"size", {48, 64}}}, "\"counts\" adds up to 3 pixels"},
      {"/annotations/1/segmentation", {{"counts", {1, -2}}, {"size", {48, 64}}}, "a run of -2"},
      {"/annotations/1/segmentation", {{"counts", {4000000000}}, {"size", {48, 64}}}, "a run of 4000000000"},
      {"/annotations/1/segmentation",
       {{"counts", {3072}}, {"size", {64, 48}}},
       "not the picture's height and width (48, 64)"},
      {"/annotations/1/segmentation", {{"size", {48, 64}}}, "an object without \"counts\""},
      {"/annotations/2/bbox", {1, 2, -3, 4}, "\"bbox\" has a negative width or height"},
      {"/annotations/2/bbox", {1, 2, 3}, "\"bbox\" has 3 numbers"},
      {"/annotations/2/bbox", {1, 2, 0, 4}, "has no area"},
      {"/annotations/2/bbox", nullptr, "neither a \"segmentation\" nor a \"bbox\""},
      {"/annotations/0", 5, "expected an object"},
      {"/images/0/id", 3, "the image id 3 is used twice"},
      {"/images/0/id", 1.5, "\"id\" must be a whole number, not 1.5"},
      {"/images/0/width", -5, "\"width\" must be a number of pixels"},
      {"/images/0/file_name", "x/b.jpg", "have the same name"},
      {"/images/0/file_name", "../a.jpg", "leads out of the dataset"},
      {"/images/0/file_name", "/etc/passwd", "leads out of the dataset"},
      {"/images/0/file_name", "", "has no \"file_name\""},
      {"/images/0/file_name", 5, "\"file_name\" must be a text, not 5"},
      {"/categories/0/id", 4, "the category id 4 is used twice"},
      {"/categories/0/name", "car", "two categories are called \"car\""},
      {"/images", "x", "expected a list"},
  };
  for (const auto& [pointer, value, message] : wrong) {
    EXPECT_THAT(changed(pointer, value), HasSubstr(message)) << pointer << " " << value;
  }
  EXPECT_EQ(error_of(dataset()), "");
  json none = dataset();
  none.erase("images");
  EXPECT_THAT(error_of(none), HasSubstr("there are no \"images\""));
  EXPECT_THAT(error_of(json::array({1})), HasSubstr("this is a list"));
}

TEST_F(Coco, NotANumberIsNoCoordinate) {
  const std::string text = dataset().dump();
  for (const char* bad : {"NaN", "Infinity", "-Infinity", "1e999", "0x10", "1.", "01"}) {
    std::string changed = text;
    changed.replace(changed.find("20.125"), 6, bad);
    const std::string error = error_of_text(changed);
    EXPECT_THAT(error, HasSubstr("in.json, byte ")) << bad;
    EXPECT_THAT(error, HasSubstr(std::string("must hold numbers, not ") + bad)) << bad;
  }
}

TEST_F(Coco, EachPrefixIsRefused) {
  const std::string text = dataset().dump();
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_NE(error_of_text(text.substr(0, length)), "") << length;
  }
}

TEST_F(Coco, ChangedBytesNeverBreakTheReader) {
  const std::string good = dataset().dump();
  std::mt19937 random(5);
  int taken = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string text = good;
    for (int i = 0; i < 2; ++i) text[random() % text.size()] = static_cast<char>(random() & 0xff);
    taken += error_of_text(text).empty() ? 1 : 0;
  }
  EXPECT_GT(taken, 0);
}

TEST_F(Coco, WhatIsWrittenIsReadBack) {
  const Size size = {64, 48};
  Annotation plain = rectangle(1, 1, {3, 4, 20, 30}, size);
  plain.polygon[0].outer[2] = {19.999999999999996, 29.7};
  plain.polygon.push_back({{{40.1, 3}, {50, 1.0 / 3}, {1e-7, 9}}, {}});
  plain.attributes = {{"color", "r\u00f6t \"1\""}, {"iscrowd", "0"}};
  plain.score = 0.1;
  Annotation holed = rectangle(2, 0, {5, 5, 60, 40}, size);
  holed.polygon[0].holes = {{{10, 10}, {20, 10}, {20, 20}}};
  holed.mask = polygon_to_mask(holed.polygon, size);
  Annotation crowd = rectangle(3, 0, {1, 1, 9, 9}, size);
  crowd.attributes["iscrowd"] = "1";
  write("out.json", {picture("\u00e4.jpg", size, {plain, holed, crowd}), picture("empty.jpg", {9, 7}, {})});
  const auto pictures = read("out.json");
  EXPECT_THAT(classes_, ElementsAre("car", "truck"));
  ASSERT_EQ(pictures.size(), 2u);
  EXPECT_EQ(pictures[0].name, "\u00e4.jpg");
  ASSERT_EQ(pictures[0].annotations.size(), 3u);
  const auto& back = pictures[0].annotations;
  EXPECT_EQ(back[0].annotation.polygon, plain.polygon);
  EXPECT_EQ(back[0].annotation.score, 0.1);
  EXPECT_EQ(back[0].class_name, "truck");
  EXPECT_EQ(back[0].annotation.attributes, (std::map<std::string, std::string>{{"color", "r\u00f6t \"1\""}}));
  EXPECT_EQ(back[1].annotation.mask, holed.mask);
  EXPECT_EQ(back[2].annotation.mask, crowd.mask);
  EXPECT_EQ(back[2].annotation.attributes.at("iscrowd"), "1");
  EXPECT_EQ(pictures[1].size, (Size{9, 7}));
  EXPECT_TRUE(pictures[1].annotations.empty());
}

TEST_F(Coco, FieldsAreWhatToolsExpect) {
  const Size size = {64, 48};
  write("out.json", {picture("a.jpg", size, {rectangle(5, 1, {3, 4, 20, 30}, size)})});
  const json all = written("out.json");
  const json& annotation = all["annotations"][0];
  EXPECT_EQ(annotation["id"], 1);
  EXPECT_EQ(annotation["image_id"], 1);
  EXPECT_EQ(annotation["category_id"], 2);
  EXPECT_EQ(annotation["iscrowd"], 0);
  EXPECT_EQ(annotation["area"], 17 * 26);
  EXPECT_EQ(annotation["bbox"], json({3, 4, 17, 26}));
  EXPECT_EQ(annotation["segmentation"], json::parse("[[3,4,20,4,20,30,3,30]]"));
  EXPECT_EQ(all["categories"][0]["name"], "car");
  EXPECT_EQ(all["categories"][1]["id"], 2);
  EXPECT_EQ(all["images"][0], json::parse(R"({"id":1,"file_name":"a.jpg","width":64,"height":48})"));
  EXPECT_EQ(files_.list(folder_).size(), 3u);  // images/, classes.csv, out.json
}

TEST_F(Coco, ExactMasksAreRunLengths) {
  const Size size = {64, 48};
  const Annotation annotation = rectangle(5, 1, {3, 4, 20, 30}, size);
  write("out.json", {picture("a.jpg", size, {annotation})}, true);
  EXPECT_TRUE(written("out.json")["annotations"][0]["segmentation"]["counts"].is_string());
  EXPECT_EQ(read("out.json")[0].annotations[0].annotation.mask, annotation.mask);
}

TEST_F(Coco, SubsetsBecomeFilesAndComeBack) {
  const Size size = {64, 48};
  std::filesystem::create_directories(folder_ / "out");
  write("out",
        {picture("a.jpg", size, {rectangle(1, 0, {1, 1, 9, 9}, size)}, "train"),
         picture("b.jpg", size, {rectangle(1, 1, {1, 1, 9, 9}, size)}, "holdout2")},
        false, {"train", "val", "holdout2"});
  const auto pictures = read("out");
  ASSERT_EQ(pictures.size(), 2u);
  EXPECT_EQ(pictures[0].subset, "holdout2");
  EXPECT_EQ(pictures[1].subset, "train");
  EXPECT_EQ(written("out/annotations/instances_val.json")["annotations"], json::array());
  WriteRequest request{files_, folder_ / "out", false, {}, {}, false};
  EXPECT_EQ(format_.write(request)->photo_path("a.jpg", "train"), "images/train/a.jpg");
  EXPECT_EQ(format_.write(request)->photo_path("a.jpg", ""), "images/a.jpg");
}

TEST_F(Coco, ThousandsOfPicturesKeepTheirAnnotations) {
  const Size size = {64, 48};
  std::mt19937 random(2);
  std::vector<DatasetPicture> pictures;
  for (int i = 0; i < 1500; ++i) {
    std::vector<Annotation> annotations;
    for (int k = static_cast<int>(random() % 4); k > 0; --k) {
      const auto x = static_cast<double>(random() % 40);
      annotations.push_back(
          rectangle(k, static_cast<int>(random() % 2), {x, 2, x + 1 + static_cast<double>(random() % 20), 30}, size));
      annotations.back().polygon[0].outer[0].x += std::ldexp(static_cast<double>(random()), -40);
    }
    pictures.push_back(picture("p" + std::to_string(i) + ".jpg", size, std::move(annotations)));
  }
  write("out.json", pictures);
  const auto back = read("out.json");
  ASSERT_EQ(back.size(), pictures.size());
  for (std::size_t i = 0; i < back.size(); ++i) {
    ASSERT_EQ(back[i].name, pictures[i].name);
    ASSERT_EQ(back[i].annotations.size(), pictures[i].annotations.size());
    for (std::size_t k = 0; k < back[i].annotations.size(); ++k) {
      ASSERT_EQ(back[i].annotations[k].annotation.polygon, pictures[i].annotations[k].annotation.polygon);
    }
  }
}

}  // namespace
}  // namespace sam
