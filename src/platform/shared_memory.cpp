#include "platform/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <limits>
#include <new>
#include <stdexcept>
#include <string>

namespace sam {

SharedMemory::SharedMemory(const char* name, std::size_t size_bytes) : size_(size_bytes) {
  if (size_bytes > static_cast<std::size_t>(std::numeric_limits<off_t>::max())) throw std::bad_alloc();
  descriptor_ = UniqueDescriptor(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!descriptor_ || ::ftruncate(descriptor_.get(), static_cast<off_t>(size_bytes)) != 0 ||
      ::fcntl(descriptor_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    throw std::bad_alloc();
  }
  map();
}

SharedMemory::SharedMemory(UniqueDescriptor descriptor, std::size_t size_bytes)
    : descriptor_(std::move(descriptor)), size_(size_bytes) {
  map();
}

SharedMemory SharedMemory::open(UniqueDescriptor descriptor, std::size_t size_bytes) {
  const int seals = ::fcntl(descriptor.get(), F_GET_SEALS);
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0)
    throw std::runtime_error("shared memory is not sealed against shrinking");
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0 || static_cast<std::size_t>(status.st_size) < size_bytes) {
    throw std::runtime_error("shared memory of " + std::to_string(status.st_size) + " bytes is smaller than the " +
                             std::to_string(size_bytes) + " announced");
  }
  return SharedMemory(std::move(descriptor), size_bytes);
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : descriptor_(std::move(other.descriptor_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

void SharedMemory::map() {
  if (size_ == 0) return;  // nothing to map
  void* data = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_.get(), 0);
  if (data == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<std::byte*>(data);
}

}  // namespace sam
