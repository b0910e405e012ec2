#include "dataset/picture_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <tuple>
#include <utility>

#include "dataset/object_overlap.h"
#include "dataset/polygon_check.h"

namespace sam {
namespace {

std::string size_text(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

std::string percent(double share) {
  return std::to_string(static_cast<int>(std::floor(share * 100))) + " %";
}

std::string lines_text(const std::string& path, const std::vector<KeptLine>& kept) {
  std::string lines;
  constexpr std::size_t shown = 5;
  for (std::size_t i = 0; i < std::min(kept.size(), shown); ++i) {
    lines += (i == 0 ? "" : ", ") + std::to_string(kept[i].line + 1);
  }
  return path + ", line " + lines + (kept.size() > shown ? ", …" : "");
}

class Check {
 public:
  Check(const LookedPicture& looked, std::size_t class_count, const CheckLimits& limits)
      : looked_(looked), content_(looked.content), class_count_(class_count), limits_(limits) {}

  std::vector<Finding> run() {
    check_files();
    for (const Annotation& annotation : content_.annotations) check_object(annotation);
    check_overlaps();
    std::sort(found_.begin(), found_.end(),
              [](const Finding& a, const Finding& b) { return std::tie(a.kind, a.ids) < std::tie(b.kind, b.ids); });
    return std::move(found_);
  }

 private:
  void add(FindingKind kind, std::vector<std::int64_t> ids, std::string detail) {
    found_.push_back({kind, content_.image, std::move(ids), std::move(detail)});
  }

  void check_files() {
    if (looked_.wrong_size || looked_.scaled) {
      add(looked_.scaled ? FindingKind::scaled_photo : FindingKind::wrong_size, {},
          "annotated at " + size_text(looked_.annotated_size));
    }
    if (!looked_.labels_differ.empty())
      add(FindingKind::labels_differ, {}, looked_.labels_path + ": " + looked_.labels_differ);
    if (!looked_.kept.empty()) add(FindingKind::bad_label_line, {}, lines_text(looked_.labels_path, looked_.kept));
    if (!looked_.moved.empty()) add(FindingKind::moved_class, looked_.moved, looked_.moved_text);
    if (looked_.annotated && content_.annotations.empty() && looked_.kept.empty()) add(FindingKind::no_objects, {}, "");
  }

  void check_object(const Annotation& annotation) {
    const std::vector<std::int64_t> id = {annotation.id};
    if (annotation.class_id < 0 || static_cast<std::size_t>(annotation.class_id) >= class_count_)
      add(FindingKind::unknown_class, id, "class " + std::to_string(annotation.class_id));
    const std::uint64_t area = mask_area(annotation.mask);
    if (area == 0) return add(FindingKind::empty_object, id, "");
    if (area < limits_.min_area_px) add(FindingKind::tiny_object, id, std::to_string(area) + " px");
    if (leaves_picture(annotation.polygon, content_.size)) add(FindingKind::outside_picture, id, "");
    if (const auto at = find_crossing(annotation.polygon)) {
      add(FindingKind::self_intersecting, id,
          "at " + std::to_string(std::lround(at->x)) + ", " + std::to_string(std::lround(at->y)));
    }
    const double iou = mask_iou(polygon_to_mask(annotation.polygon, content_.size), annotation.mask);
    if (iou < least_polygon_iou(area)) add(FindingKind::polygon_not_mask, id, "IoU " + percent(iou));
  }

  void check_overlaps() {
    for (const ObjectOverlap& each : find_overlaps(content_.annotations, std::min(limits_.overlap, same_object_iou))) {
      const Annotation& first = content_.annotations[each.first];
      const Annotation& second = content_.annotations[each.second];
      if (first.class_id == second.class_id && each.iou > same_object_iou) {
        add(FindingKind::duplicate_object, {first.id, second.id}, "IoU " + percent(each.iou));
      } else if (each.share >= limits_.overlap) {
        add(FindingKind::overlapping, {first.id, second.id},
            percent(each.share) + " of the smaller, IoU " + percent(each.iou) +
                (first.class_id == second.class_id ? ", same class" : ""));
      }
    }
  }

  const LookedPicture& looked_;
  const PictureAnnotations& content_;
  const std::size_t class_count_;
  const CheckLimits& limits_;
  std::vector<Finding> found_;
};

bool fix_object(Annotation& annotation, Size size) {
  bool changed = false;
  if (mask_area(annotation.mask) == 0) {
    annotation.mask = polygon_to_mask(annotation.polygon, size);
    if (mask_area(annotation.mask) == 0) return true;
    changed = true;
  }
  if (leaves_picture(annotation.polygon, size)) {
    annotation.polygon = cut_at_border(annotation.polygon, size);
    changed = true;
  }
  const double iou = mask_iou(polygon_to_mask(annotation.polygon, size), annotation.mask);
  if (iou < least_polygon_iou(mask_area(annotation.mask)) || find_crossing(annotation.polygon)) {
    annotation.polygon = polygon_of(annotation.mask);
    changed = true;
  }
  return changed;
}

}  // namespace

std::vector<Finding> check_picture(const LookedPicture& looked, std::size_t class_count, const CheckLimits& limits) {
  return Check(looked, class_count, limits).run();
}

bool fix_content(PictureAnnotations& content) {
  std::vector<Annotation>& all = content.annotations;
  std::vector<bool> gone(all.size());
  for (const ObjectOverlap& each : find_overlaps(all, same_object_iou)) {
    // What the later one alone knows would be lost with it.
    const bool same =
        all[each.first].class_id == all[each.second].class_id && each.iou > same_object_iou &&
        (all[each.second].attributes.empty() || all[each.second].attributes == all[each.first].attributes) &&
        (all[each.second].note.empty() || all[each.second].note == all[each.first].note);
    if (same && !gone[each.first]) gone[each.second] = true;
  }
  bool changed = false;
  std::vector<Annotation> left;
  for (std::size_t i = 0; i < all.size(); ++i) {
    changed = gone[i] || changed;
    if (gone[i]) continue;
    changed = fix_object(all[i], content.size) || changed;
    if (mask_area(all[i].mask) > 0) left.push_back(std::move(all[i]));
  }
  all = std::move(left);
  return changed;
}

}  // namespace sam
