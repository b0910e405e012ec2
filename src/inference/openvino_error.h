// OpenVINO's exceptions as ours: many lines with source places become one line, failed allocations become OutOfMemory.
#pragma once

#include <exception>
#include <string>

namespace sam {

// Throws OutOfMemory or ModelError, the message opening with `doing` ("loading /a/b.onnx"). Ours pass unchanged. refused_bytes: of an
// allocation that failed meanwhile, which makes any error one of memory; 0: none.
[[noreturn]] void rethrow_engine_error(const std::string& doing, const std::exception& error,
                                       std::uint64_t refused_bytes);

// The sentence that matters of an OpenVINO message, one line of at most 300 characters.
std::string engine_message_line(const std::string& message);

// Whether such a message speaks of memory that could not be had.
bool says_out_of_memory(const std::string& message);

}  // namespace sam
