// Statistics of a project, its pictures read on several threads, in batches. Threading: runs in the caller's thread and others of its own.
#pragma once

#include <stop_token>

#include "dataset/split_file.h"
#include "dataset/statistics.h"
#include "jobs/work_progress.h"
#include "platform/clock.h"

namespace sam {

// Throws FileError, Stopped when asked to.
Statistics gather_statistics(Store& store, FileSystem& files, const Splits& splits, unsigned threads,
                             const Clock& clock, const std::stop_token& stop, const ProgressListener& on_progress);

}  // namespace sam
