// What a detector found becomes masks: each box, or each object's points, of a dataset is a prompt for the predictor. Each picture is saved when its
// masks are there, so that work that was stopped goes on where it was: pictures that have annotations are passed over. The next picture is encoded while
// this one's prompts are answered. Threading: runs in the caller's thread. Ownership: references must outlive the call.
#pragma once

#include <cstddef>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "jobs/class_mapping.h"
#include "jobs/named_count.h"
#include "jobs/picture_source.h"
#include "jobs/work_progress.h"
#include "pipeline/pipeline.h"

namespace sam {

struct AutolabelOptions {
  double min_score = 0;        // objects with a known score below it are left out
  bool annotated_too = false;  // pictures that have annotations get the masks in addition
  bool refine_edges = false;
  bool accepted = false;  // masks are annotations like any; else proposals
  bool dry_run = false;   // no predictor is asked
};

struct AutolabelSummary {
  std::size_t pictures = 0;  // that were given masks
  std::size_t annotations = 0;
  std::size_t below_score = 0;   // objects left out
  std::size_t without_mask = 0;  // objects for which the predictor found nothing, left out
  NamedCount annotated;          // passed over
  NamedCount without_photo;
  NamedCount failed;  // passed over, with their reasons in warnings
  std::map<std::string, std::size_t> left_out_by_class;
  std::vector<std::string> warnings;  // bounded
  double seconds = 0;
};

// classes: must give ids of the store's classes only (new ones are added before). Throws FormatError, FileError, MemoryExhausted and what ends the predictor;
// Stopped when asked to: what was saved stays.
AutolabelSummary autolabel(PictureSource& detections, ClassMapping& classes, Store& store, Pipeline& pipeline,
                           const AutolabelOptions& options, const Clock& clock, const std::stop_token& stop,
                           const ProgressListener& on_progress);

}  // namespace sam
