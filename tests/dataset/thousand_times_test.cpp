// Load, save, load, a thousand times: every byte stays, of what we know and of what we do not.
#include <gmock/gmock.h>

#include "dataset/project_folder.h"

namespace sam {
namespace {

class ThousandTimes : public ProjectFolder {
 protected:
  static constexpr Size size{60, 40};

  void SetUp() override {
    ProjectFolder::SetUp();
    put("images/a.bmp", bmp(size.width, size.height));
    put("labels/a.txt", "an odd line\n\xff\xfe no text\n");
  }

  // Parts and holes, numbers that decimal notation does not end, every kind of text.
  PictureAnnotations odd_content(PictureAnnotations content) {
    Annotation annotation = rectangle(content.next_id++, 0, {1, 1, 30, 30}, size);
    annotation.polygon = {{{{1, 1}, {30, 1}, {30, 30}, {1, 30}}, {{{5.1, 5.3}, {9.7, 5.3}, {9.7, 9.9}}}},
                          {{{40.0 / 3, 31 + 1e-9}, {59.999999999999, 31}, {50, 39.1}}, {}}};
    annotation.mask = polygon_to_mask(annotation.polygon, size);
    annotation.prompt.points = {{0.1 + 0.2, 1e-300, true}, {-0.0, 1e17, false}};
    annotation.prompt.text = "Grüße, \"quotes\" \\ \xF0\x9F\x90\x99\n\ttab";
    annotation.score = 1.0 / 3;
    annotation.attributes = {{"", "empty key"}, {"nul", std::string("a\0b", 3)}, {"日本", "\u2028"}};
    content.annotations.push_back(annotation);
    content.annotations.push_back(rectangle(content.next_id++, 2, {0, 0, 1, 1}, size));
    content.annotations.push_back(rectangle(content.next_id++, 1, {59, 39, 60, 40}, size));
    return content;
  }
};

TEST_F(ThousandTimes, EveryByteStays) {
  {
    Store& store = open();
    const LoadedPicture loaded = store.load("a.bmp");
    store.save(odd_content(loaded.content), loaded.revision);
  }
  std::string text = get("annotations/a.bmp.json").value_or("");
  text.replace(text.find("\"next_id\""), 0, "\"theirs\": {\"deep\":[1,2.50,null,\"\\u0000\"]},\n  ");
  text.replace(text.find("\"attributes\":{"), 0, "\"number\":1e300,\"more\":[-0.0,12345678901234567890],");
  put("annotations/a.bmp.json", text);

  std::string annotations;
  std::string labels;
  PictureAnnotations first;
  for (int i = 0; i < 500; ++i) {  // two saves each
    Store& store = i % 50 == 0 ? open() : *store_;
    LoadedPicture loaded = store.load("a.bmp");
    PictureAnnotations less = loaded.content;
    less.annotations.pop_back();  // so that there is something to write both times
    const std::string revision = store.save(less, loaded.revision);
    EXPECT_NE(revision, loaded.revision);
    store.save(loaded.content, revision);
    if (i == 0) {
      first = loaded.content;
      annotations = get("annotations/a.bmp.json").value_or("");
      labels = get("labels/a.txt").value_or("");
    }
    ASSERT_EQ(store.load("a.bmp").content, first) << i;
    ASSERT_EQ(get("annotations/a.bmp.json"), annotations) << i;
    ASSERT_EQ(get("labels/a.txt"), labels) << i;
  }
  EXPECT_THAT(annotations, testing::HasSubstr("theirs"));
}

}  // namespace
}  // namespace sam
