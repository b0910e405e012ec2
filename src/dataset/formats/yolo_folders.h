// Where a YOLO dataset has its pictures and labels: ultralytics' images/train and labels/train, Roboflow's train/images and train/labels,
// darknet's labels beside pictures, lists of pictures, or labels alone. Nothing outside the dataset's folder is ever looked at.
// Threading: values and free functions; no shared state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "platform/file_system.h"

namespace sam {

// Pictures and their label files; one of the two may not be there.
struct YoloFolder {
  std::filesystem::path images;
  std::filesystem::path labels;
  std::string subset;
};

// A picture, its label file or both. Names only.
struct YoloItem {
  std::string picture;  // as the dataset names it; without extension where only its labels are there
  std::string labels;   // file in the folder's labels; empty: none
  std::uint32_t folder = 0;
  bool has_photo = false;
};

struct YoloDataset {
  std::filesystem::path root;        // places in messages are below it
  std::vector<std::string> classes;  // by id
  bool has_classes = false;
  std::string classes_file;  // that named them, for messages
  std::vector<YoloFolder> folders;
  std::vector<YoloItem> items;  // each picture once a part, by folder, in natural order
};

// in: the dataset's folder or one inside it, its data.yaml, or a list of pictures. Memory grows with the names. Throws FormatError, FileError.
YoloDataset find_yolo_dataset(FileSystem& files, const std::filesystem::path& in);

}  // namespace sam
