// The counting part of annotation_file.h: an index of 100,000 pictures asks each of them.
#include <string>

#include "dataset/annotation_file.h"
#include "dataset/json_document.h"

namespace sam {

int count_annotations(std::string_view text) {
  namespace ondemand = simdjson::ondemand;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  std::string padded;
  padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  padded = text;
  try {
    ondemand::parser parser;
    ondemand::document document;
    if (open_json(parser, padded, padded.capacity(), document) != simdjson::SUCCESS) return -1;
    int count = -1;
    for (auto field : document.get_object()) {
      if (std::string_view(field.unescaped_key()) != "annotations") continue;
      ondemand::array annotations = field.value().get_array();
      count = static_cast<int>(std::size_t(annotations.count_elements()));
    }
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS ? count : -1;
  } catch (const simdjson::simdjson_error&) {
    return -1;
  }
}

}  // namespace sam
