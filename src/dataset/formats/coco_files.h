// Which files make a COCO dataset, what part of it each is, and where the pictures lie.
// Threading: free functions, no state.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "platform/file_system.h"

namespace sam {

struct CocoFile {
  std::filesystem::path path;
  std::string name;                                  // for messages: below the dataset's folder
  std::string subset;                                // "train" for instances_train2017.json; empty: none
  std::vector<std::filesystem::path> photo_folders;  // that are there, the likelier first
};

// in: a file, or a folder with annotations/*.json (of those instances_*.json if there are any), with train/_annotations.coco.json and the
// like (Roboflow), or with *.json. Nothing if there is none.
std::vector<CocoFile> find_coco_files(FileSystem& files, const std::filesystem::path& in);

// By its first 64 KiB.
bool looks_like_coco(FileSystem& files, const std::filesystem::path& file);

// annotations/instances_<subset>.json; "default" stands for none.
std::filesystem::path coco_file_of(const std::string& subset);

}  // namespace sam
