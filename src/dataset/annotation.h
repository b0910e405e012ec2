// What a user made of one picture: the truth that annotations/<image>.json holds. See docs/file-formats.md.
// Coordinates are pixels of the upright picture. Values; no shared state.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dataset/review.h"
#include "image/mask.h"
#include "image/polygon.h"

namespace sam {

struct StoredPoint {
  double x = 0;
  double y = 0;
  bool foreground = true;
  bool operator==(const StoredPoint&) const = default;
};

// The prompt that made a mask, so that it can be taken up again.
struct StoredPrompt {
  std::vector<Box> boxes;
  std::vector<StoredPoint> points;
  std::string text;
  bool operator==(const StoredPrompt&) const = default;
};

struct Annotation {
  std::int64_t id = 0;  // unique in its picture, never used again
  int class_id = 0;
  Mask mask;        // exact; for annotations read from labels/*.txt rasterised from the polygon
  Polygon polygon;  // as shown, and as written to labels/*.txt
  StoredPrompt prompt;
  std::string source;   // predictor that made it ("grabcut", "sam2:…"), "labels" if read from a label file, "import"
  double score = 0;     // 0: unknown
  std::string created;  // UTC, ISO 8601
  std::map<std::string, std::string> attributes;
  Review review = Review::none;
  std::string note;    // of the reviewer
  double seconds = 0;  // that were spent on it; 0: unknown
  bool operator==(const Annotation&) const = default;
};

struct PictureAnnotations {
  std::string image;  // file name under images/
  Size size;          // upright
  std::int64_t next_id = 1;
  std::vector<Annotation> annotations;
  bool reviewed = false;  // somebody looked through all of it
  bool faulty = false;    // the picture itself is not to be used
  bool operator==(const PictureAnnotations&) const = default;
};

}  // namespace sam
