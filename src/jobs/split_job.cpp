#include "jobs/split_job.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "dataset/category_folder.h"
#include "dataset/project_survey.h"
#include "dataset/stratified_split.h"
#include "image/decode.h"
#include "jobs/parallel.h"
#include "jobs/same_photos.h"
#include "platform/stopped.h"

namespace sam {
namespace {

constexpr std::size_t batch_pictures = 256;
constexpr std::size_t names_shown = 5;

struct Picture {
  std::string name;
  bool annotated = false;
  std::map<int, std::size_t> objects;  // by class
  std::string failure;
};

class Split {
 public:
  Split(Project& project, FileSystem& files, const SplitOptions& options)
      : project_(project), options_(options), folder_(open_category_folder(project.folder(), files)) {
    surveyed_ = survey_project(folder_, files).pictures;
  }

  void read(const std::stop_token& stop, const std::function<void(std::size_t done)>& on_batch) {
    pictures_.resize(surveyed_.size());
    for (std::size_t begin = 0; begin < pictures_.size(); begin += batch_pictures) {
      if (stop.stop_requested()) throw Stopped();
      on_batch(begin);
      const std::size_t count = std::min(batch_pictures, pictures_.size() - begin);
      for_each_index(count, options_.threads, [&](std::size_t i) { read(begin + i); });
    }
  }

  // Copies of one photo are one item.
  void share_out(const std::stop_token& stop, const ProgressListener& on_progress) {
    std::vector<std::size_t> group_of(pictures_.size());
    for (std::size_t i = 0; i < pictures_.size(); ++i) group_of[i] = i;
    for (const auto& group : find_same_photos(folder_, surveyed_, options_.threads, stop, on_progress)) {
      for (std::size_t place : group) group_of[place] = group.front();
      summary_.same_photos += group.size() - 1;
    }
    std::map<std::size_t, std::vector<std::size_t>> groups;  // by the first of them
    for (std::size_t i = 0; i < pictures_.size(); ++i) {
      if (is_wanted(pictures_[i])) groups[group_of[i]].push_back(i);
    }
    std::vector<SplitItem> items;
    for (const auto& [first, group] : groups) items.push_back(item_of(group));
    std::vector<double> shares;
    for (const std::string& name : names_) shares.push_back(share_of(name));
    split_items(items, shares, options_.stratify, options_.seed);
    auto item = items.begin();
    for (const auto& [first, group] : groups) {
      for (std::size_t place : group) assign(pictures_[place], names_[static_cast<std::size_t>(item->subset)]);
      ++item;
    }
  }

  SplitSummary finish() {
    if (!options_.dry_run) {
      const auto edit = project_.edit();
      edit->put_file(splits_file_name, format_splits(splits_));
      edit->commit();
    }
    return std::move(summary_);
  }

 private:
  void read(std::size_t place) {
    Picture& picture = pictures_[place];
    picture.name = surveyed_[place].photo.name;
    try {
      if (!surveyed_[place].annotated) return;
      if (surveyed_[place].photo.broken != nullptr) throw ImageError(surveyed_[place].photo.broken);
      for (const Annotation& each : project_.load(picture.name).content.annotations) {
        if (static_cast<std::size_t>(each.class_id) < project_.classes().names.size())  // else see validate
          ++picture.objects[each.class_id];
      }
      picture.annotated = true;
    } catch (const ImageError& error) {
      picture.failure = error.what();
    } catch (const DatasetError& error) {
      picture.failure = error.what();
    }
  }

  bool is_wanted(const Picture& picture) {
    if (!picture.failure.empty()) {
      if (++summary_.unreadable_count <= names_shown)
        summary_.unreadable.push_back(picture.name + ": " + picture.failure);
      return options_.keep.contains(picture.name);
    }
    return picture.annotated || options_.fresh_too || options_.keep.contains(picture.name);
  }

  double share_of(const std::string& name) const {
    const auto found = std::find_if(options_.shares.begin(), options_.shares.end(),
                                    [&](const SplitShare& each) { return each.subset == name; });
    return found == options_.shares.end() ? 0 : found->share;
  }

  std::size_t subset(const std::string& name) {
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found != names_.end()) return static_cast<std::size_t>(found - names_.begin());
    names_.push_back(name);
    return names_.size() - 1;
  }

  SplitItem item_of(const std::vector<std::size_t>& group) {
    if (names_.empty()) {
      for (const SplitShare& each : options_.shares) subset(each.subset);
    }
    SplitItem item;
    item.weight = group.size();
    std::set<int> classes;
    for (std::size_t place : group) {
      for (const auto& [id, count] : pictures_[place].objects) classes.insert(id);
      const auto kept = options_.keep.find(pictures_[place].name);
      if (kept == options_.keep.end() || kept->second.empty()) continue;
      ++summary_.kept;
      if (item.subset < 0) item.subset = static_cast<int>(subset(kept->second));
    }
    item.classes.assign(classes.begin(), classes.end());
    return item;
  }

  void assign(const Picture& picture, const std::string& name) {
    splits_[picture.name] = name;
    ++summary_.pictures;
    SubsetCount& count = summary_.subsets[name];
    ++count.pictures;
    for (const auto& [id, objects] : picture.objects) {
      ++count.pictures_of_class[id];
      count.objects_of_class[id] += objects;
    }
  }

  Project& project_;
  const SplitOptions& options_;
  const CategoryFolder folder_;
  std::vector<SurveyedPicture> surveyed_;
  std::vector<Picture> pictures_;
  std::vector<std::string> names_;  // of subsets
  Splits splits_;
  SplitSummary summary_;
};

}  // namespace

SplitSummary split_project(Project& project, FileSystem& files, const SplitOptions& options, const Clock& clock,
                           const std::stop_token& stop, const ProgressListener& on_progress) {
  const auto began = clock.now();
  const auto seconds = [&] { return std::chrono::duration<double>(clock.now() - began).count(); };
  Split split(project, files, options);
  split.read(stop, [&](std::size_t done) { on_progress({done, project.picture_count(), seconds()}); });
  split.share_out(stop, on_progress);
  SplitSummary summary = split.finish();
  summary.seconds = seconds();
  return summary;
}

}  // namespace sam
