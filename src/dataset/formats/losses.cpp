#include "dataset/formats/losses.h"

#include <algorithm>

namespace sam {

void Losses::add(const DatasetPicture& picture) {
  if (picture.annotations.empty()) ++empty_pictures_;
  if (!picture.subset.empty()) ++in_subsets_;
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
  }
}

std::vector<std::string> Losses::lines() const {
  std::vector<std::string> lines;
  const auto lose = [&](bool held, std::size_t count, const char* one, const char* many, const std::string& what) {
    if (!held && count > 0) lines.push_back(std::to_string(count) + " " + (count == 1 ? one : many) + what);
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
  objects(features_.overlap, objects_, ": where two overlap, the later only");
  objects(features_.instances, objects_, ": touching ones of a class become one");
  objects(features_.attributes, with_attributes_, ": without attributes");
  objects(features_.scores, with_score_, ": without the score");
  objects(features_.prompts, with_prompt_, ": without the prompt that made it");
  objects(features_.provenance, with_provenance_, ": without source and time");
  lose(features_.empty_pictures, empty_pictures_, "picture", "pictures", " without objects: left out");
  lose(features_.subsets, in_subsets_, "picture", "pictures", ": without the subset (train, val, test)");
  return lines;
}

}  // namespace sam
