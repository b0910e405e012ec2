#include "session/class_by_name.h"

#include <algorithm>

namespace sam {
namespace {

// Nothing: the edit names no class.
struct ClassOf {
  std::optional<int> operator()(const AddAnnotation& edit) const { return edit.class_id; }
  std::optional<int> operator()(const SetClass& edit) const { return edit.class_id; }
  std::optional<int> operator()(const SetMask& edit) const { return edit.class_id; }
  std::optional<int> operator()(const Paint& edit) const {
    return edit.id ? std::nullopt : std::optional(edit.class_id);
  }
  template <typename Other>
  std::optional<int> operator()(const Other&) const {
    return std::nullopt;
  }
};

struct WithClass {
  int id;

  template <typename Kind>
  void operator()(Kind& edit) const {
    if constexpr (requires { edit.class_id; }) edit.class_id = id;
  }
};

}  // namespace

std::optional<Edit> with_class_of_now(const Edit& edit, const std::string& called,
                                      const std::vector<std::string>& classes) {
  const std::optional<int> id = std::visit(ClassOf(), edit);
  if (!id) return std::nullopt;
  if (*id >= 0 && static_cast<std::size_t>(*id) < classes.size() && classes[static_cast<std::size_t>(*id)] == called) {
    return std::nullopt;
  }
  const auto found = std::find(classes.begin(), classes.end(), called);
  if (found == classes.end()) {
    throw ClassGone("no class is called \"" + called + "\" any more; choose another class and make the edit again");
  }
  Edit now = edit;
  std::visit(WithClass{static_cast<int>(found - classes.begin())}, now);
  return now;
}

}  // namespace sam
