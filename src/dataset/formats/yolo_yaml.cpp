#include "dataset/formats/yolo_yaml.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "dataset/formats/format.h"
#include "dataset/formats/subset_name.h"
#include "dataset/formats/yaml_text.h"

namespace sam {
namespace {

constexpr std::size_t max_classes = 1'000'000;
constexpr std::array<std::string_view, 8> other_keys = {"path",     "names",    "nc",      "download",
                                                        "roboflow", "flip_idx", "channels"};

[[noreturn]] void fail(const std::string& place, const YamlNode& node, const std::string& reason) {
  throw FormatError(place + ":" + std::to_string(node.line), reason);
}

std::optional<std::size_t> count_of(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > max_classes) return std::nullopt;
  return value;
}

std::string text_of(const YamlNode& node, const std::string& place, const char* what) {
  if (node.kind != YamlNode::Kind::text) fail(place, node, std::string(what) + " is not a text");
  return node.text;
}

void name_unnamed(std::vector<std::string>& classes) {
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].empty()) classes[i] = "class_" + std::to_string(i);
  }
}

std::vector<std::string> class_names(const YamlNode& names, const std::string& place) {
  std::vector<std::string> classes;
  for (const YamlNode& item : names.items) classes.push_back(text_of(item, place, "a class's name"));
  for (const auto& [key, value] : names.fields) {
    const auto id = count_of(key);
    if (!id || *id >= max_classes) {
      fail(place, value,
           "names: expected a class id below " + std::to_string(max_classes) + ", found \"" + key.substr(0, 24) + "\"");
    }
    if (classes.size() <= *id) classes.resize(*id + 1);
    if (!classes[*id].empty()) fail(place, value, "class " + key + " has a name already");
    classes[*id] = text_of(value, place, "a class's name");
  }
  if (names.kind == YamlNode::Kind::text && !names.text.empty())
    fail(place, names, "names is neither a list nor a map");
  name_unnamed(classes);
  return classes;
}

void read_classes(const YamlNode& root, const std::string& place, YoloYaml& yaml) {
  const YamlNode* names = root.find("names");
  const YamlNode* count = root.find("nc");
  if (names != nullptr) yaml.classes = class_names(*names, place);
  if (count != nullptr && yaml.classes.empty()) {
    const auto value = count_of(count->text);
    if (!value) fail(place, *count, "nc: expected a number of classes up to " + std::to_string(max_classes));
    yaml.classes.resize(*value);
    name_unnamed(yaml.classes);
  }
  yaml.has_classes = !yaml.classes.empty();
}

}  // namespace

YoloYaml parse_yolo_yaml(std::string_view text, const std::string& place) {
  const YamlNode root = parse_yaml(text, place);
  if (root.kind != YamlNode::Kind::map) fail(place, root, "expected train, val and names");
  if (const YamlNode* keypoints = root.find("kpt_shape")) {
    fail(place, *keypoints,
         "this is a pose dataset (kpt_shape): its lines are boxes and keypoints, which are no outlines; export it for "
         "detection or segmentation");
  }
  YoloYaml yaml;
  read_classes(root, place, yaml);
  if (const YamlNode* path = root.find("path")) yaml.path = text_of(*path, place, "path");
  for (const auto& [key, value] : root.fields) {
    if (std::find(other_keys.begin(), other_keys.end(), key) != other_keys.end()) continue;
    std::vector<std::string> places;
    if (value.kind == YamlNode::Kind::text && !value.text.empty()) places.push_back(value.text);
    for (const YamlNode& item : value.items) places.push_back(text_of(item, place, "a folder"));
    if (!places.empty()) yaml.parts.emplace_back(key, std::move(places));
  }
  return yaml;
}

std::string format_yolo_yaml(const YoloYaml& yaml, const std::vector<std::string>& comment) {
  std::string text;
  for (const std::string& line : comment) text += "# " + line + "\n";
  for (const auto& [name, places] : yaml.parts) {
    for (const std::string& place : places) text += name + ": " + yaml_scalar(place) + "\n";
  }
  text += "\nnc: " + std::to_string(yaml.classes.size()) + "\nnames:" + (yaml.classes.empty() ? " []\n" : "\n");
  for (std::size_t id = 0; id < yaml.classes.size(); ++id) {
    text += "  " + std::to_string(id) + ": " + yaml_scalar(yaml.classes[id]) + "\n";
  }
  return text;
}

std::string yolo_subset(std::string_view name) {
  const bool darknets = name.size() > 9 && name.starts_with("obj_") && name.ends_with("_data");
  return subset_name(darknets ? name.substr(4, name.size() - 9) : name);
}

}  // namespace sam
