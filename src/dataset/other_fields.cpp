#include "dataset/other_fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "dataset/annotation_file.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

using json = nlohmann::ordered_json;

constexpr int max_depth = 64;  // ours has 7; what is deeper would be walked by recursion when written back

json parsed(std::string_view text, int depth) {
  const auto limit_depth = [depth](int inside, json::parse_event_t, json&) {
    if (depth + inside > max_depth) throw AnnotationFileError("nested deeper than " + std::to_string(max_depth));
    return true;
  };
  try {
    return json::parse(text, limit_depth);
  } catch (const json::exception& error) {
    throw AnnotationFileError(error.what());
  }
}

}  // namespace

struct OtherFields::Fields {
  json object;
};

OtherFields::OtherFields(int depth) : depth_(depth) {}
OtherFields::~OtherFields() = default;

void OtherFields::add(std::string_view name, std::string_view value) {
  if (!is_utf8(name)) throw AnnotationFileError("the name of a field is not UTF-8");
  if (!fields_) fields_ = std::make_unique<Fields>();
  fields_->object[std::string(name)] = parsed(value, depth_);
}

std::string OtherFields::text() const {
  return fields_ ? fields_->object.dump() : std::string();
}

void check_json(std::string_view text, int depth) {
  parsed(text, depth);
}

void for_other_fields(const std::string& text, std::span<const std::string_view> ours,
                      const std::function<void(const std::string& name, const std::string& value)>& append) {
  if (text.empty()) return;
  const json others = json::parse(text);
  for (const auto& [key, value] : others.items()) {
    if (std::find(ours.begin(), ours.end(), key) != ours.end()) continue;
    append(key, value.dump(-1, ' ', false, json::error_handler_t::replace));
  }
}

}  // namespace sam
