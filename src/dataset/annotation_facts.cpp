#include "dataset/annotation_facts.h"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "dataset/annotation_file.h"
#include "dataset/json_document.h"

namespace sam {
namespace {

namespace ondemand = simdjson::ondemand;

void look_at_one(ondemand::object annotation, AnnotationFacts& facts, std::vector<int>& classes) {
  ++facts.count;
  for (auto field : annotation) {
    const std::string_view key = field.unescaped_key();
    if (key == "class_id") {
      const std::int64_t id = field.value().get_int64();
      if (id >= 0 && id <= std::numeric_limits<int>::max()) classes.push_back(static_cast<int>(id));
    } else if (key == "review") {
      ondemand::value value = field.value();
      if (value.type() != ondemand::json_type::string) continue;  // somebody else's field of that name, as below
      const std::string_view review = value.get_string();
      facts.proposals += review == "proposed" ? 1 : 0;
      facts.rejected += review == "rejected" ? 1 : 0;
    }
  }
}

void look_at_list(ondemand::array annotations, AnnotationFacts& facts) {
  facts.count = facts.proposals = facts.rejected = 0;
  std::vector<int> classes;
  for (ondemand::object annotation : annotations) look_at_one(annotation, facts, classes);
  facts.classes = ClassSet(std::move(classes));
}

}  // namespace

AnnotationFacts look_at_annotations(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  std::string padded;
  padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  padded = text;
  try {
    ondemand::parser parser;
    ondemand::document document;
    if (open_json(parser, padded, padded.capacity(), document) != simdjson::SUCCESS) return {};
    AnnotationFacts facts;
    for (auto field : document.get_object()) {
      const std::string_view key = field.unescaped_key();
      if (key == "annotations") {
        look_at_list(field.value().get_array(), facts);
      } else if (key == "reviewed" || key == "faulty") {
        ondemand::value value = field.value();
        if (value.type() != ondemand::json_type::boolean) continue;
        (key == "reviewed" ? facts.reviewed : facts.faulty) = value.get_bool();
      }
    }
    if (document.current_location().error() == simdjson::OUT_OF_BOUNDS && facts.count >= 0) return facts;
  } catch (const simdjson::simdjson_error& error) {
    without_bad_alloc(error.error());
  }
  return {};
}

int count_annotations(std::string_view text) {
  return look_at_annotations(text).count;
}

}  // namespace sam
