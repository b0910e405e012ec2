// An edit may wait while the program is away, and the class list may change meanwhile: ids then mean other classes, names do not.
// Free function, no state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/edit.h"

namespace sam {

// The class that an edit names is not in the project any more. For the user.
class ClassGone : public EditError {
 public:
  using EditError::EditError;
};

// The edit with the id that its class has now, where that is another one; nothing where it can be made as it is (it names no class, or its id is still called
// so). called: what its class was called when it was made. Throws ClassGone.
std::optional<Edit> with_class_of_now(const Edit& edit, const std::string& called,
                                      const std::vector<std::string>& classes);

}  // namespace sam
