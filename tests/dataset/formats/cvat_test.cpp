#include <fstream>

#include "dataset/formats/cvat_runs.h"
#include "dataset/formats/dataset_files.h"
#include "dataset/formats/mask_pieces.h"
#include "dataset/formats/rows.h"
#include "platform/process_memory.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Size size{64, 48};

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SAM_SANITIZED
#endif
#endif
#ifdef SAM_SANITIZED
constexpr std::uint64_t allowed_growth = 1U << 30;  // what is freed is kept by the sanitizer
#else
constexpr std::uint64_t allowed_growth = 4U << 20;
#endif

class Cvat : public DatasetFiles {
 protected:
  const Format format_ = cvat_format();

  void put_image(const std::string& inner, const std::string& fields = "width=\"64\" height=\"48\"") {
    put("annotations.xml",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n<version>1.1</version>\n"
        "<image id=\"0\" name=\"a.jpg\" " +
            fields + ">\n" + inner + "\n</image>\n</annotations>\n");
  }
  DatasetPicture read_one() { return read(format_, "").at(0); }
};

TEST_F(Cvat, RunsAreRowMajorWithinTheBox) {
  // . . # #
  // # # # .   at (3, 5)
  const Mask pieces[] = {box_mask({5, 5, 7, 6}, size), box_mask({3, 6, 6, 7}, size)};
  const Mask mask = unite_masks(pieces);
  const CvatMask made = cvat_mask(mask);
  EXPECT_EQ(made.rle, "2, 5, 1");
  EXPECT_EQ(made.left, 3);
  EXPECT_EQ(made.top, 5);
  EXPECT_EQ(made.width, 4);
  EXPECT_EQ(made.height, 2);
  EXPECT_EQ(cvat_mask(box_mask({1, 1, 3, 3}, size)).rle, "0, 4");
}

TEST_F(Cvat, AnyMaskComesBackExactly) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const Size any{static_cast<int>(random() % 150) + 3, static_cast<int>(random() % 150) + 3};
    const Mask mask = random_mask(random, any);
    const CvatMask made = cvat_mask(mask);
    const auto at = [](int value) { return static_cast<double>(value); };
    const Box box{at(made.left), at(made.top), at(made.left + made.width), at(made.top + made.height)};
    ASSERT_EQ(parse_cvat_mask(made.rle, box, any, "here"), mask);
  }
}

TEST_F(Cvat, WhatIsWrittenComesBack) {
  std::mt19937 random(2);
  for (const bool exact : {false, true}) {
    std::vector<DatasetPicture> pictures(2);
    pictures[0].name = "a & \"b\".jpg";
    pictures[0].subset = "train";
    pictures[1].name = "empty.png";
    pictures[1].subset = "night";
    for (DatasetPicture& picture : pictures) picture.size = size;
    for (int i = 0; i < 10; ++i)
      pictures[0].annotations.push_back(object_of(i % 2 ? "car" : "<bus>", random_mask(random, size)));
    pictures[0].annotations[0].annotation.attributes = {
        {"occluded", "1"}, {"z_order", "3"}, {"colour", "a\n<b>"}, {"iscrowd", "1"}};
    pictures[0].annotations[1].annotation.attributes = {{"occluded", "maybe"}, {"z_order", "x"}};
    write(format_, "out", pictures, {"car", "<bus>", "unused"}, {"train", "night"}, exact);
    const auto reader = open(format_, "out");
    EXPECT_THAT(reader->classes(), ElementsAre("car", "<bus>", "unused"));
    EXPECT_EQ(reader->picture_count(), 2U);
    const std::vector<DatasetPicture> again = read(format_, "out");
    ASSERT_EQ(again.size(), 2U);
    EXPECT_TRUE(again[1].annotations.empty());
    EXPECT_EQ(again[1].subset, "night");
    EXPECT_EQ(again[0].name, pictures[0].name);
    EXPECT_EQ(again[0].subset, "train");
    EXPECT_EQ(again[0].size, size);
    EXPECT_TRUE(again[0].warnings.empty());
    ASSERT_EQ(again[0].annotations.size(), 10U);
    for (std::size_t i = 0; i < 10; ++i) {
      const StoredAnnotation& before = pictures[0].annotations[i];
      const StoredAnnotation& after = again[0].annotations[i];
      EXPECT_EQ(after.class_name, before.class_name);
      EXPECT_EQ(after.annotation.attributes, before.annotation.attributes);
      const Polygon& polygon = before.annotation.polygon;
      if (!exact && polygon.size() == 1 && polygon[0].holes.empty()) {
        EXPECT_EQ(after.annotation.polygon, polygon);
      } else {
        EXPECT_EQ(after.annotation.mask, before.annotation.mask);
      }
    }
  }
}

TEST_F(Cvat, AttributesAreDeclaredBeforeThePictures) {
  DatasetPicture picture = picture_of("a.jpg", size);
  picture.annotations.push_back(object_of("car", box_mask({1, 1, 9, 9}, size)));
  picture.annotations[0].annotation.attributes = {{"colour", "red"}};
  write(format_, "out.xml", {picture}, {"car"});
  const std::string text = get("out.xml");
  EXPECT_LT(text.find("<name>colour</name>"), text.find("<image "));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);  // no temporary file is left
}

TEST_F(Cvat, ShapesOfItsOwn) {
  put_image(R"(<box label="car" occluded="1" xtl="2" ytl="3.5" xbr="10" ybr="9" z_order="0"></box>
    <box label="turned" xtl="20" ytl="20" xbr="30" ybr="24" rotation="90"/>
    <polygon label="p" points="0,0;10,0;10,10"><attribute name="n">  7 </attribute></polygon>
    <polygon label="two" group_id="4" points="30,0;40,0;40,10;30,10"/>
    <polygon label="two" group_id="4" points="50,0;60,0;60,10;50,10"/>
    <polygon label="other" group_id="4" points="50,20;60,20;60,30;50,30"/>
    <ellipse label="e" cx="32" cy="24" rx="10" ry="5" rotation="0"/>
    <mask label="m" rle="1,2,3" left="4" top="5" width="3" height="2"/>
    <points label="dot" points="1,1;2,2"/><tag label="day"/><polyline label="line" points="1,1;2,2"/>)");
  const DatasetPicture picture = read_one();
  ASSERT_EQ(picture.annotations.size(), 7U);
  const auto& box = picture.annotations[0].annotation;
  EXPECT_THAT(box.prompt.boxes, ElementsAre(Box{2, 3.5, 10, 9}));
  EXPECT_EQ(box.attributes.at("occluded"), "1");
  const Box turned = mask_box(mask_of(picture.annotations[1], size));
  EXPECT_EQ(turned, (Box{23, 17, 27, 27}));
  EXPECT_EQ(picture.annotations[2].annotation.attributes.at("n"), "7");
  EXPECT_EQ(picture.annotations[3].annotation.polygon.size(), 2U);
  EXPECT_EQ(picture.annotations[4].class_name, "other");
  EXPECT_NEAR(static_cast<double>(mask_area(mask_of(picture.annotations[5], size))), 3.14159 * 50, 4);
  EXPECT_EQ(mask_of(picture.annotations[6], size), box_mask({5, 5, 7, 6}, size));
  EXPECT_THAT(picture.warnings,
              ElementsAre(HasSubstr("ellipse"), HasSubstr("dot"), HasSubstr("day"), HasSubstr("line")));
}

TEST_F(Cvat, WhatLeavesThePictureIsCut) {
  put_image(
      R"(<polygon label="p" points="-10,-10;10,-10;10,10;-10,10"/><box label="b" xtl="50" ytl="40" xbr="900" ybr="800"/>
    <box label="gone" xtl="100" ytl="0" xbr="200" ybr="9"/>)");
  const DatasetPicture picture = read_one();
  ASSERT_EQ(picture.annotations.size(), 2U);
  EXPECT_EQ(picture.annotations[0].annotation.mask, box_mask({0, 0, 10, 10}, size));
  EXPECT_THAT(picture.annotations[1].annotation.prompt.boxes, ElementsAre(Box{50, 40, 64, 48}));
  EXPECT_THAT(picture.warnings, ElementsAre(HasSubstr("covers no pixel")));
}

TEST_F(Cvat, FoldersInNamesAreKeptForThePhoto) {
  put("images/train/a.jpg", "photo");
  put("annotations.xml",
      R"(<annotations><image id="0" name="train/a.jpg" subset="Train" width="9" height="9"/></annotations>)");
  const auto entry = open(format_, "")->next();
  EXPECT_EQ(entry->name, "a.jpg");
  EXPECT_EQ(entry->subset, "train");
  EXPECT_EQ(entry->photo, folder_ / "images/train/a.jpg");
}

TEST_F(Cvat, IsRecognised) {
  put("a/annotations.xml", "<?xml version=\"1.0\"?><annotations/>");
  put("b/annotations.xml", "<annotation/>");
  EXPECT_TRUE(format_.recognises(files_, folder_ / "a"));
  EXPECT_TRUE(format_.recognises(files_, folder_ / "a/annotations.xml"));
  EXPECT_FALSE(format_.recognises(files_, folder_ / "b"));
  EXPECT_FALSE(format_.recognises(files_, folder_ / "none"));
}

TEST_F(Cvat, BadFilesAreRefusedWithTheirPlace) {
  const std::string polygon = R"(<polygon label="p" points=")";
  const struct {
    std::string inner;
    std::string word;
  } cases[] = {{polygon + "0,0;nan,1;2,2\"/>", "x of a point is nan"},
               {polygon + "0,0;1e300,1;2,2\"/>", "1e+300"},
               {polygon + "0,0;1 2,1;2,2\"/>", "\"1 2\""},
               {polygon + "0;1;2\"/>", "not x,y"},
               {"<polygon label=\"p\"/>", "no points"},
               {R"(<box label="b" xtl="1" ytl="inf" xbr="3" ybr="4"/>)", "ytl is inf"},
               {R"(<mask label="m" rle="5" left="1" top="1" width="2" height="2"/>)", "more than its box"},
               {R"(<mask label="m" rle="3" left="1" top="1" width="2" height="2"/>)", "add up to 3"},
               {R"(<mask label="m" rle="-3" left="1" top="1" width="2" height="2"/>)", "\"-3\""},
               {R"(<mask label="m" rle="4" left="-1" top="1" width="2" height="2"/>)", "no box inside"},
               {R"(<mask label="m" rle="4" left="63" top="1" width="2" height="2"/>)", "no box inside"},
               {"<polygon", "not well-formed"},
               {"<a></b>", "mismatched tag"},
               {"&lol;", "undefined entity"}};
  for (const auto& each : cases) {
    put_image(each.inner);
    expect_refused(format_, "", {"annotations.xml, line ", each.word});
  }
  for (const std::string fields :
       {"width=\"0\" height=\"5\"", "width=\"-4\" height=\"5\"", "width=\"2000000000\" height=\"1\"",
        "width=\"nan\" height=\"1\"", "width=\"1.5\" height=\"1\"", "width=\"1000000\" height=\"1000000\"",
        "height=\"1\""}) {
    put_image("", fields);
    expect_refused(format_, "", {"annotations.xml, line 4 (a.jpg)", fields.starts_with("h") ? "no width" : "size"});
  }
}

TEST_F(Cvat, NamesThatLeadOutAreRefused) {
  for (const std::string name : {"/etc/passwd", "../a.jpg", "..\\..\\a.jpg", "c:\\a.jpg", "", "a/", "x&#9;y"}) {
    put("annotations.xml", "<annotations><image name=\"" + name + "\" width=\"4\" height=\"4\"/></annotations>");
    expect_refused(format_, "", {"annotations.xml, line 1"});
  }
  put("secret/a.jpg", "photo");
  put("in/annotations.xml",
      R"(<annotations><image name="a.jpg" subset="../../secret" width="4" height="4"/></annotations>)");
  const auto entry = open(format_, "in")->next();
  EXPECT_TRUE(entry->photo.empty());
  EXPECT_EQ(entry->subset.find('/'), std::string::npos);
}

TEST_F(Cvat, APictureComesOnce) {
  put("annotations.xml",
      R"(<annotations><image name="x/a.jpg" width="4" height="4"/><image name="y/a.jpg" width="4" height="4"/></annotations>)");
  expect_refused(format_, "", {"a.jpg", "second time"});
}

TEST_F(Cvat, EntitiesAndDocumentTypesAreRefused) {
  std::string laughs = "<!DOCTYPE a [<!ENTITY l0 \"ha\">";
  for (int i = 1; i < 40; ++i) {
    const std::string last = "&l" + std::to_string(i - 1) + ";";
    laughs += "<!ENTITY l" + std::to_string(i) + " \"" + last + last + "\">";
  }
  put("annotations.xml", laughs + "]><annotations>&l39;</annotations>");
  expect_refused(format_, "", {"annotations.xml, line 1", "document type"});
  put("annotations.xml", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><annotations/>");
  expect_refused(format_, "", {"document type"});
  put("annotations.xml",
      "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><annotations><image name=\"&x;\"/></annotations>");
  expect_refused(format_, "", {"document type"});
}

TEST_F(Cvat, OtherFilesAreRefused) {
  put("annotations.xml", "");
  expect_refused(format_, "", {"annotations.xml", "no element found"});
  put("annotations.xml", "<html></html>");
  expect_refused(format_, "", {"\"html\""});
  put("annotations.xml", "<annotations><track id=\"0\"/></annotations>");
  expect_refused(format_, "", {"video"});
  put("annotations.xml", "<annotations>" + std::string(100'000, '<'));
  expect_refused(format_, "", {"not well-formed"});
  std::string deep = "<annotations><image name=\"a.jpg\" width=\"4\" height=\"4\">";
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  put("annotations.xml", deep);
  expect_refused(format_, "", {"nested deeper than 32"});
  EXPECT_THROW(read(format_, "nothing-here"), FormatError);
}

TEST_F(Cvat, EveryTruncationIsRefused) {
  DatasetPicture picture = picture_of("a.jpg", size);
  picture.annotations.push_back(object_of("car", box_mask({1, 1, 9, 9}, size)));
  write(format_, "annotations.xml", {picture}, {"car"});
  const std::string whole = get("annotations.xml");
  const std::size_t end = whole.find("</annotations>");
  for (std::size_t length = 0; length < end; length += 7) {
    put("annotations.xml", whole.substr(0, length));
    EXPECT_THROW(read(format_, ""), FormatError) << length;
  }
}

// A file of any size takes the memory of its largest picture.
TEST_F(Cvat, MemoryDoesNotGrowWithTheFile) {
  std::string shapes;
  for (int i = 0; i < 100; ++i) shapes += "<polygon label=\"car\" points=\"0,0;10,0;10,10;0,10.125\"/>\n";
  {
    std::ofstream out(folder_ / "annotations.xml");
    out << "<annotations>";
    for (int i = 0; i < 2000; ++i)
      out << "<image name=\"" << i << ".jpg\" width=\"64\" height=\"48\">" << shapes << "</image>\n";
    out << "</annotations>";
  }
  EXPECT_GT(std::filesystem::file_size(folder_ / "annotations.xml"), 10U << 20);
  const auto reader = open(format_, "");
  const std::uint64_t before = peak_resident_bytes(0).value();
  std::size_t objects = 0;
  while (const auto entry = reader->next()) objects += reader->decode(*entry, {}).annotations.size();
  EXPECT_EQ(objects, 200'000U);
  EXPECT_LT(peak_resident_bytes(0).value(), before + allowed_growth);
}

// One name without an end: neither much memory nor time that grows with its square.
TEST_F(Cvat, AnElementWithoutAnEndIsRefused) {
  {
    std::ofstream out(folder_ / "annotations.xml");
    out << "<annotations><image name=\"";
    const std::string block(1 << 20, 'x');
    for (int i = 0; i < 200; ++i) out << block;
  }
  expect_refused(format_, "", {"longer than 64 MB"});
}

}  // namespace
}  // namespace sam
