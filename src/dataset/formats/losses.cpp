#include "dataset/formats/losses.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace sam {

namespace {

// Objects that another one of the picture overlaps.
std::size_t count_overlapping(const std::vector<StoredAnnotation>& annotations) {
  std::vector<Box> boxes;
  boxes.reserve(annotations.size());
  for (const StoredAnnotation& each : annotations) boxes.push_back(mask_box(each.annotation.mask));
  std::vector<bool> overlaps(annotations.size(), false);
  for (std::size_t i = 0; i < annotations.size(); ++i) {
    for (std::size_t k = i + 1; k < annotations.size(); ++k) {
      if (overlaps[i] && overlaps[k]) continue;
      if (!boxes_meet(boxes[i], boxes[k])) continue;
      if (mask_iou(annotations[i].annotation.mask, annotations[k].annotation.mask) > 0) {
        overlaps[i] = overlaps[k] = true;
      }
    }
  }
  return static_cast<std::size_t>(std::count(overlaps.begin(), overlaps.end(), true));
}

std::size_t count_with_neighbour(const std::vector<StoredAnnotation>& annotations) {
  std::map<std::string_view, std::size_t> by_class;
  for (const StoredAnnotation& each : annotations) ++by_class[each.class_name];
  std::size_t count = 0;
  for (const auto& [name, objects] : by_class) count += objects > 1 ? objects : 0;
  return count;
}

}  // namespace

void Losses::add(const DatasetPicture& picture) {
  if (picture.annotations.empty()) ++empty_pictures_;
  if (!picture.subset.empty()) ++in_subsets_;
  if (picture.reviewed || picture.faulty) ++marked_pictures_;
  if (!features_.overlap) overlapping_ += count_overlapping(picture.annotations);
  if (!features_.instances) with_neighbour_ += count_with_neighbour(picture.annotations);
  for (const StoredAnnotation& stored : picture.annotations) {
    const Annotation& annotation = stored.annotation;
    ++objects_;
    if (annotation.polygon.size() > 1) ++in_parts_;
    if (std::any_of(annotation.polygon.begin(), annotation.polygon.end(),
                    [](const PolygonPart& part) { return !part.holes.empty(); })) {
      ++with_holes_;
    }
    const bool crowd = annotation.attributes.contains("iscrowd");
    if (crowd) ++crowds_;
    if (annotation.attributes.size() > (crowd ? 1U : 0U)) ++with_attributes_;
    if (annotation.score != 0) ++with_score_;
    if (annotation.prompt != StoredPrompt{}) ++with_prompt_;
    if (!annotation.source.empty() || !annotation.created.empty()) ++with_provenance_;
    if (annotation.review != Review::none || !annotation.note.empty()) ++with_review_;
  }
}

std::vector<std::string> possible_losses(const FormatFeatures& features) {
  Losses all(features);
  for (std::size_t* count : {&all.objects_, &all.in_parts_, &all.with_holes_, &all.crowds_, &all.with_attributes_,
                             &all.with_score_, &all.with_prompt_, &all.with_provenance_, &all.empty_pictures_,
                             &all.in_subsets_, &all.overlapping_, &all.with_neighbour_}) {
    *count = 2;
  }
  return all.lines(false);
}

std::vector<std::string> Losses::lines(bool with_numbers) const {
  std::vector<std::string> lines;
  const auto lose = [&](bool held, std::size_t count, const char* one, const char* many, const std::string& what) {
    if (held || count == 0) return;
    lines.push_back((with_numbers ? std::to_string(count) + " " : "") + (count == 1 ? one : many) + what);
  };
  const auto objects = [&](bool held, std::size_t count, const std::string& what) {
    lose(held, count, "object", "objects", what);
  };
  using Shape = FormatFeatures::Shape;
  const bool outlines = features_.shape == Shape::polygon || features_.shape == Shape::mask;
  objects(features_.shape != Shape::box, objects_, ": the box only, not the outline");
  objects(features_.shape != Shape::rotated_box, objects_, ": the rotated box only, not the outline");
  objects(!outlines || features_.parts, in_parts_, " in several parts: without their being apart");
  objects(!outlines || features_.holes, with_holes_, " with holes: without the holes as such");
  objects(features_.crowd, crowds_, " marked as a crowd: without the mark");
  objects(features_.overlap, overlapping_, " that overlap: where they do, one of them only");
  objects(features_.instances, with_neighbour_, " beside another of their class: one, if they touch");
  objects(features_.attributes, with_attributes_, ": without attributes");
  objects(features_.scores, with_score_, ": without the score");
  objects(features_.prompts, with_prompt_, ": without the prompt that made it");
  objects(features_.provenance, with_provenance_, ": without source and time");
  objects(features_.review, with_review_, ": without what the review said");
  lose(features_.review, marked_pictures_, "picture", "pictures", ": without the mark (reviewed, faulty)");
  lose(features_.empty_pictures, empty_pictures_, "picture", "pictures", " without objects: left out");
  lose(features_.subsets, in_subsets_, "picture", "pictures", ": without the subset (train, val, test)");
  return lines;
}

}  // namespace sam
