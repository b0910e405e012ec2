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
  History again = History::parse(history.text({"r7", "c"}), {"r7", "c"}, {});
  EXPECT_EQ(again.take_redo(), adding(3));
  EXPECT_EQ(again.take_undo(), inverse(adding(3)));
  EXPECT_EQ(again.take_undo(), inverse(adding(2)));
  EXPECT_EQ(again.take_undo(), inverse(adding(1)));
  EXPECT_EQ(again.take_undo(), std::nullopt);
  history.push(adding(4));
  const std::string bytes = history.text({"r7", "c"});
  EXPECT_TRUE(History::parse(bytes, {"r7", "c"}, {}).can_undo());
  EXPECT_FALSE(History::parse(bytes, {"r8", "c"}, {}).can_undo());
  EXPECT_FALSE(History::parse(bytes, {"r7", "d"}, {}).can_undo());
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
  History again = History::parse(history.text({"r7", "c"}), {"r7", "c"}, {});
  EXPECT_EQ(again.last_edit(), "w-7 \"ü\"");
  EXPECT_EQ(again.undo_title(), "add");
  EXPECT_EQ(again.redo_title(), "set_class");
  again.take_undo();
  EXPECT_EQ(again.undo_title(), "");
  EXPECT_EQ(again.take_undo(), inverse(adding(1)));
  EXPECT_EQ(History::parse(history.text({"r7", "c"}), {"r8", "c"}, {}).last_edit(), "") << "of another revision";
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
  const HistoryPlace place{"r7", "c"};
  const std::string good = history.text(place);
  for (std::size_t at = 0; at < good.size(); ++at) {
    EXPECT_THROW(History::parse(good.substr(0, at), place, {}), DamagedHistory) << at;
    std::string flipped = good;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    try {
      EXPECT_EQ(History::parse(flipped, place, {}).text(place), History({}).text(place)) << at << ": of another place";
    } catch (const DamagedHistory&) {
    }
  }
}

TEST(History, IsBoundedInBytesFromTheOldestOn) {
  const std::size_t step = change_text(adding(1)).size() + 1;
  History history({1000, 3 * step});
  for (int i = 1; i <= 9; ++i) history.push(adding(i));
  EXPECT_LE(history.text({"r", "c"}).size(), 3 * step + 100);
  int count = 0;
  while (history.take_undo()) ++count;
  EXPECT_EQ(count, 3);
}

TEST(History, TheLastStepIsKeptHoweverLarge) {
  const HistoryLimits limits{1000, 10};
  History history(limits);
  history.push(adding(1));
  history.push(adding(2));
  history = History::parse(history.text({"r", "c"}), {"r", "c"}, limits);
  EXPECT_EQ(history.take_undo(), inverse(adding(2)));
  EXPECT_FALSE(history.can_undo());
  history = History::parse(history.text({"r", "c"}), {"r", "c"}, limits);
  EXPECT_EQ(history.take_redo(), adding(2));
}

TEST(History, NoStepsAreKeptWhereNoneAreWanted) {
  History history({0, 1000});
  history.push(adding(1));
  EXPECT_FALSE(history.can_undo());
}

}  // namespace
}  // namespace sam
