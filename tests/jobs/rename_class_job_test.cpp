// Classes renamed, merged and dropped: list, annotations and labels together.
#include "jobs/rename_class_job.h"

#include <gmock/gmock.h>

#include "dataset/project_folder.h"
#include "platform/stopped.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Size size{40, 30};

class RenameClassJob : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    put("images/a.bmp", bmp(size.width, size.height));
    put("images/b.bmp", bmp(size.width, size.height));
    put("images/fresh.bmp", bmp(size.width, size.height));
    Store& store = open();
    LoadedPicture loaded = store.load("a.bmp");
    loaded.content.annotations = {rectangle(1, 0, {0, 0, 10, 10}, size), rectangle(2, 1, {10, 0, 20, 10}, size),
                                  rectangle(3, 2, {20, 0, 30, 10}, size)};
    store.save(loaded.content, loaded.revision);
    put("labels/b.txt", "2 0.1 0.1 0.9 0.1 0.9 0.9\n7 0.1 0.1 0.9 0.1 0.9 0.9\n");  // as the original left it
    store_.reset();
  }

  ClassChangeSummary change(const std::function<ClassChange(const ClassList&)>& of, ClassChangeOptions options = {},
                            const std::stop_token& stop = {}) {
    store_.reset();
    const auto project = open_project(ProjectFolder::options(), faulty_, clock_);
    return change_classes(*project, faulty_, of(project->classes()), options, clock_, stop, [](const WorkProgress&) {});
  }
  ClassChangeSummary rename(const std::string& from, const std::string& to, ClassChangeOptions options = {},
                            const std::stop_token& stop = {}) {
    return change([&](const ClassList& classes) { return rename_class(classes, from, to); }, options, stop);
  }

  std::vector<int> ids(const std::string& name) {
    std::vector<int> found;
    const LoadedPicture loaded = open().load(name);
    for (const Annotation& each : loaded.content.annotations) found.push_back(each.class_id);
    for (const std::string& warning : loaded.warnings) EXPECT_THAT(warning, HasSubstr("class 7")) << warning;
    return found;
  }
  std::vector<std::string> names() { return open().classes().names; }
};

TEST_F(RenameClassJob, ANewNameIsTheSameClass) {
  const ClassChangeSummary summary = rename("truck", "lorry");
  EXPECT_EQ(summary.pictures, 1u);
  EXPECT_EQ(summary.annotations, 1u);
  EXPECT_EQ(summary.renumbered, 0u);
  EXPECT_THAT(names(), ElementsAre("car", "lorry", "bus"));
  EXPECT_THAT(ids("a.bmp"), ElementsAre(0, 1, 2));
  EXPECT_THAT(*get("annotations/a.bmp.json"), HasSubstr("lorry"));
  EXPECT_FALSE(exists("annotations/b.bmp.json")) << "nothing of it changes";
  EXPECT_THAT(backups(), ElementsAre("annotations/a.bmp.json", "classes.csv"));
}

TEST_F(RenameClassJob, OneThatIsThereTakesTheObjectsAndTheRestIsRenumbered) {
  const ClassChangeSummary summary = rename("car", "truck");
  EXPECT_EQ(summary.pictures, 2u);
  EXPECT_EQ(summary.annotations, 4u);
  EXPECT_EQ(summary.renumbered, 3u);
  EXPECT_THAT(names(), ElementsAre("truck", "bus"));
  EXPECT_THAT(ids("a.bmp"), ElementsAre(0, 0, 1));
  EXPECT_THAT(ids("b.bmp"), ElementsAre(1));
  EXPECT_THAT(*get("labels/b.txt"), HasSubstr("\n7 0.1 0.1")) << "a line that is no annotation stays";
  EXPECT_EQ(get("labels/a.txt")->substr(0, 2), "0 ");
  EXPECT_THAT(backups(), ElementsAre("annotations/a.bmp.json", "classes.csv", "labels/a.txt", "labels/b.txt"));
}

TEST_F(RenameClassJob, TheLastClassMergedIntoTheFirst) {
  rename("bus", "car");
  EXPECT_THAT(names(), ElementsAre("car", "truck"));
  EXPECT_THAT(ids("a.bmp"), ElementsAre(0, 1, 0));
  EXPECT_THAT(ids("b.bmp"), ElementsAre(0));
  const std::string labels = *get("labels/b.txt");
  EXPECT_EQ(std::count(labels.begin(), labels.end(), '\n'), 2) << labels;
}

TEST_F(RenameClassJob, UnusedClassesGo) {
  put("classes.csv", "class_name\ncar\ntruck\nbus\nvan\n");
  const auto drop = [](const ClassList& classes) { return drop_unused_classes(classes, {1, 1, 2, 0}); };
  EXPECT_EQ(change(drop).annotations, 0u);
  EXPECT_THAT(names(), ElementsAre("car", "truck", "bus"));
  EXPECT_THROW(drop_unused_classes({{"a", "b"}, {}}, {1, 1}), DatasetError);
  EXPECT_THROW(drop_unused_classes({{"a", "b"}, {}}, {0, 0}), DatasetError);
  EXPECT_THAT(drop_unused_classes({{"a", "b", "c"}, {}}, {0, 1, 1}).new_ids, ElementsAre(-1, 0, 1));
}

TEST_F(RenameClassJob, WhatCannotBeDoneIsSaid) {
  EXPECT_THROW(rename("tram", "bus"), DatasetError);
  EXPECT_THROW(rename("bus", "bus"), DatasetError);
  EXPECT_THROW(rename_class({{"a", "b", "b"}, {}}, "b", "c"), DatasetError);
  EXPECT_THROW(rename_class({{"a", "b", "b"}, {}}, "a", "b"), DatasetError);
  put("annotations/gone.jpg.json", *get("annotations/a.bmp.json"));
  EXPECT_THROW(rename("car", "bus"), DatasetError);
  files_.remove(folder_ / "annotations" / "gone.jpg.json");
  put("images/b.bmp", "no picture any more");
  EXPECT_THROW(rename("car", "bus"), DatasetError);
  EXPECT_THAT(names(), ElementsAre("car", "truck", "bus"));
}

TEST_F(RenameClassJob, ADryRunAndAStoppedOneChangeNothing) {
  ClassChangeOptions dry;
  dry.dry_run = true;
  EXPECT_EQ(rename("car", "truck", dry).annotations, 4u);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW(rename("car", "truck", {}, stop.get_token()), Stopped);
  EXPECT_THAT(names(), ElementsAre("car", "truck", "bus"));
  EXPECT_THAT(ids("a.bmp"), ElementsAre(0, 1, 2));
}

TEST_F(RenameClassJob, WhereverTheDiskStopsItIsAllOrNothing) {
  int failed = 0;
  for (int at = 0; at < 60; ++at) {
    faulty_.fail(FaultyFileSystem::Fault::from_then_on, at);
    bool done = true;
    try {
      rename("car", "truck");
    } catch (const std::runtime_error&) {
      done = false;
      ++failed;
    }
    faulty_.fail(FaultyFileSystem::Fault::none, 0);
    const bool changed = names().size() == 2;
    EXPECT_THAT(ids("a.bmp"), changed ? ElementsAre(0, 0, 1) : ElementsAre(0, 1, 2));
    EXPECT_THAT(ids("b.bmp"), ElementsAre(changed ? 1 : 2));
    if (!done && changed) break;  // decided, then cut short
    ASSERT_FALSE(done);
  }
  EXPECT_GT(failed, 5);
}

}  // namespace
}  // namespace sam
