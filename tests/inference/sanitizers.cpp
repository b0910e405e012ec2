// The sanitizers and prebuilt engines.
// Their operator new ends the process when memory cannot be had; the standard's throws. Engines count on the latter, and the tests of
// running out of memory need it. malloc stays the sanitizers' own, so that errors in memory are found as before. (Leaks of the engines: tests/leaks.supp.)
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)

namespace {

void* allocate(std::size_t size) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}

void* allocate(std::size_t size, std::align_val_t alignment) noexcept {
  const auto align = static_cast<std::size_t>(alignment);
  const std::size_t padded = (size + align - 1) / align * align;
  return padded < size ? nullptr : std::aligned_alloc(align, padded == 0 ? align : padded);
}

void* or_throw(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

using Size = std::size_t;
using Align = std::align_val_t;
using NoThrow = std::nothrow_t;

void* operator new(Size size) {
  return or_throw(allocate(size));
}
void* operator new[](Size size) {
  return or_throw(allocate(size));
}
void* operator new(Size size, const NoThrow&) noexcept {
  return allocate(size);
}
void* operator new[](Size size, const NoThrow&) noexcept {
  return allocate(size);
}
void* operator new(Size size, Align alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new[](Size size, Align alignment) {
  return or_throw(allocate(size, alignment));
}
void* operator new(Size size, Align alignment, const NoThrow&) noexcept {
  return allocate(size, alignment);
}
void* operator new[](Size size, Align alignment, const NoThrow&) noexcept {
  return allocate(size, alignment);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, Size) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, Size) noexcept {
  std::free(memory);
}
void operator delete(void* memory, const NoThrow&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, const NoThrow&) noexcept {
  std::free(memory);
}
void operator delete(void* memory, Align) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, Align) noexcept {
  std::free(memory);
}
void operator delete(void* memory, Size, Align) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, Size, Align) noexcept {
  std::free(memory);
}
void operator delete(void* memory, Align, const NoThrow&) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, Align, const NoThrow&) noexcept {
  std::free(memory);
}

#endif
#endif
