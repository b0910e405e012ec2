// Memory that a process has because it read files that are mapped: libraries, models.
// Threading: safe from any thread.
#pragma once

#include <cstdint>

namespace sam {

// Lets go of the pages of mapped files that can only be read and that nobody changed: what a library needed to start, or a model to be
// loaded, is not needed again. The kernel keeps them as long as it has memory to spare, and a page that is used comes back by itself
// (microseconds). Returns how many bytes were let go; 0 where /proc cannot be read. Costs milliseconds.
std::uint64_t release_file_pages();

}  // namespace sam
