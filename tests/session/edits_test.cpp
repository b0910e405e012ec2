// What each edit does to shapes, order, reviews; that it can be undone over a restart; and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "image/mask_algebra.h"
#include "session/fake_pipeline.h"
#include "session/fake_store.h"
#include "session/history.h"
#include "session/session.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;

constexpr Size size{40, 30};

class FakeClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override { return {}; }
  std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  }
};

Ring ring(double x0, double y0, double x1, double y1) {
  return {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
}

Mask box(int x0, int y0, int x1, int y1) {
  return rectangle_mask(size, x0, y0, x1, y1);
}

class Edits : public testing::Test {
 protected:
  static AddAnnotation adding(const Mask& mask, int class_id = 0) { return {class_id, mask_to_coco_string(mask)}; }
  PictureState state() { return session_->state("a.jpg"); }
  PictureState apply(const Edit& edit, const EditOptions& options = {}) {
    return session_->apply("a.jpg", state().revision, edit, options);
  }
  PictureState apply(const Edit& edit, Overlap overlap) { return apply(edit, EditOptions{overlap, ""}); }
  void restart() { session_ = make_session(store_, pipeline_, clock_, 200); }
  // Of the annotations, which the test changes by hand.
  void set(const std::function<void(std::vector<Annotation>&)>& change) {
    std::vector<Annotation> annotations = store_.annotations("a.jpg");
    change(annotations);
    store_.edit_outside("a.jpg", annotations);
  }
  const Annotation& at(const PictureState& state, std::size_t i) { return state.content.annotations.at(i); }
  std::vector<std::int64_t> ids(const PictureState& state) {
    std::vector<std::int64_t> found;
    for (const Annotation& each : state.content.annotations) found.push_back(each.id);
    return found;
  }
  std::string refusal(const Edit& edit, Overlap overlap = Overlap::allow) {
    const PictureState before = state();
    try {
      apply(edit, overlap);
    } catch (const EditError& error) {
      EXPECT_EQ(state().content, before.content);
      EXPECT_EQ(state().revision, before.revision);
      return error.what();
    }
    ADD_FAILURE() << edit_name(edit) << " was made";
    return "";
  }

  FakeStore store_;
  FakePipeline pipeline_;
  FakeClock clock_;
  std::unique_ptr<Session> session_ = make_session(store_, pipeline_, clock_, 200);
};

TEST_F(Edits, APolygonIsKeptAsDrawnAndTheMaskIsWhatItCovers) {
  AddAnnotation edit;
  edit.class_id = 1;
  edit.seconds = 2.5;
  edit.polygon = {{ring(1.25, 2, 20.5, 12), {ring(5, 5, 9, 9)}}};
  PictureState now = apply(edit);
  EXPECT_EQ(at(now, 0).polygon, edit.polygon);
  EXPECT_EQ(at(now, 0).mask, polygon_to_mask(edit.polygon, size));
  EXPECT_EQ(at(now, 0).source, "drawn");
  EXPECT_EQ(at(now, 0).seconds, 2.5);
  const Polygon moved = {{ring(2, 2, 20.5, 12), {}}, {ring(30, 20, 33, 25), {}}};
  now = apply(SetPolygon{1, moved});
  EXPECT_EQ(at(now, 0).polygon, moved);
  EXPECT_EQ(at(now, 0).mask, polygon_to_mask(moved, size));
  EXPECT_EQ(now.undo_title, "set_polygon");
}

TEST_F(Edits, AnOutlineThatCrossesItselfBecomesThatOfWhatItCovers) {
  apply(adding(box(2, 3, 12, 9)));
  const Polygon bow = {{{{0, 0}, {20, 20}, {20, 0}, {0, 20}}, {}}};
  const PictureState now = apply(SetPolygon{1, bow});
  EXPECT_EQ(at(now, 0).mask, polygon_to_mask(bow, size));
  EXPECT_NE(at(now, 0).polygon, bow);
  EXPECT_GE(mask_iou(polygon_to_mask(at(now, 0).polygon, size), at(now, 0).mask), 0.99);
}

TEST_F(Edits, WhatLiesOutsideThePictureIsCutOff) {
  AddAnnotation edit;
  edit.polygon = {{ring(-1e8, 10, 5, 1e8), {}}};
  EXPECT_EQ(at(apply(edit), 0).mask, box(0, 10, 5, 30));
  EXPECT_EQ(at(state(), 0).polygon, (Polygon{{ring(0, 10, 5, 30), {}}}));
}

TEST_F(Edits, PolygonsThatAreNoneAreRefused) {
  apply(adding(box(2, 3, 12, 9)));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_THAT(refusal(SetPolygon{1, {}}), HasSubstr("no parts"));
  EXPECT_THAT(refusal(SetPolygon{1, {{{{1, 1}, {2, 2}}, {}}}}), HasSubstr("2 points"));
  EXPECT_THAT(refusal(SetPolygon{1, {{ring(1, 1, 9, 9), {{{1, 1}}}}}}), HasSubstr("1 points"));
  EXPECT_THAT(refusal(SetPolygon{1, {{{{nan, 1}, {2, 2}, {3, 1}}, {}}}}), HasSubstr("not a number"));
  EXPECT_THAT(refusal(SetPolygon{1, {{{{inf, 1}, {2, 2}, {3, 1}}, {}}}}), HasSubstr("not a number"));
  EXPECT_THAT(refusal(SetPolygon{1, {{ring(1.1, 1.1, 1.2, 1.2), {}}}}), HasSubstr("covers no pixel"));
  EXPECT_THAT(refusal(SetPolygon{1, {{ring(50, 50, 60, 60), {}}}}), HasSubstr("covers no pixel"));
  EXPECT_THAT(refusal(SetPolygon{1, {{{{1, 1}, {9, 9}, {5, 5}}, {}}}}), HasSubstr("covers no pixel"));
  EXPECT_THAT(refusal(SetPolygon{1, {{Ring(max_vertices + 1, Point{3, 3}), {}}}}), HasSubstr("100001 vertices"));
  EXPECT_THAT(refusal(SetPolygon{7, {{ring(1, 1, 9, 9), {}}}}), HasSubstr("annotation 7"));
  EXPECT_THAT(refusal(AddAnnotation{}), HasSubstr("no parts"));
}

TEST_F(Edits, AMaskIsMadeAgain) {
  apply(adding(box(2, 3, 12, 9)));
  SetMask edit{1, mask_to_coco_string(box(4, 4, 30, 20)), 0.75, StoredPrompt{{{4, 4, 30, 20}}, {}, ""}};
  PictureState now = apply(edit);
  EXPECT_EQ(at(now, 0).mask, box(4, 4, 30, 20));
  EXPECT_EQ(polygon_to_mask(at(now, 0).polygon, size), box(4, 4, 30, 20));
  EXPECT_EQ(at(now, 0).score, 0.75);
  EXPECT_EQ(at(now, 0).prompt, *edit.prompt);
  edit = {1, mask_to_coco_string(box(4, 4, 31, 20)), 0, std::nullopt};
  EXPECT_EQ(at(apply(edit), 0).prompt.boxes, (std::vector<Box>{{4, 4, 30, 20}})) << "stays";
  EXPECT_THAT(refusal(SetMask{1, mask_to_coco_string(box(0, 0, 0, 0)), 0, {}}), HasSubstr("empty"));
  EXPECT_THAT(refusal(SetMask{1, "nonsense", 0, {}}), HasSubstr("does not fit"));
  EXPECT_THAT(refusal(SetMask{1, mask_to_coco_string(box(4, 4, 8, 8)), 2, {}}), HasSubstr("score"));
}

TEST_F(Edits, ABrushAddsAndTakesAway) {
  PictureState now = apply(Paint{std::nullopt, 2, {{5.5, 5.5}, {15.5, 5.5}}, 2, false, 1.5});
  const Mask stroke = at(now, 0).mask;
  EXPECT_EQ(mask_box(stroke), (Box{3, 3, 18, 8}));
  EXPECT_EQ(at(now, 0).class_id, 2);
  EXPECT_EQ(at(now, 0).seconds, 1.5);
  now = apply(Paint{1, 0, {{10.5, 20.5}}, 3, false, 2});
  EXPECT_EQ(at(now, 0).polygon.size(), 2U);
  EXPECT_EQ(at(now, 0).seconds, 3.5);
  EXPECT_EQ(at(now, 0).class_id, 2) << "its own";
  now = apply(Paint{1, 0, {{10.5, 20.5}}, 3.5, true, 0});
  EXPECT_EQ(at(now, 0).mask, stroke);
  EXPECT_EQ(apply(Paint{1, 0, {{30, 29}}, 1, true, 0}).revision, now.revision) << "nothing of it was there";
  now = apply(Paint{1, 0, {{0, 0}, {40, 30}}, 30, true, 0});
  EXPECT_THAT(now.content.annotations, IsEmpty()) << "without pixels it is gone";
  EXPECT_EQ(at(apply(Undo{}), 0).mask, stroke);
}

TEST_F(Edits, StrokesThatAreNoneAreRefused) {
  apply(adding(box(2, 3, 12, 9)));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(refusal(Paint{1, 0, {}, 2, false, 0}), HasSubstr("no points"));
  EXPECT_THAT(refusal(Paint{1, 0, {{2, 2}}, 0, false, 0}), HasSubstr("radius"));
  EXPECT_THAT(refusal(Paint{1, 0, {{2, 2}}, nan, false, 0}), HasSubstr("radius"));
  EXPECT_THAT(refusal(Paint{1, 0, {{2, 2}}, 10'001, false, 0}), HasSubstr("10000 pixels"));
  EXPECT_THAT(refusal(Paint{1, 0, {{nan, 2}}, 2, false, 0}), HasSubstr("not a number"));
  EXPECT_THAT(refusal(Paint{1, 0, std::vector<Point>(20'001, {2, 2}), 2, false, 0}), HasSubstr("20001 points"));
  EXPECT_THAT(refusal(Paint{std::nullopt, 0, {{2, 2}}, 2, true, 0}), HasSubstr("select one"));
  EXPECT_THAT(refusal(Paint{std::nullopt, 9, {{2, 2}}, 2, false, 0}), HasSubstr("class 9"));
  EXPECT_THAT(refusal(Paint{std::nullopt, 0, {{200, 2}}, 2, false, 0}), HasSubstr("no pixel"));
  EXPECT_THAT(refusal(Paint{1, 0, {{20, 20}}, 2, false, -1}), HasSubstr("seconds"));
  EXPECT_THAT(refusal(Paint{5, 0, {{20, 20}}, 2, false, 0}), HasSubstr("annotation 5"));
}

TEST_F(Edits, ObjectsAreMergedIntoTheFirstNamedAndSubtracted) {
  for (int i = 0; i < 4; ++i) apply(adding(box(i * 10, 0, i * 10 + 12 > 40 ? 40 : i * 10 + 12, 10), i % 3));
  PictureState now = apply(MergeAnnotations{{3, 1, 4}});
  EXPECT_THAT(ids(now), ElementsAre(2, 3));
  EXPECT_EQ(at(now, 1).class_id, 2);
  EXPECT_EQ(at(now, 1).mask, unite(box(0, 0, 12, 10), box(20, 0, 40, 10)));
  now = apply(SubtractAnnotations{2, {3}});
  EXPECT_EQ(at(now, 0).mask, box(12, 0, 20, 10));
  EXPECT_EQ(at(now, 1).mask, unite(box(0, 0, 12, 10), box(20, 0, 40, 10)));
  EXPECT_THAT(refusal(MergeAnnotations{{2}}), HasSubstr("at least two"));
  EXPECT_THAT(refusal(MergeAnnotations{{2, 2}}), HasSubstr("at least two"));
  EXPECT_THAT(refusal(MergeAnnotations{{2, 9}}), HasSubstr("annotation 9"));
  EXPECT_THAT(refusal(SubtractAnnotations{2, {2}}), HasSubstr("itself"));
  EXPECT_THAT(refusal(SubtractAnnotations{2, {}}), HasSubstr("select one"));
  apply(adding(box(10, 0, 30, 10)));
  EXPECT_THAT(refusal(SubtractAnnotations{2, {5}}), HasSubstr("delete it instead"));
}

TEST_F(Edits, HolesAreFilledAndSpecksDropped) {
  const Mask holed =
      subtract(subtract(unite(box(2, 2, 20, 20), box(30, 2, 32, 3)), box(5, 5, 7, 7)), box(9, 9, 14, 14));
  apply(adding(holed));
  const std::string revision = state().revision;
  EXPECT_EQ(apply(FillHoles{{1}, 4}).revision, revision);
  EXPECT_EQ(mask_area(at(apply(FillHoles{{1}, 5}), 0).mask), mask_area(holed) + 4);
  EXPECT_EQ(at(apply(FillHoles{{1}, 0}), 0).mask, unite(box(2, 2, 20, 20), box(30, 2, 32, 3)));
  EXPECT_EQ(at(apply(DropSpecks{{1}, 3}), 0).mask, box(2, 2, 20, 20));
  EXPECT_EQ(state().undo_title, "drop_specks");
}

TEST_F(Edits, ASimplerOutlineHasFewerVerticesAndItsOwnMask) {
  store_.set_size("a.jpg", {400, 300});
  Paint wave{std::nullopt, 0, {}, 20, false, 0};
  for (int x = 40; x < 360; x += 4) wave.points.push_back({x + 0.5, 150 + 60 * std::sin(x / 30.0)});
  const Annotation before = at(apply(wave), 0);
  const PictureState now = apply(SimplifyOutlines{{1}, 4});
  EXPECT_LT(at(now, 0).polygon[0].outer.size() * 2, before.polygon[0].outer.size());
  EXPECT_EQ(at(now, 0).mask, polygon_to_mask(at(now, 0).polygon, {400, 300}));
  EXPECT_GT(mask_iou(at(now, 0).mask, before.mask), 0.85);
  for (const double bad : {0.0, -1.0, 1e9, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(refusal(SimplifyOutlines{{1}, bad}), HasSubstr("tolerance"));
  }
}

TEST_F(Edits, TheSmallestObjectIsNotSimplifiedAway) {
  apply(adding(box(5, 5, 6, 6)));
  EXPECT_EQ(mask_area(at(apply(SimplifyOutlines{{1}, 1000}), 0).mask), 1U);
}

TEST_F(Edits, OrderIsThatOfTheList) {
  using To = ReorderAnnotations::To;
  for (int i = 0; i < 5; ++i) apply(adding(box(i, i, i + 4, i + 4)));
  EXPECT_THAT(ids(apply(ReorderAnnotations{{2, 4}, To::front})), ElementsAre(1, 3, 5, 2, 4));
  EXPECT_THAT(ids(apply(ReorderAnnotations{{4, 5}, To::back})), ElementsAre(5, 4, 1, 3, 2));
  EXPECT_THAT(ids(apply(ReorderAnnotations{{5, 1}, To::forward})), ElementsAre(4, 5, 3, 1, 2));
  EXPECT_THAT(ids(apply(ReorderAnnotations{{1, 2}, To::forward})), ElementsAre(4, 5, 3, 1, 2)) << "at the front";
  EXPECT_THAT(ids(apply(ReorderAnnotations{{3, 1}, To::backward})), ElementsAre(4, 3, 1, 5, 2));
  restart();
  EXPECT_THAT(ids(apply(Undo{})), ElementsAre(4, 5, 3, 1, 2));
  EXPECT_THAT(ids(apply(Undo{})), ElementsAre(5, 4, 1, 3, 2));
}

TEST_F(Edits, ObjectsAreCopiedFromAnotherPictureAndScaled) {
  store_.set_size("b c.jpg", {80, 60});
  Annotation other;
  other.id = 7;
  other.class_id = 2;
  other.polygon = {{ring(10, 20, 30, 40), {ring(14, 24, 20, 30)}}};
  other.mask = polygon_to_mask(other.polygon, {80, 60});
  other.prompt.boxes = {{10, 20, 30, 40}};
  other.review = Review::rejected;
  other.note = "no";
  other.score = 0.5;
  Annotation speck = other;
  speck.id = 8;
  speck.polygon = {{ring(0.2, 0.2, 0.9, 0.9), {}}};
  speck.mask = rectangle_mask({80, 60}, 0, 0, 1, 1);
  store_.edit_outside("b c.jpg", {other, speck});
  apply(adding(box(1, 1, 3, 3)));
  PictureState now = apply(CopyAnnotations{"b c.jpg", {8, 7}});
  ASSERT_THAT(ids(now), ElementsAre(1, 2)) << "of the speck no pixel is left";
  EXPECT_EQ(at(now, 1).polygon, (Polygon{{ring(5, 10, 15, 20), {ring(7, 12, 10, 15)}}}));
  EXPECT_EQ(at(now, 1).mask, polygon_to_mask(at(now, 1).polygon, size));
  EXPECT_EQ(at(now, 1).prompt.boxes, (std::vector<Box>{{5, 10, 15, 20}}));
  EXPECT_EQ(at(now, 1).review, Review::none);
  EXPECT_EQ(at(now, 1).note, "");
  EXPECT_EQ(at(now, 1).created, "2023-11-14T22:13:20Z");
  EXPECT_THAT(refusal(CopyAnnotations{"b c.jpg", {8}}), HasSubstr("no pixel"));
  EXPECT_THAT(refusal(CopyAnnotations{"b c.jpg", {9}}), HasSubstr("annotation 9 is not in b c.jpg"));
  EXPECT_THAT(refusal(CopyAnnotations{"../b.jpg", {7}}), HasSubstr("there is no picture"));
  EXPECT_THAT(refusal(CopyAnnotations{"broken.jpg", {1}}), HasSubstr("from broken.jpg: the file is truncated"));
  now = apply(CopyAnnotations{"a.jpg", {1}});
  EXPECT_EQ(at(now, 2).mask, at(now, 0).mask);
}

TEST_F(Edits, AReviewAndItsNoteAreKeptAndUndone) {
  apply(adding(box(2, 3, 12, 9)));
  apply(adding(box(3, 3, 13, 9)));
  PictureState now = apply(ReviewAnnotations{{1, 2}, Review::rejected, "what is this?"});
  EXPECT_EQ(at(now, 1).review, Review::rejected);
  EXPECT_EQ(at(now, 1).note, "what is this?");
  now = apply(ReviewAnnotations{{1}, Review::accepted, std::nullopt});
  EXPECT_EQ(at(now, 0).review, Review::accepted);
  EXPECT_EQ(at(now, 0).note, "what is this?");
  EXPECT_EQ(apply(ReviewAnnotations{{1}, Review::accepted, std::nullopt}).revision, now.revision);
  restart();
  apply(Undo{});
  now = apply(Undo{});
  EXPECT_EQ(at(now, 0).review, Review::none);
  EXPECT_EQ(at(now, 0).note, "");
  EXPECT_THAT(refusal(ReviewAnnotations{{1}, std::nullopt, std::nullopt}), HasSubstr("neither"));
  std::string note;
  for (int i = 0; i < 2000; ++i) note += "\xc3\xbc";
  EXPECT_EQ(at(apply(ReviewAnnotations{{1}, std::nullopt, note}), 0).note, note);
  EXPECT_THAT(refusal(ReviewAnnotations{{1}, std::nullopt, note + "x"}), HasSubstr("2001 characters"));
}

TEST_F(Edits, EditingAProposalAcceptsIt) {
  const std::vector<Edit> touching = {SetMask{1, mask_to_coco_string(box(4, 4, 9, 9)), 0, {}},
                                      SetPolygon{1, {{ring(3, 3, 9, 9), {}}}},
                                      Paint{1, 0, {{20, 20}}, 3, false, 0},
                                      Paint{1, 0, {{4, 4}}, 3, true, 0},
                                      MergeAnnotations{{1, 2}},
                                      SubtractAnnotations{1, {2}},
                                      FillHoles{{1}, 0},
                                      DropSpecks{{1}, 100},
                                      SetClass{{1}, 2}};
  const Mask shape = unite(subtract(box(2, 3, 12, 15), box(5, 5, 7, 7)), box(30, 20, 31, 21));
  for (const Edit& edit : touching) {
    SCOPED_TRACE(edit_name(edit));
    set([&](std::vector<Annotation>& all) {
      all.assign(2, {});
      all[0].id = 1;
      all[1].id = 2;
      all[0].review = Review::proposed;
      all[0].mask = shape;
      all[1].mask = box(10, 3, 20, 15);
      for (Annotation& each : all) each.polygon = mask_to_polygon(each.mask, 0);
    });
    EXPECT_EQ(at(apply(edit), 0).review, Review::accepted);
    EXPECT_EQ(at(apply(Undo{}), 0).review, Review::proposed);
    EXPECT_EQ(at(apply(ReorderAnnotations{{2}, ReorderAnnotations::To::back}), 1).review, Review::proposed);
    EXPECT_EQ(at(apply(Paint{std::nullopt, 0, {{4, 4}}, 3, false, 0}, Overlap::newer), 1).review, Review::proposed)
        << "nobody looked at it";
  }
}

TEST_F(Edits, MarksOfThePictureMakeNoStepAndLeaveTheStepsUsable) {
  apply(adding(box(2, 3, 12, 9)));
  apply(adding(box(3, 3, 13, 9)));
  PictureState now = apply(MarkPicture{true, std::nullopt});
  EXPECT_TRUE(now.content.reviewed);
  EXPECT_FALSE(now.content.faulty);
  EXPECT_TRUE(now.can_undo);
  EXPECT_EQ(now.undo_title, "add");
  EXPECT_EQ(apply(MarkPicture{true, false}).revision, now.revision);
  restart();
  now = apply(Undo{});
  EXPECT_THAT(now.content.annotations, SizeIs(1));
  EXPECT_TRUE(now.content.reviewed) << "undo is of objects";
  now = apply(MarkPicture{false, true});
  EXPECT_FALSE(now.content.reviewed);
  EXPECT_TRUE(now.content.faulty);
  EXPECT_THAT(apply(Redo{}).content.annotations, SizeIs(2));
}

TEST_F(Edits, TitlesAreThoseOfTheSteps) {
  apply(adding(box(2, 3, 12, 9)));
  apply(Paint{1, 0, {{20, 20}}, 3, false, 0});
  apply(SetClass{{1}, 2});
  EXPECT_EQ(state().undo_title, "set_class");
  EXPECT_EQ(state().redo_title, "");
  restart();
  const PictureState now = apply(Undo{});
  EXPECT_EQ(now.undo_title, "paint");
  EXPECT_EQ(now.redo_title, "set_class");
}

TEST_F(Edits, AnEditThatWasMadeIsNotMadeAgain) {
  const EditOptions first{Overlap::allow, "w1-1"};
  PictureState now = session_->apply("a.jpg", "r0", adding(box(2, 3, 12, 9)), first);
  EXPECT_EQ(now.last_edit, "w1-1");
  restart();
  const PictureState again = session_->apply("a.jpg", "r0", adding(box(2, 3, 12, 9)), first);
  EXPECT_EQ(again.content, now.content);
  EXPECT_EQ(again.revision, now.revision);
  EXPECT_THROW(session_->apply("a.jpg", "r0", adding(box(2, 3, 12, 9)), {Overlap::allow, "w1-2"}), RevisionConflict);
  now = apply(Undo{}, {Overlap::allow, "w1-3"});
  EXPECT_THAT(session_->apply("a.jpg", again.revision, Undo{}, {Overlap::allow, "w1-3"}).content.annotations,
              IsEmpty());
  now = apply(MarkPicture{true, {}}, {Overlap::allow, "w1-4"});
  EXPECT_EQ(now.last_edit, "w1-4");
  EXPECT_EQ(session_->apply("a.jpg", "old", MarkPicture{false, {}}, {Overlap::allow, "w1-4"}).revision, now.revision);
  EXPECT_EQ(session_->save("a.jpg").last_edit, "w1-4");
  EXPECT_EQ(apply(Redo{}).last_edit, "") << "an edit without an id";
  EXPECT_THROW(apply(Undo{}, {Overlap::allow, std::string(101, 'x')}), EditError);
}

// ---- overlap

TEST_F(Edits, TheNewerTakesPixelsFromTheOthers) {
  apply(adding(box(0, 0, 20, 10)));
  apply(adding(box(22, 2, 24, 4)));
  apply(adding(box(0, 20, 40, 30)));
  const PictureState now = apply(adding(box(10, 0, 30, 10)), Overlap::newer);
  EXPECT_THAT(ids(now), ElementsAre(1, 3, 4)) << "the second is left without pixels";
  EXPECT_EQ(at(now, 0).mask, box(0, 0, 10, 10));
  EXPECT_EQ(polygon_to_mask(at(now, 0).polygon, size), box(0, 0, 10, 10));
  EXPECT_EQ(at(now, 1).mask, box(0, 20, 40, 30));
  EXPECT_EQ(at(now, 2).mask, box(10, 0, 30, 10));
  EXPECT_THAT(ids(apply(Undo{})), ElementsAre(1, 2, 3));
  EXPECT_EQ(state().content.annotations[0].mask, box(0, 0, 20, 10));
}

TEST_F(Edits, TheOlderKeepTheirPixels) {
  apply(adding(box(0, 0, 20, 10)));
  const PictureState now = apply(adding(box(10, 0, 30, 10)), Overlap::older);
  EXPECT_EQ(at(now, 0).mask, box(0, 0, 20, 10));
  EXPECT_EQ(at(now, 1).mask, box(20, 0, 30, 10));
  EXPECT_THAT(refusal(adding(box(5, 5, 9, 9)), Overlap::older), HasSubstr("nothing would be left"));
  EXPECT_EQ(apply(Paint{2, 0, {{10, 5}}, 2, false, 0}, Overlap::older).revision, now.revision)
      << "the stroke gained nothing";
  apply(SetClass{{2}, 2}, Overlap::older);
  EXPECT_EQ(state().content.annotations[1].class_id, 2);
}

// Objects that overlap already stay so when an edit has nothing to do with it.
TEST_F(Edits, OnlyPixelsThatAnEditGivesCount) {
  apply(adding(box(0, 0, 20, 10)));
  apply(adding(box(10, 0, 30, 10)));
  for (const Overlap overlap : {Overlap::newer, Overlap::older}) {
    apply(Paint{2, 0, {{25, 5}}, 2, true, 0}, overlap);
    EXPECT_EQ(state().content.annotations[0].mask, box(0, 0, 20, 10));
    apply(SetClass{{2}, overlap == Overlap::newer ? 1 : 2}, overlap);
    EXPECT_EQ(state().content.annotations[0].mask, box(0, 0, 20, 10));
    EXPECT_EQ(mask_area(intersect(state().content.annotations[0].mask, state().content.annotations[1].mask)), 100U);
  }
}

// After any edit with newer or older, objects that did not overlap before do not; and undo gives back what was, to the bit.
TEST_F(Edits, NothingOverlapsWhereNothingMay) {
  std::mt19937 random(9);
  const auto any = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
  for (int round = 0; round < 120; ++round) {
    const PictureState before = state();
    const std::vector<std::int64_t> known = ids(before);
    const Overlap overlap = any(2) == 0 ? Overlap::newer : Overlap::older;
    Edit edit = Paint{std::nullopt, 0,     {{any(40) + 0.5, any(30) + 0.5}, {any(40) + 0.5, any(30) + 0.5}},
                      1.0 + any(6), false, 0};
    if (any(3) == 0) edit = adding(box(any(20), any(15), 21 + any(19), 16 + any(14)));
    if (!known.empty() && any(3) == 0) {
      const std::int64_t id = known[static_cast<std::size_t>(any(static_cast<int>(known.size())))];
      edit = Paint{id, 0, {{any(40) + 0.5, any(30) + 0.5}}, 1.0 + any(9), any(3) == 0, 0};
      if (any(4) == 0) edit = SetPolygon{id, {{ring(any(20), any(10), 21 + any(19), 11 + any(19)), {}}}};
    }
    PictureState now;
    try {
      now = apply(edit, overlap);
    } catch (const EditError& error) {
      ASSERT_THAT(error.what(), HasSubstr("nothing would be left"));
      continue;
    }
    const auto& all = now.content.annotations;
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_GT(mask_area(all[i].mask), 0U);
      for (std::size_t k = i + 1; k < all.size(); ++k) ASSERT_EQ(mask_area(intersect(all[i].mask, all[k].mask)), 0U);
    }
    if (now.revision == before.revision) continue;
    ASSERT_EQ(apply(Undo{}).content.annotations, before.content.annotations);
    ASSERT_EQ(apply(Redo{}).content.annotations, all);
  }
  EXPECT_GT(state().content.annotations.size(), 1U);
}

// ---- many at once

TEST_F(Edits, EveryEditIsUndoneAndRedoneOverRestarts) {
  apply(adding(unite(subtract(box(2, 3, 22, 23), box(5, 5, 8, 8)), box(30, 20, 31, 21))));
  apply(adding(box(10, 3, 30, 15)));
  apply(adding(box(12, 13, 33, 19), 1));
  const std::vector<Edit> edits = {SetMask{1, mask_to_coco_string(subtract(box(4, 4, 19, 29), box(6, 6, 9, 9))), 0, {}},
                                   FillHoles{{1, 2}, 0},
                                   SetPolygon{2, {{ring(3, 3, 9, 9), {}}, {ring(13, 13, 14, 14), {}}}},
                                   DropSpecks{{1, 2}, 5},
                                   Paint{3, 0, {{20, 20}, {35, 25}}, 3, false, 4},
                                   SubtractAnnotations{1, {3}},
                                   SimplifyOutlines{{1, 2, 3}, 3},
                                   ReorderAnnotations{{1}, ReorderAnnotations::To::front},
                                   CopyAnnotations{"a.jpg", {1, 3}},
                                   ReviewAnnotations{{2, 4}, Review::proposed, "a note"},
                                   MergeAnnotations{{4, 2}},
                                   ClearAnnotations{}};
  std::vector<std::vector<Annotation>> states = {state().content.annotations};
  for (const Edit& edit : edits) {
    states.push_back(apply(edit).content.annotations);
    ASSERT_NE(states.back(), states[states.size() - 2]) << edit_name(edit);
  }
  for (std::size_t i = edits.size(); i-- > 0;) {
    restart();
    EXPECT_EQ(state().undo_title, edit_name(edits[i]));
    EXPECT_EQ(apply(Undo{}).content.annotations, states[i]) << edit_name(edits[i]);
  }
  for (std::size_t i = 0; i < edits.size(); ++i) {
    restart();
    EXPECT_EQ(apply(Redo{}).content.annotations, states[i + 1]) << edit_name(edits[i]);
  }
}

TEST_F(Edits, TooManyObjectsAtOnceAreRefused) {
  apply(adding(box(2, 3, 12, 9)));
  EXPECT_THAT(refusal(DeleteAnnotations{std::vector<std::int64_t>(10'001, 1)}), HasSubstr("10001 annotations"));
}

}  // namespace
}  // namespace sam
