#include "dataset/label_merge.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace sam {
namespace {

// Annotations of before by the coordinates of their line; each is given out once.
class Unclaimed {
 public:
  explicit Unclaimed(const AnnotationDocument& before) {
    for (const StoredAnnotation& stored : before.annotations) {
      by_coordinates_[label_coordinates(stored.annotation, before.size)].push_back(&stored);
    }
  }

  const StoredAnnotation* take(const LabelLine& line) {
    const auto found = by_coordinates_.find(line.coordinates);
    if (found == by_coordinates_.end() || found->second.empty()) return nullptr;
    auto& list = found->second;
    auto best = std::find_if(list.begin(), list.end(), [&](const StoredAnnotation* stored) {
      return stored->annotation.class_id == line.class_id;
    });
    if (best == list.end()) best = list.begin();
    const StoredAnnotation* stored = *best;
    list.erase(best);
    return stored;
  }

 private:
  std::unordered_map<std::string, std::vector<const StoredAnnotation*>> by_coordinates_;
};

}  // namespace

AnnotationDocument merge_labels(const AnnotationDocument& before, const LabelFile& labels, const ClassList& classes,
                                std::vector<std::string>& warnings) {
  AnnotationDocument after = before;
  after.annotations.clear();
  after.kept_lines = labels.kept;
  warnings.insert(warnings.end(), labels.warnings.begin(), labels.warnings.end());
  std::vector<std::string> empty_lines;
  Unclaimed unclaimed(before);
  for (const LabelLine& line : labels.lines) {
    if (const StoredAnnotation* known = unclaimed.take(line)) {
      StoredAnnotation& kept = after.annotations.emplace_back(*known);
      if (kept.annotation.class_id == line.class_id) continue;
      kept.annotation.class_id = line.class_id;
      kept.class_name = classes.names.at(static_cast<std::size_t>(line.class_id));
      continue;
    }
    StoredAnnotation made;
    made.annotation.polygon = {{line.ring, {}}};
    made.annotation.mask = polygon_to_mask(made.annotation.polygon, after.size);
    if (mask_area(made.annotation.mask) == 0) {
      add_line_warning(empty_lines, "labels/" + after.labels_file, line.line, "the polygon covers no pixel");
      after.kept_lines.push_back({line.line, line.text});
      continue;
    }
    made.annotation.id = after.next_id++;
    made.annotation.class_id = line.class_id;
    made.annotation.source = "labels";
    made.class_name = classes.names.at(static_cast<std::size_t>(line.class_id));
    after.annotations.push_back(std::move(made));
  }
  warnings.insert(warnings.end(), empty_lines.begin(), empty_lines.end());
  std::sort(after.kept_lines.begin(), after.kept_lines.end());
  return after;
}

void follow_class_names(AnnotationDocument& document, const ClassList& classes, std::vector<std::string>& warnings) {
  std::map<int, std::string> said;  // one warning a class
  for (StoredAnnotation& stored : document.annotations) {
    int& id = stored.annotation.class_id;
    const bool known = static_cast<std::size_t>(id) < classes.names.size();
    const std::string now = known ? classes.names[static_cast<std::size_t>(id)] : "";
    if (now == stored.class_name) continue;
    const int old_id = id;
    const auto& names = classes.names;
    std::string what;
    if (std::count(names.begin(), names.end(), stored.class_name) == 1) {
      id = static_cast<int>(std::find(names.begin(), names.end(), stored.class_name) - names.begin());
      what = "\"" + stored.class_name + "\" was class " + std::to_string(old_id) + " and is now class " +
             std::to_string(id) + "; its annotations follow the name";
    } else if (known) {
      what = "class " + std::to_string(id) + " was called \"" + stored.class_name + "\" and is now \"" + now + "\"";
      stored.class_name = now;
    } else {
      what = "class " + std::to_string(id) + " (\"" + stored.class_name + "\") is no longer in the class list";
    }
    if (said.emplace(old_id, what).second) warnings.push_back(std::move(what));
  }
}

}  // namespace sam
