// Lack of memory, whoever noticed it: the standard library's and OpenCV's way to say so become ours.
// Threading: a free function.
#pragma once

namespace sam::grabcut {

// In a catch block: throws OutOfMemory(sentence), or with OpenCV's own words; what is no lack of memory is thrown on as it is.
[[noreturn]] void rethrow_memory_error(const char* sentence);

}  // namespace sam::grabcut
