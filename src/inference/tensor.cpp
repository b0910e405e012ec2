#include "inference/tensor.h"

#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>
#include <utility>

namespace sam {
namespace {

constexpr std::size_t kAlignment = 64;  // one cache line; what vector code likes

class HeapBuffer final : public Buffer {
 public:
  // The form that does not throw: sanitizers end the program in the other.
  explicit HeapBuffer(std::size_t size)
      : data_(static_cast<std::byte*>(::operator new(size, std::align_val_t{kAlignment}, std::nothrow))), size_(size) {
    if (data_ == nullptr) throw std::bad_alloc();
    std::memset(data_, 0, size);
  }
  ~HeapBuffer() override { ::operator delete(data_, std::align_val_t{kAlignment}); }
  HeapBuffer(const HeapBuffer&) = delete;
  HeapBuffer& operator=(const HeapBuffer&) = delete;

  std::byte* data() override { return data_; }
  std::size_t size_bytes() const override { return size_; }

 private:
  std::byte* data_;
  std::size_t size_;
};

}  // namespace

std::size_t element_size(ElementType type) {
  switch (type) {
    case ElementType::f32:
    case ElementType::i32:
      return 4;
    case ElementType::f16:
      return 2;
    case ElementType::u8:
    case ElementType::boolean:
      return 1;
    case ElementType::i64:
      return 8;
  }
  throw std::invalid_argument("no such element type");
}

const char* element_name(ElementType type) {
  switch (type) {
    case ElementType::f32:
      return "f32";
    case ElementType::f16:
      return "f16";
    case ElementType::u8:
      return "u8";
    case ElementType::i32:
      return "i32";
    case ElementType::i64:
      return "i64";
    case ElementType::boolean:
      return "boolean";
  }
  throw std::invalid_argument("no such element type");
}

std::string shape_text(const Shape& shape) {
  std::string text = "[";
  for (const std::int64_t dimension : shape) {
    if (text.size() > 1) text += ',';
    text += dimension < 0 ? "?" : std::to_string(dimension);
  }
  return text + "]";
}

std::optional<std::size_t> checked_size_bytes(ElementType type, const Shape& shape) {
  std::size_t size = element_size(type);
  bool empty = false;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0) return std::nullopt;
    if (dimension == 0) {
      empty = true;
      continue;
    }
    const auto count = static_cast<std::size_t>(dimension);
    if (size > static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max()) / count) return std::nullopt;
    size *= count;
  }
  return empty ? 0 : size;
}

Tensor make_heap_tensor(std::string name, ElementType type, Shape shape) {
  const std::optional<std::size_t> size = checked_size_bytes(type, shape);
  if (!size) throw std::bad_alloc();
  auto buffer = std::make_shared<HeapBuffer>(*size);
  return {std::move(name), type, std::move(shape), std::move(buffer)};
}

}  // namespace sam
