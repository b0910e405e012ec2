// What every row of the table of formats must do: written and read again, a dataset is the same up to what the format holds; damaged files are
// an error or something else that is whole, never a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "dataset/class_list.h"
#include "dataset/formats/complete_picture.h"
#include "dataset/formats/format.h"
#include "dataset/project_folder.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

using Shape = FormatFeatures::Shape;

const std::vector<std::string> class_names = {"car", "delivery van", "bus, \"red\"", "Bäume/Linde", "unused"};

StoredAnnotation object(int class_id, Polygon polygon, Size size) {
  StoredAnnotation stored;
  stored.annotation.class_id = class_id;
  stored.annotation.polygon = std::move(polygon);
  stored.annotation.mask = polygon_to_mask(stored.annotation.polygon, size);
  stored.class_name = class_names[static_cast<std::size_t>(class_id)];
  return stored;
}

Ring ring(double x0, double y0, double x1, double y1) {
  return {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
}

// Objects that do not touch: of one part, concave and off the grid, at the border, with a hole, in two parts, of one pixel.
std::vector<StoredAnnotation> all_kinds(Size size) {
  std::vector<StoredAnnotation> objects;
  objects.push_back(object(0, {{ring(2, 2, 22, 17), {}}}, size));
  objects.push_back(
      object(1, {{{{30.25, 3.5}, {60.125, 8.75}, {48.5, 14.0625}, {58.75, 30.5}, {33.5, 27.25}}, {}}}, size));
  objects.push_back(object(2, {{ring(0, 60, 25, size.height), {}}}, size));
  objects.push_back(object(3, {{ring(40, 40, 70, 70), {ring(48, 48, 60, 62)}}}, size));
  objects.push_back(object(0, {{ring(80, 5, 95, 20), {}}, {ring(80, 30, 97, 44), {}}}, size));
  objects.push_back(object(1, {{ring(90, 60, 91, 61), {}}}, size));
  return objects;
}

class FormatContract : public testing::TestWithParam<Format> {
 protected:
  void SetUp() override {
    static const bool started = (start_image_library("dataset_tests"), true);
    ASSERT_TRUE(started);
    std::string pattern = (fs::temp_directory_path() / "sam-format-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = fs::canonical(pattern);
    fs::create_directories(folder_ / "photos");
  }
  void TearDown() override { fs::remove_all(folder_); }

  const FormatFeatures& features() const { return GetParam().features; }

  void add(const std::string& name, const std::string& subset, std::vector<StoredAnnotation> objects,
           Size size = {101, 77}) {
    files().write_atomic(folder_ / "photos" / name, bmp(size.width, size.height));
    DatasetPicture picture;
    picture.name = name;
    picture.size = size;
    picture.subset = subset;
    picture.annotations = std::move(objects);
    for (std::size_t i = 0; i < picture.annotations.size(); ++i) {
      picture.annotations[i].annotation.id = static_cast<std::int64_t>(i + 1);
    }
    pictures_.push_back(std::move(picture));
  }

  FileSystem& files() { return posix_; }

  // Returns what a reader is given.
  fs::path write(bool exact_masks, bool photos = true) {
    const fs::path out = folder_ / "out";
    files().create_directories(out);
    WriteRequest request{files(), out, false, class_names, {}, exact_masks};
    for (const DatasetPicture& picture : pictures_) {
      const auto known = std::find(request.subsets.begin(), request.subsets.end(), picture.subset);
      if (!picture.subset.empty() && known == request.subsets.end()) request.subsets.push_back(picture.subset);
    }
    const auto writer = GetParam().write(request);
    std::int64_t objects = 0;
    std::int64_t id = 0;
    for (DatasetPicture picture : pictures_) {
      picture.id = ++id;
      picture.first_object = objects;
      objects += static_cast<std::int64_t>(picture.annotations.size());
      EncodedPicture encoded = writer->encode(picture);
      for (const EncodedFile& file : encoded.files) {
        files().create_directories((out / file.path).parent_path());
        files().write_unflushed(out / file.path, file.bytes);
      }
      encoded.files.clear();
      writer->append(std::move(encoded));
      const fs::path place = writer->photo_path(picture.name, picture.subset);
      if (!photos || place.empty()) continue;
      files().create_directories((out / place).parent_path());
      files().copy_unflushed(folder_ / "photos" / picture.name, out / place);
    }
    writer->finish();
    return out;
  }

  // By the pictures' names without extension.
  std::map<std::string, DatasetPicture> read(const fs::path& in) {
    std::map<std::string, DatasetPicture> found;
    const auto reader = GetParam().read({files(), in, class_names});
    listed_ = reader->classes();
    while (const auto entry = reader->next()) {
      if (!entry->annotated) continue;
      const std::string base = fs::path(entry->name).stem().string();
      const auto known = std::find_if(pictures_.begin(), pictures_.end(), [&](const DatasetPicture& picture) {
        return fs::path(picture.name).stem() == base;
      });
      const Size size = known == pictures_.end() ? Size{101, 77} : known->size;
      DatasetPicture picture = reader->decode(*entry, size);
      picture.subset = entry->subset;
      complete_picture(picture, entry->place, size, 1);
      EXPECT_TRUE(found.emplace(base, std::move(picture)).second) << base << " twice";
    }
    return found;
  }

  // The object of that class that overlaps most.
  static const StoredAnnotation* best(const StoredAnnotation& of, const std::vector<StoredAnnotation>& among) {
    const StoredAnnotation* found = nullptr;
    double most = -1;
    for (const StoredAnnotation& each : among) {
      if (each.class_name != of.class_name) continue;
      const double iou = mask_iou(each.annotation.mask, of.annotation.mask);
      if (iou > most) {
        most = iou;
        found = &each;
      }
    }
    return found;
  }

  void expect_shape(const Annotation& before, const Annotation& after, bool exact_masks) {
    if (features().shape == Shape::box) {
      EXPECT_EQ(mask_box(after.mask), mask_box(before.mask));
    } else if (features().shape == Shape::rotated_box) {
      const Box box = mask_box(after.mask);
      const Box inner = mask_box(before.mask);
      EXPECT_LE(box.x0, inner.x0 + 1);
      EXPECT_LE(box.y0, inner.y0 + 1);
      EXPECT_GE(box.x1, inner.x1 - 1);
      EXPECT_GE(box.y1, inner.y1 - 1);
    } else if (features().shape == Shape::mask && exact_masks) {
      EXPECT_EQ(after.mask, before.mask);
    } else {
      EXPECT_GE(mask_iou(after.mask, before.mask), mask_area(before.mask) > 100 ? 0.99 : 0.9);
    }
  }

  PosixFileSystem posix_;
  fs::path folder_;
  std::vector<DatasetPicture> pictures_;
  std::vector<std::string> listed_;
};

TEST_P(FormatContract, WhatIsWrittenIsReadAgain) {
  for (const bool exact_masks : {false, true}) {
    TearDown();
    SetUp();
    pictures_.clear();
    add("a picture.bmp", "", all_kinds({101, 77}));
    add("straße.b.bmp", "", {object(4 - 1, {{ring(1, 1, 9, 40), {}}}, {10, 41})}, {10, 41});
    const auto found = read(write(exact_masks));
    ASSERT_EQ(found.size(), pictures_.size());
    for (const DatasetPicture& before : pictures_) {
      SCOPED_TRACE(before.name + (exact_masks ? ", exact" : ""));
      const DatasetPicture& after = found.at(fs::path(before.name).stem().string());
      EXPECT_EQ(after.size, before.size);
      if (features().instances) {
        EXPECT_EQ(after.annotations.size(), before.annotations.size());
      }
      for (const StoredAnnotation& stored : before.annotations) {
        const bool in_parts = stored.annotation.polygon.size() > 1;
        const bool with_holes = !stored.annotation.polygon[0].holes.empty();
        if (in_parts && (!features().parts || !features().instances)) continue;
        if (with_holes && !features().holes && features().shape != Shape::box) continue;
        const StoredAnnotation* read_again = best(stored, after.annotations);
        ASSERT_NE(read_again, nullptr) << stored.class_name;
        expect_shape(stored.annotation, read_again->annotation, exact_masks);
      }
    }
  }
}

TEST_P(FormatContract, WhatItClaimsToHoldComesBack) {
  StoredAnnotation rich = object(1, {{ring(3, 3, 33, 43), {}}}, {101, 77});
  rich.annotation.score = 0.625;
  rich.annotation.source = "sam2:tiny";
  rich.annotation.created = "2026-01-02T03:04:05Z";
  rich.annotation.review = Review::accepted;
  rich.annotation.note = "looked at twice";
  rich.annotation.prompt.boxes = {{3, 3, 33, 43}};
  rich.annotation.prompt.points = {{10.5, 11.25, true}, {1, 1, false}};
  rich.annotation.attributes = {{"colour", "dark \"blue\", <nearly> & so on"}, {"occluded", "1"}};
  StoredAnnotation crowd = object(0, {{ring(50, 10, 90, 40), {}}}, {101, 77});
  crowd.annotation.attributes = {{"iscrowd", "1"}};
  add("a.bmp", "train", {rich, crowd});
  add("b.bmp", "val", {});
  const auto found = read(write(false));
  EXPECT_EQ(found.contains("b"), features().empty_pictures);
  ASSERT_TRUE(found.contains("a"));
  const DatasetPicture& picture = found.at("a");
  if (features().subsets) {
    EXPECT_EQ(picture.subset, "train");
  }
  if (features().unused_classes) {
    EXPECT_EQ(listed_, class_names);
  }
  const StoredAnnotation* after = best(rich, picture.annotations);
  ASSERT_NE(after, nullptr);
  if (features().scores) {
    EXPECT_NEAR(after->annotation.score, 0.625, 1e-6);
  }
  if (features().prompts) {
    EXPECT_EQ(after->annotation.prompt, rich.annotation.prompt);
  }
  if (features().provenance) {
    EXPECT_EQ(after->annotation.source, rich.annotation.source);
    EXPECT_EQ(after->annotation.created, rich.annotation.created);
  }
  if (features().review) {
    EXPECT_EQ(after->annotation.review, rich.annotation.review);
    EXPECT_EQ(after->annotation.note, rich.annotation.note);
  }
  if (features().attributes) {
    EXPECT_EQ(after->annotation.attributes, rich.annotation.attributes);
  }
  const StoredAnnotation* crowd_after = best(crowd, picture.annotations);
  ASSERT_NE(crowd_after, nullptr);
  EXPECT_EQ(crowd_after->annotation.attributes.contains("iscrowd"), features().crowd);
}

TEST_P(FormatContract, OverlapsAndTouchingObjectsAreKeptWhereItSaysSo) {
  const Size size{101, 77};
  add("a.bmp", "", {object(0, {{ring(5, 5, 40, 40), {}}}, size), object(0, {{ring(20, 20, 60, 60), {}}}, size)});
  add("b.bmp", "", {object(0, {{ring(5, 5, 40, 40), {}}}, size), object(0, {{ring(40, 5, 60, 40), {}}}, size)});
  const auto found = read(write(true));
  EXPECT_EQ(found.at("b").annotations.size(), features().instances ? 2u : 1u);
  if (!features().instances) return;
  ASSERT_EQ(found.at("a").annotations.size(), 2u);
  if (features().shape != Shape::mask && features().shape != Shape::polygon) return;
  const std::vector<StoredAnnotation>& before = pictures_[0].annotations;
  double worst = 1;  // which of the two is seen where they overlap is the format's choice
  for (const StoredAnnotation& each : before) {
    const StoredAnnotation* after = best(each, found.at("a").annotations);
    worst = std::min(worst, mask_iou(after->annotation.mask, each.annotation.mask));
  }
  if (features().overlap) {
    EXPECT_GE(worst, 0.99);
  } else {
    EXPECT_LT(worst, 0.99);
  }
}

TEST_P(FormatContract, ItRecognisesWhatItWroteAndNothingElse) {
  add("a.bmp", "", all_kinds({101, 77}));
  const fs::path in = write(false);
  const Format* recognised = recognise_format(files(), in);
  ASSERT_NE(recognised, nullptr);
  EXPECT_EQ(recognised->name, GetParam().name);
  files().create_directories(folder_ / "empty");
  EXPECT_FALSE(GetParam().recognises(files(), folder_ / "empty"));
  EXPECT_FALSE(GetParam().recognises(files(), folder_ / "missing"));
}

// Files that are cut short or changed somewhere: an error for the user, or a dataset that is whole in itself.
TEST_P(FormatContract, DamageIsAnErrorOrNothing) {
  add("a.bmp", "train", all_kinds({101, 77}));
  add("b.bmp", "val", {object(0, {{ring(5, 5, 40, 40), {}}}, {101, 77})});
  const fs::path in = write(true);
  std::vector<fs::path> written;
  for (const auto& each : fs::recursive_directory_iterator(in)) {
    if (each.is_regular_file() && each.path().extension() != ".bmp") written.push_back(each.path());
  }
  std::sort(written.begin(), written.end());
  std::mt19937_64 random(7);
  int errors = 0;
  for (const fs::path& path : written) {
    const std::string whole = *files().read(path, 1 << 24);
    for (int turn = 0; turn < 24; ++turn) {
      std::string bytes = whole;
      if (bytes.empty()) continue;
      const std::size_t at = random() % bytes.size();
      if (turn < 8) {
        bytes.resize(at);
      } else {
        constexpr std::string_view odd("-9e<>\"{}[],:&\xff\n\0", 16);
        bytes[at] = odd[random() % odd.size()];
      }
      files().write_unflushed(path, bytes);
      try {
        for (const auto& [name, picture] : read(in)) {
          for (const StoredAnnotation& stored : picture.annotations) {
            EXPECT_EQ(stored.annotation.mask.size, picture.size);
            EXPECT_GT(mask_area(stored.annotation.mask), 0u);
          }
        }
      } catch (const DatasetError& error) {
        EXPECT_GT(std::string_view(error.what()).size(), 20u);
        ++errors;
      } catch (const FileError&) {
        ++errors;
      }
    }
    files().write_unflushed(path, whole);
  }
  EXPECT_GT(errors, 0);
}

INSTANTIATE_TEST_SUITE_P(EveryFormat, FormatContract, testing::ValuesIn(formats().begin(), formats().end()),
                         [](const auto& row) {
                           std::string name(row.param.name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace sam
