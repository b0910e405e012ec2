// A project, or a dataset in another format, written as a dataset: read, encoded and written on several threads, in batches, so that memory does
// not grow with the number of pictures. A folder is made under the name OUT.partial and takes its own when all is in it; started again after it was
// stopped, photos that are there already are not copied again. A single file appears whole or not at all. Threading: export_pictures() runs in
// the caller's thread and others of its own. Ownership: references must outlive the call.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "dataset/formats/format.h"
#include "jobs/picture_source.h"
#include "jobs/work_progress.h"
#include "platform/clock.h"

namespace sam {

struct ExportOptions {
  std::filesystem::path
      out;  // must not exist, or be an empty folder; a file of the format's extension may be replaced if overwrite
  bool overwrite = false;
  bool photos = true;          // copied along where the format has a place for them
  bool exact_masks = false;    // WriteRequest's
  bool accepted_only = false;  // without proposals and rejected objects
  bool dry_run = false;        // reads and encodes all, writes nothing
  unsigned threads = 2;
};

struct ExportSummary {
  std::size_t pictures = 0;
  std::size_t annotations = 0;
  std::size_t proposals = 0;          // of annotations: nobody has looked at them
  std::size_t left_out = 0;           // proposals and rejected objects: accepted_only
  std::size_t pictures_left_out = 0;  // with proposals alone: accepted_only
  std::size_t photos_copied = 0;
  std::size_t photos_kept = 0;        // were there from a run before
  std::vector<std::string> losses;    // what the format cannot hold
  std::vector<std::string> warnings;  // bounded
  double seconds = 0;
};

// Throws DatasetError (the place where OUT should go is taken), FormatError, ImageError, FileError; Stopped when asked to.
ExportSummary export_pictures(PictureSource& source, const Format& format, const ExportOptions& options,
                              FileSystem& files, const Clock& clock, const std::stop_token& stop,
                              const ProgressListener& on_progress);

}  // namespace sam
