// What is wrong with a project is found, and put right where nothing is lost by that.
#include "jobs/validate_job.h"

#include <gmock/gmock.h>

#include "dataset/annotation_file.h"
#include "dataset/project_folder.h"
#include "platform/stopped.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using enum FindingKind;

constexpr Size size{40, 30};

class ValidateJob : public ProjectFolder {
 protected:
  void add_picture(const std::string& name, std::vector<Annotation> annotations) {
    put("images/" + name, bmp(size.width, size.height));
    Store& store = open();
    LoadedPicture loaded = store.load(name);
    loaded.content.annotations = std::move(annotations);
    store.save(loaded.content, loaded.revision);
    store_.reset();
  }

  ValidateSummary validate(ValidateOptions options = {}, const std::stop_token& stop = {}) {
    found_.clear();
    store_.reset();
    const auto project = open_project(ProjectFolder::options(), faulty_, clock_);
    return validate_project(
        *project, faulty_, options, clock_, stop, [&](const Finding& each) { found_.push_back(each); },
        [](const WorkProgress&) {});
  }
  ValidateSummary fix() {
    ValidateOptions options;
    options.fix = true;
    return validate(options);
  }

  // "kind file ids detail", of all but duplicate photos: the test's pictures are all white.
  std::vector<std::string> findings() const {
    std::vector<std::string> texts;
    for (const Finding& each : found_) {
      if (each.kind == duplicate_photo) continue;
      std::string text = std::string(finding_row(each.kind).name) + " " + each.file;
      for (std::int64_t id : each.ids) text += " " + std::to_string(id);
      texts.push_back(text + (each.detail.empty() ? "" : ": " + each.detail));
    }
    return texts;
  }

  // Changes annotations/<name>.json as somebody else would.
  void edit(const std::string& name, const std::function<void(AnnotationDocument&)>& change) {
    AnnotationDocument document = parse_annotation_file(*get("annotations/" + name + ".json"));
    change(document);
    put("annotations/" + name + ".json", format_annotation_file(document));
  }

  std::vector<Annotation> objects(const std::string& name) { return open().load(name).content.annotations; }

  std::vector<Finding> found_;
};

TEST_F(ValidateJob, ASoundProjectHasNothingWrongAndIsLeftAsItIs) {
  add_picture("a.bmp", {rectangle(1, 0, {5, 5, 15, 15}, size), rectangle(2, 1, {20, 5, 30, 15}, size)});
  put("images/b.bmp", bmp(8, 8));
  put("labels/classes.txt", "car\n");
  const std::string before = *get("annotations/a.bmp.json") + *get("labels/a.txt");
  const ValidateSummary summary = fix();
  EXPECT_THAT(findings(), ElementsAre());
  EXPECT_EQ(summary.pictures, 2u);
  EXPECT_EQ(summary.annotated, 1u);
  EXPECT_EQ(summary.annotations, 2u);
  EXPECT_EQ(summary.changed_files, 0u);
  EXPECT_EQ(*get("annotations/a.bmp.json") + *get("labels/a.txt"), before);
  EXPECT_TRUE(backups().empty());
}

TEST_F(ValidateJob, ObjectsAreJudged) {
  Annotation bow = rectangle(4, 0, {0, 0, 10, 10}, size);
  bow.polygon = {{{{0, 0}, {10, 10}, {10, 0}, {0, 10}}, {}}};
  add_picture("a.bmp", {rectangle(1, 0, {20, 5, 30, 15}, size), rectangle(2, 0, {20, 5, 30, 15}, size),
                        rectangle(3, 1, {22, 7, 25, 10}, size), bow});
  put("classes.csv", "class_name\ncar\n");
  const ValidateSummary summary = validate();
  EXPECT_THAT(findings(),
              ElementsAre("unknown_class a.bmp 3: class 1", "duplicate_object a.bmp 1 2: IoU 100 %",
                          "self_intersecting a.bmp 4: at 5, 5", "polygon_not_mask a.bmp 4: IoU 50 %",
                          "overlapping a.bmp 1 3: 100 % of the smaller, IoU 9 %",
                          "overlapping a.bmp 2 3: 100 % of the smaller, IoU 9 %", "tiny_object a.bmp 3: 9 px"));
  EXPECT_EQ(summary.left(Severity::error), 2u);
  EXPECT_EQ(summary.left(Severity::warning), 5u);
}

TEST_F(ValidateJob, WhatCanBePutRightIs) {
  Annotation bow = rectangle(3, 0, {0, 0, 10, 10}, size);
  bow.polygon = {{{{0, 0}, {10, 10}, {10, 0}, {0, 10}}, {}}};
  Annotation outside = rectangle(4, 1, {30, 20, 40, 30}, size);
  outside.polygon = {{{{30, 20}, {60, 20}, {60, 30}, {30, 30}}, {}}};
  add_picture("a.bmp", {rectangle(1, 0, {20, 5, 30, 15}, size), rectangle(2, 0, {20, 5, 30, 15}, size), bow, outside});
  const std::string annotations = *get("annotations/a.bmp.json");
  ValidateOptions dry;
  dry.fix = true;
  dry.dry_run = true;
  const ValidateSummary would = validate(dry);
  EXPECT_EQ(*get("annotations/a.bmp.json"), annotations);
  EXPECT_TRUE(backups().empty());
  const ValidateSummary done = fix();
  for (const FindingKind kind : {duplicate_object, outside_picture, self_intersecting, polygon_not_mask}) {
    EXPECT_EQ(done.kinds.at(static_cast<std::size_t>(kind)).fixed, 1u) << finding_row(kind).name;
    EXPECT_EQ(would.kinds.at(static_cast<std::size_t>(kind)).fixed, 1u) << finding_row(kind).name;
  }
  EXPECT_EQ(done.left(Severity::error), 0u);
  EXPECT_THAT(backups(), ElementsAre("annotations/a.bmp.json", "labels/a.txt"));
  validate();
  EXPECT_THAT(findings(), ElementsAre());
  const std::vector<Annotation> left = objects("a.bmp");
  ASSERT_EQ(left.size(), 3u);
  EXPECT_EQ(left[0].id, 1);
  EXPECT_EQ(left[1].mask, bow.mask) << "masks stay as they are";
  EXPECT_EQ(left[2].mask, outside.mask);
}

TEST_F(ValidateJob, AnObjectWithoutPixelsIsDrawnFromItsPolygonOrGoes) {
  add_picture("a.bmp", {rectangle(1, 0, {5, 5, 15, 15}, size), rectangle(2, 1, {20, 5, 30, 15}, size)});
  edit("a.bmp", [](AnnotationDocument& document) {
    for (StoredAnnotation& each : document.annotations) each.annotation.mask.runs = {40 * 30};
    document.annotations[1].annotation.polygon.clear();
  });
  validate();
  EXPECT_THAT(findings(), testing::Contains("empty_object a.bmp 1"));
  EXPECT_EQ(fix().kinds.at(static_cast<std::size_t>(empty_object)).fixed, 2u);
  const std::vector<Annotation> left = objects("a.bmp");
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(mask_area(left[0].mask), 100u);
}

TEST_F(ValidateJob, LabelsThatSaySomethingElseAreFoundWithoutBeingRead) {
  for (const char* name : {"changed.bmp", "gone.bmp", "edited.bmp"})
    add_picture(name, {rectangle(1, 0, {5, 5, 15, 15}, size)});
  put("labels/changed.txt", "1 0.5 0.5 0.9 0.5 0.9 0.9\nnonsense\n");
  files_.remove(folder_ / "labels" / "gone.txt");
  edit("edited.bmp", [](AnnotationDocument& document) { document.annotations[0].annotation.class_id = 1; });
  validate();
  EXPECT_THAT(findings(),
              ElementsAre(HasSubstr("labels_differ changed.bmp: labels/changed.txt: it was changed by another program"),
                          "bad_label_line changed.bmp: labels/changed.txt, line 2",
                          HasSubstr("labels_differ edited.bmp: labels/edited.txt: the annotations file was changed"),
                          HasSubstr("moved_class edited.bmp 1: class 1 \"car\" is 0 \"car\" now"),
                          "labels_differ gone.bmp: labels/gone.txt: it is missing"));
  EXPECT_FALSE(exists("labels/gone.txt"));
  EXPECT_TRUE(backups().empty());
  fix();
  EXPECT_THAT(backups(), testing::Contains("labels/changed.txt")) << "what is replaced";
  validate();
  EXPECT_THAT(findings(), ElementsAre("bad_label_line changed.bmp: labels/changed.txt, line 2"));
  EXPECT_EQ(objects("changed.bmp").at(0).class_id, 1) << "as opening the picture would have read it";
}

TEST_F(ValidateJob, FilesThatAreDamagedOrAlone) {
  add_picture("a.bmp", {rectangle(1, 0, {5, 5, 15, 15}, size)});
  add_picture("b.bmp", {rectangle(1, 0, {5, 5, 15, 15}, size)});
  put("annotations/a.bmp.json", "{\"format\": 1, ");
  files_.remove(folder_ / "images" / "b.bmp");
  put("images/broken.jpg", "no picture");
  put("images/empty.png", "");
  put("labels/alone.txt", "");
  ValidateSummary summary = validate();
  EXPECT_THAT(findings(), ElementsAre("missing_photo annotations/b.bmp.json", "missing_photo labels/alone.txt",
                                      "missing_photo labels/b.txt", HasSubstr("damaged_annotations a.bmp: "),
                                      HasSubstr("unreadable_photo broken.jpg: "),
                                      "unreadable_photo empty.png: the file is empty (0 bytes)"));
  EXPECT_EQ(summary.left(Severity::error), 6u);
  summary = fix();
  EXPECT_EQ(summary.left(Severity::error), 3u);
  EXPECT_FALSE(exists("annotations/b.bmp.json"));
  EXPECT_FALSE(exists("labels/b.txt"));
  EXPECT_TRUE(exists("labels/alone.txt")) << "nothing says whose it is";
  EXPECT_THAT(backups(), ElementsAre("annotations/a.bmp.json", "annotations/b.bmp.json", "labels/b.txt"));
  EXPECT_EQ(objects("a.bmp").size(), 1u) << "from its labels";
}

TEST_F(ValidateJob, APhotoOfAnotherSize) {
  add_picture("scaled.bmp", {rectangle(1, 0, {4, 4, 16, 16}, size)});
  add_picture("other.bmp", {rectangle(1, 0, {4, 4, 16, 16}, size)});
  put("images/scaled.bmp", bmp(80, 60));
  put("images/other.bmp", bmp(33, 60));
  validate();
  EXPECT_THAT(findings(),
              ElementsAre("wrong_size other.bmp: annotated at 40x30", "scaled_photo scaled.bmp: annotated at 40x30"));
  fix();
  validate();
  EXPECT_THAT(findings(), ElementsAre("wrong_size other.bmp: annotated at 40x30"));
  EXPECT_EQ(mask_area(objects("scaled.bmp").at(0).mask), 24u * 24u);
}

TEST_F(ValidateJob, PhotosThatAreTheSameAreFoundByContent) {
  put("images/a.bmp", bmp(10, 10));
  put("images/b.bmp", bmp(12, 10));
  put("images/c10.bmp", bmp(10, 10));
  std::string other = bmp(10, 10);
  other.back() = 0;
  put("images/c9.bmp", other);
  validate();
  ASSERT_EQ(found_.size(), 1u);
  EXPECT_EQ(found_[0].kind, duplicate_photo);
  EXPECT_EQ(found_[0].file, "c10.bmp");
  EXPECT_EQ(found_[0].detail, "the same as a.bmp");
}

TEST_F(ValidateJob, AsksForTheWholePhotoWhenTold) {
  std::string half = bmp(400, 300);
  half.resize(half.size() / 2);
  put("images/half.bmp", half);
  ValidateOptions options;
  options.decode = true;
  EXPECT_EQ(validate(options).left(Severity::error), 1u);
}

TEST_F(ValidateJob, ManyPicturesComeInOrder) {
  for (int i = 0; i < 150; ++i) put("images/p" + std::to_string(i) + ".jpg", "x");
  ValidateOptions options;
  options.threads = 4;
  const ValidateSummary summary = validate(options);
  const std::vector<std::string> texts = findings();
  ASSERT_EQ(texts.size(), 150u);
  for (int i = 0; i < 150; ++i)
    EXPECT_EQ(texts[static_cast<std::size_t>(i)].find("unreadable_photo p" + std::to_string(i) + ".jpg"), 0u);
  EXPECT_EQ(summary.kinds.at(static_cast<std::size_t>(unreadable_photo)).first.size(), 5u);
  EXPECT_EQ(summary.kinds.at(static_cast<std::size_t>(unreadable_photo)).found, 150u);
}

TEST_F(ValidateJob, StoppedOrFailedNothingIsChanged) {
  add_picture("a.bmp", {rectangle(1, 0, {20, 5, 30, 15}, size), rectangle(2, 0, {20, 5, 30, 15}, size)});
  std::stop_source stop;
  stop.request_stop();
  ValidateOptions options;
  options.fix = true;
  EXPECT_THROW(validate(options, stop.get_token()), Stopped);
  EXPECT_EQ(objects("a.bmp").size(), 2u);
  store_.reset();
  int failed = 0;
  for (int at = 0; at < 40; ++at) {
    faulty_.fail(FaultyFileSystem::Fault::from_then_on, at);
    try {
      validate(options);
    } catch (const std::runtime_error&) {
      ++failed;
    }
    faulty_.fail(FaultyFileSystem::Fault::none, 0);
    const std::size_t left = objects("a.bmp").size();
    store_.reset();
    ASSERT_TRUE(left == 1 || left == 2);
    if (left == 1) break;
  }
  EXPECT_GT(failed, 3);
}

}  // namespace
}  // namespace sam
