#include <algorithm>
#include <iterator>
#include <utility>

#include "jobs/picture_source.h"
#include "jobs/read_entry.h"

namespace sam {
namespace {

constexpr std::size_t page = 1024;  // entries of the list at once

class ProjectSource final : public PictureSource {
 public:
  ProjectSource(Store& store, ProjectSourceOptions options)
      : store_(store), options_(std::move(options)), classes_(store.classes()) {}

  const std::vector<std::string>& classes() const override { return classes_.names; }

  std::vector<std::string> subsets() const override {
    std::vector<std::string> names;
    for (const auto& [image, subset] : options_.splits) {
      if (std::find(names.begin(), names.end(), subset) == names.end()) names.push_back(subset);
    }
    // train, val, test, and then by name.
    const auto rank = [](const std::string& name) {
      const auto known = std::find(std::begin(subset_names), std::end(subset_names), name);
      return std::pair(known - std::begin(subset_names), name);
    };
    std::sort(names.begin(), names.end(),
              [&](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
    return names;
  }

  std::uint64_t picture_count() const override { return store_.picture_count(); }

  void for_each_name(
      const std::function<void(const std::string& name, const std::string& subset)>& use) const override {
    for (std::size_t offset = 0;;) {
      const std::vector<PictureEntry> entries = store_.pictures(offset, page);
      if (entries.empty()) return;
      offset += entries.size();
      for (const PictureEntry& entry : entries) {
        if (is_wanted(entry)) use(entry.name, subset_of(entry.name));
      }
    }
  }

  std::optional<DatasetEntry> next() override {
    for (;;) {
      if (at_ == entries_.size()) {
        entries_ = store_.pictures(offset_, page);
        offset_ += entries_.size();
        at_ = 0;
        if (entries_.empty()) return std::nullopt;
      }
      const PictureEntry& entry = entries_[at_++];
      if (!is_wanted(entry)) continue;
      DatasetEntry found;
      found.name = entry.name;
      found.place = "images/" + entry.name;
      found.photo = store_.picture_path(entry.name);
      found.subset = subset_of(entry.name);
      return found;
    }
  }

  DatasetPicture read(const DatasetEntry& entry) override {
    LoadedPicture loaded = load_named(store_, entry.name);
    DatasetPicture picture;
    picture.name = entry.name;
    picture.size = loaded.content.size;
    picture.subset = entry.subset;
    for (const std::string& warning : loaded.warnings) picture.warnings.push_back(entry.name + ": " + warning);
    picture.reviewed = loaded.content.reviewed;
    picture.faulty = loaded.content.faulty;
    picture.annotations.reserve(loaded.content.annotations.size());
    std::size_t later = 0;
    for (Annotation& annotation : loaded.content.annotations) {
      const auto class_id = static_cast<std::size_t>(annotation.class_id);
      if (class_id >= classes().size()) {
        if (class_id < store_.classes().names.size()) {
          ++later;
          continue;
        }
        throw DatasetError("images/" + entry.name + ": annotation " + std::to_string(annotation.id) + " is of class " +
                           std::to_string(class_id) + ", which is not in the class list; see validate");
      }
      StoredAnnotation& stored = picture.annotations.emplace_back();
      stored.class_name = classes()[class_id];
      stored.annotation = std::move(annotation);
    }
    if (later > 0) {
      picture.warnings.push_back(entry.name + ": " + std::to_string(later) +
                                 " of its objects are of classes that were made meanwhile, and are left out");
    }
    return picture;
  }

 private:
  bool is_wanted(const PictureEntry& entry) const { return entry.annotated || options_.fresh_too; }

  std::string subset_of(const std::string& name) const {
    const auto split = options_.splits.find(name);
    return split == options_.splits.end() ? std::string() : split->second;
  }

  Store& store_;
  const ProjectSourceOptions options_;
  const ClassList& classes_;  // of the beginning: what reads the pictures was told of these
  std::vector<PictureEntry> entries_;
  std::size_t at_ = 0;
  std::size_t offset_ = 0;
};

}  // namespace

std::unique_ptr<PictureSource> make_project_source(Store& store, ProjectSourceOptions options) {
  return std::make_unique<ProjectSource>(store, std::move(options));
}

}  // namespace sam
