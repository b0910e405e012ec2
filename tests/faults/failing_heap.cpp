#include "faults/failing_heap.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace sam {
namespace {

constexpr std::string_view path_append = "_ZNSt10filesystem7__cxx114pathdVERKS1_";  // path::operator/=(const path&)
constexpr std::size_t max_ranges = 64;
constexpr std::size_t max_frames = 24;
constexpr std::size_t max_blocks = std::size_t{1} << 18;

struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

struct Stack {
  std::array<void*, max_frames> frames{};
  int depth = 0;
};

struct Block {
  void* address = nullptr;
  void* caller = nullptr;
};

// All of it constant-initialised: malloc is called before any constructor runs.
constinit std::array<Range, max_ranges> spared_ranges{};
constinit std::size_t spared_count = 0;
constinit std::array<Range, max_ranges> libc_ranges{};  // which also works for those
constinit std::size_t libc_count = 0;
constinit std::array<Range, max_ranges> lossy_ranges{};
constinit std::size_t lossy_count = 0;
constinit std::atomic<bool> armed{false};
constinit std::atomic<std::uint64_t> seen{0};
constinit std::atomic<bool> reached{false};
constinit std::atomic<bool> fired{false};
constinit HeapFault fault{};
constinit Stack failed_stack{};
constinit std::atomic<bool> following{false};
constinit std::atomic_flag blocks_busy{};
constinit std::array<Block, max_blocks> blocks{};
constinit std::size_t block_count = 0;
[[gnu::tls_model("initial-exec")]] constinit thread_local bool inside = false;  // of our own bookkeeping

class BlocksLock {
 public:
  BlocksLock() {
    while (blocks_busy.test_and_set(std::memory_order_acquire)) {
    }
  }
  ~BlocksLock() { blocks_busy.clear(std::memory_order_release); }
  BlocksLock(const BlocksLock&) = delete;
  BlocksLock& operator=(const BlocksLock&) = delete;
};

bool is_spared(std::string_view path) {
  for (const std::string_view name : {"libglib-2.0", "libgobject-2.0", "libgio-2.0", "libgmodule-2.0", "ld-linux"}) {
    if (path.find(name) != std::string_view::npos) return true;
  }
  return false;
}

void note_code(const dl_phdr_info& info, std::array<Range, max_ranges>& ranges, std::size_t& count) {
  for (int i = 0; i < info.dlpi_phnum; ++i) {
    const ElfW(Phdr)& part = info.dlpi_phdr[i];
    if (part.p_type != PT_LOAD || (part.p_flags & PF_X) == 0 || count == max_ranges) continue;
    const std::uintptr_t begin = info.dlpi_addr + part.p_vaddr;
    ranges[count++] = {begin, begin + part.p_memsz};
  }
}

int note_library(dl_phdr_info* info, std::size_t, void*) {
  const std::string_view path = info->dlpi_name == nullptr ? "" : info->dlpi_name;
  if (is_spared(path)) note_code(*info, spared_ranges, spared_count);
  if (path.find("libc.so") != std::string_view::npos) note_code(*info, libc_ranges, libc_count);
  if (path.find("libopencv_core") != std::string_view::npos) note_code(*info, lossy_ranges, lossy_count);
  return 0;
}

bool is_in(void* caller, const std::array<Range, max_ranges>& ranges, std::size_t count) {
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  for (std::size_t i = 0; i < count; ++i) {
    if (address >= ranges[i].begin && address < ranges[i].end) return true;
  }
  return false;
}

// glib's g_strdup_vprintf lets libc allocate, and aborts if that fails.
bool works_for_spared() {
  constexpr int nearest = 8;
  std::array<void*, nearest> frames{};
  inside = true;
  const int depth = ::backtrace(frames.data(), nearest);
  inside = false;
  for (int i = 0; i < depth; ++i) {
    if (is_in(frames[static_cast<std::size_t>(i)], spared_ranges, spared_count)) return true;
  }
  return false;
}

bool may_fail(void* caller) {
  if (is_in(caller, spared_ranges, spared_count)) return false;
  return !is_in(caller, libc_ranges, libc_count) || !works_for_spared();
}

bool is_in_spared_code(const Stack& stack) {
  for (int i = 0; i < stack.depth; ++i) {
    Dl_info info{};
    if (::dladdr(stack.frames[static_cast<std::size_t>(i)], &info) == 0 || info.dli_sname == nullptr) continue;
    const std::string_view name(info.dli_sname);
    if (name.find("nlohmann") != std::string_view::npos || name == path_append) return true;
  }
  return false;
}

bool fails(void* caller) {
  if (!armed.load(std::memory_order_relaxed) || inside || !may_fail(caller)) return false;
  const std::uint64_t number = seen.fetch_add(1, std::memory_order_relaxed) + 1;
  if (fault.nth == 0 || number < fault.nth || number - fault.nth >= fault.burst) return false;
  if (fault.kills) ::kill(::getpid(), SIGKILL);
  reached = true;
  inside = true;
  Stack stack;
  stack.depth = ::backtrace(stack.frames.data(), static_cast<int>(max_frames));
  inside = false;
  if (is_in_spared_code(stack)) return false;
  if (!fired.exchange(true)) failed_stack = stack;
  errno = ENOMEM;
  return true;
}

std::size_t slot_of(void* address) {
  return (reinterpret_cast<std::uintptr_t>(address) >> 4) * 0x9E3779B97F4A7C15ULL >> 46;  // 18 bits
}

void follow(void* address, void* caller) {
  if (address == nullptr || inside || !following.load(std::memory_order_relaxed) || !may_fail(caller)) return;
  if (is_in(caller, lossy_ranges, lossy_count)) return;
  const BlocksLock lock;
  if (++block_count > max_blocks / 2) ::abort();  // more than any operation of these tests holds
  std::size_t slot = slot_of(address);
  while (blocks[slot].address != nullptr) slot = (slot + 1) % max_blocks;
  blocks[slot] = {address, caller};
}

// Open addressing without gaps: what follows an emptied slot moves up.
void forget(void* address) {
  if (address == nullptr || !following.load(std::memory_order_relaxed)) return;
  const BlocksLock lock;
  std::size_t slot = slot_of(address);
  while (blocks[slot].address != address) {
    if (blocks[slot].address == nullptr) return;
    slot = (slot + 1) % max_blocks;
  }
  --block_count;
  std::size_t hole = slot;
  for (std::size_t next = (hole + 1) % max_blocks; blocks[next].address != nullptr; next = (next + 1) % max_blocks) {
    const std::size_t home = slot_of(blocks[next].address);
    const bool stays = hole < next ? (home > hole && home <= next) : (home > hole || home <= next);
    if (stays) continue;
    blocks[hole] = blocks[next];
    hole = next;
  }
  blocks[hole] = {};
}

void* followed(void* address, void* caller) {
  follow(address, caller);
  return address;
}

std::string place_of(void* address) {
  Dl_info info{};
  std::array<char, 512> text{};
  if (::dladdr(address, &info) != 0 && info.dli_fname != nullptr) {
    const char* file = std::strrchr(info.dli_fname, '/');
    const auto offset = reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(info.dli_fbase);
    std::snprintf(text.data(), text.size(), "%s+0x%zx %s", file == nullptr ? info.dli_fname : file + 1, offset,
                  info.dli_sname == nullptr ? "" : info.dli_sname);
  }
  return text.data();
}

void* allocate_or_throw(std::size_t size, std::size_t alignment, void* caller) {
  void* block = nullptr;
  if (!fails(caller)) {
    block = alignment == 0 ? __libc_malloc(size == 0 ? 1 : size) : __libc_memalign(alignment, size == 0 ? 1 : size);
  }
  if (block == nullptr) throw std::bad_alloc();
  return followed(block, caller);
}

}  // namespace

void spare_libraries() {
  ::backtrace(failed_stack.frames.data(), 1);  // its first call loads a library
  spared_count = libc_count = lossy_count = 0;
  ::dl_iterate_phdr(note_library, nullptr);
}

void arm_heap(const HeapFault& with) {
  fault = with;
  seen = 0;
  reached = fired = false;
  armed = true;
}

HeapFaultReport disarm_heap() {
  armed = false;
  return {seen.load(), reached.load(), fired.load()};
}

void follow_blocks() {
  stop_following_blocks();
  following = true;
}

std::size_t followed_blocks() {
  const BlocksLock lock;
  return block_count;
}

void stop_following_blocks() {
  following = false;
  const BlocksLock lock;
  if (block_count > 0) blocks.fill({});
  block_count = 0;
}

std::string failed_call_stack() {
  std::string text;
  for (int i = 0; i < failed_stack.depth; ++i) {
    text += "  " + place_of(failed_stack.frames[static_cast<std::size_t>(i)]) + "\n";
  }
  return text;
}

std::string followed_call_stacks(std::size_t at_most) {
  inside = true;
  std::string text;
  std::size_t said = 0;
  for (const Block& block : blocks) {
    if (block.address == nullptr || said++ >= at_most) continue;
    text += "  " + std::to_string(::malloc_usable_size(block.address)) + " bytes by " + place_of(block.caller) + "\n";
  }
  inside = false;
  return text;
}

}  // namespace sam

using sam::allocate_or_throw;
using sam::fails;
using sam::follow;
using sam::followed;
using sam::forget;

#define SAM_CALLER __builtin_return_address(0)

extern "C" {

void* malloc(std::size_t size) noexcept {
  return fails(SAM_CALLER) ? nullptr : followed(__libc_malloc(size), SAM_CALLER);
}

void* calloc(std::size_t count, std::size_t size) noexcept {
  return fails(SAM_CALLER) ? nullptr : followed(__libc_calloc(count, size), SAM_CALLER);
}

void free(void* block) noexcept {
  forget(block);
  __libc_free(block);
}

void* realloc(void* block, std::size_t size) noexcept {
  if (size > 0 && fails(SAM_CALLER)) return nullptr;
  forget(block);
  void* const moved = __libc_realloc(block, size);
  follow(moved, SAM_CALLER);
  return moved;
}

void* reallocarray(void* block, std::size_t count, std::size_t size) noexcept {
  std::size_t whole = 0;
  if (!__builtin_mul_overflow(count, size, &whole)) return ::realloc(block, whole);
  errno = ENOMEM;
  return nullptr;
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return fails(SAM_CALLER) ? nullptr : followed(__libc_memalign(alignment, size), SAM_CALLER);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return fails(SAM_CALLER) ? nullptr : followed(__libc_memalign(alignment, size), SAM_CALLER);
}

void* valloc(std::size_t size) noexcept {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return fails(SAM_CALLER) ? nullptr : followed(__libc_memalign(page, size), SAM_CALLER);
}

int posix_memalign(void** place, std::size_t alignment, std::size_t size) noexcept {
  if (alignment < sizeof(void*) || (alignment & (alignment - 1)) != 0) return EINVAL;
  if (fails(SAM_CALLER)) return ENOMEM;
  void* const block = __libc_memalign(alignment, size);
  if (block == nullptr) return ENOMEM;
  *place = followed(block, SAM_CALLER);
  return 0;
}

}  // extern "C"

// operator new too, so that the caller is who wrote `new`, not the C++ library. Deleting is free(), as the library's is.
void* operator new(std::size_t size) {
  return allocate_or_throw(size, 0, SAM_CALLER);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment), SAM_CALLER);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return fails(SAM_CALLER) ? nullptr : followed(__libc_malloc(size == 0 ? 1 : size), SAM_CALLER);
}
void operator delete(void* block) noexcept {
  ::free(block);
}
void operator delete(void* block, std::size_t) noexcept {
  ::free(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
  ::free(block);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  ::free(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept {
  ::free(block);
}
