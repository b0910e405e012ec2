#include "session/history.h"

#include <gtest/gtest.h>

#include "session/fake_pipeline.h"
#include "session/session.h"

namespace sam {
namespace {

Annotation annotation(std::int64_t id) {
  Annotation a;
  a.id = id;
  a.class_id = 2;
  a.mask = rectangle_mask({40, 30}, 1, 1, 9, 7);
  a.polygon = {{{{0.1, 1.0 / 3}, {9, 1}, {9, 7}}, {{{2, 2}, {3, 2}, {3, 3}}}}};
  a.prompt = {{{1, 2, 3, 4.5}}, {{1.25, 2, false}}, "the cat"};
  a.source = "labels";
  a.score = 0.1;
  a.created = "2023-11-14T22:13:20Z";
  a.attributes = {{"occluded", "ja\n\"ö\""}};
  a.review = Review::proposed;
  a.note = "sure?\n";
  a.seconds = 1.5;
  return a;
}

Change adding(std::int64_t id) {
  return {{}, {{0, annotation(id)}}};
}

const std::vector<std::string> classes = {"car", "truck", "bus"};
const std::vector<std::string> other = {"car", "truck", "lorry"};

HistoryPlace place(const std::string& revision, const std::vector<std::string>& names = classes) {
  return {revision, {40, 30}, names};
}

TEST(Change, TextIsALosslessLine) {
  const Change change{{{1, annotation(1)}, {4, annotation(2)}}, {{0, annotation(3)}}};
  const std::string text = change_text(change);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_EQ(parse_change(text), change);
}

TEST(Change, OfBeforeReviewsIsRead) {
  Change change = adding(1);
  std::string text = change_text(change);
  for (const char* field : {",\"note\":\"sure?\\n\"", ",\"review\":\"proposed\"", ",\"seconds\":1.5"}) {
    ASSERT_NE(text.find(field), std::string::npos) << text;
    text.erase(text.find(field), std::string(field).size());
  }
  Annotation& added = change.added[0].annotation;
  added.review = Review::none;
  added.note.clear();
  added.seconds = 0;
  EXPECT_EQ(parse_change(text), change);
  EXPECT_EQ(change_text(change), text);
}

TEST(Change, RefusesDamagedText) {
  const std::string good = change_text(adding(1));
  for (std::size_t length = 0; length < good.size(); length += 7) {
    EXPECT_THROW(parse_change(good.substr(0, length)), EditError) << length;
  }
  for (const char* text : {"null", "[]", "{\"removed\":1,\"added\":[]}", "{\"removed\":[[-1,{}]],\"added\":[]}"}) {
    EXPECT_THROW(parse_change(text), EditError) << text;
  }
}

TEST(Change, IsMadeAndTakenBack) {
  PictureAnnotations content;
  content.size = {40, 30};
  content.annotations = {annotation(1), annotation(2), annotation(3)};
  content.next_id = 4;
  const PictureAnnotations before = content;
  const Change change{{{0, annotation(1)}, {2, annotation(3)}}, {{1, annotation(3)}}};
  apply_change(content, change);
  EXPECT_EQ(content.annotations, (std::vector{annotation(2), annotation(3)}));
  apply_change(content, inverse(change));
  EXPECT_EQ(content, before);
}

TEST(Change, RefusesAListItWasNotMadeOn) {
  PictureAnnotations content;
  content.size = {40, 30};
  content.annotations = {annotation(1)};
  const PictureAnnotations before = content;
  EXPECT_THROW(apply_change(content, {{{0, annotation(2)}}, {}}), EditError);
  EXPECT_THROW(apply_change(content, {{{1, annotation(1)}}, {}}), EditError);
  EXPECT_THROW(apply_change(content, {{}, {{2, annotation(2)}}}), EditError);
  Annotation large = annotation(2);
  large.mask = rectangle_mask({41, 30}, 0, 0, 2, 2);
  EXPECT_THROW(apply_change(content, {{}, {{0, large}}}), EditError);
  EXPECT_EQ(content, before);
}

TEST(History, SurvivesText) {
  History history({});
  history.push(adding(1));
  history.push(adding(2));
  history.push(adding(3));
  history.take_undo();
  History again = History::parse(history.text(place("r7")), place("r7"), {});
  EXPECT_EQ(again.take_redo(), adding(3));
  EXPECT_EQ(again.take_undo(), inverse(adding(3)));
  EXPECT_EQ(again.take_undo(), inverse(adding(2)));
  EXPECT_EQ(again.take_undo(), inverse(adding(1)));
  EXPECT_EQ(again.take_undo(), std::nullopt);
  history.push(adding(4));
  const std::string bytes = history.text(place("r7"));
  EXPECT_TRUE(History::parse(bytes, place("r7"), {}).can_undo());
  EXPECT_FALSE(History::parse(bytes, place("r8"), {}).can_undo());
  EXPECT_FALSE(History::parse(bytes, place("r7", other), {}).can_undo());
}

TEST(History, KnowsWhetherItBeginsWithANewPicture) {
  History history({2, 1 << 20});
  EXPECT_FALSE(history.begins_new());
  history.set_begins_new(true);
  history.push(adding(1));
  EXPECT_TRUE(History::parse(history.text(place("r1")), place("r1"), {}).begins_new());
  EXPECT_FALSE(History::parse(history.text(place("r1")), place("r2"), {}).begins_new());
  history.push(adding(2));
  history.push(adding(3));  // the first step is gone
  EXPECT_FALSE(history.begins_new());
  EXPECT_FALSE(History::parse(history.text(place("r1")), place("r1"), {}).begins_new());
}

TEST(History, KnowsTheTitlesOfItsStepsAndTheLastEdit) {
  History history({});
  history.push(adding(1));  // as an earlier version would
  history.push(adding(2), "add");
  history.push(adding(3), "set_class");
  history.set_last_edit("w-7 \"ü\"");
  EXPECT_EQ(history.undo_title(), "set_class");
  EXPECT_EQ(history.redo_title(), "");
  history.take_undo();
  History again = History::parse(history.text(place("r7")), place("r7"), {});
  EXPECT_EQ(again.last_edit(), "w-7 \"ü\"");
  EXPECT_EQ(again.undo_title(), "add");
  EXPECT_EQ(again.redo_title(), "set_class");
  again.take_undo();
  EXPECT_EQ(again.undo_title(), "");
  EXPECT_EQ(again.take_undo(), inverse(adding(1)));
  EXPECT_EQ(History::parse(history.text(place("r7")), place("r8"), {}).last_edit(), "") << "of another revision";
}

// Text of the user that looks like a title is none.
TEST(History, ATitleIsTheStepsOwn) {
  Change change = adding(1);
  change.added[0].annotation.note = ",\"title\":\"add";
  EXPECT_EQ(change_title(change_text(change)), "");
  EXPECT_EQ(change_title(change_text(change, "paint")), "paint");
  EXPECT_EQ(parse_change(change_text(change, "paint")), change);
  for (const char* text : {"", "\"}", "x\"}", ",\"title\":\"\"}", "add\"}"}) EXPECT_EQ(change_title(text), "") << text;
}

TEST(History, EveryCutAndEveryFlippedByteIsNoticed) {
  History history({});
  history.push(adding(1));
  history.push(adding(2), "add");
  history.take_undo();
  history.set_last_edit("w-1");
  const HistoryPlace here = place("r7");
  const std::string good = history.text(here);
  for (std::size_t at = 0; at < good.size(); ++at) {
    EXPECT_THROW(History::parse(good.substr(0, at), here, {}), DamagedHistory) << at;
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    try {
      EXPECT_EQ(History::parse(flipped, here, {}).text(here), History({}).text(here)) << at << ": of another place";
    } catch (const DamagedHistory&) {
    }
  }
}

TEST(History, GoesOnAmongMoreClassesAndNotAmongOthers) {
  History history({});
  history.push(adding(1));
  const std::string bytes = history.text(place("r7"));
  std::vector<std::string> more = classes;
  for (int i = 0; i < 1000; ++i) more.push_back("c" + std::to_string(i));
  EXPECT_TRUE(History::parse(bytes, place("r7", more), {}).can_undo());
  const std::vector<std::string> fewer(classes.begin(), classes.end() - 1);
  EXPECT_FALSE(History::parse(bytes, place("r7", fewer), {}).can_undo());
  EXPECT_FALSE(History::parse(bytes, {"r7", {30, 40}, classes}, {}).can_undo()) << "of another size";
}

// Whatever becomes of the classes: each step is the one of before with its classes' ids of now.
TEST(History, FollowsItsClasses) {
  History history({});
  for (int id = 0; id < 3; ++id) {
    Change change = adding(id + 1);
    change.added[0].annotation.class_id = id;
    history.push(change, "add");
  }
  history.take_undo();
  history.set_last_edit("w-1");
  const std::string bytes = history.text(place("r7"));
  const std::vector<std::vector<int>> moves = {{0, 1, 2}, {1, 0, 1}, {2, 0, 1}, {0, 0, 0}};
  for (const std::vector<int>& new_ids : moves) {
    const auto moved = History::moved(bytes, place("r7"), place("r8", other), new_ids);
    ASSERT_TRUE(moved);
    History now = History::parse(*moved, place("r8", other), {});
    EXPECT_EQ(now.last_edit(), "w-1");
    EXPECT_EQ(now.undo_title(), "add");
    Change redone = adding(3);
    redone.added[0].annotation.class_id = new_ids[2];
    EXPECT_EQ(now.take_redo(), redone);
    for (int id = 2; id >= 0; --id) {
      Change change = adding(id + 1);
      change.added[0].annotation.class_id = new_ids[static_cast<std::size_t>(id)];
      EXPECT_EQ(now.take_undo(), inverse(change));
    }
    EXPECT_FALSE(now.can_undo());
  }
  const std::vector<int> gone = {0, 1, -1}, few = {0, 1};
  EXPECT_EQ(History::moved(bytes, place("r7"), place("r8", other), gone), std::nullopt);
  EXPECT_EQ(History::moved(bytes, place("r7"), place("r8", other), few), std::nullopt);
  EXPECT_EQ(History::moved(bytes, place("r6"), place("r8", other), moves[0]), std::nullopt) << "of another revision";
  EXPECT_THROW(History::moved(bytes.substr(0, bytes.size() / 2), place("r7"), place("r8", other), moves[0]),
               DamagedHistory);
}

TEST(History, IsBoundedInBytesFromTheOldestOn) {
  const std::size_t step = change_text(adding(1)).size() + 1;
  History history({1000, 3 * step});
  for (int i = 1; i <= 9; ++i) history.push(adding(i));
  EXPECT_LE(history.text(place("r")).size(), 3 * step + 150);
  int count = 0;
  while (history.take_undo()) ++count;
  EXPECT_EQ(count, 3);
}

TEST(History, TheLastStepIsKeptHoweverLarge) {
  const HistoryLimits limits{1000, 10};
  History history(limits);
  history.push(adding(1));
  history.push(adding(2));
  history = History::parse(history.text(place("r")), place("r"), limits);
  EXPECT_EQ(history.take_undo(), inverse(adding(2)));
  EXPECT_FALSE(history.can_undo());
  history = History::parse(history.text(place("r")), place("r"), limits);
  EXPECT_EQ(history.take_redo(), adding(2));
}

TEST(History, NoStepsAreKeptWhereNoneAreWanted) {
  History history({0, 1000});
  history.push(adding(1));
  EXPECT_FALSE(history.can_undo());
}

}  // namespace
}  // namespace sam
