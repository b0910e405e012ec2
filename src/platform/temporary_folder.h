// A folder of its own where the system keeps what is not kept. Threading: a free function without state.
#pragma once

#include <filesystem>

namespace sam {

// Empty, readable by nobody else. Whoever asked removes it. Throws FileError.
std::filesystem::path make_temporary_folder();

}  // namespace sam
