#include <gmock/gmock.h>

#include <random>

#include "dataset/formats/dataset_folder.h"
#include "dataset/formats/rows.h"
#include "image/index_picture.h"
#include "image/mask_components.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Size size{40, 30};

Mask box_mask(int x0, int y0, int x1, int y1) {
  return polygon_to_mask(
      {{{{1.0 * x0, 1.0 * y0}, {1.0 * x1, 1.0 * y0}, {1.0 * x1, 1.0 * y1}, {1.0 * x0, 1.0 * y1}}, {}}}, size);
}

class MaskPictures : public DatasetFolder {
 protected:
  MaskPictures() {
    static const bool started = (start_image_library("dataset_tests"), true);
    EXPECT_TRUE(started);
  }
  void put_indices(const std::string& path, std::vector<std::uint16_t> indices, int bits = 8) {
    put(path, encode_grey_png({{static_cast<int>(indices.size()), 1}, std::move(indices)}, bits));
  }
  std::vector<DatasetPicture> two_pictures() const {
    DatasetPicture first{"a.jpg", size, "train", 0, 0, {}, {}};
    first.annotations.push_back(annotation_of(box_mask(1, 1, 9, 9), 0, "cat"));
    first.annotations.push_back(annotation_of(box_mask(20, 1, 30, 9), 1, "a/b: \"dog\"."));
    first.annotations.push_back(annotation_of(box_mask(9, 20, 30, 25), 0, "cat"));
    return {first,
            {"b.png", size, "val", 0, 0, {}, {}},
            {"c.png", size, "val", 0, 0, {annotation_of(box_mask(0, 0, 40, 30), 0, "cat")}, {}}};
  }
  const std::vector<std::string> names = {"cat", "a/b: \"dog\".", "background"};
  const Format class_masks = class_masks_format();
  const Format instance_masks = instance_masks_format();
  const Format object_masks = object_masks_format();
};

TEST_F(MaskPictures, ObjectsApartComeBackExactlyInAllThree) {
  for (const Format* format : {&class_masks, &instance_masks, &object_masks}) {
    std::filesystem::remove_all(root);
    std::filesystem::create_directory(root);
    const std::vector<DatasetPicture> pictures = two_pictures();
    write(*format, pictures, names, {"train", "val"});
    EXPECT_TRUE(format->recognises(files, root)) << format->name;
    EXPECT_EQ(recognise_format(files, root)->name, format->name);
    const auto back = read(*format, size);
    EXPECT_EQ(found_classes, names);
    ASSERT_THAT(back, SizeIs(3)) << format->name;
    EXPECT_THAT(back.at("val/c.png").annotations, SizeIs(1));
    const auto& objects = back.at("train/a.jpg").annotations;
    ASSERT_THAT(objects, SizeIs(3)) << format->name;
    for (const StoredAnnotation& expected : pictures[0].annotations) {
      EXPECT_TRUE(std::any_of(objects.begin(), objects.end(), [&](const StoredAnnotation& each) {
        return each.class_name == expected.class_name && each.annotation.mask == expected.annotation.mask;
      })) << format->name;
    }
    EXPECT_THAT(back.at("val/b.png").annotations, IsEmpty());
    EXPECT_EQ(entries[0].photo, root / "images/train/a.jpg");
  }
}

TEST_F(MaskPictures, InstancesThatTouchStayTwoAndSmallOnesStayVisible) {
  DatasetPicture picture{"a.jpg", size, "", 0, 0, {}, {}};
  picture.annotations.push_back(annotation_of(box_mask(5, 5, 8, 8), 0, "cat"));
  picture.annotations.push_back(annotation_of(box_mask(1, 1, 20, 20), 0, "cat"));
  picture.annotations.push_back(annotation_of(box_mask(20, 1, 30, 20), 0, "cat"));
  write(instance_masks, {picture}, {"cat"});
  const auto objects = read(instance_masks, size).at("a.jpg").annotations;
  ASSERT_THAT(objects, SizeIs(3));
  EXPECT_EQ(objects[0].annotation.mask, picture.annotations[0].annotation.mask);
  EXPECT_EQ(mask_area(objects[1].annotation.mask), 19u * 19 - 9);
  EXPECT_EQ(objects[2].annotation.mask, picture.annotations[2].annotation.mask);
  write(class_masks, {picture}, {"cat"});
  EXPECT_THAT(read(class_masks, size).at("a.jpg").annotations, SizeIs(1));
  write(object_masks, {picture}, {"cat"});
  EXPECT_THAT(read(object_masks, size).at("a.jpg").annotations, SizeIs(3));
}

TEST_F(MaskPictures, MoreClassesThanEightBitsHold) {
  std::vector<std::string> many;
  for (int i = 0; i < 300; ++i) many.push_back("c" + std::to_string(i));
  write(class_masks, {{"a.jpg", size, "", 0, 0, {annotation_of(box_mask(0, 0, 40, 30), 299, "c299")}, {}}}, many);
  EXPECT_EQ(read(class_masks, size).at("a.jpg").annotations.at(0).class_name, "c299");
}

TEST_F(MaskPictures, ForeignListsOfClasses) {
  put_indices("masks/a.png", {0, 1, 0, 2, 255});
  put("classes.txt", "cat\r\ndog\n");
  const auto name = [&](std::size_t i) { return read(class_masks, {}).at("a").annotations.at(i).class_name; };
  EXPECT_EQ(name(1), "dog");
  put("classes.txt", "_background_\ncat\ndog\n");
  EXPECT_EQ(name(1), "dog");
  std::filesystem::remove(root / "classes.txt");
  EXPECT_EQ(read(class_masks, {}, "", {"x", "y"}).at("a").annotations.at(1).class_name, "y");
  EXPECT_EQ(name(1), "class_1");
}

TEST_F(MaskPictures, ColoursByALabelmap) {
  const std::vector<Colour> colours = {{9, 9, 9}, {255, 0, 0}, {0, 0, 0}};
  put("masks/a.png", encode_colour_png({{6, 1}, {0, 1, 1, 2, 0, 2}}, colours));
  put("labelmap.txt", "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:9,9,9::\ndog:255,0,0::\n");
  const auto objects = read(class_masks, {}).at("a").annotations;
  ASSERT_THAT(objects, SizeIs(3));
  EXPECT_EQ(objects[0].class_name, "cat");
  EXPECT_EQ(objects[2].class_name, "dog");
  EXPECT_EQ(mask_area(objects[2].annotation.mask), 2u);
  put("masks/a.png", encode_palette_png({{3, 1}, {0, 1, 2}}, colours));
  EXPECT_THAT(read(class_masks, {}).at("a").annotations, SizeIs(2));
  put("labelmap.txt", "cat:9,9,9\n");
  EXPECT_THAT(read_error(class_masks, {}), HasSubstr("masks/a.png: has a colour that is not in labelmap.txt"));
  put("labelmap.txt", "cat:9,9\n");
  EXPECT_THAT(read_error(class_masks, {}), HasSubstr("labelmap.txt:1: "));
  put("labelmap.txt", "cat:9,9,9\ndog:9,9,9\n");
  EXPECT_THAT(read_error(class_masks, {}), HasSubstr("labelmap.txt:2: "));
  std::filesystem::remove(root / "labelmap.txt");
  put("masks/a.png", encode_colour_png({{6, 1}, {0, 1, 1, 2, 0, 2}}, colours));
  EXPECT_THAT(read_error(class_masks, {}), HasSubstr("no labelmap.txt"));
}

TEST_F(MaskPictures, WrongFilesAreNamed) {
  put_indices("masks/a.png", {0, 7});
  put("classes.txt", "cat\n");
  EXPECT_THAT(read_error(class_masks, {}),
              HasSubstr("masks/a.png: has the number 7, and there are 1 classes in classes.txt"));
  for (const std::string& bytes :
       {std::string(), std::string("GIF89a"), get("masks/a.png").substr(0, 40), std::string(5000, '\xff')}) {
    put("masks/a.png", bytes);
    EXPECT_THAT(read_error(class_masks, {}), HasSubstr("masks/a.png: "));
  }
  put_indices("instances/a.png", {0, 7}, 16);
  EXPECT_THAT(read_error(instance_masks, {}), HasSubstr("instances/a.csv: is missing"));
  const auto table_error = [&](const std::string& table) {
    put("instances/a.csv", table);
    return read_error(instance_masks, {});
  };
  EXPECT_THAT(table_error(""), HasSubstr("instances/a.csv:1: expected the columns"));
  EXPECT_THAT(table_error("instance,class\n1,cat\n"), HasSubstr("has an instance 7 that is not in instances/a.csv"));
  EXPECT_THAT(table_error("instance,class\n7,cat\n7,cat\n"), HasSubstr("instances/a.csv:3: instance 7 comes twice"));
  EXPECT_THAT(table_error("instance,class\n-7,cat\n"), HasSubstr("instances/a.csv:2: "));
  EXPECT_THAT(table_error("instance,class\n99999,cat\n"), HasSubstr("instances/a.csv:2: "));
  EXPECT_THAT(table_error("instance,class\n7\n"), HasSubstr("instances/a.csv:2: "));
  EXPECT_THAT(table_error("instance,class\n\"7,cat\n"), HasSubstr("instances/a.csv:2: a quoted field"));
  EXPECT_THAT(table_error("instance,class\n7,\xff\n"), HasSubstr("not UTF-8"));
  EXPECT_EQ(table_error("instance,class\n7,cat\n"), "");
}

TEST_F(MaskPictures, ObjectsOfOnePictureAreOfOneSize) {
  put_indices("masks/a.jpg/1_cat.png", {0, 255});
  put_indices("masks/a.jpg/2_cat.png", {0, 255, 255});
  EXPECT_THAT(read_error(object_masks, {}), HasSubstr("masks/a.jpg/2_cat.png: is of another size"));
  put_indices("masks/a.jpg/2_cat.png", {0, 0});
  const DatasetPicture picture = read(object_masks, {}).at("a.jpg");
  EXPECT_THAT(picture.annotations, SizeIs(1));
  EXPECT_THAT(picture.warnings, ElementsAre(HasSubstr("all black")));
  DatasetPicture long_name{"a.jpg", size, "", 0, 0, {annotation_of(box_mask(0, 0, 4, 4), 0, std::string(300, 'x'))},
                           {}};
  EXPECT_THROW(write(object_masks, {long_name}, {std::string(300, 'x')}), FormatError);
}

}  // namespace
}  // namespace sam
