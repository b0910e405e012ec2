// The filter of the picture list, alone and through a project: what is known of annotations without reading their masks.
#include "dataset/picture_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "dataset/annotation_file.h"
#include "dataset/folded_text.h"
#include "dataset/store_scene.h"

namespace sam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(ClassSetTest, HoldsExactlyWhatWasPutIn) {
  const std::vector<int> ids = {0, 1, 127, 128, 129, 16384, 2'147'483'647, 5, 5};
  const ClassSet set(ids);
  for (const int id : ids) EXPECT_TRUE(set.may_have(id)) << id;
  for (const int id : {2, 4, 6, 126, 130, 16383, 16385, 2'147'483'646}) EXPECT_FALSE(set.may_have(id)) << id;
  EXPECT_FALSE(ClassSet().may_have(0));
  EXPECT_EQ(ClassSet::from_bytes(set.bytes()), set);
}

TEST(ClassSetTest, OfTooManyTheHigherOnesMayBeThere) {
  std::vector<int> ids;
  for (int id = 0; id < 2000; id += 2) ids.push_back(id);
  const ClassSet set(ids);
  EXPECT_LE(set.bytes().size(), 2 * ClassSet::most_classes + 1);
  for (const int id : ids) EXPECT_TRUE(set.may_have(id)) << id;
  EXPECT_FALSE(set.may_have(7));
  EXPECT_TRUE(set.may_have(1999)) << "unknown";
}

TEST(ClassSetTest, AnyBytesAreSomeSet) {
  for (int seed = 0; seed < 2000; ++seed) {
    std::string bytes;
    unsigned state = static_cast<unsigned>(seed) * 2654435761U;
    for (int i = 0; i < seed % 23; ++i) {
      state = state * 1664525U + 1013904223U;
      bytes += static_cast<char>(state >> 24);
    }
    const ClassSet set = ClassSet::from_bytes(bytes);
    for (const int id : {0, 1, 300, 2'147'483'647}) set.may_have(id);
    EXPECT_EQ(set.bytes(), bytes);
  }
}

TEST(FoldedText, CapitalsOfTheCommonAlphabetsBecomeSmall) {
  const auto folded = [](std::string_view text) {
    std::string into = "before";
    fold_case(text, into);
    return into;
  };
  EXPECT_EQ(folded("IMG_01.JPG"), "img_01.jpg");
  EXPECT_EQ(folded("ÄÖÜ ÉÇ Šł ΑΩ БЯЁ"), "äöü éç šł αω бяё");
  EXPECT_EQ(folded("×ß木🐈"), "×ß木🐈");
  const std::string odd = "A\xc3(\xff\xc3";
  EXPECT_EQ(folded(odd), "a\xc3(\xff\xc3") << "bytes that are no text stay";
  EXPECT_EQ(folded(folded("ŽÕŐ")), folded("ŽÕŐ"));
}

TEST(AnnotationFactsTest, AreWhatTheFileSays) {
  const AnnotationFacts facts = look_at_annotations(
      R"({"reviewed":true,"annotations":[{"class_id":3,"review":"proposed","mask":{"class_id":9}},{"class_id":3,"review":"rejected"},)"
      R"({"class_id":0,"review":"accepted"},{"class_id":200}],"faulty":false,"other":[1,{"review":"proposed"}]})");
  EXPECT_EQ(facts.count, 4);
  EXPECT_EQ(facts.proposals, 1);
  EXPECT_EQ(facts.rejected, 1);
  EXPECT_TRUE(facts.reviewed);
  EXPECT_FALSE(facts.faulty);
  EXPECT_EQ(facts.classes, ClassSet({0, 3, 200}));
}

TEST(AnnotationFactsTest, DamagedTextSaysNothing) {
  for (const char* text :
       {"", "x", "{", "[]", "{}", "1", R"({"annotations":3})", R"({"annotations":[1]})",
        R"({"annotations":[{"class_id":"3"}]})", R"({"annotations":[]} x)", R"({"annotations":[{])"}) {
    EXPECT_EQ(look_at_annotations(text), AnnotationFacts{}) << text;
  }
}

class PictureFilterTest : public StoreTest {
 protected:
  // Of the pictures that pass.
  std::vector<std::string> found(const PictureFilter& filter) {
    std::vector<std::string> names;
    for (const PictureEntry& entry : store_->pictures(filter, 0, 1000).entries) names.push_back(entry.name);
    return names;
  }
  std::vector<std::string> found(unsigned states) {
    PictureFilter filter;
    filter.states = static_cast<std::uint16_t>(states);
    return found(filter);
  }

  void annotate(const std::string& name, const std::vector<int>& classes) {
    LoadedPicture loaded = store_->load(name);
    for (const int id : classes) {
      loaded.content.annotations.push_back(rectangle(loaded.content.next_id++, id, {10, 5, 30, 15}, size));
    }
    store_->save(loaded.content, loaded.revision);
  }

  // a: new, b: two classes, c: looked at and empty, D: broken, ä: one class.
  void open_five() {
    for (const char* name : {"b", "c", "Ä"}) put(std::string("images/") + name + ".bmp", bmp(size.width, size.height));
    put("images/D.bmp", "");
    open();
    annotate("b.bmp", {0, 2, 2});
    annotate("c.bmp", {});
    annotate("Ä.bmp", {1});
  }
};

// What a model proposed is nobody's work: the picture is still to be labelled, until one proposal is decided or somebody looked through all.
TEST_F(PictureFilterTest, ProposalsAloneAreNoLabels) {
  using State = PictureFilter::State;
  open_five();
  const auto edit = [&](const auto& change) {
    LoadedPicture loaded = store_->load("b.bmp");
    change(loaded.content);
    store_->save(loaded.content, loaded.revision);
  };
  edit([](PictureAnnotations& content) {
    for (Annotation& each : content.annotations) each.review = Review::proposed;
  });
  EXPECT_THAT(found(State::fresh), ElementsAre("a.bmp", "b.bmp"));
  EXPECT_THAT(found(State::proposed), ElementsAre("b.bmp"));
  EXPECT_THAT(found(State::labelled), ElementsAre("Ä.bmp"));
  EXPECT_EQ(store_->find("b.bmp")->state, PictureEntry::State::fresh);
  EXPECT_EQ(store_->counts().fresh, 2U);
  edit([](PictureAnnotations& content) { content.annotations[0].review = Review::accepted; });
  EXPECT_THAT(found(State::labelled), ElementsAre("b.bmp", "Ä.bmp"));
  EXPECT_THAT(found(State::proposed), ElementsAre("b.bmp"));
}

TEST_F(PictureFilterTest, StatesAreUnions) {
  using State = PictureFilter::State;
  open_five();
  EXPECT_THAT(found(State::fresh), ElementsAre("a.bmp"));
  EXPECT_THAT(found(State::labelled), ElementsAre("b.bmp", "Ä.bmp"));
  EXPECT_THAT(found(State::empty), ElementsAre("c.bmp"));
  EXPECT_THAT(found(State::broken), ElementsAre("D.bmp"));
  EXPECT_THAT(found(State::unreviewed), ElementsAre("b.bmp", "c.bmp", "Ä.bmp"));
  EXPECT_THAT(found(State::reviewed | State::proposed | State::has_rejected | State::faulty), IsEmpty());
  for (unsigned one = 1; one <= State::broken; one <<= 1) {
    for (unsigned two = 1; two <= State::broken; two <<= 1) {
      std::vector<std::string> either = found(one);
      for (const std::string& name : found(two)) either.push_back(name);
      std::sort(either.begin(), either.end());
      either.erase(std::unique(either.begin(), either.end()), either.end());
      EXPECT_THAT(found(one | two), testing::UnorderedElementsAreArray(either)) << one << " " << two;
    }
  }
  EXPECT_EQ(found(0U).size(), 5u);
}

TEST_F(PictureFilterTest, ByClassNumberAndName) {
  open_five();
  PictureFilter filter;
  filter.class_id = 2;
  EXPECT_THAT(found(filter), ElementsAre("b.bmp"));
  filter.class_id = 7;
  EXPECT_THAT(found(filter), IsEmpty());
  filter = {};
  filter.at_least = 1;
  EXPECT_THAT(found(filter), ElementsAre("b.bmp", "Ä.bmp"));
  filter.at_most = 1;
  EXPECT_THAT(found(filter), ElementsAre("Ä.bmp"));
  filter = {};
  filter.at_most = 0;
  EXPECT_THAT(found(filter), UnorderedElementsAre("a.bmp", "c.bmp", "D.bmp"));
  filter = {};
  filter.text = "ä.B";
  EXPECT_THAT(found(filter), ElementsAre("Ä.bmp"));
  filter.text = "none";
  EXPECT_THAT(found(filter), IsEmpty());
}

TEST_F(PictureFilterTest, PagesAndNeighboursAgreeWithTheWholeList) {
  open_five();
  PictureFilter filter;
  filter.at_most = 5;
  const PicturePage whole = store_->pictures(filter, 0, 1000);
  EXPECT_EQ(whole.total, 5u);
  EXPECT_EQ(whole.all, 5u);
  for (std::size_t offset = 0; offset < 7; ++offset) {
    const PicturePage page = store_->pictures(filter, offset, 2);
    EXPECT_EQ(page.total, 5u);
    ASSERT_EQ(page.entries.size(), std::min<std::size_t>(2, 5 - std::min<std::size_t>(offset, 5)));
    for (std::size_t i = 0; i < page.entries.size(); ++i) {
      EXPECT_EQ(page.entries[i].name, whole.entries[offset + i].name);
      EXPECT_EQ(store_->position(page.entries[i].name), page.entries[i].position);
    }
  }
  std::vector<std::string> forwards;
  std::optional<PictureEntry> at = store_->find(whole.entries.front().name);
  for (at = store_->next_picture(filter, at->position, 1); at; at = store_->next_picture(filter, at->position, 1)) {
    forwards.push_back(at->name);
  }
  EXPECT_EQ(forwards.size() + (whole.entries.front().state == PictureEntry::State::broken ? 0 : 1), 4u);
  EXPECT_THAT(forwards, testing::Not(testing::Contains("D.bmp"))) << "broken ones are passed over";
  EXPECT_EQ(store_->next_picture(filter, 1'000'000, 1), std::nullopt);
  EXPECT_EQ(store_->next_picture(filter, 0, -1), std::nullopt);
  EXPECT_EQ(store_->next_picture(filter, 1'000'000, -1)->name, "Ä.bmp");
}

TEST_F(PictureFilterTest, CountsAreThoseOfTheList) {
  open_five();
  const PictureCounts counts = store_->counts();
  EXPECT_EQ(counts.images, 5u);
  EXPECT_EQ(counts.fresh, 1u);
  EXPECT_EQ(counts.labelled, 2u);
  EXPECT_EQ(counts.empty, 1u);
  EXPECT_EQ(counts.broken, 1u);
  EXPECT_EQ(counts.annotations, 4u);
}

TEST_F(PictureFilterTest, TheIndexRemembersClasses) {
  open_five();
  store_.reset();
  open();
  PictureFilter filter;
  filter.class_id = 2;
  EXPECT_THAT(found(filter), ElementsAre("b.bmp")) << "before anything was looked at";
}

TEST_F(PictureFilterTest, AnIndexOfVersion1IsBroughtUpToDate) {
  open_five();
  store_.reset();
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ / "annotations/index.sqlite").c_str(), &database), SQLITE_OK);
  const char* older =
      "ALTER TABLE picture DROP COLUMN proposals; ALTER TABLE picture DROP COLUMN rejected;"
      "ALTER TABLE picture DROP COLUMN marks; ALTER TABLE picture DROP COLUMN classes; PRAGMA user_version=1";
  EXPECT_EQ(sqlite3_exec(database, older, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(database);
  open();
  EXPECT_EQ(store_->find("a.bmp")->size, (Size{})) << "nobody had looked at it";
  EXPECT_EQ(store_->find("b.bmp")->size, size) << "what pictures are is kept";
  EXPECT_EQ(store_->find("b.bmp")->state, PictureEntry::State::labelled);
  PictureFilter filter;
  filter.class_id = 2;
  EXPECT_THAT(found(filter), IsEmpty());
  examine_all(*store_);
  EXPECT_THAT(found(filter), ElementsAre("b.bmp"));
  EXPECT_EQ(store_->find("b.bmp")->annotation_count, 3);
}

}  // namespace
}  // namespace sam
