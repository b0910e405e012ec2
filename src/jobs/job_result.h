// What jobs found, by kind. Values.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "dataset/class_list.h"
#include "dataset/statistics.h"
#include "jobs/embed_job.h"
#include "jobs/everything_job.h"
#include "jobs/export_job.h"
#include "jobs/import_job.h"
#include "jobs/rename_class_job.h"

namespace sam {

struct ExportResult {
  std::string path;
  ExportSummary summary;
};

struct ClassesResult {
  ClassChangeSummary summary;
  std::vector<std::string> classes;  // afterwards
};

struct StatisticsResult {
  Statistics statistics;
  ClassList classes;
};

// Everything on a picture, as far as it was found.
struct SegmentsResult {
  Segments segments;                              // best first
  std::shared_ptr<const EverythingResult> whole;  // at the end; holds the memory that is reserved for them
};

using JobResult = std::variant<std::monostate, EmbedProgress, ExportResult, ImportSummary, ClassesResult,
                               StatisticsResult, SegmentsResult>;

}  // namespace sam
