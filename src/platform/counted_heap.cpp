// malloc and its family, counted: glibc's own do the work. Linked into a program they take the place of glibc's for the program and all of
// its libraries.
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "platform/heap_counter.h"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace {

using sam::heap_counter;

constexpr std::int64_t kStepBytes = 64 << 10;  // what a thread keeps to itself before it adds it to the shared count
constexpr std::size_t kLargeBytes = 64 << 10;  // counted at once, and refused over the limit

// Initial-exec: reading it must not call the dynamic linker, which would call malloc.
[[gnu::tls_model("initial-exec")]] constinit thread_local std::int64_t pending_bytes = 0;
[[gnu::tls_model("initial-exec")]] constinit thread_local bool is_exempt = false;

bool by_residence() {
  return heap_counter.by_residence.load(std::memory_order_relaxed) > 0;
}

void raise_peak(std::int64_t held) {
  if (!by_residence()) heap_counter.raise_peak(held);
}

void flush() {
  const std::int64_t bytes = pending_bytes;
  pending_bytes = 0;
  raise_peak(heap_counter.held_bytes.fetch_add(bytes, std::memory_order_relaxed) + bytes);
}

void add(std::int64_t bytes) {
  pending_bytes += bytes;
  if (pending_bytes >= kStepBytes || pending_bytes <= -kStepBytes) flush();
}

bool counting() {
  return heap_counter.on.load(std::memory_order_relaxed);
}

std::int64_t size_of(void* block) {
  return static_cast<std::int64_t>(::malloc_usable_size(block));
}

void note_refusal(std::size_t size) {
  heap_counter.last_refused_bytes.store(size, std::memory_order_relaxed);
  heap_counter.refusals.fetch_add(1, std::memory_order_release);
}

// Takes bytes of the shared count before they are allocated, so that threads together keep to the limit.
bool claim(std::size_t size) {
  if (size > PTRDIFF_MAX) return false;
  const auto bytes = static_cast<std::int64_t>(size);
  const std::int64_t held = heap_counter.held_bytes.fetch_add(bytes, std::memory_order_relaxed);
  const std::int64_t limit = is_exempt ? 0 : heap_counter.limit_bytes.load(std::memory_order_relaxed);
  if (by_residence()) {
    const std::int64_t resident = heap_counter.resident_bytes();
    heap_counter.raise_peak(resident + bytes);  // what is compared with the limit is what is measured
    if (limit == 0 || (resident <= limit && bytes <= limit - resident)) return true;
  } else if (limit == 0 || (held <= limit && bytes <= limit - held)) {
    return true;
  }
  heap_counter.held_bytes.fetch_sub(bytes, std::memory_order_relaxed);
  return false;
}

// allocate() gives a block of `size` bytes; replaced_bytes: of the block that it takes the place of.
template <typename Allocate>
void* counted(std::size_t size, std::int64_t replaced_bytes, const Allocate& allocate) {
  const auto replaced = static_cast<std::size_t>(replaced_bytes);
  const std::size_t claimed = size >= kLargeBytes && size > replaced ? size - replaced : 0;
  if (claimed > 0 && !claim(claimed)) {
    note_refusal(size);
    errno = ENOMEM;
    return nullptr;
  }
  void* const block = allocate();
  if (block == nullptr) {
    heap_counter.held_bytes.fetch_sub(static_cast<std::int64_t>(claimed), std::memory_order_relaxed);
    if (size >= kLargeBytes) note_refusal(size);
    return nullptr;
  }
  add(size_of(block) - replaced_bytes - static_cast<std::int64_t>(claimed));
  if (claimed > 0) raise_peak(heap_counter.held_bytes.load(std::memory_order_relaxed));
  return block;
}

void* allocate_aligned(std::size_t alignment, std::size_t size) {
  if (!counting()) return __libc_memalign(alignment, size);
  return counted(size, 0, [&] { return __libc_memalign(alignment, size); });
}

[[maybe_unused]] const bool installed = [] {
  heap_counter.flush.store(flush);
  heap_counter.exempt_thread.store([] { is_exempt = true; });
  return true;
}();

}  // namespace

extern "C" {

void* malloc(std::size_t size) noexcept {
  if (!counting()) return __libc_malloc(size);
  return counted(size, 0, [&] { return __libc_malloc(size); });
}

void* calloc(std::size_t count, std::size_t size) noexcept {
  std::size_t whole = 0;
  if (!counting() || __builtin_mul_overflow(count, size, &whole)) return __libc_calloc(count, size);
  return counted(whole, 0, [&] { return __libc_calloc(count, size); });
}

void free(void* block) noexcept {
  if (block == nullptr) return;
  if (counting()) {
    const std::int64_t bytes = size_of(block);
    if (bytes >= static_cast<std::int64_t>(kLargeBytes) && by_residence()) heap_counter.note_residence();
    add(-bytes);
  }
  __libc_free(block);
}

void* realloc(void* block, std::size_t size) noexcept {
  if (!counting()) return __libc_realloc(block, size);
  if (block != nullptr && size == 0) {  // frees, as glibc's does
    ::free(block);
    return nullptr;
  }
  const std::int64_t replaced = block == nullptr ? 0 : size_of(block);
  return counted(size, replaced, [&] { return __libc_realloc(block, size); });
}

void* reallocarray(void* block, std::size_t count, std::size_t size) noexcept {
  std::size_t whole = 0;
  if (!__builtin_mul_overflow(count, size, &whole)) return ::realloc(block, whole);
  errno = ENOMEM;
  return nullptr;
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return allocate_aligned(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return allocate_aligned(alignment, size);
}

void* valloc(std::size_t size) noexcept {
  return allocate_aligned(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)), size);
}

int posix_memalign(void** place, std::size_t alignment, std::size_t size) noexcept {
  if (alignment < sizeof(void*) || (alignment & (alignment - 1)) != 0) return EINVAL;
  void* const block = allocate_aligned(alignment, size);
  if (block == nullptr) return ENOMEM;
  *place = block;
  return 0;
}

}  // extern "C"
