#include "inference/onnxruntime_error.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "inference/model.h"
#include "inference/openvino_error.h"

namespace sam {
namespace {

// Of ONNX Runtime's arena, CUDA (cudaErrorMemoryAllocation is 2), cuBLAS and cuDNN.
constexpr std::array<std::string_view, 6> kSigns{
    "CUDA failure 2:",           "cudaErrorMemoryAllocation", "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED", "ALLOCATION_FAILED",         "is smaller than requested bytes"};

// What follows these is the number of bytes: the arena could not extend, or reached its limit.
constexpr std::array<std::string_view, 2> kSizes{"requested buffer of size ", "requested bytes of "};

// Without the places in ONNX Runtime's source and the node's part of the sentence, which say nothing to a user.
std::string message_line(const std::string& message) {
  std::string text = message;
  for (const std::string_view start : {"Status Message: ", ": FAIL : "}) {
    if (const std::size_t found = text.find(start); found != text.npos) text.erase(0, found + start.size());
  }
  for (const std::string_view start : {"Failed to allocate memory for", "Available memory of", "CUDA failure"}) {
    if (const std::size_t found = text.find(start); found != text.npos) text.erase(0, found);
  }
  if (text.starts_with("CUDA failure")) text.erase(std::min(text.find(" ; "), text.size()));  // host name, file, line
  return engine_message_line(text);
}

}  // namespace

bool says_allocation_failed(const std::string& message) {
  return says_out_of_memory(message) || std::any_of(kSigns.begin(), kSigns.end(), [&](std::string_view sign) {
           return message.find(sign) != message.npos;
         });
}

std::uint64_t requested_bytes_in(const std::string& message) {
  for (const std::string_view before : kSizes) {
    const std::size_t found = message.find(before);
    if (found == message.npos) continue;
    std::uint64_t bytes = 0;
    const char* const begin = message.data() + found + before.size();
    if (std::from_chars(begin, message.data() + message.size(), bytes).ec == std::errc()) return bytes;
  }
  return 0;
}

void rethrow_onnxruntime_error(const std::string& doing, const std::exception& error, const std::string& device,
                               std::uint64_t refused_bytes) {
  if (const auto* ours = dynamic_cast<const OutOfMemory*>(&error)) throw OutOfMemory(*ours);
  if (const auto* ours = dynamic_cast<const ModelError*>(&error)) throw ModelError(*ours);
  const std::string message = error.what();
  const bool of_host = refused_bytes > 0 || dynamic_cast<const std::bad_alloc*>(&error) != nullptr || device == "cpu";
  if (refused_bytes > 0 || dynamic_cast<const std::bad_alloc*>(&error) != nullptr || says_allocation_failed(message)) {
    throw OutOfMemory("out of memory while " + doing + ": " + message_line(message),
                      std::max(refused_bytes, requested_bytes_in(message)), of_host ? "host" : device);
  }
  throw ModelError("error while " + doing + ": " + message_line(message));
}

}  // namespace sam
