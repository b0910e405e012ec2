#include "platform/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "platform/file_system.h"

namespace sam {

std::filesystem::path make_temporary_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "sam-annotator-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw FileError("cannot make " + name + ": " + std::generic_category().message(errno), errno);
  return name;
}

}  // namespace sam
