// What detectors write for pycocotools' loadRes(): a bare list of objects that name images and categories of another file, their ground truth. Made one dataset
// of both, in a temporary file, so that the reader of COCO takes it.
// Threading: belongs to one thread. Ownership: files must outlive it.
#pragma once

#include <filesystem>

#include "platform/file_system.h"

namespace sam {

// Whether the file is a JSON list. False if it is no file.
bool is_result_list(const std::filesystem::path& file, FileSystem& files);

class DetectorResults {
 public:
  // Of ground_truth's images only those that results name. Throws FormatError naming the file and its byte, FileError.
  DetectorResults(const std::filesystem::path& results, const std::filesystem::path& ground_truth, FileSystem& files);
  ~DetectorResults();
  DetectorResults(const DetectorResults&) = delete;
  DetectorResults& operator=(const DetectorResults&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  FileSystem& files_;
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

}  // namespace sam
