#include <nlohmann/json.hpp>

#include "dataset/formats/base64.h"
#include "dataset/formats/dataset_files.h"
#include "dataset/formats/rows.h"
#include "image/index_picture.h"

namespace sam {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Size size{64, 48};

class LabelMe : public DatasetFiles {
 protected:
  const Format format_ = labelme_format();

  static json file_of(const json& shapes) {
    return {{"version", "5.4.1"},   {"flags", json::object()}, {"shapes", shapes}, {"imagePath", "a.jpg"},
            {"imageData", nullptr}, {"imageHeight", 48},       {"imageWidth", 64}};
  }
  DatasetPicture read_shapes(const json& shapes) {
    put("a.json", file_of(shapes).dump());
    return read(format_, "").at(0);
  }
};

TEST(Base64, ComesBack) {
  std::mt19937 random(1);
  EXPECT_EQ(encode_base64("Man"), "TWFu");
  EXPECT_EQ(encode_base64("Ma"), "TWE=");
  EXPECT_EQ(encode_base64("M"), "TQ==");
  EXPECT_EQ(decode_base64("TW\nE"), "Ma");
  EXPECT_EQ(decode_base64("TWF!"), std::nullopt);
  EXPECT_EQ(decode_base64("T"), std::nullopt);
  for (std::size_t length = 0; length < 300; ++length) {
    std::string bytes;
    while (bytes.size() < length) bytes += static_cast<char>(random());
    ASSERT_EQ(decode_base64(encode_base64(bytes)), bytes);
  }
}

TEST_F(LabelMe, WhatIsWrittenComesBack) {
  std::mt19937 random(2);
  for (const bool exact : {false, true}) {
    std::vector<DatasetPicture> pictures = {picture_of("a.jpg", size), picture_of("empty.png", size)};
    pictures[0].subset = "train";
    for (int i = 0; i < 12; ++i)
      pictures[0].annotations.push_back(object_of(i % 2 ? "car" : "\"b\xc3\xbcs\"", random_mask(random, size)));
    pictures[0].annotations[0].annotation.attributes = {
        {"description", "x"}, {"difficult", "1"}, {"seen", "true"}, {"colour", "red"}, {"n", "1"}};
    pictures[0].annotations[0].annotation.score = 0.25;
    write(format_, "out", pictures, {"car", "\"b\xc3\xbcs\"", "unused"}, {"train"}, exact);
    EXPECT_THAT(open(format_, "out")->classes(), ElementsAre("car", "\"b\xc3\xbcs\"", "unused"));
    const std::vector<DatasetPicture> again = read(format_, "out");
    ASSERT_EQ(again.size(), 2U);
    const DatasetPicture& picture = again[again[0].name == "a.jpg" ? 0 : 1];
    EXPECT_EQ(picture.subset, "train");
    EXPECT_EQ(picture.size, size);
    EXPECT_TRUE(picture.warnings.empty());
    ASSERT_EQ(picture.annotations.size(), 12U);
    for (std::size_t i = 0; i < 12; ++i) {
      const StoredAnnotation& before = pictures[0].annotations[i];
      const StoredAnnotation& after = picture.annotations[i];
      EXPECT_EQ(after.class_name, before.class_name);
      EXPECT_EQ(after.annotation.attributes, before.annotation.attributes);
      EXPECT_EQ(after.annotation.score, before.annotation.score);
      if (after.annotation.mask.runs.empty()) {
        EXPECT_FALSE(exact);
        EXPECT_EQ(after.annotation.polygon, before.annotation.polygon);
      } else {
        EXPECT_EQ(after.annotation.mask, before.annotation.mask);
      }
    }
  }
}

TEST_F(LabelMe, PartsShareAGroupAndHolesMakeAMask) {
  DatasetPicture picture = picture_of("a.jpg", size);
  picture.annotations.push_back(object_of("one", box_mask({1, 1, 9, 9}, size)));
  Polygon two = mask_to_polygon(box_mask({1, 1, 9, 9}, size), 0);
  two.push_back(mask_to_polygon(box_mask({20, 1, 29, 9}, size), 0)[0]);
  picture.annotations.push_back(object_of("two", polygon_to_mask(two, size)));
  two[0].holes = {{{3, 3}, {6, 3}, {6, 6}, {3, 6}}};
  picture.annotations.push_back(object_of("hole", polygon_to_mask(two, size)));
  write(format_, "out", {picture}, {"one", "two", "hole"});
  const json file = json::parse(get("out/a.json"));
  ASSERT_EQ(file["shapes"].size(), 4U);
  EXPECT_TRUE(file["shapes"][0]["group_id"].is_null());
  EXPECT_EQ(file["shapes"][1]["group_id"], file["shapes"][2]["group_id"]);
  EXPECT_EQ(file["shapes"][3]["shape_type"], "mask");
  EXPECT_EQ(file["shapes"][3]["points"], json::parse("[[1.0, 1.0], [28.0, 8.0]]"));
  EXPECT_EQ(file["imageWidth"], 64);
}

TEST_F(LabelMe, EveryKindOfShape) {
  const auto shape = [](const char* label, const char* type, const char* points, const json& group = nullptr) {
    return json{{"label", label}, {"shape_type", type}, {"points", json::parse(points)}, {"group_id", group}};
  };
  IndexPicture crop{{3, 2}, {0, 1, 1, 1, 1, 0}};
  json mask = shape("mask", "mask", "[[4, 5], [6, 6]]");
  mask["mask"] = encode_base64(encode_grey_png(crop, 8));
  json colour = mask;
  colour["mask"] = encode_base64(encode_colour_png(crop, std::vector<Colour>{{0, 0, 0}, {255, 0, 0}}));
  json any = shape("x", "rotation", "[[30, 30], [40, 30], [40, 40], [30, 40]]");
  any["score"] = 0.5;
  any["difficult"] = true;
  any["attributes"] = {{"colour", "red"}, {"doors", 4}};
  any["flags"] = {{"seen", false}};
  any["description"] = "old";
  const DatasetPicture picture = read_shapes(
      {shape("box", "rectangle", "[[10, 9], [2, 3.5]]"), shape("four", "rectangle", "[[2,3],[10,3],[10,9],[2,9]]"),
       shape("circle", "circle", "[[32, 24], [42, 24]]"), shape("p", "polygon", "[[0,0],[9,0],[9,9]]", 1),
       shape("p", "polygon", "[[20,0],[29,0],[29,9]]", 1), shape("q", "polygon", "[[20,0],[29,0],[29,9]]", 1), mask,
       colour, any, shape("dot", "point", "[[1, 1]]"), shape("way", "linestrip", "[[1, 1], [2, 2], [3, 3]]"),
       shape("thin", "polygon", "[[1, 1], [2, 2]]")});
  ASSERT_EQ(picture.annotations.size(), 8U);
  EXPECT_THAT(picture.annotations[0].annotation.prompt.boxes, ElementsAre(Box{2, 3.5, 10, 9}));
  EXPECT_THAT(picture.annotations[1].annotation.prompt.boxes, ElementsAre(Box{2, 3, 10, 9}));
  EXPECT_NEAR(static_cast<double>(mask_area(mask_of(picture.annotations[2], size))), 314.16, 5);
  EXPECT_EQ(picture.annotations[3].annotation.polygon.size(), 2U);
  EXPECT_EQ(picture.annotations[4].class_name, "q");
  const Mask pieces = picture.annotations[5].annotation.mask;
  EXPECT_EQ(mask_area(pieces), 4U);
  EXPECT_EQ(mask_box(pieces), (Box{4, 5, 7, 7}));
  EXPECT_EQ(picture.annotations[6].annotation.mask, pieces);
  const Annotation& last = picture.annotations[7].annotation;
  EXPECT_EQ(last.score, 0.5);
  const std::map<std::string, std::string> attributes = {
      {"difficult", "1"}, {"colour", "red"}, {"doors", "4"}, {"seen", "false"}, {"description", "old"}};
  EXPECT_EQ(last.attributes, attributes);
  EXPECT_THAT(picture.warnings,
              ElementsAre(HasSubstr("circle"), HasSubstr("dot"), HasSubstr("way"), HasSubstr("thin")));
}

TEST_F(LabelMe, ThePathOfThePictureIsNeverOpened) {
  put("secret.jpg", "photo");
  put("in/photos/a.json", file_of(json::array()).dump());
  put("in/images/b.jpg", "photo");
  for (const std::string path : {"..\\..\\secret.jpg", "../../secret.jpg", "/etc/secret.jpg", "C:\\x\\secret.jpg"}) {
    json file = file_of(json::array());
    file["imagePath"] = path;
    put("in/photos/a.json", file.dump());
    const auto entry = open(format_, "in")->next();
    EXPECT_EQ(entry->name, "secret.jpg");
    EXPECT_TRUE(entry->photo.empty());
  }
  json file = file_of(json::array());
  file["imagePath"] = "..\\images\\b.jpg";
  put("in/photos/a.json", file.dump());
  EXPECT_EQ(open(format_, "in")->next()->photo, folder_ / "in/images/b.jpg");
}

TEST_F(LabelMe, AnnotationsMayHaveAFolderBesideThePhotos) {
  put("shots/a.jpg", "photo");
  put("up.jpg", "photo");
  put("ann/below/c.jpg", "photo");
  put("key.txt", "secret");
  const auto photo = [&](const std::string& path) {
    json file = file_of(json::array());
    file["imagePath"] = path;
    put("ann/a.json", file.dump());
    return open(format_, "ann")->next()->photo;
  };
  EXPECT_EQ(photo("../shots/a.jpg"), folder_ / "shots/a.jpg");
  EXPECT_EQ(photo("..\\shots\\a.jpg"), folder_ / "shots/a.jpg");
  EXPECT_EQ(photo("../up.jpg"), folder_ / "up.jpg");
  EXPECT_EQ(photo("below/c.jpg"), folder_ / "ann/below/c.jpg");
  for (const char* path : {"../key.txt", "../shots/../up.jpg", "../../up.jpg", "/up.jpg", "C:/up.jpg", ".././up.jpg",
                           "../shots/x/../a.jpg"}) {
    EXPECT_TRUE(photo(path).empty()) << path;
  }
}

TEST_F(LabelMe, ThePictureInsideIsNotKept) {
  json file = file_of(json::parse(R"([{"label": "p", "points": [[0,0],[9,0],[9,9]]}])"));
  file["imageData"] = std::string(20 << 20, 'A');
  put("a.json", file.dump());
  const auto reader = open(format_, "");
  const auto entry = reader->next();
  EXPECT_LT(entry->text.capacity(), 4096U);
  EXPECT_EQ(reader->decode(*entry, {}).annotations.size(), 1U);
}

TEST_F(LabelMe, BadFilesAreRefusedWithTheirPlace) {
  const struct {
    std::string shape;
    std::string word;
  } cases[] = {{R"({"label":"p","points":[[0,0],[1e300,1],[2,2]]})", "1e+300"},
               {R"({"label":"p","points":[[0,0],[1],[2,2]]})", "not two numbers"},
               {R"({"label":"p","points":[[0,0],["a","b"],[2,2]]})", "not two numbers"},
               {R"({"label":"p","points":{}})", "no list of points"},
               {R"({"label":"p"})", "no list of points"},
               {R"({"label":"p","shape_type":"circle","points":[[0,0]]})", "circle"},
               {R"({"label":"p","shape_type":"rectangle","points":[[0,0]]})", "rectangle"},
               {R"({"label":"p","shape_type":"mask","points":[[0,0],[1,1]]})", "no mask"},
               {R"({"label":"p","shape_type":"mask","points":[[0,0],[1,1]],"mask":"????"})", "base64"},
               {R"({"label":"p","shape_type":"mask","points":[[0,0],[1,1]],"mask":"aaaa"})", "not a PNG"},
               {"7", "no object"}};
  for (const auto& each : cases) {
    put("a.json", R"({"shapes": [{"label":"ok","points":[[0,0],[1,0],[1,1]]},)" + each.shape +
                      R"(], "imagePath": "a.jpg", "imageHeight": 48, "imageWidth": 64})");
    expect_refused(format_, "", {"a.json, shape 1", each.word});
  }
}

TEST_F(LabelMe, OtherFilesAreRefused) {
  expect_refused(format_, "", {"no .json file"});
  for (const std::string text :
       {"", " ", "[]", "7", "{", "{\"imagePath\": \"a.jpg\", \"shapes\": [}",
        "{\"imagePath\": \"a.jpg\", \"imageWidth\": 4, \"imageHeight\": 4, \"shapes\": [NaN]}",
        "{\"shapes\": [], \"imagePath\": \"a\xff.jpg\"}",
        "{\"shapes\": [\n1,, 2], \"imagePath\": \"a.jpg\", \"imageWidth\": 4, \"imageHeight\": 4}"}) {
    put("a.json", text);
    expect_refused(format_, "", {"a.json: not valid JSON"});
  }
  put("a.json", "{\"shapes\": [\n1,, 2], \"imagePath\": \"a.jpg\", \"imageWidth\": 4, \"imageHeight\": 4}");
  expect_refused(format_, "", {"line 2, column 3"});
  put("a.json", "{\"shapes\": [], \"imageHeight\": 4, \"imageWidth\": 4}");
  expect_refused(format_, "", {"imagePath"});
  put("a.json", "{\"shapes\": [], \"imagePath\": \"a.jpg\"}");
  expect_refused(format_, "", {"imageWidth"});
  put("a.json", "{\"shapes\": [], \"imagePath\": \"a.jpg\", \"imageHeight\": -4, \"imageWidth\": 1e99}");
  expect_refused(format_, "", {"size"});
  put("a.json", "{\"images\": [], \"annotations\": []}");
  expect_refused(format_, "", {"no \"shapes\""});
  put("a.json", "{\"imagePath\": \"a.jpg\", \"shapes\": " + std::string(200'000, '['));
  expect_refused(format_, "", {"a.json"});
  put("a.json", "{\"imagePath\": \"a.jpg\", \"shapes\": " + std::string(2000, '[') + std::string(2000, ']') + "}");
  expect_refused(format_, "", {"a.json"});
}

TEST_F(LabelMe, AFileTooLargeIsNotRead) {
  put("a.json", "{");
  std::filesystem::resize_file(folder_ / "a.json", 2U << 30);
  expect_refused(format_, "", {"2048 MB", "limit"});
}

TEST_F(LabelMe, EveryTruncationIsRefused) {
  DatasetPicture picture = picture_of("a.jpg", size);
  picture.annotations.push_back(object_of("car", box_mask({1, 1, 9, 9}, size)));
  write(format_, "out", {picture}, {"car"});
  const std::string whole = get("out/a.json");
  for (std::size_t length = 0; length + 2 < whole.size(); ++length) {
    put("in/a.json", whole.substr(0, length));
    EXPECT_THROW(read(format_, "in"), FormatError) << length;
  }
}

TEST_F(LabelMe, APictureWithTwoFilesIsRefused) {
  put("in/a.json", file_of(json::array()).dump());
  put("in/b.json", file_of(json::array()).dump());
  expect_refused(format_, "in", {"b.json", "second time"});
}

TEST_F(LabelMe, TheListBesideGivesTheOrderOfClasses) {
  put("in/a.json", file_of(json::array()).dump());
  EXPECT_THAT(open(format_, "in")->classes(), testing::IsEmpty());
  put("in/classes.txt",
      "\xef\xbb\xbf"
      "truck\r\ncar\r\n\r\nbus");
  EXPECT_THAT(open(format_, "in")->classes(), ElementsAre("truck", "car", "bus")) << "X-AnyLabeling's";
  put("in/labels.txt", "__ignore__\n_background_\nbus\n");
  EXPECT_THAT(open(format_, "in")->classes(), ElementsAre("bus")) << "LabelMe's own goes first";
  put("in/labels.txt", "b\xff\n");
  EXPECT_THAT(open(format_, "in")->classes(), testing::IsEmpty()) << "no text";
}

TEST_F(LabelMe, IsRecognised) {
  put("a/a.json", file_of(json::array()).dump());
  put("b/a.json", R"({"images": [], "annotations": []})");
  EXPECT_TRUE(format_.recognises(files_, folder_ / "a"));
  EXPECT_TRUE(format_.recognises(files_, folder_ / "a/a.json"));
  EXPECT_FALSE(format_.recognises(files_, folder_ / "b"));
  EXPECT_FALSE(format_.recognises(files_, folder_ / "none"));
}

}  // namespace
}  // namespace sam
