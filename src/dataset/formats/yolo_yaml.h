// data.yaml, the heart of a YOLO dataset: where its parts are and what its classes are called. See docs/formats.md.
// Threading: values and free functions; no shared state.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sam {

struct YoloYaml {
  std::string path;  // "path:"; empty: none
  // "train", "val", "test" and others, with their folders or lists, in the file's order.
  std::vector<std::pair<std::string, std::vector<std::string>>> parts;
  std::vector<std::string> classes;  // by id; those between that the file does not name are called "class_<id>"
  bool has_classes = false;
};

// Throws FormatError with place and line.
YoloYaml parse_yolo_yaml(std::string_view text, const std::string& place);

// comment: lines without "# ".
std::string format_yolo_yaml(const YoloYaml& yaml, const std::vector<std::string>& comment);

// subset_name(), of darknet's folders too ("obj_train_data").
std::string yolo_subset(std::string_view name);

}  // namespace sam
