// Which folder is a YOLO dataset's root and what its classes are called: data.yaml, in the folder, above or just below it, or a list of names.
// Threading: values and free functions; no shared state.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "dataset/formats/yolo_yaml.h"
#include "platform/file_system.h"

namespace sam {

struct YoloNames {
  std::filesystem::path root;
  YoloYaml yaml;             // of data.yaml; only classes if a list named them
  std::string classes_file;  // that named the classes; empty: none did
  bool whole = false;        // all of the dataset was asked for, not a folder of it
};

// in: the dataset's folder or one inside it, its data.yaml, or a list of pictures. Throws FormatError, FileError.
YoloNames find_yolo_names(FileSystem& files, const std::filesystem::path& in);

// A .txt that holds labels, not a list of classes or pictures or something to read.
bool is_label_file(std::string_view name);

}  // namespace sam
