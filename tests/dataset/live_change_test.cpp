// A project changed as a whole while it is open: what is refused meanwhile, and that it goes on with what was made of it.
#include <gmock/gmock.h>

#include <thread>

#include "dataset/project.h"
#include "dataset/project_folder.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Size size{40, 30};

class LiveChange : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    for (const char* name : {"a.bmp", "b.bmp"}) put(std::string("images/") + name, bmp(size.width, size.height));
    put("new/c.bmp", bmp(20, 10));
    project_ = open_project(options(), faulty_, clock_);
    save("a.bmp", 2);
    while (project_->examine_next()) {
    }
  }
  void TearDown() override {
    project_.reset();
    ProjectFolder::TearDown();
  }

  void save(const std::string& name, int class_id) {
    LoadedPicture loaded = project_->load(name);
    loaded.content.annotations = {rectangle(loaded.content.next_id, class_id, {1, 1, 9, 9}, loaded.content.size)};
    project_->save(loaded.content, loaded.revision);
  }
  int class_of(const std::string& name) { return project_->load(name).content.annotations.at(0).class_id; }

  // Truck goes, bus moves up, a photo comes.
  void stage(ProjectEdit& edit) {
    edit.set_classes({"car", "bus"});
    edit.add_photo("c.bmp", folder_ / "new" / "c.bmp");
    edit.put({"a.bmp", size, 7, {rectangle(3, 1, {1, 1, 9, 9}, size)}}, {});
  }

  std::unique_ptr<Project> project_;
};

TEST_F(LiveChange, TheProjectGoesOnWithWhatItBecame) {
  const ClassList& before = project_->classes();
  {
    const auto edit = project_->edit();
    stage(*edit);
    EXPECT_EQ(project_->classes().names.size(), 3u) << "nothing has changed yet";
    EXPECT_EQ(class_of("a.bmp"), 2);
    edit->commit();
  }
  EXPECT_THAT(project_->classes().names, ElementsAre("car", "bus"));
  EXPECT_THAT(before.names, ElementsAre("car", "truck", "bus")) << "who holds it may go on with it";
  EXPECT_EQ(class_of("a.bmp"), 1);
  EXPECT_EQ(project_->position("c.bmp"), 2u);
  save("c.bmp", 0);
  save("a.bmp", 0);
  EXPECT_THROW(save("b.bmp", 2), DatasetError) << "of a class that is no more";
  while (project_->examine_next()) {
  }
  PictureFilter filter;
  filter.class_id = 0;
  EXPECT_EQ(project_->pictures(filter, 0, 10).total, 2u);
  filter.class_id = 2;
  EXPECT_EQ(project_->pictures(filter, 0, 10).total, 0u);
  EXPECT_THROW(open_project(options(), files_, clock_), DatasetError) << "the lock is held all the while";
}

TEST_F(LiveChange, SavingIsRefusedMeanwhileAndLookingIsNot) {
  {
    const auto edit = project_->edit();
    EXPECT_THROW(save("b.bmp", 0), ProjectBusy);
    EXPECT_THROW(project_->edit(), ProjectBusy);
    EXPECT_THROW(project_->add_class("tree"), ProjectBusy);
    EXPECT_EQ(class_of("a.bmp"), 2);
  }
  save("b.bmp", 0);
  EXPECT_EQ(class_of("b.bmp"), 0);
  EXPECT_EQ(class_of("a.bmp"), 2) << "an edit that is not committed changes nothing";
}

// Whatever call fails: either nothing was changed, or the change is completed before the project is used next.
TEST_F(LiveChange, AChangeThatFailsIsNoChangeOrIsCompleted) {
  int completed = 0;
  for (int at = 0;; ++at) {
    SCOPED_TRACE(at);
    project_.reset();
    for (const char* name : {"images/c.bmp", "annotations", "labels"}) std::filesystem::remove_all(folder_ / name);
    put("classes.csv", "class_name\ncar\ntruck\nbus\n");
    project_ = open_project(options(), faulty_, clock_);
    save("a.bmp", 2);
    bool failed = false;
    try {
      const auto edit = project_->edit();
      stage(*edit);
      faulty_.fail(FaultyFileSystem::Fault::once, at);
      edit->commit();
    } catch (const FileError&) {
      failed = true;
    }
    faulty_.fail(FaultyFileSystem::Fault::none, 0);
    const int now = class_of("a.bmp");
    if (now == 1) {
      EXPECT_THAT(project_->classes().names, ElementsAre("car", "bus"));
      EXPECT_TRUE(project_->find("c.bmp").has_value());
      completed += failed ? 1 : 0;
    } else {
      EXPECT_TRUE(failed);
      EXPECT_EQ(project_->classes().names.size(), 3u);
      EXPECT_FALSE(project_->find("c.bmp").has_value());
    }
    save("b.bmp", 0);
    if (!failed) break;
  }
  EXPECT_GT(completed, 0);
}

TEST_F(LiveChange, NobodySeesHalfAChange) {
  std::atomic<bool> over = false;
  std::thread looker([&] {
    while (!over) {
      const LoadedPicture loaded = project_->load("a.bmp");
      EXPECT_THAT(loaded.warnings, testing::IsEmpty());
      project_->scan();
      project_->examine_next();
    }
  });
  for (int round = 0; round < 10; ++round) {
    const auto edit = project_->edit();
    const bool even = round % 2 == 0;
    edit->set_classes(even ? std::vector<std::string>{"bus", "car"} : std::vector<std::string>{"car", "truck", "bus"});
    edit->put({"a.bmp", size, 7, {rectangle(3, even ? 0 : 2, {1, 1, 9, 9}, size)}}, {});
    edit->commit();
  }
  over = true;
  looker.join();
}

TEST_F(LiveChange, AClassIsAddedWithoutTouchingAnythingElse) {
  const std::string annotations = *get("annotations/a.bmp.json");
  put("classes.csv",
      "\xef\xbb\xbf"
      "id,class_name,colour\r\n0,car,\"red, or so\"\r\n1,truck,\r\n2,bus,blue");
  project_.reset();
  project_ = open_project(options(), files_, clock_);
  project_->add_class("tree, \"large\"");
  EXPECT_THAT(project_->classes().names, ElementsAre("car", "truck", "bus", "tree, \"large\""));
  EXPECT_EQ(*get("classes.csv"),
            "\xef\xbb\xbf"
            "id,class_name,colour\r\n0,car,\"red, or so\"\r\n1,truck,\r\n2,bus,blue\r\n"
            ",\"tree, \"\"large\"\"\",\r\n");
  save("b.bmp", 3);
  EXPECT_EQ(class_of("b.bmp"), 3);
  EXPECT_EQ(*get("annotations/a.bmp.json"), annotations);
  EXPECT_THROW(project_->add_class("truck"), DatasetError);
  EXPECT_EQ(project_->classes().names.size(), 4u);
}

TEST_F(LiveChange, TheClassListMayLieOutsideTheProject) {
  const std::filesystem::path outside = folder_.string() + "-classes.csv";
  files_.write_atomic(outside, "name\ncar\ntruck\nbus\n");
  StoreOptions elsewhere = options();
  elsewhere.classes_csv = outside;
  project_.reset();
  project_ = open_project(elsewhere, files_, clock_);
  project_->add_class("tree");
  EXPECT_EQ(static_cast<FileSystem&>(files_).read(outside), "name\ncar\ntruck\nbus\ntree\n");
  {
    const auto edit = project_->edit();
    stage(*edit);
    edit->commit();
  }
  EXPECT_THAT(project_->classes().names, ElementsAre("car", "bus"));
  EXPECT_EQ(*get("classes.csv"), "class_name\ncar\ntruck\nbus\n") << "not the one in use";
  std::filesystem::remove(outside);
}

}  // namespace
}  // namespace sam
