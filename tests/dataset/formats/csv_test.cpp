#include <gmock/gmock.h>

#include <random>

#include "dataset/formats/csv_columns.h"
#include "dataset/formats/csv_rows.h"
#include "dataset/formats/dataset_folder.h"
#include "dataset/formats/rows.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr Size size{50, 40};

Mask noise(std::mt19937& random) {
  std::vector<std::uint8_t> bits(pixel_count(size));
  for (auto& bit : bits) bit = random() % 5 == 0;
  bits[7] = 1;
  return mask_from_bits(bits, size);
}

class CsvFormat : public DatasetFolder {
 protected:
  std::string error_of(const std::string& text) {
    put("t.csv", text);
    return read_error(csv, {}, "t.csv");
  }
  const Format csv = csv_format();
};

TEST_F(CsvFormat, EverythingComesBack) {
  std::mt19937 random(1);
  std::vector<DatasetPicture> pictures;
  for (const char* name : {"a.jpg", "=b.png", "c, \"d\".jpg"}) {
    DatasetPicture picture{name, size, "train", 0, 0, {}, {}};
    for (int i = 1; i < 4; ++i) {
      StoredAnnotation stored = annotation_of(noise(random), 0, i == 1 ? "-1+2" : "cat; \"dog\"\nline");
      stored.annotation.id = i;
      stored.annotation.score = 0.1 * i;
      stored.annotation.source = "@cmd";
      stored.annotation.created = "2026-01-02T03:04:05Z";
      stored.annotation.attributes = {{"a", "1"}, {"ü", "=x,\"\n"}};
      stored.annotation.prompt = {{{1.25, 2, 3, 4}}, {{5, 6, true}, {0.1, 2, false}}, "text"};
      picture.annotations.push_back(stored);
    }
    pictures.push_back(picture);
  }
  pictures.push_back({"empty.jpg", size, "", 4, 0, {}, {}});
  write(csv, pictures, {}, {"train"}, false, "out.csv");
  const auto back = read(csv, {}, "out.csv");
  ASSERT_THAT(back, SizeIs(4));
  for (const DatasetPicture& picture : pictures) {
    const DatasetPicture& same = back.at((picture.subset.empty() ? "" : "train/") + picture.name);
    EXPECT_EQ(same.size, size);
    ASSERT_THAT(same.annotations, SizeIs(picture.annotations.size()));
    for (std::size_t i = 0; i < same.annotations.size(); ++i) {
      EXPECT_EQ(same.annotations[i].class_name, picture.annotations[i].class_name);
      EXPECT_EQ(same.annotations[i].annotation, picture.annotations[i].annotation);
    }
  }
}

TEST_F(CsvFormat, NoFieldIsAFormula) {
  DatasetPicture picture{"=HYPERLINK(1)", size, "", 0, 0, {}, {}};
  picture.annotations.push_back(annotation_of(mask_from_bits(std::vector<std::uint8_t>(2000, 1), size), 0, "+cat"));
  write(csv, {picture}, {}, {}, false, "out.csv");
  EXPECT_THAT(get("out.csv"), HasSubstr("'=HYPERLINK"));
  EXPECT_THAT(get("out.csv"), HasSubstr("'+cat"));
  for (const std::string text : {"", "'", "''", "'=", "=", "x", "'x", "-1", "@", "'''+", "\tq"}) {
    EXPECT_EQ(unguard_formula(guard_formula(text)), text);
    EXPECT_THAT(std::string("=+-@\t\r"), Not(HasSubstr(guard_formula(text).substr(0, 1) + "never")));
  }
}

TEST_F(CsvFormat, InAFolderWithPhotos) {
  std::mt19937 random(2);
  DatasetPicture picture{"a.jpg", size, "val", 0, 0, {annotation_of(noise(random), 0, "cat")}, {}};
  DatasetPicture other{"b.jpg", size, "", 0, 0, {annotation_of(noise(random), 0, "cat")}, {}};
  write(csv, {picture, other}, {"cat"}, {"val"});
  EXPECT_TRUE(csv.recognises(files, root));
  read(csv, {});
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].photo, root / "images/val/a.jpg");
  EXPECT_EQ(entries[1].photo, root / "images/unassigned/b.jpg");
}

TEST_F(CsvFormat, ReadsTensorFlowsTableInAnyOrderOfRows) {
  put("t.csv",
      "\xef\xbb\xbf"
      "filename,width,height,class,xmin,ymin,xmax,ymax\r\n"
      "images/a.jpg,50,40,cat,1,2,3,4\r\n"
      "b.jpg,50,40,dog,5,6,7,8\r\n"
      "\r\n"
      "images/a.jpg,50,40,dog,10,20,30,40");
  const auto back = read(csv, {}, "t.csv");
  ASSERT_THAT(back, SizeIs(2));
  EXPECT_EQ(entries[0].name, "a.jpg");
  ASSERT_THAT(back.at("a.jpg").annotations, SizeIs(2));
  EXPECT_EQ(back.at("a.jpg").annotations[1].annotation.prompt.boxes, (std::vector<Box>{{10, 20, 30, 40}}));
  EXPECT_EQ(back.at("a.jpg").annotations[1].class_name, "dog");
  EXPECT_EQ(entries[1].place, "t.csv:3");
}

TEST_F(CsvFormat, ReadsOtherNamesAndSeparators) {
  put("t.csv", "Class; Image ;x2;y2;x1;y1\ncat;a.jpg;30,5;40;10,25;20\n");
  EXPECT_EQ(read(csv, {}, "t.csv").at("a.jpg").annotations.at(0).annotation.prompt.boxes,
            (std::vector<Box>{{10.25, 20, 30.5, 40}}));
  put("t.csv", "image\tlabel\tleft\ttop\tright\tbottom\textra\na.jpg\tcat\t1\t2\t3\t4\tx\n");
  EXPECT_THAT(read(csv, {}, "t.csv").at("a.jpg").annotations, SizeIs(1));
}

TEST_F(CsvFormat, TablesOfFoldersAreParts) {
  put("train/_annotations.csv", "filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,1,2,3,4\n");
  put("valid/_annotations.csv", "filename,class,xmin,ymin,xmax,ymax\na.jpg,cat,1,2,3,4\nb.jpg,cat,1,2,3,4\n");
  put("valid/b.jpg", "photo");
  put("notes.csv", "day,weather\nMonday,rain\n");
  const auto back = read(csv, {});
  EXPECT_THAT(back, SizeIs(3));
  EXPECT_TRUE(back.contains("val/b.jpg"));
  EXPECT_EQ(entries[2].photo, root / "valid/b.jpg");
}

TEST_F(CsvFormat, OtherTablesAreNotTaken) {
  put("classes.csv", "class_name\ncat\n");
  put("splits.csv", "image,subset\na.jpg,train\n");
  EXPECT_FALSE(csv.recognises(files, root));
  EXPECT_FALSE(csv.recognises(files, root / "classes.csv"));
  EXPECT_FALSE(csv.recognises(files, root / "missing.csv"));
}

TEST_F(CsvFormat, WrongRowsAreNamedWithTheirLine) {
  const std::string header = "image,width,height,class,x0,y0,x1,y1,rle,polygon,prompt,attributes,score\n";
  const std::string good = "a.jpg,50,40,cat,1,2,3,4,,,,,\n";
  EXPECT_THAT(error_of(""), HasSubstr("t.csv:1: expected columns"));
  EXPECT_THAT(error_of(std::string("\0\1\2\xff", 4)), HasSubstr("t.csv:1: expected columns"));
  EXPECT_THAT(error_of(header + good + "a.jpg,50,40,cat,nan,2,3,4,,,,,\n"), HasSubstr("t.csv:3: "));
  EXPECT_THAT(error_of(header + good + "a.jpg,50,40,cat,1,2,1e300,4,,,,,\n"), HasSubstr("t.csv:3: "));
  EXPECT_THAT(error_of(header + "a.jpg,50,40,cat,,2,3,4,,,,,\n"), HasSubstr("t.csv:2: "));
  EXPECT_THAT(error_of(header + good + "a.jpg,51,40,cat,1,2,3,4,,,,,\n"), HasSubstr("another size"));
  EXPECT_THAT(error_of(header + "a.jpg,-5,40,cat,1,2,3,4,,,,,\n"), HasSubstr("size"));
  EXPECT_THAT(error_of(header + "a.jpg,99999999,40,cat,1,2,3,4,,,,,\n"), HasSubstr("t.csv:2: width"));
  EXPECT_THAT(error_of(header + "a.jpg,,,cat,1,2,3,4,xyz,,,,\n"), HasSubstr("rle without width"));
  EXPECT_THAT(error_of(header + "a.jpg,50,40,cat,1,2,3,4,xyz,,,,\n"), HasSubstr("t.csv:2: rle: "));
  EXPECT_THAT(error_of(header + "a.jpg,50,40,cat,1,2,3,4,,[[[1]]],,,\n"), HasSubstr("t.csv:2: polygon"));
  EXPECT_THAT(error_of(header + "a.jpg,50,40,cat,1,2,3,4,,{,,,\n"), HasSubstr("polygon is not JSON"));
  EXPECT_THAT(error_of(header + "a.jpg,50,40,cat,1,2,3,4,," + std::string(100000, '[') + ",,,\n"),
              HasSubstr("polygon"));
  EXPECT_THAT(error_of(header + "a.jpg,50,40,cat,1,2,3,4,,,\"{\"\"boxes\"\":7}\",,\n"), HasSubstr("t.csv:2"));
  EXPECT_THAT(error_of(header + "a.jpg,50,40,cat,1,2,3,4,,,,[],\n"), HasSubstr("attributes"));
  EXPECT_THAT(error_of(header + good + "\"a.jpg,50\n\n"), HasSubstr("t.csv:3: a quoted field is never closed"));
  EXPECT_THAT(error_of(header + "\xff.jpg,50,40,cat,1,2,3,4,,,,,\n"), HasSubstr("t.csv:2: not UTF-8"));
  EXPECT_THAT(error_of(header + "x/.,50,40,cat,1,2,3,4,,,,,\n"), HasSubstr("no name of a picture"));
  EXPECT_THAT(error_of(header + good + "x/a.jpg,50,40,cat,1,2,3,4,,,,,\n"), HasSubstr("comes a second time"));
  for (const char* out : {"../../a.jpg", "x/..", "/data/a.jpg"}) {
    EXPECT_THAT(error_of(header + out + ",50,40,cat,1,2,3,4,,,,,\n"), HasSubstr("t.csv:2: the picture's name")) << out;
  }
  EXPECT_EQ(error_of(header + "photos/a.jpg,50,40,cat,1,2,3,4,,,,,\n"), "");
  EXPECT_EQ(entries.at(0).name, "a.jpg");
  EXPECT_TRUE(entries.at(0).photo.empty());
}

TEST_F(CsvFormat, APictureIsInOneSubset) {
  const std::string header = "image,subset,class,x0,y0,x1,y1\n";
  EXPECT_THAT(error_of(header + "a.jpg,train,cat,1,2,3,4\na.jpg,val,cat,1,2,3,4\n"),
              HasSubstr("t.csv:3: a.jpg is in another subset"));
  EXPECT_EQ(error_of(header + "a.jpg,train,cat,1,2,3,4\na.jpg,Training,cat,1,2,3,4\n"), "");
}

TEST_F(CsvFormat, BoxesWithoutAreaAreLeftOutWithAWarning) {
  put("t.csv", "image,class,x0,y0,x1,y1\na.jpg,cat,5,5,5,9\na.jpg,cat,1,1,2,2\n");
  const DatasetPicture picture = read(csv, {}, "t.csv").at("a.jpg");
  EXPECT_THAT(picture.annotations, SizeIs(1));
  EXPECT_THAT(picture.warnings, ElementsAre(HasSubstr("t.csv:2: ")));
}

// ---- rows of a file, a block at a time

class ShortReads final : public InputFile {
 public:
  explicit ShortReads(std::string text) : text_(std::move(text)) {}
  std::uint64_t size_bytes() const override { return text_.size(); }
  std::size_t read(std::uint64_t offset, std::span<char> into) override {
    const std::size_t count =
        std::min<std::size_t>(into.size(), text_.size() - std::min<std::uint64_t>(offset, text_.size()));
    text_.copy(into.data(), count, offset);
    most_ = std::max(most_, into.size());
    return count;
  }
  std::size_t most() const { return most_; }

 private:
  std::string text_;
  std::size_t most_ = 0;
};

TEST(CsvRows, TogetherTheyAreTheFileWhereverBlocksEnd) {
  std::mt19937 random(4);
  std::string text;
  while (text.size() < 700'000) text += "a,\"q\n\"\"x\"\"\",;\r\n\n"[random() % 16];
  text += "\"\"\n";
  ShortReads file(text);
  CsvRows rows(file, "t.csv", ',');
  std::string together;
  while (const auto row = rows.next()) {
    ASSERT_EQ(row->offset, together.size());
    together += row->text;
  }
  EXPECT_EQ(together, text);
}

TEST(CsvRows, AQuoteThatIsNeverClosedEndsAtALimit) {
  ShortReads file("a\n\"" + std::string(65u << 20, 'x'));
  CsvRows rows(file, "t.csv", ',');
  rows.next();
  EXPECT_THROW(rows.next(), FormatError);
  EXPECT_LE(file.most(), 1u << 20);
}

}  // namespace
}  // namespace sam
