// Functions of a driver's library by their names.
// Threading: a free function without state. Ownership: what was found is valid as long as the library is open.
#pragma once

#include "platform/shared_library.h"

namespace sam {

// Null where the library has it not.
template <typename Function>
void find_function(const SharedLibrary& library, const char* name, Function*& function) {
  function = library.function<Function>(name);
}

}  // namespace sam
