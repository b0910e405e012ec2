// ONNX Runtime's errors as ours: allocations that failed on the host or the card become OutOfMemory with the size asked for.
// Threading: free functions without state.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

namespace sam {

// Throws OutOfMemory or ModelError, the message opening with `doing` ("running /a/b.onnx"). Ours pass unchanged. device: of the model, whose
// memory it is unless the host's malloc refused refused_bytes (0: it did not).
[[noreturn]] void rethrow_onnxruntime_error(const std::string& doing, const std::exception& error,
                                            const std::string& device, std::uint64_t refused_bytes);

// Whether such a message speaks of memory, the host's or the card's, that could not be had.
bool says_allocation_failed(const std::string& message);

// The bytes that could not be had, as the message states them; 0 if it does not.
std::uint64_t requested_bytes_in(const std::string& message);

}  // namespace sam
