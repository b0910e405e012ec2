// Versions of pictures by day and by event: what is kept, for how long, whatever the clock does, and putting it back.
#include "dataset/backups.h"

#include <gmock/gmock.h>

#include "dataset/durable_scene.h"
#include "dataset/project.h"
#include "dataset/project_folder.h"

namespace sam {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class BackupsTest : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    for (const char* name : {"a.bmp", "b.bmp"}) put(std::string("images/") + name, bmp(60, 40));
  }

  std::unique_ptr<Project> project() { return open_project(options(), faulty_, time_); }
  void add(const std::string& image = "a.bmp") { annotate(*project(), image, 0); }

  std::vector<std::string> days(const std::string& file = "annotations/a.bmp.json") {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "backups")) {
      if (std::filesystem::exists(entry.path() / file)) names.push_back(entry.path().filename());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  std::vector<BackupVersion> versions(const std::string& image = "a.bmp") {
    return versions_of(list_backups(folder_, files_), image, label_file_name(image, false));
  }
  AnnotationDocument read(const BackupVersion& version) {
    return read_version(version, "a.bmp", {60, 40}, folder_, {{"car", "truck", "bus"}, {}}, files_);
  }
  void put_back(const BackupVersion& version) {
    const auto open = project();
    const auto edit = open->edit();
    EXPECT_TRUE(edit->put_back("a.bmp", read(version)));
    edit->commit();
  }
  std::size_t count() { return project()->load("a.bmp").content.annotations.size(); }

  MovableClock time_;  // 2023-11-14T22:13:20Z
};

TEST_F(BackupsTest, TheFirstSaveOfADayKeepsWhatWasBefore) {
  add();
  EXPECT_THAT(days(), IsEmpty()) << "nothing was before";
  const auto first = get("annotations/a.bmp.json");
  add();
  add();
  EXPECT_THAT(days(), ElementsAre("20231114"));
  EXPECT_EQ(get("backups/20231114/annotations/a.bmp.json"), first) << "of the day's first save";
  time_.move(hours(24));
  const auto yesterday = get("annotations/a.bmp.json");
  add();
  EXPECT_THAT(days(), ElementsAre("20231114", "20231115"));
  EXPECT_EQ(get("backups/20231115/annotations/a.bmp.json"), yesterday);
  add("b.bmp");
  EXPECT_THAT(days("annotations/b.bmp.json"), IsEmpty());
}

TEST_F(BackupsTest, SavingWhatIsThereKeepsNothing) {
  add();
  const auto open = project();
  const LoadedPicture loaded = open->load("a.bmp");
  open->save(loaded.content, loaded.revision);
  EXPECT_THAT(days(), IsEmpty());
}

TEST_F(BackupsTest, TheOriginalsLabelsAreKeptBeforeTheyAreRewritten) {
  const std::string labels = "1 0.1 0.1 0.5 0.1 0.5 0.5\nodd line\n";
  put("labels/a.txt", labels);
  add();
  add();
  EXPECT_THAT(days("labels/a.txt"), ElementsAre("20231114"));
  EXPECT_THAT(days(), IsEmpty()) << "one version a day";
  EXPECT_EQ(get("backups/20231114/labels/a.txt"), labels);
  ASSERT_EQ(versions().size(), 1u);
  put_back(versions()[0]);
  EXPECT_EQ(count(), 1u);
  EXPECT_THAT(get("labels/a.txt").value_or(""), HasSubstr("odd line"));
}

TEST_F(BackupsTest, TenDaysOfAPictureAreKept) {
  add("b.bmp");
  add("b.bmp");
  for (int day = 0; day < 14; ++day) {
    add();
    time_.move(hours(24));
  }
  EXPECT_EQ(days().size(), days_kept);
  EXPECT_EQ(days().front(), "20231118");
  EXPECT_EQ(days().back(), "20231127");
  EXPECT_THAT(days("annotations/b.bmp.json"), ElementsAre("20231114")) << "each picture has its own ten";
  EXPECT_FALSE(exists("backups/20231115")) << "a day without a picture goes";
}

TEST_F(BackupsTest, AClockThatJumpsCostsNoVersion) {
  add();
  for (int day = 0; day < 12; ++day, time_.move(hours(24))) add();
  const auto before = days();
  time_.move(-hours(24 * 3));
  const auto kept = get("backups/" + before[8] + "/annotations/a.bmp.json");
  add();
  EXPECT_EQ(days(), before) << "a day that was there already stays as it is";
  EXPECT_EQ(get("backups/" + before[8] + "/annotations/a.bmp.json"), kept);
  time_.move(hours(24 * 3650));
  add();
  EXPECT_EQ(days().size(), days_kept);
  EXPECT_EQ(days().back().substr(0, 4), "2033");
  time_.move(-hours(24 * 3650));
  time_.move(hours(24 * 5));
  for (int day = 0; day < 12; ++day, time_.move(hours(24))) add();
  EXPECT_EQ(days().size(), days_kept + 1) << "days to come are not counted";
  EXPECT_EQ(days()[days_kept - 1].substr(0, 6), "202312") << "and take no place from those of now";
}

TEST_F(BackupsTest, AFailingBackupIsNoReasonToRefuseASave) {
  add();
  const auto open = project();
  LoadedPicture loaded = open->load("a.bmp");
  loaded.content.annotations.clear();
  faulty_.fail(FaultyFileSystem::Fault::once, 0);
  EXPECT_NO_THROW(open->save(loaded.content, loaded.revision));
  EXPECT_THAT(open->load("a.bmp").content.annotations, IsEmpty());
}

TEST_F(BackupsTest, AVersionIsPutBackWhole) {
  add();
  std::string text = get("annotations/a.bmp.json").value_or("");
  text.replace(text.find("\"attributes\":{}"), 15, "\"attributes\":{},\"theirs\":[1,2]");
  put("annotations/a.bmp.json", text);
  const auto labels = get("labels/a.txt");
  add();
  time_.move(hours(24));
  add();
  ASSERT_EQ(versions().size(), 2u);
  put_back(versions()[0]);
  EXPECT_EQ(count(), 1u);
  EXPECT_EQ(get("labels/a.txt"), labels);
  EXPECT_THAT(get("annotations/a.bmp.json").value_or(""), HasSubstr("\"theirs\":[1,2]"));
  EXPECT_EQ(project()->load("a.bmp").content.next_id, 4) << "ids are not used again";
  EXPECT_THAT(project()->load("a.bmp").warnings, IsEmpty());
  EXPECT_THAT(backups(), ElementsAre("annotations/a.bmp.json", "labels/a.txt")) << "what it replaced";
  ASSERT_EQ(versions().size(), 3u);
  EXPECT_EQ(read(versions()[2]).annotations.size(), 3u);

  EXPECT_FALSE(project()->edit()->put_back("a.bmp", read(versions()[0]))) << "it is like that";
  put_back(versions()[2]);
  EXPECT_EQ(count(), 3u) << "back and forth";
}

TEST_F(BackupsTest, ADamagedPictureIsPutBackAndADamagedVersionRefused) {
  add();
  add();
  put("annotations/a.bmp.json", "{\"format\":1");
  put_back(versions()[0]);
  EXPECT_EQ(count(), 1u);
  EXPECT_THAT(backups(), testing::Contains("annotations/a.bmp.json")) << "the damaged one";
  put("backups/20231114/annotations/a.bmp.json", "{");
  EXPECT_THROW(read(versions()[0]), DatasetError);
}

TEST_F(BackupsTest, TheVersionOfATimeIsTheOldestSince) {
  const std::vector<BackupVersion> versions = {{"20261120", "20261120T090000Z", "", false},
                                               {"20261121T100000Z", "20261121T100000Z", "", false},
                                               {"20261121T100000Z-2", "20261121T100000Z", "", false},
                                               {"20261122", "20261122T080000Z", "", false}};
  const auto name = [&](const std::string& wanted) {
    const BackupVersion* found = version_at(versions, wanted);
    return found == nullptr ? "none" : found->name;
  };
  EXPECT_EQ(name("20261101"), "20261120");
  EXPECT_EQ(name("2026-11-20"), "20261120");
  EXPECT_EQ(name("20261121"), "20261121T100000Z");
  EXPECT_EQ(name("20261121T100000Z-2"), "20261121T100000Z-2");
  EXPECT_EQ(name("20261121T100001Z"), "20261122");
  EXPECT_EQ(name("20261123"), "none");
  for (const char* good : {"20261122", "2026-11-22", "20261122T101500Z", "20261122T101500Z-12"})
    EXPECT_TRUE(is_version_name(good)) << good;
  for (const char* bad : {"", "yesterday", "2026112", "20261122T1015", "20261122T101500Z-", "../20261122"})
    EXPECT_FALSE(is_version_name(bad)) << bad;
}

TEST_F(BackupsTest, FoldersOfOthersAndHalfFilesAreNoVersions) {
  put("backups/old/annotations/a.bmp.json", "{}");
  put("backups/20231114/annotations/.sam-1-1.tmp", "half");
  put("backups/20231114T101010Z/annotations/a.bmp.json.damaged", "{");
  put("backups/20231114T1010", "a file");
  EXPECT_THAT(list_backups(folder_, files_), IsEmpty());
}

}  // namespace
}  // namespace sam
