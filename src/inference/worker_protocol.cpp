#include "inference/worker_protocol.h"

#include <algorithm>
#include <cstring>

#include "memory/out_of_memory.h"
#include "platform/stopped.h"

namespace sam {
namespace {

constexpr std::size_t kMaxErrorText = 8192;

template <typename Enum>
Enum read_enum(WireReader& in, Enum last) {
  const std::uint8_t value = in.u8();
  if (value > static_cast<std::uint8_t>(last)) throw WireError("message holds an unknown kind");
  return static_cast<Enum>(value);
}

void write(WireWriter& out, const TensorInfo& info) {
  out.text(info.name);
  out.u8(static_cast<std::uint8_t>(info.type));
  out.u64(info.shape.size());
  for (const std::int64_t dimension : info.shape) out.i64(dimension);
}

TensorInfo read_info(WireReader& in) {
  TensorInfo info;
  info.name = in.text();
  info.type = read_enum(in, ElementType::boolean);
  info.shape.resize(in.count());
  for (std::int64_t& dimension : info.shape) dimension = in.i64();
  return info;
}

void write(WireWriter& out, const std::vector<TensorInfo>& infos) {
  out.u64(infos.size());
  for (const TensorInfo& info : infos) write(out, info);
}

std::vector<TensorInfo> read_infos(WireReader& in) {
  std::vector<TensorInfo> infos(in.count());
  for (TensorInfo& info : infos) info = read_info(in);
  return infos;
}

void write(WireWriter& out, const EngineUse& use) {
  out.u64(use.before_bytes);
  out.u64(use.peak_bytes);
  out.u64(use.after_bytes);
}

EngineUse read_engine_use(WireReader& in) {
  EngineUse use;
  use.before_bytes = in.u64();
  use.peak_bytes = in.u64();
  use.after_bytes = in.u64();
  return use;
}

void write(WireWriter& out, const std::vector<std::string>& names) {
  out.u64(names.size());
  for (const std::string& name : names) out.text(name);
}

std::vector<std::string> read_names(WireReader& in) {
  std::vector<std::string> names(in.count());
  for (std::string& name : names) name = in.text();
  return names;
}

}  // namespace

void write(WireWriter& out, const MessageHead& head) {
  out.u8(static_cast<std::uint8_t>(head.kind));
  out.u64(head.request);
}

NumberMessage number_message(const MessageHead& head, std::uint64_t number) {
  NumberMessage message;
  message[0] = static_cast<std::byte>(head.kind);
  std::memcpy(&message[1], &head.request, sizeof head.request);
  std::memcpy(&message[9], &number, sizeof number);
  return message;
}

MessageHead read_head(WireReader& in) {
  const auto kind = read_enum(in, MessageKind::failure);
  return {kind, in.u64()};
}

void write(WireWriter& out, const OperationReport& report) {
  write(out, report.use.host);
  write(out, report.use.device);
  out.u8(report.use.alone ? 1 : 0);
  out.u64(report.held_bytes);
}

OperationReport read_report(WireReader& in) {
  OperationReport report;
  report.use.host = read_engine_use(in);
  report.use.device = read_engine_use(in);
  report.use.alone = in.u8() != 0;
  report.held_bytes = in.u64();
  return report;
}

void write(WireWriter& out, const LoadRequest& request) {
  out.u64(request.model);
  out.text(request.options.file.native());
  out.text(request.options.device);
  out.u8(static_cast<std::uint8_t>(request.options.precision));
  out.i64(request.options.threads);
  out.text(request.options.compiled_folder.native());
  write(out, request.options.without_outputs);
  out.u64(request.options.device_limit_bytes);
  out.u8(request.options.enable_memory_growth ? 1 : 0);
  out.u8(request.options.tf32 ? 1 : 0);
}

LoadRequest read_load_request(WireReader& in) {
  LoadRequest request;
  request.model = in.u64();
  request.options.file = in.text();
  request.options.device = in.text();
  request.options.precision = read_enum(in, Precision::f16);
  request.options.threads = static_cast<int>(in.i64());
  request.options.compiled_folder = in.text();
  request.options.without_outputs = read_names(in);
  request.options.device_limit_bytes = in.u64();
  request.options.enable_memory_growth = in.u8() != 0;
  request.options.tf32 = in.u8() != 0;
  in.finish();
  return request;
}

TensorRef inline_ref(const Tensor& tensor) {
  const std::size_t size = tensor.size_bytes();
  std::string bytes;
  if (size > 0) bytes.assign(reinterpret_cast<const char*>(tensor.buffer->data()), size);
  return {{tensor.name, tensor.type, tensor.shape}, 0, size, false, std::move(bytes)};
}

Tensor inline_tensor(const TensorRef& ref) {
  Tensor tensor = make_heap_tensor(ref.info.name, ref.info.type, ref.info.shape);
  std::memcpy(tensor.buffer->data(), ref.bytes->data(), std::min(ref.bytes->size(), tensor.size_bytes()));
  return tensor;
}

void write(WireWriter& out, const std::vector<TensorRef>& tensors) {
  out.u64(tensors.size());
  for (const TensorRef& tensor : tensors) {
    write(out, tensor.info);
    out.u64(tensor.buffer);
    out.u64(tensor.buffer_bytes);
    out.u8(tensor.attached ? 1 : 0);
    out.u8(tensor.bytes ? 1 : 0);
    if (tensor.bytes) out.text(*tensor.bytes);
  }
}

std::vector<TensorRef> read_tensor_refs(WireReader& in) {
  std::vector<TensorRef> tensors(in.count());
  for (TensorRef& tensor : tensors) {
    tensor.info = read_info(in);
    tensor.buffer = in.u64();
    tensor.buffer_bytes = in.u64();
    tensor.attached = in.u8() != 0;
    if (in.u8() != 0) tensor.bytes = in.text();
    const auto size = checked_size_bytes(tensor.info.type, tensor.info.shape);
    if (!size || *size > tensor.buffer_bytes)
      throw WireError("tensor " + tensor.info.name + " is larger than its buffer");
    if (tensor.bytes && (tensor.attached || tensor.bytes->size() != *size))
      throw WireError("tensor " + tensor.info.name + " came with other bytes than its own");
  }
  return tensors;
}

void write(WireWriter& out, const RunRequest& request) {
  out.u64(request.model);
  out.u64(request.first_output_buffer);
  write(out, request.inputs);
  write(out, request.outputs);
}

RunRequest read_run_request(WireReader& in) {
  RunRequest request;
  request.model = in.u64();
  request.first_output_buffer = in.u64();
  request.inputs = read_tensor_refs(in);
  request.outputs = read_names(in);
  in.finish();
  return request;
}

void write(WireWriter& out, const ModelDescription& description) {
  write(out, description.inputs);
  write(out, description.outputs);
  out.text(description.hash);
  out.text(description.engine);
}

ModelDescription read_description(WireReader& in) {
  ModelDescription description;
  description.inputs = read_infos(in);
  description.outputs = read_infos(in);
  description.hash = in.text();
  description.engine = in.text();
  in.finish();
  return description;
}

void write(WireWriter& out, const Failure& failure) {
  out.u8(static_cast<std::uint8_t>(failure.kind));
  out.text(std::string_view(failure.what).substr(0, kMaxErrorText));
  out.u64(failure.requested_bytes);
  out.text(failure.domain);
}

void throw_failure(WireReader& in) {
  const auto kind = read_enum(in, Failure::Kind::stopped);
  const std::string what = in.text();
  const std::uint64_t requested = in.u64();
  const std::string domain = in.text();
  if (kind == Failure::Kind::stopped) throw Stopped();
  if (kind == Failure::Kind::out_of_memory) throw OutOfMemory(what, requested, domain);
  throw ModelError(what);
}

}  // namespace sam
