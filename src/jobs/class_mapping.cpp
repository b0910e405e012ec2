#include "jobs/class_mapping.h"

#include <utility>

#include "dataset/class_name.h"
#include "dataset/store.h"

namespace sam {

ClassMapping::ClassMapping(std::vector<std::string> names, ClassRules rules)
    : rules_(std::move(rules)), names_(std::move(names)), before_(names_.size()) {
  for (std::size_t i = 0; i < names_.size(); ++i) ids_.emplace(names_[i], static_cast<int>(i));
}

std::optional<int> ClassMapping::id_of(const std::string& dataset_name) {
  if (rules_.met) rules_.met->insert(dataset_name);
  const auto renamed = rules_.renamed.find(dataset_name);
  const std::string& name = renamed == rules_.renamed.end() ? dataset_name : renamed->second;
  if (name.empty()) return std::nullopt;
  const auto known = ids_.find(name);
  if (known != ids_.end()) return known->second;
  if (rules_.on_new == OnNewClass::skip) return std::nullopt;
  if (rules_.on_new == OnNewClass::refuse) refused_.insert(name);
  names_.push_back(require_class_name(name, "a new class"));
  return ids_.emplace(name, static_cast<int>(names_.size() - 1)).first->second;
}

std::vector<std::string> ClassMapping::added() const {
  return {names_.begin() + static_cast<std::ptrdiff_t>(before_), names_.end()};
}

void ClassMapping::require_none_refused() const {
  if (refused_.empty()) return;
  std::string list;
  for (const std::string& name : refused_) list += (list.empty() ? "\"" : ", \"") + name + "\"";
  throw DatasetError("not in the project's class list: " + list +
                     "; map them (--map \"NAME=OURS\"), or give --new-classes add or skip; nothing was changed");
}

}  // namespace sam
