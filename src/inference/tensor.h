// Tensors: named, typed, shaped blocks of memory that go into and come out of a Model.
// Ownership: a Tensor is a cheap handle on a Buffer; copies share it. Buffers are either on the heap or in shared memory
// (memfd), so that a worker process sees the same bytes without a copy.
// Threading: a buffer's bytes are written by its maker before it is handed on, and only read afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sam {

enum class ElementType : std::uint8_t { f32, f16, u8, i32, i64, boolean };

std::size_t element_size(ElementType type);
const char* element_name(ElementType type);  // "f32", "u8", …

using Shape = std::vector<std::int64_t>;  // -1: any (in descriptions only)

std::string shape_text(const Shape& shape);  // "[1,256,?,64]"

// Bytes of such a tensor; nothing if a dimension is negative or the product does not fit in 63 bits.
std::optional<std::size_t> checked_size_bytes(ElementType type, const Shape& shape);

class Buffer {
 public:
  virtual ~Buffer() = default;
  virtual std::byte* data() = 0;
  virtual std::size_t size_bytes() const = 0;
};

struct Tensor {
  std::string name;
  ElementType type = ElementType::f32;
  Shape shape;
  std::shared_ptr<Buffer> buffer;

  std::int64_t element_count() const {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  }
  std::size_t size_bytes() const { return static_cast<std::size_t>(element_count()) * element_size(type); }

  // Requires: T is the C++ type of `type`.
  template <typename T>
  std::span<T> values() const {
    return {reinterpret_cast<T*>(buffer->data()), static_cast<std::size_t>(element_count())};
  }
};

// Zeroed memory, 64-byte aligned. Throws std::bad_alloc.
Tensor make_heap_tensor(std::string name, ElementType type, Shape shape);

// Makes the tensors of Model::make_tensor and of its outputs. Throws std::bad_alloc or OutOfMemory.
using TensorMaker = std::function<Tensor(std::string name, ElementType type, Shape shape)>;

struct TensorInfo {
  std::string name;
  ElementType type = ElementType::f32;
  Shape shape;  // -1 where the graph leaves it open
};

}  // namespace sam
