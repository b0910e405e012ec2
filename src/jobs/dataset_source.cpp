#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "dataset/class_name.h"
#include "dataset/natural_order.h"
#include "jobs/picture_source.h"
#include "jobs/read_entry.h"

namespace sam {
namespace {

class DatasetSource final : public PictureSource {
 public:
  DatasetSource(const std::function<std::unique_ptr<FormatReader>()>& make_reader, DecodeLimits limits,
                FindPhoto find_photo)
      : reader_(make_reader()), limits_(limits), find_photo_(std::move(find_photo)), classes_(reader_->classes()) {
    for (std::string& name : classes_) name = require_class_name(name, "the dataset's list of classes");
    look_through(*make_reader());
    for (std::size_t i = 0; i < classes_.size(); ++i) ids_.emplace(classes_[i], static_cast<int>(i));
  }

  const std::vector<std::string>& classes() const override { return classes_; }
  std::vector<std::string> subsets() const override { return subsets_; }
  std::uint64_t picture_count() const override { return names_.size(); }

  void for_each_name(
      const std::function<void(const std::string& name, const std::string& subset)>& use) const override {
    for (const auto& [name, subset] : names_) use(name, subset);
  }

  std::optional<DatasetEntry> next() override { return next_of(*reader_); }

  DatasetPicture read(const DatasetEntry& entry) override {
    DatasetPicture picture = read_entry(*reader_, entry, photo_size(entry, limits_), entry.photo, limits_);
    for (StoredAnnotation& stored : picture.annotations) {
      const auto known = ids_.find(stored.class_name);
      if (known == ids_.end()) {
        throw FormatError(entry.place, "class \"" + stored.class_name + "\" is not in the dataset's list of classes");
      }
      stored.annotation.class_id = known->second;
    }
    return picture;
  }

 private:
  std::optional<DatasetEntry> next_of(FormatReader& reader) {
    std::optional<DatasetEntry> entry = reader.next();
    if (entry && entry->photo.empty() && find_photo_) entry->photo = find_photo_(*entry);
    return entry;
  }

  // What cannot be known without reading it: how many pictures, which subsets, and the classes if they are not listed.
  void look_through(FormatReader& reader) {
    const bool find_classes = classes_.empty();
    std::set<std::string, bool (*)(const std::string&, const std::string&)> found(
        [](const std::string& a, const std::string& b) { return natural_less(a, b); });
    while (const auto entry = next_of(reader)) {
      names_.emplace_back(entry->name, entry->subset);
      if (!entry->subset.empty() && std::find(subsets_.begin(), subsets_.end(), entry->subset) == subsets_.end()) {
        subsets_.push_back(entry->subset);
      }
      if (!find_classes) continue;
      for (const StoredAnnotation& stored : reader.decode(*entry, photo_size(*entry, limits_)).annotations) {
        found.insert(require_class_name(stored.class_name, entry->place));
      }
    }
    classes_.insert(classes_.end(), found.begin(), found.end());
  }

  std::unique_ptr<FormatReader> reader_;
  const DecodeLimits limits_;
  const FindPhoto find_photo_;
  std::vector<std::string> classes_;
  std::vector<std::string> subsets_;
  std::map<std::string, int> ids_;
  std::vector<std::pair<std::string, std::string>> names_;  // of pictures and their subsets
};

}  // namespace

std::unique_ptr<PictureSource> make_dataset_source(const std::function<std::unique_ptr<FormatReader>()>& make_reader,
                                                   DecodeLimits limits, FindPhoto find_photo) {
  return std::make_unique<DatasetSource>(make_reader, limits, std::move(find_photo));
}

}  // namespace sam
