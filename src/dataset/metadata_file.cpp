#include "dataset/metadata_file.h"

#include <map>

namespace sam {

std::string format_metadata_file(const std::vector<int>& class_ids, std::size_t class_count, Size size) {
  std::map<int, int> distribution;
  for (std::size_t id = 0; id < class_count; ++id) distribution[static_cast<int>(id)] = 0;
  for (int id : class_ids) ++distribution[id];

  std::string text = "num_annotations: " + std::to_string(class_ids.size()) + "\nclass_distribution: {";
  const char* separator = "";
  for (const auto& [id, count] : distribution) {
    text += separator + ("'" + std::to_string(id)) + "': " + std::to_string(count);
    separator = ", ";
  }
  const std::string width = std::to_string(size.width);
  const std::string height = std::to_string(size.height);
  // The original notes (width, height) of the file and (height, width) of its window; our coordinates are the file's, so the scale is 1.
  text += "}\nimage_dimensions: {'original': (" + width + ", " + height + "), 'display': (" + height + ", " + width +
          ")}\nscale_factors: {'x': 1.0, 'y': 1.0}\n";
  return text;
}

}  // namespace sam
