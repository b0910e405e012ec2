// Annotating on a real project in a temporary folder: every allocation fails once, and three in a row. What failed has changed nothing and can be
// done again; what was acknowledged is on disk.
#include <gtest/gtest.h>

#include "dataset/statistics.h"
#include "faults/pipeline_scene.h"
#include "session/fake_pipeline.h"
#include "session/session.h"

namespace sam {
namespace {

constexpr Size picture_size{24, 18};

// A project of its own for each point.
class ProjectScene : public Scene {
 public:
  explicit ProjectScene(const std::filesystem::path& picture) {
    std::filesystem::create_directories(folder_.path() / "images");
    std::filesystem::copy_file(picture, folder_.path() / "images" / name_);
    files_.write_atomic(folder_.path() / "classes.csv", "class_name\ncar\ntruck\n");
    pipeline_.set_size(picture_size);
  }
  ~ProjectScene() override { close(); }

  bool may_end_with(const std::exception& error) const override {
    const auto* file = dynamic_cast<const FileError*>(&error);  // opendir() says it so
    return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
           (file != nullptr && file->error_number() == ENOMEM);
  }

 protected:
  void open() {
    store_ = open_store({folder_.path(), {}, {}}, files_, clock_);
    session_ = make_session(*store_, pipeline_, clock_);
  }
  void close() {
    session_.reset();
    store_.reset();
  }
  void reopen() {
    close();
    open();
  }
  void require(bool what, const char* otherwise) const {
    if (!what) throw std::runtime_error(otherwise);
  }
  std::size_t count() { return session_->state(name_).content.annotations.size(); }
  PictureAnnotations add_one() { return session_->apply(name_, session_->show(name_).revision, add_).content; }
  // Lack of memory says nothing about a file: none may have been taken for damaged.
  void require_nothing_set_aside() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      const std::filesystem::path& path = entry.path();
      if (path.extension() == ".damaged") throw std::runtime_error("set aside: " + path.string());
    }
  }

  const std::string name_ = "a picture of a box.bmp";  // longer than what a string holds without memory
  const Edit add_ = AddAnnotation{
      1, mask_to_coco_string(rectangle_mask(picture_size, 4, 3, 17, 14)), 0.5, {{{4, 3, 17, 14}}, {}, ""}};
  WalkFolder folder_;
  PosixFileSystem files_;
  SystemClock clock_;
  FakePipeline pipeline_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Session> session_;
};

// A project with an annotation, an undo history, what was shown, and an index.
class OpenScene : public ProjectScene {
 public:
  explicit OpenScene(const std::filesystem::path& picture) : ProjectScene(picture) {
    open();
    content_ = add_one();
    close();
  }
  void run() override { open(); }
  void after(bool) override {
    reopen();
    require_nothing_set_aside();
    require(session_->current() == name_, "what was shown is forgotten");
    const PictureState state = session_->show(name_);
    require(state.content == content_, "other annotations are there");
    require(state.can_undo, "the undo history is lost");
    require(add_one().annotations.size() == 2, "the next annotation is not there");
  }

 private:
  PictureAnnotations content_;
};

class ShowScene : public ProjectScene {
 public:
  explicit ShowScene(const std::filesystem::path& picture) : ProjectScene(picture) {
    open();
    content_ = add_one();
    reopen();
  }
  void run() override { session_->show(name_); }
  void after(bool) override {
    require_nothing_set_aside();
    const PictureState state = session_->show(name_);
    require(state.content == content_, "other annotations are shown");
    require(state.can_undo && state.warnings.empty(), "the undo history is lost");
  }

 private:
  PictureAnnotations content_;
};

// The index has forgotten the picture: header and annotations are read to count them.
class ExamineScene : public ProjectScene {
 public:
  explicit ExamineScene(const std::filesystem::path& picture) : ProjectScene(picture) {
    open();
    content_ = add_one();
    close();
    std::filesystem::remove(folder_.path() / "annotations/index.sqlite");
    open();
  }
  void run() override { examine(); }
  void after(bool failed) override {
    require_nothing_set_aside();
    if (failed) reopen();
    examine();
    if (failed) require(store_->find(name_)->annotation_count == 1, "it is counted wrongly");
    require(session_->show(name_).content == content_, "other annotations are shown");
  }

 private:
  void examine() {
    while (store_->examine_next()) {
    }
  }
  PictureAnnotations content_;
};

class AddScene : public ProjectScene {
 public:
  explicit AddScene(const std::filesystem::path& picture) : ProjectScene(picture) {
    open();
    before_ = add_one();
    revision_ = session_->state(name_).revision;
  }
  void run() override { session_->apply(name_, revision_, add_); }
  // Memory for the answer may run out when the edit is on disk; then a window that makes it again is told so by the revision.
  void after(bool failed) override {
    const std::size_t now = count();
    require(now == 2 || (failed && now == 1), "the edit was not all or nothing");
    reopen();
    require_nothing_set_aside();
    const PictureAnnotations found = session_->state(name_).content;
    require(found.annotations.size() == now, "something else is on disk");
    require(found.annotations.front() == before_.annotations.front(), "the annotation of before is another");
    const std::string revision = now == 1 ? revision_ : session_->state(name_).revision;
    const PictureState state = session_->apply(name_, revision, add_);
    require(state.content.annotations.size() == now + 1, "the next edit is not there");
    require(state.can_undo, "the next edit cannot be taken back");
  }

 private:
  PictureAnnotations before_;
  std::string revision_;
};

// What other programs removed is written again.
class SaveScene : public ProjectScene {
 public:
  explicit SaveScene(const std::filesystem::path& picture) : ProjectScene(picture) {
    open();
    content_ = add_one();
    std::filesystem::remove_all(folder_.path() / "labels" / labels_);
    std::filesystem::remove_all(folder_.path() / "metadata" / labels_);
  }
  void run() override { session_->save(name_); }
  void after(bool) override {
    require_nothing_set_aside();
    require(session_->state(name_).content == content_, "the annotation is lost");
    session_->save(name_);
    reopen();
    require(session_->state(name_).content == content_, "the annotation is not on disk");
    for (const char* kind : {"labels", "metadata"}) {
      require(std::filesystem::exists(folder_.path() / kind / labels_), "a file that saving makes is not there");
    }
  }

 private:
  const std::string labels_ = "a picture of a box.txt";
  PictureAnnotations content_;
};

class StatisticsScene : public ProjectScene {
 public:
  explicit StatisticsScene(const std::filesystem::path& picture) : ProjectScene(picture) {
    open();
    add_one();
  }
  void run() override { text_ = statistics_json(count_annotations(*store_), store_->classes()); }
  void after(bool failed) override {
    const std::string expected = statistics_json(count_annotations(*store_), store_->classes());
    require(failed || text_ == expected, "the statistics are wrong");
  }

 private:
  std::string text_;
};

class SessionFaults : public testing::Test {
 protected:
  template <typename Kind>
  void walk_both(const std::string& operation) {
    const MakeScene make = [picture = write_picture(folder_.path() / "a.bmp")] {
      return std::make_unique<Kind>(picture);
    };
    walk(operation, failing_heap(1), make);
    walk(operation + ", 3 in a row", failing_heap(3), make);
  }

  WalkFolder folder_;
};

TEST_F(SessionFaults, OpenAProject) {
  walk_both<OpenScene>("open a project");
}
TEST_F(SessionFaults, ShowAPicture) {
  walk_both<ShowScene>("show a picture");
}
TEST_F(SessionFaults, ExamineAPicture) {
  walk_both<ExamineScene>("examine a picture");
}
TEST_F(SessionFaults, AddAnAnnotation) {
  walk_both<AddScene>("add an annotation");
}
TEST_F(SessionFaults, Save) {
  walk_both<SaveScene>("save");
}
TEST_F(SessionFaults, ExportStatistics) {
  walk_both<StatisticsScene>("export statistics");
}

}  // namespace
}  // namespace sam
