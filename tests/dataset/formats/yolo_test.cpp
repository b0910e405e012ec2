#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "dataset/formats/dataset_folder.h"
#include "dataset/formats/rows.h"
#include "dataset/formats/yolo_line.h"
#include "dataset/formats/yolo_yaml.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr Size size{200, 100};
const char* const triangle = "0 0.1 0.1 0.5 0.1 0.5 0.5\n";

class Yolo : public DatasetFolder {
 protected:
  std::vector<std::string> keys(const std::map<std::string, DatasetPicture>& pictures) const {
    std::vector<std::string> names;
    for (const auto& [name, picture] : pictures) names.push_back(name);
    return names;
  }
  const Format segmentation = yolo_segmentation_format();
  const Format detection = yolo_detection_format();
  const Format obb = yolo_obb_format();
};

// ---- layouts

TEST_F(Yolo, ReadsUltralyticsLayout) {
  put("data.yaml", "path: ../datasets/mine\ntrain: images/train\nval: images/val\ntest:\nnames:\n  0: cat\n  1: dog\n");
  put("images/train/a.jpg", "");
  put("images/val/b.png", "");
  put("images/val/c.png", "");
  put("labels/train/a.txt", triangle);
  put("labels/val/b.txt", "");
  const auto pictures = read(segmentation, size);
  EXPECT_THAT(keys(pictures), ElementsAre("train/a.jpg", "val/b.png", "val/c.png"));
  EXPECT_THAT(found_classes, ElementsAre("cat", "dog"));
  ASSERT_EQ(pictures.at("train/a.jpg").annotations.size(), 1u);
  EXPECT_EQ(pictures.at("train/a.jpg").annotations[0].class_name, "cat");
  EXPECT_EQ(pictures.at("train/a.jpg").annotations[0].annotation.polygon[0].outer,
            (Ring{{20, 10}, {100, 10}, {100, 50}}));
  EXPECT_EQ(entries[0].photo, root / "images/train/a.jpg");
  EXPECT_EQ(entries[0].place, "labels/train/a.txt");
  EXPECT_TRUE(entries[1].annotated);
  EXPECT_FALSE(entries[2].annotated);
}

TEST_F(Yolo, ReadsRoboflowsLayoutWithItsWrongPaths) {
  put("data.yaml", "train: ../train/images\nval: ../valid/images\nnc: 1\nnames: ['cat']\nroboflow:\n  license: x\n");
  put("train/images/a.jpg", "");
  put("train/labels/a.txt", triangle);
  put("valid/images/b.jpg", "");
  put("valid/labels/b.txt", triangle);
  put("README.roboflow.txt", "hello");
  EXPECT_THAT(keys(read(segmentation, size)), ElementsAre("train/a.jpg", "val/b.jpg"));
}

TEST_F(Yolo, ReadsAbsolutePathsOfAnotherMachineInsideTheFolderOnly) {
  put("data.yaml", "train: /content/mine/train/images\nval: /etc\nnames: [cat]\n");
  put("train/images/a.jpg", "");
  put("train/labels/a.txt", triangle);
  EXPECT_THAT(keys(read(segmentation, size)), ElementsAre("train/a.jpg"));
}

TEST_F(Yolo, NothingOutsideTheDatasetIsRead) {
  put("outside/images/secret.jpg", "");
  put("outside/labels/secret.txt", triangle);
  put("mine/data.yaml",
      "path: ../outside\ntrain: ../outside/images\nval: " + (root / "outside/images").string() + "\nnames: [a]\n");
  put("mine/labels/a.txt", triangle);
  EXPECT_THAT(keys(read(segmentation, size, "mine")), ElementsAre("a"));
  put("mine/train.txt", "../outside/images/secret.jpg\n/etc/passwd\n");
  put("mine/data.yaml", "train: train.txt\nnames: [a]\n");
  for (const auto& [name, picture] : read(segmentation, size, "mine"))
    EXPECT_THAT(picture.annotations, IsEmpty()) << name;
  for (const DatasetEntry& entry : entries) EXPECT_TRUE(entry.photo.empty());
}

TEST_F(Yolo, ReadsFoldersWithoutYaml) {
  put("images/a.jpg", "");
  put("labels/a.txt", triangle);
  put("labels/b.txt", triangle);
  put("classes.txt", "cat\r\ndog\n");
  EXPECT_THAT(keys(read(segmentation, size)), ElementsAre("a.jpg", "b"));
  EXPECT_THAT(found_classes, ElementsAre("cat", "dog"));
}

TEST_F(Yolo, ReadsDarknetsLists) {
  put("obj.names", "cat\n");
  put("obj.data", "classes = 1\n");
  put("train.txt", "data/obj_train_data/a.jpg\ndata/obj_train_data/b.jpg\n");
  put("obj_train_data/a.txt", "0 0.5 0.5 0.5 0.5\n");
  put("obj_train_data/b.txt", "");
  EXPECT_THAT(keys(read(detection, size)), ElementsAre("train/a", "train/b"));
  EXPECT_THAT(keys(read(detection, size, "train.txt")), ElementsAre("train/a.jpg", "train/b.jpg"));
  EXPECT_THAT(found_classes, ElementsAre("cat"));
}

TEST_F(Yolo, ReadsListsNamedByTheYaml) {
  put("data.yaml", "train: train.txt\nval: val.txt\nnames: [cat]\n");
  put("train.txt", "./images/a.jpg\n\n./images/b.jpg\n");
  put("val.txt", "./images/c.jpg\n");
  for (const char* name : {"a", "b", "c", "d"}) {
    put(std::string("images/") + name + ".jpg", "");
    put(std::string("labels/") + name + ".txt", triangle);
  }
  EXPECT_THAT(keys(read(segmentation, size)), ElementsAre("train/a.jpg", "train/b.jpg", "val/c.jpg"));
}

TEST_F(Yolo, AFolderOfADatasetFindsTheClassesAbove) {
  put("data.yaml", "train: images/train\nval: images/val\nnames: [cat]\n");
  put("images/train/a.jpg", "");
  put("labels/train/a.txt", triangle);
  put("images/val/b.jpg", "");
  EXPECT_THAT(keys(read(segmentation, size, "labels/train")), ElementsAre("train/a.jpg"));
  EXPECT_THAT(found_classes, ElementsAre("cat"));
}

TEST_F(Yolo, LabelsAloneTakeTheClassesGiven) {
  put("a.txt", "1 0 0 1 0 1 1\n");
  EXPECT_EQ(read(segmentation, size, "", {"x", "y"}).at("a").annotations[0].class_name, "y");
  EXPECT_EQ(read(segmentation, size).at("a").annotations[0].class_name, "class_1");
}

// ---- round trips

Mask some_mask(std::mt19937& random, Size of) {
  Polygon polygon;
  const int parts = std::uniform_int_distribution(1, 3)(random);
  for (int i = 0; i < parts; ++i) {
    std::uniform_int_distribution<int> x(0, of.width - 1);
    std::uniform_int_distribution<int> y(0, of.height - 1);
    const double x0 = x(random);
    const double y0 = y(random);
    const double x1 = std::uniform_int_distribution(static_cast<int>(x0) + 1, of.width)(random);
    const double y1 = std::uniform_int_distribution(static_cast<int>(y0) + 1, of.height)(random);
    polygon.push_back({{{x0, y0}, {x1, y0}, {x1, y1}}, {}});
    polygon.push_back({{{x0, y0}, {x1, y1}, {(x0 + x1) / 2, y1}}, {}});
  }
  Mask mask = polygon_to_mask(polygon, of);
  return mask_area(mask) > 0 ? mask : polygon_to_mask({{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}, {}}}, of);
}

TEST_F(Yolo, MasksOfTenThousandPixelsComeBackExactly) {
  std::mt19937 random(11);
  const Size large{10000, 9973};
  DatasetPicture picture{"a.jpg", large, "", 1, 0, {}, {}};
  for (int i = 0; i < 6; ++i) picture.annotations.push_back(annotation_of(some_mask(random, large), i % 2, ""));
  write(segmentation, {picture}, {"cat", "dog"}, {}, true);
  const auto back = read(segmentation, large);
  ASSERT_EQ(back.at("a.jpg").annotations.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) {
    const Annotation& annotation = back.at("a.jpg").annotations[i].annotation;
    EXPECT_EQ(polygon_to_mask(annotation.polygon, large), picture.annotations[i].annotation.mask);
    EXPECT_EQ(annotation.class_id, static_cast<int>(i % 2));
  }
}

TEST_F(Yolo, SlantedOutlinesComeBackWithTheirCorners) {
  const Size large{9999, 7001};
  DatasetPicture picture{"a.jpg", large, "", 1, 0, {}, {}};
  StoredAnnotation& stored = picture.annotations.emplace_back();
  stored.annotation.polygon = {
      {{{1, 2}, {9998, 17}, {5003, 6999}, {3, 4001}}, {{{100, 120}, {200, 3000}, {4000, 2500}}}}};
  stored.annotation.mask = polygon_to_mask(stored.annotation.polygon, large);
  write(segmentation, {picture}, {"cat"});
  const Annotation back = read(segmentation, large).at("a.jpg").annotations.at(0).annotation;
  EXPECT_EQ(polygon_to_mask(back.polygon, large), stored.annotation.mask);
  ASSERT_EQ(back.polygon.size(), 1u);
  EXPECT_EQ(back.polygon[0].holes.size(), 1u);
}

TEST_F(Yolo, BoxesComeBackAsThemselves) {
  std::mt19937 random(12);
  const Size large{8192, 5461};
  DatasetPicture picture{"a.jpg", large, "", 1, 0, {}, {}};
  for (int i = 0; i < 20; ++i) picture.annotations.push_back(annotation_of(some_mask(random, large), 0, ""));
  write(detection, {picture}, {"cat"});
  const auto boxes = read(detection, large).at("a.jpg").annotations;
  ASSERT_EQ(boxes.size(), 20u);
  for (std::size_t i = 0; i < 20; ++i) {
    const Box box = mask_box(picture.annotations[i].annotation.mask);
    EXPECT_EQ(boxes[i].annotation.prompt.boxes, std::vector<Box>{box});
    EXPECT_EQ(boxes[i].annotation.polygon[0].outer,
              (Ring{{box.x0, box.y0}, {box.x1, box.y0}, {box.x1, box.y1}, {box.x0, box.y1}}));
  }
}

TEST_F(Yolo, TurnedBoxesAreFourCornersInsideThePicture) {
  DatasetPicture picture{"a.jpg", {1000, 1000}, "", 1, 0, {}, {}};
  const Polygon turned = {{{{300, 100}, {700, 400}, {550, 600}, {150, 300}}, {}}};
  const Polygon corner = {{{{0, 50}, {50, 0}, {350, 300}, {300, 350}}, {}}};
  for (const Polygon& polygon : {turned, corner}) {
    picture.annotations.push_back(annotation_of(polygon_to_mask(polygon, picture.size), 0, ""));
  }
  write(obb, {picture}, {"cat"});
  const auto back = read(obb, picture.size).at("a.jpg").annotations;
  ASSERT_EQ(back.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    ASSERT_EQ(back[i].annotation.polygon[0].outer.size(), 4u);
    const Mask mask = polygon_to_mask(back[i].annotation.polygon, picture.size);
    EXPECT_GT(mask_iou(mask, picture.annotations[i].annotation.mask), 0.97);
  }
  EXPECT_THAT(get("labels/a.txt"), Not(HasSubstr("-")));
}

TEST_F(Yolo, PartsAndClassesWithoutAnnotationComeBack) {
  const std::vector<std::string> names = {"cat", "no", "1: \"x\"", "été"};
  std::vector<DatasetPicture> pictures;
  std::mt19937 random(1);
  for (const char* subset : {"train", "val", "extra", ""}) {
    pictures.push_back({std::string("p") + subset + ".jpg", size, subset, 0, 0, {}, {}});
    pictures.back().annotations.push_back(annotation_of(some_mask(random, size), 3, "été"));
  }
  write(segmentation, pictures, names, {"train", "val", "extra"});
  EXPECT_THAT(keys(read(segmentation, size)),
              ElementsAre("extra/pextra.jpg", "p.jpg", "train/ptrain.jpg", "val/pval.jpg"));
  EXPECT_EQ(found_classes, names);
}

TEST_F(Yolo, WithoutPartsTrainAndValAreBothThere) {
  write(segmentation, {{"a.jpg", size, "", 0, 0, {}, {}}}, {"cat"});
  const YoloYaml yaml = parse_yolo_yaml(get("data.yaml"), "data.yaml");
  ASSERT_EQ(yaml.parts.size(), 2u);
  EXPECT_THAT(yaml.parts[0].second, ElementsAre("images"));
  EXPECT_THAT(yaml.parts[1].second, ElementsAre("images"));
  EXPECT_THAT(get("data.yaml"), HasSubstr("# It has no parts"));
  EXPECT_THAT(keys(read(segmentation, size)), ElementsAre("a.jpg"));
  EXPECT_TRUE(entries[0].annotated);
}

TEST_F(Yolo, ALonePartStandsInForTheOtherAndStaysItself) {
  write(segmentation, {{"a.jpg", size, "test", 0, 0, {}, {}}}, {"cat"}, {"test"});
  EXPECT_THAT(keys(read(segmentation, size)), ElementsAre("test/a.jpg"));
}

// ---- recognising

TEST_F(Yolo, EachKindIsRecognisedByItsLines) {
  const auto found = [&] {
    std::string names;
    for (const Format* each : {&segmentation, &detection, &obb}) {
      if (each->recognises(files, root)) names += std::string(each->name) + " ";
    }
    return names;
  };
  EXPECT_EQ(found(), "");
  put("labels/a.txt", triangle);
  EXPECT_EQ(found(), "yolo ");
  put("labels/a.txt", "0 0.5 0.5 0.1 0.1\n0 0.5 0.5 0.1 0.1 0.9\n");
  EXPECT_EQ(found(), "yolo-detection ");
  put("labels/a.txt", "0 0.3 0.1 0.7 0.4 0.55 0.6 0.15 0.3\n");
  EXPECT_EQ(found(), "yolo-obb ");
  put("labels/a.txt", "Dear diary,\nnothing happened.\n");
  EXPECT_EQ(found(), "");
  put("labels/a.txt", std::string("\0\1\2\xff\n", 5));
  EXPECT_EQ(found(), "");
}

TEST_F(Yolo, PolygonsOfFourCornersStayPolygons) {
  DatasetPicture picture{"a.jpg", size, "", 0, 0, {}, {}};
  picture.annotations = {
      annotation_of(polygon_to_mask({{{{10, 10}, {30, 10}, {30, 20}, {10, 20}}, {}}}, size), 0, "cat")};
  for (const Format* each : {&segmentation, &detection, &obb}) {
    write(*each, {picture}, {"cat"});
    EXPECT_EQ(recognise_format(files, root)->name, each->name);
  }
}

// ---- hostile

TEST_F(Yolo, KeypointsAreNoOutlines) {
  put("data.yaml", "names: [cat]\nkpt_shape: [1, 2]\n");
  put("labels/a.txt", "0 0.5 0.5 0.4 0.6 0.4 0.3\n");
  EXPECT_THAT(read_error(segmentation, size), HasSubstr("pose dataset"));
}

TEST_F(Yolo, BadLinesAreNamedWithFileAndLine) {
  put("data.yaml", "names: [cat]\n");
  const auto error = [&](const Format& format, const std::string& line) {
    put("labels/a.txt", std::string(triangle) + line);
    return read_error(format, size);
  };
  EXPECT_THAT(error(segmentation, "0 nan 0 1 0 1 1"), HasSubstr("labels/a.txt:2: expected a number, found \"nan\""));
  EXPECT_THAT(error(segmentation, "0 1e999 0 1 0 1 1"), HasSubstr("labels/a.txt:2: "));
  EXPECT_THAT(error(segmentation, "0 -0.5 0 1 0 1 1"), HasSubstr("expected a coordinate from 0 to 1"));
  EXPECT_THAT(error(segmentation, "0 0 0 1 0 1 100000000"), HasSubstr("expected a coordinate from 0 to 1"));
  EXPECT_THAT(error(segmentation, "0 0 0 1 0 1 1 0.5"), HasSubstr("even number"));
  EXPECT_THAT(error(segmentation, "0"), HasSubstr("at least 3 points"));
  EXPECT_THAT(error(segmentation, "-1 0 0 1 0 1 1"), HasSubstr("expected a class id"));
  EXPECT_THAT(error(segmentation, "99999999999 0 0 1 0 1 1"), HasSubstr("expected a class id"));
  EXPECT_THAT(error(segmentation, "1 0 0 1 0 1 1"), HasSubstr("class 1 is not among the 1 classes of data.yaml"));
  EXPECT_THAT(error(detection, "0 0.5 0.5 0.5 0.5 7"), HasSubstr("confidence"));
  EXPECT_THAT(error(obb, "0 0 0 1 0 1 1 9 9"), HasSubstr("labels/a.txt:2: "));
  EXPECT_THAT(error(segmentation, std::string("\0\xff\xfe binary", 10)), HasSubstr("labels/a.txt:2: "));
}

TEST_F(Yolo, BoxesWithoutAreaAreLeftOutWithAWarning) {
  put("labels/a.txt", "0 0.5 0.5 0 0.5\n0 0.5 0.5 0.1 0.1\n");
  const DatasetPicture picture = read(detection, size).at("a");
  EXPECT_EQ(picture.annotations.size(), 1u);
  EXPECT_THAT(picture.warnings, ElementsAre(HasSubstr("labels/a.txt:1: ")));
}

TEST_F(Yolo, SidesOutsideThePictureAreClipped) {
  put("labels/a.txt", "0 0.05 0.5 0.2 2.0e-1\n");
  EXPECT_EQ(read(detection, size).at("a").annotations[0].annotation.prompt.boxes[0].x0, 0);
}

TEST_F(Yolo, WithoutASizeItSaysThatPhotosAreNeeded) {
  put("labels/a.txt", triangle);
  EXPECT_THAT(read_error(segmentation, {}), HasSubstr("labels/a.txt:1: "));
  EXPECT_THAT(read_error(segmentation, {}), HasSubstr("give the photos"));
  put("labels/a.txt", "\n\n");
  EXPECT_EQ(read_error(segmentation, {}), "");
}

TEST_F(Yolo, BadYamlIsNamedWithItsLine) {
  put("labels/a.txt", triangle);
  const auto error = [&](const std::string& yaml) {
    put("data.yaml", yaml);
    return read_error(segmentation, size);
  };
  EXPECT_THAT(error("names: {0: a, 99999999999: b}"), HasSubstr("data.yaml:1: names: expected a class id"));
  EXPECT_THAT(error("names: {0: a, -1: b}"), HasSubstr("data.yaml:1: "));
  EXPECT_THAT(error("a: 1\nnames: {0: a, 0: b}"), HasSubstr("data.yaml:2: "));
  EXPECT_THAT(error("names: [[a]]"), HasSubstr("data.yaml:1: "));
  EXPECT_THAT(error("names: cat"), HasSubstr("neither a list nor a map"));
  EXPECT_THAT(error("nc: 99999999999"), HasSubstr("nc"));
  EXPECT_THAT(error("- a\n- b\n"), HasSubstr("data.yaml:1: "));
  EXPECT_THAT(error("a: &x [1]\nb: *x\n"), HasSubstr("alias"));
  EXPECT_EQ(error("names: {3: x, 0: cat}"), "");
  EXPECT_THAT(found_classes, ElementsAre("cat", "class_1", "class_2", "x"));
}

TEST_F(Yolo, LinksThatLeadInCirclesEnd) {
  put("labels/a.txt", triangle);
  std::filesystem::create_directory_symlink(root, root / "labels/loop");
  EXPECT_NE(read(segmentation, size).size(), 0u);
}

TEST_F(Yolo, ANulInAPathLeadsNowhere) {
  put("outside.txt", "secret");
  put("mine/labels/a.txt", triangle);
  put("mine/data.yaml", "train: \"..\\0\"\nval: \"..\\0/images\"\nnames: [cat]\n");
  EXPECT_THAT(keys(read(segmentation, size, "mine")), ElementsAre("a"));
}

TEST_F(Yolo, ListsOfClassesAreUtf8) {
  put("labels/a.txt", triangle);
  put("classes.txt", "c\xff\n");
  EXPECT_THAT(read_error(segmentation, size), HasSubstr("classes.txt: not UTF-8"));
  EXPECT_FALSE(segmentation.recognises(files, root));
  std::filesystem::remove(root / "classes.txt");
  put("classes.csv", "colour\nred\n");
  EXPECT_FALSE(segmentation.recognises(files, root));
}

TEST_F(Yolo, AnEmptyFolderIsNoDataset) {
  EXPECT_THAT(read_error(segmentation, size), HasSubstr("no pictures and no label files"));
  EXPECT_FALSE(segmentation.recognises(files, root / "missing"));
}

TEST(YoloSubset, KnownNamesAndNothingThatLeadsAway) {
  EXPECT_EQ(yolo_subset("Valid"), "val");
  EXPECT_EQ(yolo_subset("obj_train_data"), "train");
  EXPECT_EQ(yolo_subset("night shift"), "night shift");
  EXPECT_EQ(yolo_subset(".."), "_.");
  EXPECT_EQ(yolo_subset("../x"), "_._x");
}

TEST(YoloLine, WholePixelsComeBackAsWholePixelsFromSixDigitsToo) {
  const Annotation back =
      parse_yolo_line("0 0.333333 0.142857 0.666667 0.142857 0.5 0.857143", {3, 7}, YoloKind::segmentation);
  EXPECT_EQ(back.polygon[0].outer, (Ring{{1, 1}, {2, 1}, {1.5, 6}}));
}

}  // namespace
}  // namespace sam
