#include <gmock/gmock.h>

#include "dataset/formats/dataset_folder.h"
#include "dataset/formats/rows.h"
#include "dataset/project.h"
#include "platform/clock.h"
#include "platform/hash.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Size size{60, 40};

Mask box_mask(int x0, int y0, int x1, int y1) {
  std::vector<std::uint8_t> bits(60 * 40);
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) bits[static_cast<std::size_t>(y * 60 + x)] = 1;
  }
  return mask_from_bits(bits, size);
}

DatasetPicture full_picture(const std::string& name, const std::string& subset) {
  DatasetPicture picture{name, size, subset, 1, 0, {}, {}};
  picture.annotations.push_back(annotation_of(box_mask(1, 2, 30, 20), 1, "dog"));
  picture.annotations.push_back(annotation_of(box_mask(10, 2, 50, 33), 0, "cat"));
  StoredAnnotation& last = picture.annotations.back();
  last.annotation.id = 7;
  last.annotation.score = 0.125;
  last.annotation.source = "sam2";
  last.annotation.created = "2026-01-02T03:04:05Z";
  last.annotation.attributes = {{"iscrowd", "1"}, {"colour", "grün"}};
  last.annotation.prompt = {{{1, 2, 3, 4}}, {{5, 6, false}}, "a cat"};
  last.annotation.review = Review::proposed;
  last.annotation.note = "is it?";
  last.annotation.seconds = 3.5;
  last.other_fields = R"({"ours":[1,2]})";
  picture.reviewed = true;
  return picture;
}

class ProjectFormat : public DatasetFolder {
 protected:
  const Format project = project_format();
};

TEST_F(ProjectFormat, ComesBackWhole) {
  const std::vector<DatasetPicture> pictures = {
      full_picture("a.jpg", "train"), full_picture("b.jpg", ""), {"c.jpg", size, "", 3, 0, {}, {}}};
  write(project, pictures, {"cat", "dog", "unused"});
  const auto back = read(project, size);
  EXPECT_THAT(found_classes, ElementsAre("cat", "dog", "unused"));
  ASSERT_THAT(back, SizeIs(3));
  EXPECT_EQ(back.at("train/a.jpg").annotations, pictures[0].annotations);
  EXPECT_EQ(back.at("b.jpg").annotations, pictures[1].annotations);
  EXPECT_TRUE(back.at("b.jpg").reviewed);
  EXPECT_FALSE(back.at("b.jpg").faulty);
  EXPECT_THAT(back.at("c.jpg").annotations, IsEmpty());
  EXPECT_EQ(back.at("b.jpg").size, size);
  EXPECT_TRUE(entries[2].annotated);
  EXPECT_EQ(entries[0].photo, std::filesystem::canonical(root) / "images/a.jpg");
  EXPECT_TRUE(project.recognises(files, root));
}

TEST_F(ProjectFormat, WhatIsWrittenOpensAsAProjectWithNothingToRepair) {
  write(project, {full_picture("a.jpg", "train")}, {"cat", "dog"});
  std::filesystem::copy_file(std::filesystem::path(SAM_SAMPLES) / "images/coffee.jpg", root / "images/a.jpg",
                             std::filesystem::copy_options::overwrite_existing);
  const std::string before = get("annotations/a.jpg.json");
  SystemClock clock;
  start_image_library("test");
  const auto store = open_project({root, {}, {}}, files, clock);
  const LoadedPicture loaded = store->load("a.jpg");
  EXPECT_THAT(loaded.warnings, SizeIs(1));  // of another size than the sample photo, and that is all
  EXPECT_EQ(get("annotations/a.jpg.json"), before);
}

TEST_F(ProjectFormat, ReadingWritesNothing) {
  write(project, {full_picture("a.jpg", "train")}, {"cat", "dog"});
  std::filesystem::remove_all(root / "labels");
  std::filesystem::remove_all(root / "images");
  std::size_t before = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::recursive_directory_iterator(root)) ++before;
  EXPECT_THAT(read(project, {}).at("train/a.jpg").annotations, SizeIs(2));
  std::size_t after = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::recursive_directory_iterator(root)) ++after;
  EXPECT_EQ(after, before);
}

TEST_F(ProjectFormat, LabelsOfPicturesWithoutAnnotationsFile) {
  write(project, {full_picture("a.jpg", "")}, {"cat", "dog"});
  put("images/old.png", "photo");
  put("images/new.png", "photo");
  put("labels/old.txt", "1 0 0 0.5 0 0.5 0.5\nnonsense\n");
  const auto back = read(project, size);
  ASSERT_THAT(back.at("old.png").annotations, SizeIs(1));
  EXPECT_EQ(back.at("old.png").annotations[0].class_name, "dog");
  EXPECT_THAT(back.at("old.png").warnings, ElementsAre(HasSubstr("labels/old.txt:2")));
  EXPECT_FALSE(entries[1].annotated);
  EXPECT_EQ(entries[1].name, "new.png");
  EXPECT_THAT(read_error(project, {}), HasSubstr("give the photos"));
}

TEST_F(ProjectFormat, LabelsThatSomebodyElseChangedCount) {
  write(project, {full_picture("a.jpg", "")}, {"cat", "dog"});
  const std::string labels = get("labels/a.txt");
  put("labels/a.txt", labels.substr(0, labels.find('\n') + 1));
  const auto back = read(project, size);
  ASSERT_THAT(back.at("a.jpg").annotations, SizeIs(1));
  EXPECT_EQ(back.at("a.jpg").annotations[0].annotation.mask, box_mask(1, 2, 30, 20));
}

TEST_F(ProjectFormat, PicturesThatDifferInTheirExtensionHaveLabelsEach) {
  write(project, {full_picture("a.jpg", ""), {"a.png", size, "", 2, 0, {}, {}}, full_picture("a.webp", "")},
        {"cat", "dog"});
  const auto back = read(project, size);
  EXPECT_THAT(back.at("a.jpg").annotations, SizeIs(2));
  EXPECT_THAT(back.at("a.png").annotations, SizeIs(0));
  EXPECT_THAT(back.at("a.webp").annotations, SizeIs(2));
  EXPECT_NE(get("labels/a.txt"), "");
  EXPECT_EQ(get("labels/a.png.txt"), "");
  EXPECT_EQ(get("labels/a.webp.txt"), get("labels/a.txt"));
}

TEST_F(ProjectFormat, DamagedFilesAreNamed) {
  write(project, {full_picture("a.jpg", "")}, {"cat", "dog"});
  const std::string text = get("annotations/a.jpg.json");
  for (const std::string& broken :
       {std::string("{"), text.substr(0, text.size() / 2), std::string("\0\xff", 2), std::string(5000, '[')}) {
    put("annotations/a.jpg.json", broken);
    EXPECT_THAT(read_error(project, size), HasSubstr("annotations/a.jpg.json: damaged"));
  }
  put("annotations/a.jpg.json", text);
  put("annotations/.change/decided", "");
  EXPECT_THAT(read_error(project, size), HasSubstr("cut short"));
}

TEST_F(ProjectFormat, LinksThatLeadOutAreNotFollowed) {
  write(project, {full_picture("a.jpg", "")}, {"cat", "dog"});
  std::filesystem::remove(root / "images/a.jpg");
  std::filesystem::create_symlink("/etc/hostname", root / "images/a.jpg");
  read(project, size);
  EXPECT_TRUE(entries[0].photo.empty());
  std::filesystem::remove(root / "annotations/a.jpg.json");
  std::filesystem::create_symlink("/etc/hostname", root / "annotations/a.jpg.json");
  EXPECT_THROW(read(project, size), DatasetError);
}

// ---- the original's folders

class OriginalFormat : public DatasetFolder {
 protected:
  const Format original = original_format();
};

TEST_F(OriginalFormat, ReadsWhatTheOriginalWrote) {
  put("images/a.jpg", "photo");
  put("images/b.jpg", "photo");
  put("labels/a.txt", "1 0.250000 0.500000 0.750000 0.500000 0.750000 1.000000\n");
  put("masks/a_mask.jpg", "picture");
  put("metadata/a.txt", "num_annotations: 1\n");
  put("classes.csv", "class_name\ncat\ndog\n");
  EXPECT_TRUE(original.recognises(files, root));
  const auto back = read(original, size);
  ASSERT_THAT(back, SizeIs(2));
  EXPECT_EQ(back.at("a.jpg").annotations.at(0).class_name, "dog");
  EXPECT_EQ(back.at("a.jpg").annotations.at(0).annotation.polygon[0].outer, (Ring{{15, 20}, {45, 20}, {45, 40}}));
  EXPECT_FALSE(entries[1].annotated);
}

TEST_F(OriginalFormat, ComesBack) {
  const DatasetPicture picture = full_picture("a.jpg", "");
  write(original, {picture}, {"cat", "dog"});
  const auto back = read(original, size).at("a.jpg").annotations;
  ASSERT_THAT(back, SizeIs(2));
  EXPECT_EQ(back[0].annotation.polygon, picture.annotations[0].annotation.polygon);
  EXPECT_EQ(back[1].class_name, "cat");
  EXPECT_THAT(get("metadata/a.txt"), HasSubstr("num_annotations: 2"));
}

TEST_F(OriginalFormat, ItsYoloExportIsYolo) {
  put("images/a.jpg", "photo");
  put("labels/a.txt", "");
  put("classes.txt", "cat\n");
  EXPECT_FALSE(original.recognises(files, root));
  EXPECT_TRUE(yolo_segmentation_format().recognises(files, root));
  read(yolo_segmentation_format(), size);
  EXPECT_THAT(found_classes, ElementsAre("cat"));
}

}  // namespace
}  // namespace sam
