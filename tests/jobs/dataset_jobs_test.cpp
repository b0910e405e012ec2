// Whole datasets into a project and out of it.
#include <gmock/gmock.h>

#include <map>

#include "dataset/project_folder.h"
#include "jobs/export_job.h"
#include "jobs/import_job.h"
#include "platform/stopped.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Size size{40, 30};

class DatasetJobs : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    for (const char* name : {"a.bmp", "b.bmp", "c.bmp"})
      put(std::string("images/") + name, bmp(size.width, size.height));
  }

  static std::string coco(const std::string& annotations) {
    return R"({"images":[{"id":1,"file_name":"a.bmp","width":40,"height":30},)"
           R"({"id":2,"file_name":"b.bmp","width":40,"height":30},{"id":3,"file_name":"new.bmp","width":20,"height":10}],)"
           R"("categories":[{"id":1,"name":"car"},{"id":2,"name":"tram"}],"annotations":[)" +
           annotations + "]}";
  }
  static std::string box(int id, int image, int category, const std::string& bbox) {
    return R"({"id":)" + std::to_string(id) + R"(,"image_id":)" + std::to_string(image) + R"(,"category_id":)" +
           std::to_string(category) + R"(,"iscrowd":0,"bbox":[)" + bbox + R"(],"segmentation":[]})";
  }

  ImportSummary import(const ImportOptions& options = {}, const std::stop_token& stop = {}) {
    store_.reset();
    const Format& format = *find_format("coco");
    const auto project = open_project(this->options(), faulty_, clock_);
    const auto reader = format.read({faulty_, folder_ / "in.json", {}});
    return import_dataset(*reader, format, *project, options, clock_, stop, [](const WorkProgress&) {});
  }

  void annotate(const std::string& name, Box box, int class_id) {
    Store& store = open();
    LoadedPicture loaded = store.load(name);
    loaded.content.annotations.push_back(rectangle(loaded.content.next_id++, class_id, box, size));
    store.save(loaded.content, loaded.revision);
    store_.reset();
  }

  // "class x0 y0 x1 y1", as the store reads it.
  std::vector<std::string> objects(const std::string& name) {
    std::vector<std::string> found;
    Store& store = open();
    for (const Annotation& each : store.load(name).content.annotations) {
      const Box box = mask_box(each.mask);
      found.push_back(store.classes().names.at(static_cast<std::size_t>(each.class_id)) + " " +
                      std::to_string(static_cast<int>(box.x0)) + " " + std::to_string(static_cast<int>(box.y0)) + " " +
                      std::to_string(static_cast<int>(box.x1)) + " " + std::to_string(static_cast<int>(box.y1)));
    }
    store_.reset();
    return found;
  }

  // Every file of the project but the lock and the index.
  std::map<std::string, std::string> contents() {
    std::map<std::string, std::string> all;
    for (const auto& each : fs::recursive_directory_iterator(folder_)) {
      const std::string path = each.path().lexically_relative(folder_).string();
      if (each.is_regular_file() && path.find("index.sqlite") == std::string::npos && path != "annotations/.lock") {
        all[path] = *get(path);
      }
    }
    return all;
  }

  ExportSummary export_to(const std::string& format, ExportOptions options, const std::stop_token& stop = {}) {
    Store& store = open();
    const auto source = make_project_source(store, {});
    return export_pictures(*source, *find_format(format), options, files_, clock_, stop, [](const WorkProgress&) {});
  }
};

TEST_F(DatasetJobs, ImportAddsAnnotationsAndTheirClasses) {
  put("in.json", coco(box(1, 1, 2, "2,3,10,5") + "," + box(2, 1, 1, "20,10,8,8")));
  const ImportSummary summary = import();
  EXPECT_EQ(summary.annotations, 2u);
  EXPECT_EQ(summary.pictures, 2u);  // b.bmp was looked at and holds nothing
  EXPECT_THAT(summary.classes_added, ElementsAre("tram"));
  EXPECT_EQ(summary.without_photo.text(), "1 (new.bmp)");
  EXPECT_THAT(objects("a.bmp"), ElementsAre("tram 2 3 12 8", "car 20 10 28 18"));
  const Annotation made = open().load("a.bmp").content.annotations[0];
  EXPECT_EQ(made.source, "import:coco");
  EXPECT_EQ(made.created, "2023-11-14T22:13:20Z");
  EXPECT_THAT(*get("labels/a.txt"), HasSubstr("3 0.05"));
}

TEST_F(DatasetJobs, PhotosThatTheProjectLacksAreCopied) {
  put("ds/_annotations.coco.json", "");
  put("in.json", coco(box(1, 3, 1, "2,3,4,5")));
  put("new.bmp", bmp(20, 10));  // beside the file
  const ImportSummary summary = import();
  EXPECT_EQ(summary.photos_added, 1u);
  EXPECT_TRUE(exists("images/new.bmp"));
  EXPECT_THAT(objects("new.bmp"), ElementsAre("car 2 3 6 8"));
}

TEST_F(DatasetJobs, AConflictIsRefusedUnlessDecided) {
  annotate("a.bmp", {2, 3, 12, 8}, 0);
  put("in.json", coco(box(1, 1, 1, "2,3,10,5") + "," + box(2, 1, 1, "20,10,8,8") + "," + box(3, 2, 1, "1,1,5,5")));
  const auto before = contents();
  try {
    import();
    ADD_FAILURE();
  } catch (const DatasetError& error) {
    EXPECT_THAT(error.what(), HasSubstr("1 (a.bmp)"));
    EXPECT_THAT(error.what(), HasSubstr("--on-conflict"));
  }
  EXPECT_EQ(contents(), before);

  ImportOptions keep;
  keep.on_conflict = OnConflict::keep;
  EXPECT_EQ(import(keep).annotations, 1u);
  EXPECT_THAT(objects("a.bmp"), ElementsAre("car 2 3 12 8"));
  EXPECT_THAT(objects("b.bmp"), ElementsAre("car 1 1 6 6"));
}

TEST_F(DatasetJobs, APictureThatIsKeptStaysInItsPart) {
  annotate("a.bmp", {2, 3, 12, 8}, 0);
  put("splits.csv", "image,subset\na.bmp,test\n");
  put("in/data.yaml", "names: [car]\ntrain: images\n");
  put("in/labels/a.txt", "0 0.5 0.5 0.2 0.2\n");
  put("in/images/a.bmp", bmp(size.width, size.height));
  store_.reset();
  const Format& format = *find_format("yolo-detection");
  const auto project = open_project(this->options(), faulty_, clock_);
  const auto reader = format.read({faulty_, folder_ / "in", {}});
  ImportOptions keep;
  keep.on_conflict = OnConflict::keep;
  keep.splits = {{"a.bmp", "test"}};
  import_dataset(*reader, format, *project, keep, clock_, {}, [](const WorkProgress&) {});
  EXPECT_THAT(*get("splits.csv"), HasSubstr("a.bmp,test"));
}

TEST_F(DatasetJobs, MergingTakesWhatLiesOnAnotherForTheSame) {
  annotate("a.bmp", {2, 3, 12, 9}, 0);
  put("in.json", coco(box(1, 1, 1, "2,3,10,5") + "," + box(2, 1, 1, "20,10,8,8") + "," + box(3, 1, 2, "2,3,10,6")));
  ImportOptions merge;
  merge.on_conflict = OnConflict::merge;
  const ImportSummary summary = import(merge);
  EXPECT_EQ(summary.same_objects, 1u);
  EXPECT_EQ(summary.annotations, 2u);
  EXPECT_THAT(objects("a.bmp"), ElementsAre("car 2 3 12 9", "car 20 10 28 18", "tram 2 3 12 9"));
}

TEST_F(DatasetJobs, ReplacingKeepsWhatWasInBackupsAndUsesNoIdAgain) {
  annotate("a.bmp", {2, 3, 12, 8}, 0);
  put("in.json", coco(box(1, 1, 2, "20,10,8,8")));
  ImportOptions replace;
  replace.on_conflict = OnConflict::replace;
  EXPECT_EQ(import(replace).replaced.count, 1u);
  EXPECT_THAT(objects("a.bmp"), ElementsAre("tram 20 10 28 18"));
  EXPECT_EQ(open().load("a.bmp").content.annotations[0].id, 2);
  EXPECT_THAT(backups(), testing::Contains("annotations/a.bmp.json"));
}

TEST_F(DatasetJobs, ImportedObjectsAreProposalsWhereThatIsAskedFor) {
  annotate("a.bmp", {2, 3, 12, 8}, 0);
  put("in.json", coco(box(1, 1, 1, "2,3,10,5") + "," + box(2, 1, 1, "20,10,8,8") + "," + box(3, 2, 1, "1,1,5,5")));
  ImportOptions options;
  options.proposals = true;
  options.on_conflict = OnConflict::merge;
  EXPECT_EQ(import(options).annotations, 2u);
  const auto reviews = [&](const std::string& name) {
    std::vector<Review> found;
    for (const Annotation& each : open().load(name).content.annotations) found.push_back(each.review);
    store_.reset();
    return found;
  };
  EXPECT_THAT(reviews("a.bmp"), ElementsAre(Review::none, Review::proposed));
  EXPECT_THAT(reviews("b.bmp"), ElementsAre(Review::proposed));
}

// COCO lists pictures without saying whether somebody found nothing on them, or nobody looked.
TEST_F(DatasetJobs, PicturesWithoutObjectsAreLookedAtOrStayNew) {
  const auto is_known = [&](const std::string& name) { return get("annotations/" + name + ".json").has_value(); };
  put("new.bmp", bmp(20, 10));
  put("in.json", coco(box(1, 1, 1, "2,3,10,5")));
  ImportOptions plain;
  plain.on_conflict = OnConflict::replace;
  ImportOptions proposals = plain, as_new = plain;
  proposals.proposals = true;
  as_new.empty_as_new = true;
  for (const ImportOptions& options : {proposals, as_new}) {
    const ImportSummary summary = import(options);
    EXPECT_EQ(summary.pictures, 1u);
    EXPECT_FALSE(is_known("b.bmp") || is_known("new.bmp"));
  }
  EXPECT_TRUE(fs::exists(folder_ / "images/new.bmp")) << "its photo comes all the same";
  EXPECT_EQ(import(plain).pictures, 3u);
  EXPECT_TRUE(is_known("b.bmp") && is_known("new.bmp"));
  EXPECT_EQ(import(as_new).pictures, 1u);
  EXPECT_TRUE(is_known("b.bmp")) << "what was looked at before stays so";
}

TEST_F(DatasetJobs, AnExportCountsProposalsOrLeavesThemOut) {
  const auto put_review = [&](const std::string& name, const std::vector<Review>& reviews, bool reviewed = false) {
    for (std::size_t i = 0; i < reviews.size(); ++i) annotate(name, {2, 3, 12.0 + static_cast<double>(i), 8}, 0);
    Store& store = open();
    LoadedPicture loaded = store.load(name);
    for (std::size_t i = 0; i < reviews.size(); ++i) loaded.content.annotations[i].review = reviews[i];
    loaded.content.reviewed = reviewed;
    store.save(loaded.content, loaded.revision);
    store_.reset();
  };
  put_review("a.bmp", {Review::none, Review::proposed, Review::accepted, Review::rejected});
  put_review("b.bmp", {Review::proposed});
  put_review("c.bmp", {Review::rejected});
  const ExportSummary all = export_to("coco", {folder_ / "all"});
  EXPECT_EQ(all.annotations, 6u);
  EXPECT_EQ(all.proposals, 2u);
  EXPECT_EQ(all.left_out, 0u);
  ExportOptions options{folder_ / "accepted"};
  options.accepted_only = true;
  const ExportSummary accepted = export_to("coco", options);
  EXPECT_EQ(accepted.annotations, 2u);
  EXPECT_EQ(accepted.proposals, 0u);
  EXPECT_EQ(accepted.left_out, 4u);
  EXPECT_EQ(accepted.pictures, 2u) << "of b.bmp nobody has said that there is nothing";
  EXPECT_EQ(accepted.pictures_left_out, 1u);
}

// So many that whole batches are left out.
TEST_F(DatasetJobs, PicturesAfterManyThatAreLeftOutAreExported) {
  for (int i = 0; i < 200; ++i) put("images/p" + std::to_string(i) + ".bmp", bmp(size.width, size.height));
  Store& store = open();
  for (std::size_t i = 0; i < store.picture_count(); ++i) {
    const std::string name = store.pictures(i, 1).front().name;
    LoadedPicture loaded = store.load(name);
    loaded.content.annotations.push_back(rectangle(loaded.content.next_id++, 0, {2, 3, 12, 8}, size));
    if (name != "p199.bmp") loaded.content.annotations.back().review = Review::proposed;
    store.save(loaded.content, loaded.revision);
  }
  store_.reset();
  ExportOptions options{folder_ / "accepted"};
  options.accepted_only = true;
  const ExportSummary summary = export_to("coco", options);
  EXPECT_EQ(summary.pictures, 1u);
  EXPECT_EQ(summary.pictures_left_out, 202u);
}

TEST_F(DatasetJobs, ClassesAreMappedSkippedOrRefused) {
  put("in.json", coco(box(1, 1, 1, "2,3,10,5") + "," + box(2, 1, 2, "20,10,8,8")));
  ImportOptions refuse;
  refuse.classes.on_new = OnNewClass::refuse;
  const auto before = contents();
  EXPECT_THROW(import(refuse), DatasetError);
  EXPECT_EQ(contents(), before);

  ImportOptions map;
  map.classes.renamed = {{"tram", "bus"}, {"car", ""}};
  map.classes.on_new = OnNewClass::refuse;
  const ImportSummary summary = import(map);
  EXPECT_EQ(summary.left_out_by_class.at("car"), 1u);
  EXPECT_THAT(summary.classes_added, IsEmpty());
  EXPECT_THAT(objects("a.bmp"), ElementsAre("bus 20 10 28 18"));
}

TEST_F(DatasetJobs, AnErrorAnywhereLeavesTheProjectAsItWas) {
  annotate("b.bmp", {2, 3, 12, 8}, 0);
  const std::string good = box(1, 1, 2, "2,3,10,5");
  const std::vector<std::string> bad = {
      good + "," + box(2, 99, 1, "1,1,5,5"),      // no such image
      good + "," + box(2, 1, 77, "1,1,5,5"),      // no such category
      good + "," + box(2, 1, 1, "1,1,NaN,5"),     // no number
      good + "," + box(2, 1, 1, "1,1,5e300,5"),   // no size
      good + "," + box(2, 1, 1, "1,1,5,5") + "}"  // no JSON
  };
  for (const std::string& annotations : bad) {
    put("in.json", coco(annotations));
    const auto before = contents();
    EXPECT_THROW(import(), DatasetError) << annotations;
    EXPECT_EQ(contents(), before);
  }
}

TEST_F(DatasetJobs, AnImportThatIsStoppedOrOnlyTriedChangesNothing) {
  put("in.json", coco(box(1, 1, 2, "2,3,10,5")));
  open();
  const auto before = contents();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(import({}, stop.get_token()), Stopped);
  ImportOptions dry;
  dry.dry_run = true;
  EXPECT_EQ(import(dry).annotations, 1u);
  EXPECT_EQ(contents(), before);
}

TEST_F(DatasetJobs, ADatasetOfReducedCopiesIsScaled) {
  put("in.json", R"({"images":[{"id":1,"file_name":"a.bmp","width":20,"height":15}],)"
                 R"("categories":[{"id":1,"name":"car"}],"annotations":[)" +
                     box(1, 1, 1, "1,2,10,5") + "]}");
  EXPECT_THAT(import().warnings, ElementsAre(HasSubstr("scaled to 40x30")));
  EXPECT_THAT(objects("a.bmp"), ElementsAre("car 2 4 22 14"));
}

TEST_F(DatasetJobs, APictureOfAnotherShapeIsAnErrorOrLeftOut) {
  put("in.json", R"({"images":[{"id":1,"file_name":"a.bmp","width":20,"height":20},)"
                 R"({"id":2,"file_name":"b.bmp","width":40,"height":30}],)"
                 R"("categories":[{"id":1,"name":"car"}],"annotations":[)" +
                     box(1, 1, 1, "1,2,10,5") + "," + box(2, 2, 1, "1,2,10,5") + "]}");
  EXPECT_THROW(import(), DatasetError);
  ImportOptions skip;
  skip.skip_errors = true;
  const ImportSummary summary = import(skip);
  EXPECT_EQ(summary.failed.text(), "1 (a.bmp)");
  EXPECT_THAT(objects("b.bmp"), ElementsAre("car 1 2 11 7"));
}

TEST_F(DatasetJobs, AnExportTakesItsNameWhenAllIsInIt) {
  annotate("a.bmp", {2, 3, 12, 8}, 0);
  const fs::path out = folder_ / "out";
  const ExportSummary summary = export_to("yolo", {.out = out});
  EXPECT_EQ(summary.pictures, 1u);  // the others are not annotated
  EXPECT_EQ(summary.photos_copied, 1u);
  EXPECT_TRUE(exists("out/images/a.bmp"));
  EXPECT_FALSE(exists("out.partial"));
  EXPECT_THAT(summary.losses, testing::Contains(HasSubstr("without the prompt")));
  EXPECT_THROW(export_to("yolo", {.out = out}), DatasetError);
}

TEST_F(DatasetJobs, AnExportThatWasStoppedGoesOn) {
  annotate("a.bmp", {2, 3, 12, 8}, 0);
  annotate("b.bmp", {2, 3, 12, 8}, 0);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(export_to("yolo", {.out = folder_ / "out"}, stop.get_token()), Stopped);
  put("out.partial/images/a.bmp", *get("images/a.bmp"));
  const ExportSummary summary = export_to("yolo", {.out = folder_ / "out"});
  EXPECT_EQ(summary.photos_kept, 1u);
  EXPECT_EQ(summary.photos_copied, 1u);
  EXPECT_TRUE(exists("out/images/b.bmp"));
}

TEST_F(DatasetJobs, WhatHasChangedSinceAnExportWasStoppedIsNotOfTheFirstTry) {
  annotate("a.bmp", {2, 3, 12, 8}, 0);
  annotate("b.bmp", {2, 3, 12, 8}, 0);
  std::stop_source stop;
  stop.request_stop();
  const fs::path out = folder_ / "out";
  EXPECT_THROW(export_to("yolo", {.out = out}, stop.get_token()), Stopped);
  std::string other = *get("images/a.bmp");
  other.back() = static_cast<char>(other.back() + 1);
  put("out.partial/images/a.bmp", other);  // of the same size
  export_to("yolo", {.out = out});
  EXPECT_EQ(get("out/images/a.bmp"), get("images/a.bmp"));
  EXPECT_FALSE(exists("out/.sam-export"));
  fs::remove_all(out);

  EXPECT_THROW(export_to("yolo", {.out = out}, stop.get_token()), Stopped);
  put("out.partial/images/train/a.bmp", other);
  annotate("c.bmp", {2, 3, 12, 8}, 0);
  fs::remove(folder_ / "annotations/a.bmp.json");
  fs::remove(folder_ / "labels/a.txt");
  export_to("yolo", {.out = out});  // of two pictures again, but of other ones
  EXPECT_FALSE(exists("out/images/train/a.bmp"));
}

TEST_F(DatasetJobs, AFolderThatIsNoStoppedExportIsLeftAlone) {
  annotate("a.bmp", {2, 3, 12, 8}, 0);
  put("out.partial/data.yaml", "mine");
  EXPECT_THROW(export_to("yolo", {.out = folder_ / "out"}), DatasetError);
  EXPECT_EQ(get("out.partial/data.yaml"), "mine");
}

TEST_F(DatasetJobs, AStoppedExportOfAnotherFormatLeavesNothingInTheNext) {
  annotate("a.bmp", {2, 3, 12, 8}, 0);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(export_to("yolo", {.out = folder_ / "out"}, stop.get_token()), Stopped);
  put("out.partial/labels/old.txt", "");
  export_to("coco", {.out = folder_ / "out"});
  EXPECT_FALSE(exists("out/labels"));
  EXPECT_FALSE(exists("out/.sam-export"));
}

// Label files named without the pictures' extensions: one would overwrite the other's.
TEST_F(DatasetJobs, PicturesOfOneBaseNameEitherHaveFilesOfTheirOwnOrAreNamedBeforeAnythingIsWritten) {
  for (const char* name : {"a.BMP", "b.BMP"}) put(std::string("images/") + name, bmp(size.width, size.height));
  for (const char* name : {"a.bmp", "a.BMP", "b.bmp", "b.BMP"}) annotate(name, {2, 3, 12, 8}, 0);
  std::vector<std::string> refusing;
  for (const Format& format : formats()) {
    const fs::path out = folder_ / "out" / format.name;
    fs::create_directories(out.parent_path());
    try {
      export_to(std::string(format.name), {.out = out});
    } catch (const DatasetError& error) {
      refusing.emplace_back(format.name);
      EXPECT_THAT(error.what(), HasSubstr("2 (a.bmp with a.BMP, b.bmp with b.BMP)")) << format.name;
      EXPECT_TRUE(fs::is_empty(out.parent_path())) << format.name;
    }
    fs::remove_all(out);
  }
  EXPECT_THAT(refusing, ElementsAre("labelme", "voc", "original", "instance-masks", "class-masks", "yolo-obb",
                                    "yolo-detection", "yolo"));
}

TEST_F(DatasetJobs, ADryExportWritesNothing) {
  annotate("a.bmp", {2, 3, 12, 8}, 0);
  const auto before = contents();
  for (const Format& format : formats()) {
    EXPECT_EQ(export_to(std::string(format.name), {.out = folder_ / "out", .dry_run = true}).annotations, 1u);
  }
  EXPECT_EQ(contents(), before);
}

TEST_F(DatasetJobs, WhatIsExportedComesBackIntoAnotherProject) {
  annotate("a.bmp", {2, 3, 12, 8}, 2);
  annotate("a.bmp", {20, 13, 32, 28}, 1);
  export_to("coco", {.out = folder_ / "in.json"});
  const std::vector<std::string> before = objects("a.bmp");
  std::filesystem::remove_all(folder_ / "annotations");
  std::filesystem::remove_all(folder_ / "labels");
  import();
  EXPECT_EQ(objects("a.bmp"), before);
}

TEST_F(DatasetJobs, OneDatasetBecomesAnotherWithoutAProject) {
  put("in.json", coco(box(1, 1, 2, "2,3,10,5") + "," + box(2, 2, 1, "20,10,8,8")));
  const auto make_reader = [&] { return find_format("coco")->read({files_, folder_ / "in.json", {}}); };
  const auto source = make_dataset_source(make_reader, {});
  const ExportSummary summary = export_pictures(*source, *find_format("csv"), {.out = folder_ / "out.csv"}, files_,
                                                clock_, {}, [](const WorkProgress&) {});
  EXPECT_EQ(summary.annotations, 2u);
  EXPECT_THAT(*get("out.csv"), HasSubstr("a.bmp"));
}

}  // namespace
}  // namespace sam
