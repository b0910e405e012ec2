#include <algorithm>
#include <set>

#include "dataset/category_folder.h"
#include "dataset/formats/dataset_files.h"
#include "dataset/formats/rows.h"
#include "dataset/formats/voc_colours.h"
#include "image/index_picture.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Size size{64, 48};

class Voc : public DatasetFiles {
 protected:
  const Format format_ = voc_format();

  void put_xml(const std::string& path, const std::string& inner, const std::string& name = "a.jpg",
               const std::string& size_text = "<width>64</width><height>48</height><depth>3</depth>") {
    put(path, "<annotation>\n<filename>" + name + "</filename>\n<size>" + size_text + "</size>\n" + inner +
                  "\n</annotation>\n");
  }
  static std::string object(const std::string& name, int x0, int y0, int x1, int y1, const std::string& more = "") {
    const auto tagged = [](const std::string& tag, int value) {
      return "<" + tag + ">" + std::to_string(value) + "</" + tag + ">";
    };
    return "<object><name>" + name + "</name>" + more + "<bndbox>" + tagged("xmin", x0) + tagged("xmax", x1) +
           tagged("ymin", y0) + tagged("ymax", y1) + "</bndbox></object>";
  }
  DatasetPicture read_objects(const std::string& inner) {
    put_xml("Annotations/a.xml", inner);
    return read(format_, "").at(0);
  }
};

TEST(VocColours, AreThoseOfTheDevelopmentKit) {
  EXPECT_EQ(voc_colour(0), (Colour{0, 0, 0}));
  EXPECT_EQ(voc_colour(1), (Colour{128, 0, 0}));
  EXPECT_EQ(voc_colour(2), (Colour{0, 128, 0}));
  EXPECT_EQ(voc_colour(15), (Colour{192, 128, 128}));
  EXPECT_EQ(voc_colour(20), (Colour{0, 64, 128}));
  EXPECT_EQ(voc_colour(voc_void), voc_void_colour);
}

TEST(VocColours, EachNumberHasItsOwn) {
  for (std::uint32_t number = 0; number < 1 << 24; number += number < 70'000 ? 1 : 997) {
    ASSERT_EQ(voc_number(voc_colour(number)), number);
  }
  EXPECT_EQ(voc_number_of(0), 1U);
  EXPECT_EQ(voc_number_of(253), 254U);
  EXPECT_EQ(voc_number_of(254), 256U);
}

TEST(VocColours, TheLabelMapComesBack) {
  std::vector<std::string> names = {"car", "a:b", "#1", "background", "\xc3\xa4"};
  for (int i = 0; i < 400; ++i) names.push_back("class " + std::to_string(i));
  const std::vector<VocLabel> labels = parse_voc_label_map(format_voc_label_map(names));
  ASSERT_EQ(labels.size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(labels[i].name, names[i]);
    EXPECT_EQ(labels[i].colour, voc_colour(voc_number_of(i)));
  }
  EXPECT_TRUE(parse_voc_label_map("# label:color_rgb:parts:actions\nbackground:0,0,0::\nnonsense\n").empty());
}

TEST_F(Voc, MasksComeBackExactly) {
  std::mt19937 random(3);
  std::vector<DatasetPicture> pictures = {picture_of("a.b.jpg", size), picture_of("empty.png", size),
                                          picture_of("c.jpg", {31, 77})};
  pictures[0].subset = "train";
  pictures[2].subset = "night";
  const std::vector<std::string> classes = {"<car>", "bus", "unused"};
  for (DatasetPicture& picture : pictures) {
    if (picture.name == "empty.png") continue;
    IndexPicture free = make_index_picture(picture.size);
    for (int i = 0; i < 9; ++i) {
      paint(free, random_mask(random, picture.size), static_cast<std::uint16_t>(i + 1));  // none over another
    }
    for (auto& [index, mask] : split_indices(free)) {
      picture.annotations.push_back(object_of(classes[index % 2U], mask));
      picture.annotations.back().annotation.class_id = index % 2;
    }
  }
  pictures[0].annotations[0].annotation.attributes = {
      {"pose", "Left"}, {"truncated", "1"}, {"difficult", "1"}, {"occluded", "1"}, {"colour", "a & b"}};
  pictures[0].annotations[1].annotation.attributes = {{"truncated", "0"}, {"pose", "Unspecified"}, {"occluded", "x"}};
  write(format_, "out", pictures, classes, {"train", "night"});
  EXPECT_THAT(open(format_, "out")->classes(), ElementsAre("<car>", "bus", "unused"));
  EXPECT_EQ(get("out/ImageSets/Main/train.txt"), "a.b\n");
  EXPECT_EQ(get("out/ImageSets/Segmentation/trainval.txt"), "a.b\nempty\n");
  const std::vector<DatasetPicture> again = read(format_, "out");
  ASSERT_EQ(again.size(), 3U);
  for (const DatasetPicture& after : again) {
    const auto before = std::find_if(pictures.begin(), pictures.end(),
                                     [&](const auto& p) { return base_name(p.name) == base_name(after.name); });
    EXPECT_EQ(after.name, before->name);
    EXPECT_EQ(after.subset, before->subset);
    EXPECT_EQ(after.size, before->size);
    EXPECT_TRUE(after.warnings.empty());
    ASSERT_EQ(after.annotations.size(), before->annotations.size());
    for (std::size_t i = 0; i < after.annotations.size(); ++i) {
      EXPECT_EQ(after.annotations[i].annotation.mask, before->annotations[i].annotation.mask);
      EXPECT_EQ(after.annotations[i].class_name, before->annotations[i].class_name);
      EXPECT_EQ(after.annotations[i].annotation.attributes, before->annotations[i].annotation.attributes);
    }
  }
}

TEST_F(Voc, BoxesCountFromOneAndNameTheLastPixel) {
  DatasetPicture picture = picture_of("a.jpg", size);
  picture.annotations = {object_of("dot", box_mask({0, 0, 1, 1}, size)),
                         object_of("all", box_mask({1, 0, 64, 48}, size))};
  write(format_, "out", {picture}, {"dot", "all"});
  const std::string text = get("out/Annotations/a.xml");
  EXPECT_THAT(text, HasSubstr("<xmin>1</xmin><ymin>1</ymin><xmax>1</xmax><ymax>1</ymax>"));
  EXPECT_THAT(text, HasSubstr("<xmin>2</xmin><ymin>1</ymin><xmax>64</xmax><ymax>48</ymax>"));
  std::filesystem::remove_all(folder_ / "out/SegmentationObject");
  std::filesystem::remove_all(folder_ / "out/SegmentationClass");
  const DatasetPicture boxes = read(format_, "out").at(0);
  EXPECT_THAT(boxes.annotations[0].annotation.prompt.boxes, ElementsAre(Box{0, 0, 1, 1}));
  EXPECT_EQ(mask_of(boxes.annotations[1], size), picture.annotations[1].annotation.mask);
}

TEST_F(Voc, AZeroTellsThatPixelsCountFromZero) {
  const DatasetPicture picture = read_objects(object("a", 0, 5, 10, 20) + object("b", 3, 4, 5, 6));
  EXPECT_THAT(picture.annotations[0].annotation.prompt.boxes, ElementsAre(Box{0, 5, 10, 20}));
  EXPECT_THAT(picture.annotations[1].annotation.prompt.boxes, ElementsAre(Box{3, 4, 5, 6}));
  EXPECT_THAT(picture.warnings, ElementsAre(HasSubstr("from 0")));
}

TEST_F(Voc, MoreObjectsAndClassesThanAPaletteHas) {
  const Size large{600, 10};
  DatasetPicture picture = picture_of("a.jpg", large);
  std::vector<std::string> classes;
  for (int i = 0; i < 300; ++i) {
    classes.push_back("class " + std::to_string(i));
    const double x = 2 * i;
    picture.annotations.push_back(object_of(classes.back(), box_mask({x, 0, x + 1, 3}, large)));
    picture.annotations.back().annotation.class_id = i;
  }
  write(format_, "out", {picture}, classes);
  std::filesystem::remove_all(folder_ / "out/Annotations");  // the pictures alone say it all
  const DatasetPicture again = read(format_, "out").at(0);
  ASSERT_EQ(again.annotations.size(), 300U);
  std::set<std::string> names;
  for (const StoredAnnotation& stored : again.annotations) {
    EXPECT_EQ(mask_area(stored.annotation.mask), 3U);
    const int index = static_cast<int>(mask_box(stored.annotation.mask).x0) / 2;
    EXPECT_EQ(stored.class_name, "class " + std::to_string(index));
    names.insert(stored.class_name);
  }
  EXPECT_EQ(names.size(), 300U);
}

TEST_F(Voc, OfWhatOverlapsTheSmallerIsSeen) {
  DatasetPicture picture = picture_of("a.jpg", size);
  picture.annotations = {object_of("small", box_mask({10, 10, 20, 20}, size)),
                         object_of("large", box_mask({0, 0, 40, 40}, size))};
  write(format_, "out", {picture}, {"small", "large"});
  const DatasetPicture again = read(format_, "out").at(0);
  EXPECT_EQ(again.annotations[0].class_name, "small");
  EXPECT_EQ(again.annotations[0].annotation.mask, picture.annotations[0].annotation.mask);
  EXPECT_EQ(mask_area(again.annotations[1].annotation.mask), 1500U);
}

TEST_F(Voc, ObjectsInAnotherOrderAreFoundByTheirBoxes) {
  IndexPicture objects = make_index_picture(size);
  paint(objects, box_mask({2, 2, 12, 12}, size), 1);
  paint(objects, box_mask({40, 30, 60, 40}, size), 2);
  put_xml("Annotations/a.xml",
          object("right", 41, 31, 60, 40) + object("left", 3, 3, 12, 12) + object("hidden", 1, 40, 9, 48));
  std::vector<Colour> palette;
  for (std::uint32_t i = 0; i < 256; ++i) palette.push_back(voc_colour(i));
  put("SegmentationObject/a.png", encode_palette_png(objects, palette));
  const DatasetPicture picture = read(format_, "").at(0);
  ASSERT_EQ(picture.annotations.size(), 3U);
  EXPECT_EQ(picture.annotations[0].annotation.mask, box_mask({40, 30, 60, 40}, size));
  EXPECT_EQ(picture.annotations[1].annotation.mask, box_mask({2, 2, 12, 12}, size));
  EXPECT_THAT(picture.annotations[2].annotation.prompt.boxes, ElementsAre(Box{0, 39, 9, 48}));
}

TEST_F(Voc, PicturesWithoutFilesOfObjects) {
  IndexPicture classes = make_index_picture(size);
  paint(classes, box_mask({2, 2, 12, 12}, size), 15);
  paint(classes, box_mask({12, 2, 13, 12}, size), voc_void);
  std::vector<Colour> palette;
  for (std::uint32_t i = 0; i < 256; ++i) palette.push_back(voc_colour(i));
  for (const std::string& png :
       {encode_palette_png(classes, palette), encode_colour_png(classes, palette), encode_grey_png(classes, 8)}) {
    put("SegmentationClass/b.png", png);
    const DatasetPicture picture = read(format_, "").at(0);
    EXPECT_EQ(picture.size, size);
    ASSERT_EQ(picture.annotations.size(), 1U);
    EXPECT_EQ(picture.annotations[0].class_name, "person");
    EXPECT_EQ(picture.annotations[0].annotation.mask, box_mask({2, 2, 12, 12}, size));
  }
}

TEST_F(Voc, PolygonsOfOtherTools) {
  const DatasetPicture picture = read_objects(
      "<object><name>a</name><polygon><points>1,1 10,1 10.5,12 1,12</points></polygon></object>"
      "<object><name>b</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
      "<polygon><x1>20</x1><y1>5</y1><x2>30</x2><y2>5</y2><x3>30</x3><y3>9</y3></polygon></object>"
      "<object><name>c</name><polygon><pt><x>1</x><y>2</y></pt><pt><x>3</x><y>4</y></pt><pt><x>5</x><y>2</y></pt></"
      "polygon></object>"
      "<object><type>robndbox</type><name>d</name><robndbox><cx>20</cx><cy>20</cy><w>10</w><h>4</"
      "h><angle>1.5707963267948966</angle>"
      "</robndbox></object>");
  ASSERT_EQ(picture.annotations.size(), 4U);
  EXPECT_EQ(picture.annotations[0].annotation.polygon, (Polygon{{{{1, 1}, {10, 1}, {10.5, 12}, {1, 12}}, {}}}));
  EXPECT_EQ(picture.annotations[1].annotation.polygon, (Polygon{{{{20, 5}, {30, 5}, {30, 9}}, {}}}));
  EXPECT_EQ(picture.annotations[2].annotation.polygon[0].outer.size(), 3U);
  EXPECT_EQ(mask_box(mask_of(picture.annotations[3], size)), (Box{18, 15, 22, 25}));
}

TEST_F(Voc, FilesBesideTheirPictures) {
  put("train/a_jpg.rf.1.jpg", "photo");
  put_xml("train/a_jpg.rf.1.xml", object("x", 1, 1, 5, 5), "a_jpg.rf.1.jpg");
  put_xml("valid/b.xml", "", "wrong.jpg");
  put("valid/b.png", "photo");
  const auto reader = open(format_, "");
  const auto first = reader->next();
  EXPECT_EQ(first->subset, "train");
  EXPECT_EQ(first->photo, folder_ / "train/a_jpg.rf.1.jpg");
  const auto second = reader->next();
  EXPECT_EQ(second->subset, "val");
  EXPECT_EQ(second->name, "b.png");
  EXPECT_TRUE(format_.recognises(files_, folder_));
}

TEST_F(Voc, TheDevelopmentKitsFolders) {
  put_xml("VOCdevkit/VOC2012/Annotations/a.xml", object("x", 1, 1, 5, 5));
  put("VOCdevkit/VOC2012/JPEGImages/a.jpg", "photo");
  put("VOCdevkit/VOC2012/ImageSets/Main/test.txt", "a\n");
  put("VOCdevkit/VOC2012/ImageSets/Main/x_train.txt", "a -1\n");
  EXPECT_TRUE(format_.recognises(files_, folder_));
  const auto entry = open(format_, "")->next();
  EXPECT_EQ(entry->subset, "test");
  EXPECT_EQ(entry->photo, folder_ / "VOCdevkit/VOC2012/JPEGImages/a.jpg");
}

TEST_F(Voc, BadFilesAreRefusedWithTheirPlace) {
  const std::pair<std::string, std::string> cases[] = {
      {object("a", 1, 1, 5, 5) + "<object><name>b</name></object>", "object 1"},
      {"<object><name>b</name><bndbox><xmin>nan</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object>",
       "xmin is nan"},
      {"<object><name>b</name><bndbox><xmin>1e99</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object>",
       "1e+99"},
      {"<object><name>b</name><bndbox><xmin>x</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object>",
       "not a number"},
      {"<object><name>b</name><bndbox><xmin>1</xmin></bndbox></object>", "no <ymin>"},
      {"<object><name>b</name><polygon><points>1 2 3</points></polygon></object>", "not x,y"},
      {"<object>", "not well-formed"},
      {"&xxe;", "undefined entity"}};
  for (const auto& [inner, word] : cases) {
    put_xml("Annotations/a.xml", inner);
    expect_refused(format_, "", {"Annotations/a.xml", word});
  }
  put("Annotations/a.xml",
      "<!DOCTYPE annotation [<!ENTITY x SYSTEM "
      "\"file:///etc/passwd\">]><annotation><filename>&x;</filename></annotation>");
  expect_refused(format_, "", {"Annotations/a.xml, line 1", "document type"});
  put("Annotations/a.xml", "<annotations/>");
  expect_refused(format_, "", {"not <annotation>"});
  for (const std::string text : {"<width>-1</width><height>5</height>", "<width>9999999</width><height>5</height>",
                                 "<width>x</width><height>5</height>", "<width>00</width><height>4\n\n8</height>"}) {
    put_xml("Annotations/a.xml", "", "a.jpg", text);
    expect_refused(format_, "", {"Annotations/a.xml", "size"});
  }
  put_xml("Annotations/a.xml", "", "a.jpg", "");
  expect_refused(format_, "", {"<size>"});
  for (const std::string name : {"/etc/passwd", "../../x.jpg", "..\\x.jpg", "C:\\x.jpg"}) {
    put_xml("Annotations/a.xml", "", name);
    expect_refused(format_, "", {"Annotations/a.xml", "leads out"});
  }
}

TEST_F(Voc, BadPicturesOfObjectsAreRefused) {
  put_xml("Annotations/a.xml", object("a", 1, 1, 5, 5));
  put("SegmentationObject/a.png", encode_grey_png(make_index_picture({10, 10}), 8));
  expect_refused(format_, "", {"Annotations/a.xml, SegmentationObject", "10 x 10", "64 x 48"});
  const std::string png = encode_grey_png(make_index_picture(size), 8);
  for (const std::string& bytes : {std::string("GIF89a"), png.substr(0, 20), png.substr(0, png.size() - 20)}) {
    put("SegmentationObject/a.png", bytes);
    expect_refused(format_, "", {"SegmentationObject", "PNG"});
  }
}

TEST_F(Voc, PicturesOfTheSameNameAreRefused) {
  put_xml("a/x.xml", "", "same.jpg");
  put_xml("b/y.xml", "", "same.jpg");
  expect_refused(format_, "", {"b/y.xml", "second time"});
  EXPECT_THROW(read(format_, "nothing"), std::exception);
}

TEST_F(Voc, AFileTooLargeIsNotRead) {
  put("Annotations/a.xml", "<annotation>");
  std::filesystem::resize_file(folder_ / "Annotations/a.xml", 2U << 30);
  expect_refused(format_, "", {"Annotations/a.xml", "2048 MB"});
}

TEST_F(Voc, IsRecognised) {
  put_xml("voc/Annotations/a.xml", "");
  put("cvat/annotations.xml", "<annotations></annotations>");
  EXPECT_TRUE(format_.recognises(files_, folder_ / "voc"));
  EXPECT_FALSE(format_.recognises(files_, folder_ / "cvat"));
  EXPECT_FALSE(format_.recognises(files_, folder_ / "none"));
}

}  // namespace
}  // namespace sam
