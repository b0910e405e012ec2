#include "dataset/project_survey.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "dataset/natural_order.h"

namespace sam {
namespace {

constexpr std::string_view json_extension = ".json";
constexpr std::string_view label_extension = ".txt";
constexpr std::string_view label_tool_list = "classes.txt";  // LabelImg puts its class list beside the labels

std::vector<std::string> sorted_names(const std::filesystem::path& folder, FileSystem& files) {
  std::vector<std::string> names = files.list(folder);
  std::sort(names.begin(), names.end());
  return names;
}

bool holds(const std::vector<std::string>& sorted, const std::string& name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

bool is_of_kind(std::string_view name, std::string_view extension) {
  return !name.starts_with('.') && name.size() > extension.size() && name.ends_with(extension);
}

}  // namespace

ProjectSurvey survey_project(const CategoryFolder& folder, FileSystem& files) {
  std::vector<FoundPicture> found = list_pictures(folder);
  const std::vector<std::string> annotations = sorted_names(folder.annotations, files);
  const std::vector<std::string> labels = sorted_names(folder.labels, files);
  assign_label_files(found, labels, annotations);
  std::unordered_set<std::string> names;
  std::unordered_set<std::string> label_names;
  ProjectSurvey survey;
  survey.pictures.reserve(found.size());
  for (FoundPicture& photo : found) {
    names.insert(photo.name);
    for (const bool own : {false, true}) label_names.insert(label_file_name(photo.name, own));
    std::string labels_file = label_file_name(photo.name, photo.own_label_file);
    const bool annotated = holds(annotations, photo.name + ".json") || holds(labels, labels_file);
    survey.pictures.push_back({std::move(photo), std::move(labels_file), annotated});
  }
  for (const std::string& name : annotations) {
    if (!is_of_kind(name, json_extension)) continue;
    std::string picture = name.substr(0, name.size() - json_extension.size());
    if (!names.contains(picture)) survey.annotations_without_photo.push_back(std::move(picture));
  }
  for (const std::string& name : labels) {
    if (is_of_kind(name, label_extension) && name != label_tool_list && !label_names.contains(name))
      survey.labels_without_photo.push_back(name);
  }
  std::sort(survey.annotations_without_photo.begin(), survey.annotations_without_photo.end(), natural_less);
  std::sort(survey.labels_without_photo.begin(), survey.labels_without_photo.end(), natural_less);
  return survey;
}

}  // namespace sam
