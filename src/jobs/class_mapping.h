// A dataset's classes as the project's, by name.
// Threading: belongs to one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace sam {

enum class OnNewClass { add, refuse, skip };  // skip: its objects are left out

struct ClassRules {
  std::map<std::string, std::string>
      renamed;  // the dataset's name, the project's; to nothing: its objects are left out
  OnNewClass on_new = OnNewClass::add;
  std::shared_ptr<std::set<std::string>> met;  // gets the dataset's names that id_of() was asked for; may be null
};

class ClassMapping {
 public:
  // names: the project's, by id.
  ClassMapping(std::vector<std::string> names, ClassRules rules);

  // Nothing: objects of that class are left out. Throws DatasetError for a new class whose name no class can have.
  std::optional<int> id_of(const std::string& dataset_name);

  const std::vector<std::string>& names() const { return names_; }  // the project's and those added
  std::vector<std::string> added() const;
  // Throws DatasetError listing the new classes if rules refuse them.
  void require_none_refused() const;

 private:
  const ClassRules rules_;
  std::vector<std::string> names_;
  const std::size_t before_;
  std::unordered_map<std::string, int> ids_;
  std::set<std::string> refused_;
};

}  // namespace sam
