#include "dataset/category_edit.h"

#include <map>
#include <set>
#include <utility>

#include "dataset/picture_files.h"
#include "dataset/project_change.h"
#include "platform/mutex.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

class CategoryEdit final : public ProjectEdit {
 public:
  CategoryEdit(const CategoryFolder& folder, const fs::path& classes_csv, const ClassList& classes,
               const PictureList& pictures, FileSystem& files, const Clock& clock, std::function<void()> before_placing)
      : folder_(folder),
        before_placing_(std::move(before_placing)),
        pictures_(pictures),
        classes_(classes),
        picture_files_(folder, classes_, classes, files, clock),
        change_(folder, classes_csv, files, clock) {}

  void set_classes(std::vector<std::string> names) override {
    classes_changed_ = classes_changed_ || names != classes_.names;
    classes_.names = std::move(names);
  }

  void add_photo(const std::string& name, const fs::path& from) override {
    if (pictures_.position(name)) throw DatasetError("images/" + name + " is there already");
    {
      const MutexLock lock(mutex_);
      if (bases_.empty()) note_bases();
      const bool own_label_file = !bases_.insert(std::string(base_name(name))).second;
      if (!added_.emplace(name, label_file_name(name, own_label_file)).second) {
        throw DatasetError("images/" + name + " would be added twice");
      }
    }
    change_.put_copy(fs::path("images") / name, from);
  }

  void put(const PictureAnnotations& content, const std::vector<std::string>& other_fields) override {
    try {
      picture_files_.stage(content, other_fields, label_file(content.image), change_);
    } catch (const AnnotationFileError& error) {
      throw DatasetError("annotations/" + content.image + ".json is damaged (" + error.what() +
                         "); open the picture once to have it set aside");
    }
  }

  bool put_back(const std::string& image, const AnnotationDocument& earlier) override {
    return picture_files_.stage_earlier(image, earlier, label_file(image), change_);
  }

  void put_file(const fs::path& path, std::string_view bytes) override { change_.put(path, bytes); }
  void remove_file(const fs::path& path) override { change_.remove(path); }

  void commit() override {
    if (classes_changed_) change_.put_class_list(format_class_list(classes_.names));
    change_.commit(before_placing_);
  }

 private:
  void note_bases() SAM_REQUIRES(mutex_) {
    for (const PictureEntry& entry : pictures_.entries(0, pictures_.size())) {
      bases_.insert(std::string(base_name(entry.name)));
    }
  }

  std::string label_file(const std::string& name) SAM_EXCLUDES(mutex_) {
    if (auto known = pictures_.label_file(name)) return *std::move(known);
    const MutexLock lock(mutex_);
    const auto added = added_.find(name);
    if (added == added_.end()) throw DatasetError("no picture called " + name + " in " + folder_.images.string());
    return added->second;
  }

  const CategoryFolder& folder_;
  const std::function<void()> before_placing_;
  const PictureList& pictures_;
  ClassList classes_;
  bool classes_changed_ = false;
  PictureFiles picture_files_;
  ProjectChange change_;
  Mutex mutex_;
  std::set<std::string> bases_ SAM_GUARDED_BY(mutex_);               // of all pictures, once a photo was added
  std::map<std::string, std::string> added_ SAM_GUARDED_BY(mutex_);  // name, label file
};

}  // namespace

std::unique_ptr<ProjectEdit> make_category_edit(const CategoryFolder& folder, const fs::path& classes_csv,
                                                const ClassList& classes, const PictureList& pictures,
                                                FileSystem& files, const Clock& clock,
                                                std::function<void()> before_placing) {
  return std::make_unique<CategoryEdit>(folder, classes_csv, classes, pictures, files, clock,
                                        std::move(before_placing));
}

}  // namespace sam
