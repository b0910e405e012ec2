// Changes of many files: all or nothing, whenever the disk stops taking what is written.
#include <cerrno>

#include "dataset/class_list.h"
#include "dataset/project.h"
#include "dataset/project_folder.h"

namespace sam {
namespace {

class ProjectEditTest : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    for (const char* name : {"a.bmp", "b.bmp"}) put(std::string("images/") + name, bmp(40, 30));
    put("new/c.bmp", bmp(20, 10));
    Store& store = open();
    PictureAnnotations content = store.load("a.bmp").content;
    content.annotations = {rectangle(1, 2, {5, 5, 20, 20}, content.size)};
    store.save(content, store.load("a.bmp").revision);
    store_.reset();
  }

  static std::vector<int> classes_of(Store& store, const std::string& name) {
    std::vector<int> ids;
    for (const Annotation& each : store.load(name).content.annotations) ids.push_back(each.class_id);
    return ids;
  }

  // Another class list, two pictures' annotations, a new photo and a file.
  void change(FileSystem& files) { change(*open_project(options(), files, clock_)); }
  void change(Project& project) {
    const auto edit = project.edit();
    edit->set_classes({"car", "bus"});
    edit->add_photo("c.bmp", folder_ / "new" / "c.bmp");
    for (const char* name : {"a.bmp", "b.bmp"}) {
      PictureAnnotations content{name, {40, 30}, 7, {rectangle(3, 1, {1, 1, 9, 9}, {40, 30})}};
      edit->put(content, {});
    }
    edit->put({"c.bmp", {20, 10}, 2, {rectangle(1, 0, {1, 1, 9, 9}, {20, 10})}}, {R"({"note":"kept"})"});
    edit->put_file("splits.csv", "image,subset\n");
    edit->commit();
  }

  bool is_changed() {
    Store& store = open();
    const bool changed = store.classes().names.size() == 2;
    EXPECT_EQ(store.classes().names,
              changed ? std::vector<std::string>({"car", "bus"}) : std::vector<std::string>({"car", "truck", "bus"}));
    EXPECT_EQ(classes_of(store, "a.bmp"), std::vector<int>({changed ? 1 : 2}));
    EXPECT_EQ(classes_of(store, "b.bmp"), changed ? std::vector<int>({1}) : std::vector<int>());
    EXPECT_EQ(store.find("c.bmp").has_value(), changed);
    if (changed) {
      EXPECT_EQ(classes_of(store, "c.bmp"), std::vector<int>({0}));
    }
    EXPECT_EQ(exists("splits.csv"), changed);
    EXPECT_FALSE(exists("annotations/.change"));
    return changed;
  }
};

TEST_F(ProjectEditTest, AllOfItIsThereAndWhatWasBeforeIsInBackups) {
  change(files_);
  EXPECT_TRUE(is_changed());
  EXPECT_EQ(get("labels/b.txt")->substr(0, 2), "1 ");
  EXPECT_NE(get("annotations/c.bmp.json")->find(R"("note":"kept")"), std::string::npos);
  EXPECT_EQ(backups(), std::vector<std::string>({"annotations/a.bmp.json", "classes.csv", "labels/a.txt"}));
}

TEST_F(ProjectEditTest, AFileThatGoesIsInBackups) {
  put("annotations/gone.jpg.json", "damaged");
  {
    const auto project = open_project(options(), files_, clock_);
    const auto edit = project->edit();
    edit->remove_file("annotations/gone.jpg.json");
    edit->remove_file("annotations/never.jpg.json");
    EXPECT_TRUE(exists("annotations/gone.jpg.json"));
    edit->commit();
  }
  EXPECT_FALSE(exists("annotations/gone.jpg.json"));
  EXPECT_EQ(backups(), std::vector<std::string>({"annotations/gone.jpg.json"}));
}

// A line of the original's is what it was under the class list that it was written for.
TEST_F(ProjectEditTest, LabelsOnDiskAreReadWithTheClassListOfBefore) {
  put("labels/b.txt", "2 0.1 0.1 0.9 0.1 0.9 0.9\n3 0.1 0.1 0.9 0.1 0.9 0.9\n");
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{"car", "truck"}, {"car", "truck", "bus", "van"}}) {
    put("labels/b.txt", "2 0.1 0.1 0.9 0.1 0.9 0.9\n3 0.1 0.1 0.9 0.1 0.9 0.9\n");
    put("classes.csv", "class_name\ncar\ntruck\nbus\n");
    files_.remove(folder_ / "annotations" / "b.bmp.json");
    {
      const auto project = open_project(options(), files_, clock_);
      PictureAnnotations content = project->load("b.bmp").content;
      ASSERT_EQ(content.annotations.size(), 1u);
      content.annotations[0].class_id = 1;
      const auto edit = project->edit();
      edit->set_classes(names);
      edit->put(content, {});
      edit->commit();
    }
    const std::string labels = get("labels/b.txt").value_or("");
    EXPECT_EQ(std::count(labels.begin(), labels.end(), '\n'), 2) << labels;
    EXPECT_EQ(labels.substr(0, 2), "1 ");
    EXPECT_NE(labels.find("\n3 0.1 0.1"), std::string::npos) << labels;
  }
}

TEST_F(ProjectEditTest, WithoutCommitNothingIsChanged) {
  {
    const auto project = open_project(options(), files_, clock_);
    const auto edit = project->edit();
    edit->set_classes({"car"});
    edit->add_photo("c.bmp", folder_ / "new" / "c.bmp");
  }
  EXPECT_FALSE(is_changed());
}

TEST_F(ProjectEditTest, WhereverTheDiskStopsItIsAllOrNothing) {
  int changed = 0;
  int unchanged = 0;
  for (int at = 0;; ++at) {
    TearDown();
    SetUp();
    faulty_.fail(FaultyFileSystem::Fault::from_then_on, at);
    bool failed = false;
    try {
      change(faulty_);
    } catch (const std::runtime_error&) {
      failed = true;
    }
    faulty_.fail(FaultyFileSystem::Fault::none, 0);
    is_changed() ? ++changed : ++unchanged;
    if (!failed) break;
  }
  EXPECT_GT(unchanged, 5);
  EXPECT_GT(changed, 5);  // some of them decided and then cut short
}

TEST_F(ProjectEditTest, WhereTheFolderVanishesNothingIsMadeInItsPlace) {
  const std::filesystem::path away = folder_.string() + "-away";
  {
    const auto project = open_project(options(), files_, clock_);
    std::unique_ptr<ProjectEdit> edit = project->edit();
    edit->put({"b.bmp", {40, 30}, 7, {rectangle(3, 1, {1, 1, 9, 9}, {40, 30})}}, {});
    files_.rename(folder_, away);
    EXPECT_THROW(edit->put_file("splits.csv", "image,subset\n"), FileError);
    EXPECT_THROW(edit->put({"a.bmp", {40, 30}, 7, {rectangle(3, 1, {1, 1, 9, 9}, {40, 30})}}, {}), FileError);
    EXPECT_THROW(edit->commit(), FileError);
    edit.reset();
    EXPECT_FALSE(std::filesystem::exists(folder_));
    EXPECT_THROW(project->edit(), FileError);
  }
  files_.rename(away, folder_);
  EXPECT_FALSE(is_changed());
}

// A project may come from a stranger.
TEST_F(ProjectEditTest, AChangeToCompleteGoesNowhereElse) {
  for (const char* decided : {R"({"classes_csv":"../victim.txt","backup":"20261122T101500Z"})",
                              R"({"classes_csv":"/tmp/victim.txt","backup":"20261122T101500Z"})",
                              R"({"classes_csv":"classes.csv","backup":"../../victim"})",
                              R"({"classes_csv":"classes.csv","backup":"/tmp/victim"})"}) {
    put("annotations/.change/files/labels/a.txt", "evil");
    put("annotations/.change/class-list", "evil");
    put("annotations/.change/decided", decided);
    EXPECT_THROW(open_project(options(), files_, clock_), DatasetError) << decided;
    EXPECT_FALSE(exists("../victim.txt"));
    EXPECT_NE(get("labels/a.txt"), "evil");
  }
}

// What was decided must be completed, also when the same process goes on.
TEST_F(ProjectEditTest, ADecidedChangeIsCompletedBeforeTheNextOneBegins) {
  int decided = 0;
  for (int at = 0;; ++at) {
    SCOPED_TRACE(at);
    TearDown();
    SetUp();
    const auto project = open_project(options(), faulty_, clock_);
    faulty_.fail(FaultyFileSystem::Fault::from_then_on, at);
    bool failed = false;
    try {
      change(*project);
    } catch (const FileError&) {
      failed = true;
    }
    faulty_.fail(FaultyFileSystem::Fault::none, 0);
    const bool was_decided = exists("annotations/.change/decided");
    if (was_decided) {
      ++decided;
      EXPECT_EQ(classes_of(*project, "a.bmp"), std::vector<int>({1}));
      EXPECT_FALSE(exists("annotations/.change"));
      EXPECT_EQ(get("classes.csv"), "class_name\ncar\nbus\n");
      EXPECT_EQ(project->classes().names.size(), 2u);
    }
    EXPECT_NO_THROW(project->edit()) << "of what is there";
    if (!failed) break;
  }
  EXPECT_GT(decided, 5);
}

// images/ and labels/ are on another disk.
class TwoDisks final : public PosixFileCalls {
 public:
  int rename(const char* from, const char* to) override {
    if (is_other(from) == is_other(to)) return PosixFileCalls::rename(from, to);
    ++refused;
    errno = EXDEV;
    return -1;
  }
  int refused = 0;

 private:
  static bool is_other(std::string_view path) {
    if (path.find("/annotations/") != std::string_view::npos) return false;
    return path.find("/images/") != std::string_view::npos || path.find("/labels/") != std::string_view::npos;
  }
};

TEST_F(ProjectEditTest, FoldersOnOtherDisksGetTheirFilesToo) {
  const auto calls = std::make_shared<TwoDisks>();
  PosixFileSystem disks(calls);
  change(disks);
  EXPECT_GE(calls->refused, 4) << "a photo and three label files";
  EXPECT_EQ(get("images/c.bmp"), get("new/c.bmp"));
  EXPECT_TRUE(is_changed());
  for (const char* kind : {"images", "labels"}) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / kind)) {
      EXPECT_FALSE(is_temporary_name(entry.path().filename().string())) << entry.path();
    }
  }
}

TEST_F(ProjectEditTest, ANewPhotoSharesNoLabelFile) {
  put("new/a.BMP", bmp(20, 10));
  {
    const auto project = open_project(options(), files_, clock_);
    const auto edit = project->edit();
    edit->add_photo("a.BMP", folder_ / "new" / "a.BMP");
    edit->put({"a.BMP", {20, 10}, 2, {rectangle(1, 0, {1, 1, 9, 9}, {20, 10})}}, {});
    EXPECT_THROW(edit->add_photo("a.bmp", folder_ / "new" / "a.BMP"), DatasetError);
    EXPECT_THROW(edit->add_photo("a.BMP", folder_ / "new" / "a.BMP"), DatasetError);
    EXPECT_THROW(edit->put({"other.bmp", {20, 10}, 1, {}}, {}), DatasetError);
    edit->commit();
  }
  EXPECT_TRUE(exists("labels/a.BMP.txt"));
  Store& store = open();
  EXPECT_EQ(classes_of(store, "a.bmp"), std::vector<int>({2}));
  EXPECT_EQ(classes_of(store, "a.BMP"), std::vector<int>({0}));
}

TEST_F(ProjectEditTest, AClassListOutsideTheProjectIsReplacedWhereItIs) {
  const std::filesystem::path csv = folder_.parent_path() / (folder_.filename().string() + "-classes.csv");
  files_.write_atomic(csv, "class_name\ncar\ntruck\n");
  StoreOptions outside = options();
  outside.classes_csv = csv;
  {
    const auto project = open_project(outside, files_, clock_);
    const auto edit = project->edit();
    edit->set_classes({"car", "truck", "a, \"b\""});
    edit->commit();
  }
  const auto text = static_cast<FileSystem&>(files_).read(csv);
  EXPECT_EQ(parse_class_list(*text, "").names, std::vector<std::string>({"car", "truck", "a, \"b\""}));
  files_.remove(csv);
}

}  // namespace
}  // namespace sam
