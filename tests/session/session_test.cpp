#include "session/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <thread>

#include "session/fake_pipeline.h"
#include "session/fake_store.h"

namespace sam {
namespace {

class FakeClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override { return {}; }
  std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  }
};

class SessionTest : public testing::Test {
 protected:
  std::string rle(int x0 = 2, int y0 = 3, int x1 = 12, int y1 = 9) const {
    return mask_to_coco_string(rectangle_mask({40, 30}, x0, y0, x1, y1));
  }
  AddAnnotation add(int class_id = 0) const { return {class_id, rle(), 0.5, {{{2, 3, 12, 9}}, {}, ""}}; }
  PictureState apply(const Edit& edit) { return session_->apply("a.jpg", session_->state("a.jpg").revision, edit); }
  void restart() { session_ = make_session(store_, pipeline_, clock_, 200); }

  FakeStore store_;
  FakePipeline pipeline_;
  FakeClock clock_;
  std::unique_ptr<Session> session_ = make_session(store_, pipeline_, clock_, 200);
};

TEST_F(SessionTest, ShowsAPictureAndRemembersIt) {
  EXPECT_EQ(session_->current(), std::nullopt);
  const PictureState state = session_->show("b c.jpg");
  EXPECT_EQ(state.content.image, "b c.jpg");
  EXPECT_EQ(state.position, 1U);
  EXPECT_EQ(state.encoding.state, EncodingState::ready);
  EXPECT_EQ(pipeline_.shown().filename(), "b c.jpg");
  restart();
  EXPECT_EQ(session_->current(), "b c.jpg");
}

TEST_F(SessionTest, ShowingDoesNotWaitForTheDiskAndOnlyTheLastPictureIsWritten) {
  store_.hold_facts(true);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(session_->show("b c.jpg").content.image, "b c.jpg");
    EXPECT_EQ(session_->show("a.jpg").content.image, "a.jpg");
    EXPECT_EQ(session_->current(), "a.jpg");
  }
  EXPECT_EQ(store_.remembered("current"), std::nullopt);
  EXPECT_LE(store_.facts_begun(), 1);
  store_.hold_facts(false);
  session_.reset();
  EXPECT_EQ(store_.remembered("current"), "a.jpg");
  EXPECT_LE(store_.facts_begun(), 2) << "the one that the disk was busy with, and the last";
}

TEST_F(SessionTest, TheCurrentPictureIsWrittenWithoutWaitingForTheEnd) {
  session_->show("a.jpg");
  while (store_.remembered("current") != "a.jpg") std::this_thread::sleep_for(std::chrono::milliseconds(1));
  session_->show("b c.jpg");
  while (store_.remembered("current") != "b c.jpg") std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(SessionAhead, PreparesOnTheWayThatIsGoneAndPassesOverBrokenPictures) {
  FakeStore store({"0.jpg", "1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"});
  FakePipeline pipeline;
  FakeClock clock;
  const auto session = make_session(store, pipeline, clock, 200);
  const auto ahead_of = [&](const std::string& name) {
    session->show(name);
    std::vector<std::string> names;
    for (const PicturePath& picture : pipeline.ahead()) names.push_back(picture.path.filename());
    return names;
  };
  using testing::ElementsAre;
  EXPECT_THAT(ahead_of("2.jpg"), ElementsAre("3.jpg", "4.jpg", "1.jpg", "5.jpg"));
  EXPECT_THAT(ahead_of("3.jpg"), ElementsAre("4.jpg", "5.jpg", "2.jpg"));
  EXPECT_THAT(ahead_of("2.jpg"), ElementsAre("1.jpg", "0.jpg", "3.jpg"));
  store.mark_broken("0.jpg", "the file is truncated");
  EXPECT_THAT(ahead_of("1.jpg"), ElementsAre("2.jpg"));
}

TEST_F(SessionTest, ARememberedPictureThatIsGoneIsNotCurrent) {
  store_.remember("current", "gone.jpg");
  EXPECT_EQ(session_->current(), std::nullopt);
}

TEST_F(SessionTest, APictureThatCannotBeReadIsMarkedBroken) {
  EXPECT_THROW(session_->show("broken.jpg"), ImageError);
  EXPECT_EQ(store_.find("broken.jpg")->state, PictureEntry::State::broken);
  EXPECT_EQ(store_.find("broken.jpg")->reason, "the file is truncated");
  EXPECT_EQ(session_->current(), std::nullopt);
}

TEST_F(SessionTest, AnUnknownPictureIsAnError) {
  EXPECT_THROW(session_->show("nobody.jpg"), DatasetError);
  EXPECT_THROW(session_->state("../a.jpg"), DatasetError);
}

TEST_F(SessionTest, AddStoresMaskPolygonPromptAndOrigin) {
  const PictureState state = apply(add(1));
  ASSERT_EQ(state.content.annotations.size(), 1U);
  const Annotation& annotation = state.content.annotations[0];
  EXPECT_EQ(annotation.id, 1);
  EXPECT_EQ(annotation.class_id, 1);
  EXPECT_EQ(mask_area(annotation.mask), 60U);
  EXPECT_EQ(annotation.source, "fake:1");
  EXPECT_EQ(annotation.created, "2023-11-14T22:13:20Z");
  EXPECT_EQ(annotation.prompt.boxes.size(), 1U);
  ASSERT_EQ(annotation.polygon.size(), 1U);
  EXPECT_EQ(polygon_to_mask(annotation.polygon, {40, 30}), annotation.mask);
  EXPECT_TRUE(state.can_undo);
  EXPECT_FALSE(state.can_redo);
  EXPECT_EQ(store_.annotations("a.jpg"), state.content.annotations);
}

TEST_F(SessionTest, RefusesEditsThatMakeNoSense) {
  EXPECT_THROW(apply(add(3)), EditError);
  EXPECT_THROW(apply(add(-1)), EditError);
  AddAnnotation edit = add();
  edit.rle = mask_to_coco_string(rectangle_mask({40, 30}, 0, 0, 0, 0));
  EXPECT_THROW(apply(edit), EditError);  // empty
  edit.rle = mask_to_coco_string(rectangle_mask({41, 30}, 0, 0, 4, 4));
  EXPECT_THROW(apply(edit), EditError);  // another size
  edit.rle = "\x01 not run lengths";
  EXPECT_THROW(apply(edit), EditError);
  edit = add();
  edit.score = std::nan("");
  EXPECT_THROW(apply(edit), EditError);
  EXPECT_THROW(apply(DeleteAnnotations{{1}}), EditError);
  EXPECT_THROW(apply(DeleteAnnotations{}), EditError);
  EXPECT_THROW(apply(SetClass{{1}, 0}), EditError);
  EXPECT_TRUE(store_.annotations("a.jpg").empty());
  EXPECT_EQ(session_->state("a.jpg").revision, "r0");
}

TEST_F(SessionTest, AnEditOfAnOldRevisionChangesNothing) {
  apply(add());
  EXPECT_THROW(session_->apply("a.jpg", "r0", add()), RevisionConflict);
  EXPECT_EQ(store_.annotations("a.jpg").size(), 1U);
}

TEST_F(SessionTest, EveryKindOfEditCanBeUndoneAndRedoneAcrossARestart) {
  std::vector<std::vector<Annotation>> states = {{}};
  const std::vector<Edit> edits = {
      add(0), add(1), add(2), SetClass{{1, 3}, 1}, DeleteAnnotations{{2}}, add(0), ClearAnnotations{}, add(2)};
  for (const Edit& edit : edits) states.push_back(apply(edit).content.annotations);
  for (std::size_t i = edits.size(); i-- > 0;) {
    restart();
    const PictureState state = apply(Undo{});
    EXPECT_EQ(state.content.annotations, states[i]) << i;
    EXPECT_EQ(state.can_undo, i > 0);
    EXPECT_TRUE(state.can_redo);
  }
  for (std::size_t i = 1; i < states.size(); ++i) {
    restart();
    const PictureState state = apply(Redo{});
    EXPECT_EQ(state.content.annotations, states[i]) << i;
    EXPECT_EQ(state.can_redo, i + 1 < states.size());
  }
}

TEST_F(SessionTest, IdsAreNeverUsedAgain) {
  apply(add());
  apply(add());
  apply(Undo{});
  EXPECT_EQ(apply(add()).content.annotations[1].id, 3);
}

TEST_F(SessionTest, UndoWithoutHistoryAndEditsWithoutEffectChangeNothing) {
  EXPECT_THROW(apply(Undo{}), EditError);
  EXPECT_THROW(apply(Redo{}), EditError);
  EXPECT_EQ(apply(ClearAnnotations{}).revision, "r0");
  const std::string revision = apply(add(1)).revision;
  EXPECT_EQ(apply(SetClass{{1}, 1}).revision, revision);
}

TEST_F(SessionTest, ANewEditEndsRedo) {
  apply(add());
  apply(Undo{});
  EXPECT_TRUE(session_->state("a.jpg").can_redo);
  apply(add());
  EXPECT_FALSE(session_->state("a.jpg").can_redo);
}

TEST_F(SessionTest, TakenBackToItsFirstStepANewPictureIsNewAgain) {
  const std::string fresh = session_->state("a.jpg").revision;
  apply(add());
  apply(add(1));
  apply(Undo{});
  restart();
  PictureState state = apply(Undo{});
  EXPECT_EQ(state.revision, fresh);
  EXPECT_FALSE(store_.find("a.jpg")->annotated);
  EXPECT_TRUE(state.can_redo);
  restart();
  state = apply(Redo{});
  EXPECT_EQ(state.content.annotations.size(), 1U);
  EXPECT_TRUE(store_.find("a.jpg")->annotated);
  apply(Undo{});
  EXPECT_FALSE(store_.find("a.jpg")->annotated);
  EXPECT_EQ(apply(add(2)).content.annotations.size(), 1U);
  EXPECT_TRUE(apply(Undo{}).can_redo);
  EXPECT_FALSE(store_.find("a.jpg")->annotated);
}

TEST_F(SessionTest, APictureThatSomebodyLookedAtStaysEmpty) {
  session_->save("a.jpg");  // nothing is on it, somebody says
  apply(add());
  apply(Undo{});
  EXPECT_TRUE(store_.find("a.jpg")->annotated);
  const auto apply_to_b = [&](const Edit& edit) {
    return session_->apply("b c.jpg", session_->state("b c.jpg").revision, edit);
  };
  apply_to_b(add());
  apply_to_b(MarkPicture{true, {}});
  apply_to_b(Undo{});
  EXPECT_TRUE(store_.find("b c.jpg")->annotated) << "it is reviewed";
  apply_to_b(add());
  apply_to_b(ClearAnnotations{});
  EXPECT_TRUE(store_.find("b c.jpg")->annotated);
}

TEST_F(SessionTest, APictureThatCannotBeMadeNewIsAsItWas) {
  const PictureState before = apply(add());
  store_.fail_save(ENOSPC);
  EXPECT_THROW(apply(Undo{}), FileError);
  store_.fail_save(0);
  EXPECT_EQ(session_->state("a.jpg").revision, before.revision);
  EXPECT_TRUE(session_->state("a.jpg").can_undo);
  EXPECT_FALSE(apply(Undo{}).can_undo);
}

TEST_F(SessionTest, ChangesFromOutsideDropTheHistory) {
  apply(add());
  Annotation other;
  other.id = 9;
  other.mask = rectangle_mask({40, 30}, 0, 0, 3, 3);
  store_.edit_outside("a.jpg", {other});
  PictureState state = session_->state("a.jpg");
  EXPECT_FALSE(state.can_undo);
  EXPECT_THROW(apply(Undo{}), EditError);
  EXPECT_EQ(store_.annotations("a.jpg"), std::vector<Annotation>{other});
}

TEST_F(SessionTest, ADamagedHistoryIsSetAsideAndAnotherBegins) {
  apply(add());
  const std::string good = *store_.load_history("a.jpg");
  const auto with = [&](const std::string& text, const std::string& instead) {
    return std::string(good).replace(good.find(text), text.size(), instead);
  };
  const std::vector<std::string> all = {"",
                                        "\n",
                                        "nonsense",
                                        "{}",
                                        "[1]\nx",
                                        good.substr(0, good.size() / 2),
                                        good + "{}\n",
                                        with("\"undo\":1", "\"undo\":99"),
                                        with("\"undo\":1", "\"undo\":-1"),
                                        with("\"version\":1", "\"version\":2"),
                                        with("\"score\":0.5", "\"score\":0.6")};
  for (std::size_t i = 0; i < all.size(); ++i) {
    store_.save_history("a.jpg", all[i]);
    const PictureState state = session_->state("a.jpg");
    EXPECT_FALSE(state.can_undo) << all[i];
    EXPECT_THAT(state.warnings, testing::ElementsAre(testing::HasSubstr("undo history of a.jpg is damaged")));
    ASSERT_EQ(store_.set_aside().size(), i + 1);
    EXPECT_EQ(store_.set_aside().back(), all[i]);
    EXPECT_THAT(session_->state("a.jpg").warnings, testing::IsEmpty()) << "said once";
  }
  EXPECT_TRUE(apply(add()).can_undo);
  EXPECT_EQ(apply(Undo{}).content.annotations.size(), 1U);
}

// Of a history without a hash, as they were written before.
TEST_F(SessionTest, AStepThatCannotBeTakenBackIsSetAsideWithItsHistory) {
  apply(add());
  const std::string good = *store_.load_history("a.jpg");
  std::string header = good.substr(0, good.find('\n') + 1);
  std::string other = good.substr(header.size(), good.size() - header.size() - 1);
  other.replace(other.find("\"score\":0.5"), 11, "\"score\":0.6");
  header.erase(header.find("\"steps_hash\""),
               std::string(R"("steps_hash":"0123456789abcdef0123456789abcdef",)").size());
  header.erase(header.find("\"begins_new\""), std::string(R"("begins_new":true,)").size());
  header.erase(header.find("\"classes\""), std::string(R"("classes":3,)").size());
  for (const std::string& step : {std::string("nonsense"), std::string(R"({"removed":[],"added":[[7]]})"), other}) {
    SCOPED_TRACE(step);
    const std::string bytes = header + step + "\n";
    store_.save_history("a.jpg", bytes);
    EXPECT_TRUE(session_->state("a.jpg").can_undo);
    EXPECT_THAT([&] { apply(Undo{}); }, testing::ThrowsMessage<EditError>(testing::HasSubstr("is kept as backups/")));
    EXPECT_EQ(store_.set_aside().back(), bytes);
    EXPECT_FALSE(session_->state("a.jpg").can_undo);
    EXPECT_EQ(store_.annotations("a.jpg").size(), 1U);
  }
}

TEST_F(SessionTest, ADamagedHistoryThatCannotBeSetAsideStopsNothing) {
  apply(add());
  store_.save_history("a.jpg", "nonsense");
  store_.fail_history(ENOSPC);
  EXPECT_THAT(session_->show("a.jpg").warnings, testing::ElementsAre(testing::HasSubstr("No space left")));
  EXPECT_EQ(apply(add()).content.annotations.size(), 2U);
  EXPECT_EQ(store_.load_history("a.jpg"), "nonsense") << "never deleted";
}

TEST_F(SessionTest, ASaveThatFailsChangesNothing) {
  apply(add());
  const PictureState before = session_->state("a.jpg");
  store_.fail_save(ENOSPC);
  EXPECT_THROW(apply(add()), FileError);
  EXPECT_THROW(apply(Undo{}), FileError);
  store_.fail_save(0);
  const PictureState after = session_->state("a.jpg");
  EXPECT_EQ(after.content, before.content);
  EXPECT_EQ(after.revision, before.revision);
  EXPECT_TRUE(apply(Undo{}).content.annotations.empty());
}

TEST_F(SessionTest, AHistoryThatCannotBeKeptCostsUndoNotTheEdit) {
  store_.fail_history(ENOSPC);
  const PictureState state = apply(add());
  EXPECT_EQ(state.content.annotations.size(), 1U);
  EXPECT_FALSE(state.can_undo);
  EXPECT_THAT(state.warnings, testing::ElementsAre(testing::HasSubstr("undo history is lost")));
}

// The annotations were written, and nothing after them: the edit is known by its id, and every step can be taken back.
TEST_F(SessionTest, KilledBetweenAnnotationsAndHistoryAnEditIsMadeOnceAndUndoGoesOn) {
  apply(add());
  for (int i = 0; i < 3; ++i) {
    const std::string id = "edit " + std::to_string(i);
    const std::string revision = session_->state("a.jpg").revision;
    store_.kill_after_save(true);
    session_->apply("a.jpg", revision, add(), {.edit_id = id});
    store_.kill_after_save(false);
    session_ = make_session(store_, pipeline_, clock_);
    const PictureState again = session_->apply("a.jpg", revision, add(), {.edit_id = id});
    EXPECT_EQ(again.content.annotations.size(), 2U + i);
    EXPECT_EQ(again.last_edit, id);
    EXPECT_TRUE(again.warnings.empty());
  }
  for (int left = 3; left >= 0; --left) {
    EXPECT_EQ(apply(Undo{}).content.annotations.size(), static_cast<std::size_t>(left));
  }
  EXPECT_FALSE(session_->state("a.jpg").can_undo);
}

// And killed, or failed, before the annotations were written: nothing was made, and nothing is lost.
TEST_F(SessionTest, ASaveThatNeverCameCostsNoUndoStep) {
  apply(add());
  const std::string revision = session_->state("a.jpg").revision;
  store_.fail_save(EIO);
  EXPECT_THROW(session_->apply("a.jpg", revision, add(), {.edit_id = "lost"}), FileError);
  store_.fail_save(0);
  session_ = make_session(store_, pipeline_, clock_);
  EXPECT_EQ(session_->apply("a.jpg", revision, add(), {.edit_id = "lost"}).content.annotations.size(), 2U);
  EXPECT_EQ(apply(Undo{}).content.annotations.size(), 1U);
  EXPECT_TRUE(apply(Undo{}).content.annotations.empty());
}

TEST_F(SessionTest, SaveWritesAgainAndKeepsTheHistory) {
  apply(add());
  const PictureState state = session_->save("a.jpg");
  EXPECT_EQ(state.revision, "r2");
  EXPECT_TRUE(state.can_undo);
  EXPECT_TRUE(apply(Undo{}).content.annotations.empty());
}

TEST_F(SessionTest, TheOldestStepsGoWhenTheHistoryIsFull) {
  session_ = make_session(store_, pipeline_, clock_, 3);
  for (int i = 0; i < 5; ++i) apply(add());
  for (int i = 0; i < 3; ++i) apply(Undo{});
  const PictureState state = session_->state("a.jpg");
  EXPECT_EQ(state.content.annotations.size(), 2U);
  EXPECT_FALSE(state.can_undo);
  EXPECT_TRUE(state.can_redo);
}

TEST_F(SessionTest, SegmentRefinesAnEarlierMask) {
  const SegmentResult first = session_->segment("a.jpg", {{{2, 3, 12, 9}}, {}, {}, true}, {});
  ASSERT_EQ(first.instances.size(), 3U);
  SegmentRequest request;
  request.points = {{{4, 4}, false}};
  request.mask_input_key = first.instances[1].logits->key;
  session_->segment("a.jpg", request, {});
  EXPECT_EQ(pipeline_.last_prompt().mask_input, first.instances[1].logits);
  EXPECT_EQ(pipeline_.last_prompt().points, request.points);
}

TEST_F(SessionTest, AMaskOfAnotherPictureOrLongAgoIsStale) {
  SegmentRequest request;
  request.mask_input_key = session_->segment("a.jpg", {{{2, 3, 12, 9}}, {}, {}, false}, {}).instances[0].logits->key;
  EXPECT_THROW(session_->segment("b c.jpg", request, {}), StaleMaskInput);
  EXPECT_NO_THROW(session_->segment("a.jpg", request, {}));
  session_->forget_answers();
  EXPECT_THROW(session_->segment("a.jpg", request, {}), StaleMaskInput);
  request.mask_input_key = session_->segment("a.jpg", {{{2, 3, 12, 9}}, {}, {}, false}, {}).instances[0].logits->key;
  EXPECT_NO_THROW(session_->segment("a.jpg", request, {}));
  for (int i = 0; i < 16; ++i) session_->segment("a.jpg", {{{2, 3, 12, 9}}, {}, {}, false}, {});
  EXPECT_THROW(session_->segment("a.jpg", request, {}), StaleMaskInput);
}

TEST_F(SessionTest, APictureThatFailsToDecodeIsMarkedBroken) {
  pipeline_.fail_with(std::make_exception_ptr(ImageError("half of it is missing")));
  EXPECT_THROW(session_->segment("a.jpg", {{{2, 3, 12, 9}}, {}, {}, false}, {}), ImageError);
  EXPECT_EQ(store_.find("a.jpg")->reason, "half of it is missing");
}

TEST_F(SessionTest, ParallelEditsOfOneRevisionGiveOneWinner) {
  std::atomic<int> done = 0;
  std::atomic<int> refused = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      try {
        session_->apply("a.jpg", "r0", add());
        ++done;
      } catch (const RevisionConflict&) {
        ++refused;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(store_.annotations("a.jpg").size(), 1U);
  EXPECT_TRUE(session_->state("a.jpg").can_undo);
}

}  // namespace
}  // namespace sam
