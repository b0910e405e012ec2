// The counting part of annotation_file.h: an index of 100,000 pictures asks each of them.
#include <simdjson.h>

#include <string>

#include "dataset/annotation_file.h"

namespace sam {

int count_annotations(std::string_view text) {
  namespace ondemand = simdjson::ondemand;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  std::string padded;
  padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  padded = text;
  try {
    ondemand::parser parser;
    ondemand::document document = parser.iterate(padded.data(), padded.size(), padded.capacity());
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
