// The messages between Worker (the user's side) and run_worker (the worker's side). Each opens with a kind and the number of the request it
// is or answers. Buffers have numbers given by the user's side; a message that mentions one for the first time carries its descriptor.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "inference/model.h"
#include "inference/wire.h"

namespace sam {

// The exit status of a worker that crashed although, or because, an allocation had been refused before: engines do not check every one.
constexpr int kCrashedAfterRefusal = 112;

enum class MessageKind : std::uint8_t {
  load = 1,  // LoadRequest → description or failure
  unload,    // model number; no answer
  run,       // RunRequest → RunReply or failure
  cancel,    // of the request with this message's number; no answer of its own
  release,   // model number → done
  forget,    // buffer number; no answer
  limit,     // the most that the heap may hold; no answer
  description,
  outputs,
  done,
  failure,
};

struct MessageHead {
  MessageKind kind = MessageKind::done;
  std::uint64_t request = 0;
};
void write(WireWriter& out, const MessageHead& head);
MessageHead read_head(WireReader& in);

// A message of a head and one number, made without memory: destructors send it.
using NumberMessage = std::array<std::byte, 1 + 8 + 8>;
NumberMessage number_message(const MessageHead& head, std::uint64_t number);

// After the head of every answer: what the operation needed, and what the model holds since.
struct OperationReport {
  ModelUse use;
  std::uint64_t held_bytes = 0;
};
void write(WireWriter& out, const OperationReport& report);
OperationReport read_report(WireReader& in);

struct LoadRequest {
  std::uint64_t model = 0;
  ModelOptions options;
};
void write(WireWriter& out, const LoadRequest& request);
LoadRequest read_load_request(WireReader& in);

// A tensor without its bytes. Shapes are whole: no -1.
struct TensorRef {
  TensorInfo info;
  std::uint64_t buffer = 0;
  std::uint64_t buffer_bytes = 0;
  bool attached = false;                            // the descriptor is the message's next one
  std::optional<std::string> bytes = std::nullopt;  // of a small tensor, all of them: then there is no buffer
};

// Tensors up to this size travel in the message: memory of its own costs each a dozen system calls on the two sides.
constexpr std::size_t kInlineBytes = 512;
constexpr bool goes_inline(std::size_t size_bytes) {
  return size_bytes <= kInlineBytes;
}
TensorRef inline_ref(const Tensor& tensor);
Tensor inline_tensor(const TensorRef& ref);  // on the heap; throws std::bad_alloc

struct RunRequest {
  std::uint64_t model = 0;
  std::uint64_t first_output_buffer = 0;  // numbers for the outputs' buffers: this one and those after it
  std::vector<TensorRef> inputs;
  std::vector<std::string> outputs;
};
void write(WireWriter& out, const RunRequest& request);
RunRequest read_run_request(WireReader& in);

void write(WireWriter& out, const std::vector<TensorRef>& outputs);
std::vector<TensorRef> read_tensor_refs(WireReader& in);

void write(WireWriter& out, const ModelDescription& description);
ModelDescription read_description(WireReader& in);

struct Failure {
  enum class Kind : std::uint8_t { model_error, out_of_memory, stopped } kind = Kind::model_error;
  std::string what;
  std::uint64_t requested_bytes = 0;
  std::string domain = "host";  // that ran out of memory
};
void write(WireWriter& out, const Failure& failure);
[[noreturn]] void throw_failure(WireReader& in);

}  // namespace sam
