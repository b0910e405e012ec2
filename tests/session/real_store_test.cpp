// The session on the real store, on disks that fill up and in projects that change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataset/backups.h"
#include "dataset/project_folder.h"
#include "session/fake_pipeline.h"
#include "session/session.h"

namespace sam {
namespace {

using Fault = FaultyFileSystem::Fault;

class RealStoreTest : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    put("images/a.bmp", bmp(40, 30));
    put("images/b.bmp", bmp(40, 30));
    for (const char* name : {"a", "b"}) put(std::string("backups/20231114/annotations/") + name + ".bmp.json", "");
    restart();
  }
  void TearDown() override {
    session_.reset();
    ProjectFolder::TearDown();
  }
  void restart() {
    session_.reset();
    session_ = make_session(open(), pipeline_, clock_);
  }
  AddAnnotation add(int class_id = 0) const {
    return {class_id, mask_to_coco_string(rectangle_mask({40, 30}, 2, 3, 12, 9)), 0.5, {{{2, 3, 12, 9}}, {}, ""}};
  }
  PictureState apply(const Edit& edit) { return session_->apply("a.bmp", session_->state("a.bmp").revision, edit); }

  FakePipeline pipeline_;
  std::unique_ptr<Session> session_;
};

TEST_F(RealStoreTest, AnEditThatFailsCanBeMadeAgainAndUndone) {
  apply(add());
  int count = 1;
  for (const Fault fault : {Fault::once, Fault::from_then_on, Fault::after_it_was_done}) {
    const std::string revision = session_->state("a.bmp").revision;
    faulty_.fail(fault, 1);  // after the next history
    EXPECT_THROW(session_->apply("a.bmp", revision, add()), FileError);
    EXPECT_EQ(session_->state("a.bmp").content.annotations.size(), static_cast<std::size_t>(count));
    faulty_.fail(Fault::none, 0);
    PictureState state;
    ASSERT_NO_THROW(state = session_->apply("a.bmp", revision, add()));
    EXPECT_EQ(state.content.annotations.size(), static_cast<std::size_t>(++count));
    EXPECT_TRUE(state.can_undo);
  }
  while (count > 0) EXPECT_EQ(apply(Undo{}).content.annotations.size(), static_cast<std::size_t>(--count));
}

TEST_F(RealStoreTest, AnEditIsMadeOnceThoughTheProgramEndedBeforeItsAnswerCame) {
  const std::string revision = session_->state("a.bmp").revision;
  const EditOptions options{Overlap::allow, "w1-1"};
  const PictureState made = session_->apply("a.bmp", revision, add(), options);
  const PictureState marked =
      session_->apply("b.bmp", session_->state("b.bmp").revision, MarkPicture{true, true}, options);
  restart();
  EXPECT_EQ(session_->apply("a.bmp", revision, add(), options).revision, made.revision);
  EXPECT_EQ(session_->state("a.bmp").content.annotations.size(), 1u);
  EXPECT_EQ(session_->state("b.bmp").content, marked.content);
  EXPECT_EQ(session_->state("b.bmp").last_edit, "w1-1");
  EXPECT_TRUE(session_->state("b.bmp").content.faulty);
}

TEST_F(RealStoreTest, LabelsThatCannotFollowAreNoFailureAndNoConflict) {
  apply(add());
  const auto labels = get("labels/a.txt");
  for (const Fault fault : {Fault::once, Fault::after_it_was_done}) {  // next history, annotations, labels, metadata
    faulty_.fail(fault, 2);
    const PictureState state = apply(add());
    faulty_.fail(Fault::none, 0);
    EXPECT_TRUE(state.can_undo);
    EXPECT_EQ(session_->state("a.bmp").revision, state.revision);
    EXPECT_NE(get("labels/a.txt"), labels) << "written by the next look";
    EXPECT_NO_THROW(session_->apply("a.bmp", state.revision, Undo{}));
    EXPECT_EQ(get("labels/a.txt"), labels);
  }
  faulty_.fail(Fault::from_then_on, 2);
  const PictureState state = apply(add());
  EXPECT_THAT(session_->state("a.bmp").warnings, testing::Contains(testing::HasSubstr("labels/a.txt is out of date")));
  faulty_.fail(Fault::none, 0);
  EXPECT_NO_THROW(session_->apply("a.bmp", state.revision, add()));
}

TEST_F(RealStoreTest, AFullDiskDoesNotStopNavigation) {
  session_->show("a.bmp");
  restart();  // what was shown is written when the session ends
  EXPECT_EQ(session_->current(), "a.bmp");
  faulty_.fail(Fault::from_then_on, 0);
  EXPECT_EQ(session_->show("b.bmp").content.image, "b.bmp");
  EXPECT_EQ(session_->current(), "b.bmp");
  session_.reset();
  faulty_.fail(Fault::none, 0);
  restart();
  EXPECT_EQ(session_->current(), "a.bmp") << "what is on disk";
  session_->show("b.bmp");
  restart();
  EXPECT_EQ(session_->current(), "b.bmp");
}

TEST_F(RealStoreTest, StepsMadeWithOtherClassesAreNotTakenBack) {
  apply(add(0));
  apply(SetClass{{1}, 1});
  apply(DeleteAnnotations{{1}});
  put("classes.csv", "class_name\ntruck\ncar\nbus\n");
  restart();
  EXPECT_FALSE(session_->state("a.bmp").can_undo);
  EXPECT_THROW(apply(Undo{}), EditError);
  put("classes.csv", "class_name\ncar\ntruck\nbus\n");
  restart();
  EXPECT_EQ(apply(Undo{}).content.annotations[0].class_id, 1) << "the classes they were made with";
}

TEST_F(RealStoreTest, ADamagedHistoryIsInBackupsAndTheNextEditBeginsAnother) {
  apply(add());
  const std::string file = "annotations/.history/a.bmp.json";
  std::string bytes = get(file).value_or("");
  bytes.resize(bytes.size() / 2);
  put(file, bytes);
  const PictureState state = session_->show("a.bmp");
  EXPECT_EQ(state.content.annotations.size(), 1U);
  EXPECT_FALSE(state.can_undo);
  EXPECT_THAT(state.warnings, testing::ElementsAre(testing::HasSubstr("it is kept as backups/20231114T221320Z/")));
  EXPECT_FALSE(exists(file));
  EXPECT_EQ(get("backups/20231114T221320Z/" + file + ".damaged"), bytes);
  EXPECT_THAT(list_backups(folder_, files_), testing::SizeIs(2)) << "no version of a picture";
  EXPECT_TRUE(apply(add()).can_undo);
  EXPECT_EQ(apply(Undo{}).content.annotations.size(), 1U);
}

// What is read must be what is set aside: another window may have made a new history meanwhile.
TEST_F(RealStoreTest, AHistoryThatIsAnotherByNowStays) {
  apply(add());
  const auto good = get("annotations/.history/a.bmp.json");
  EXPECT_EQ(store_->set_history_aside("a.bmp", "what was read before"), std::nullopt);
  EXPECT_EQ(get("annotations/.history/a.bmp.json"), good);
  EXPECT_THAT(backups(), testing::IsEmpty());
}

TEST_F(RealStoreTest, StepsMadeOnAPictureOfAnotherSizeAreNotTakenBack) {
  apply(add());
  put("images/a.bmp", bmp(80, 60));
  restart();
  EXPECT_FALSE(session_->state("a.bmp").can_undo);
}

}  // namespace
}  // namespace sam
