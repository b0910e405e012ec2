// Anonymous shared memory (memfd): zeroed when made, passed to another process as a file descriptor, gone with the last holder.
// It is sealed against shrinking, so that the other side can never make a read of it fail (SIGBUS).
// Threading: a SharedMemory may be moved between threads; its bytes are the users' business. Ownership: owns descriptor and mapping.
#pragma once

#include <cstddef>

#include "platform/unique_descriptor.h"

namespace sam {

class SharedMemory {
 public:
  // Zeroed, page-aligned; name is what /proc shows. Throws std::bad_alloc if the size or the mapping is refused. Size 0 is allowed.
  SharedMemory(const char* name, std::size_t size_bytes);

  // Takes what another process made. Throws std::runtime_error unless it is sealed against shrinking and holds at least size_bytes.
  static SharedMemory open(UniqueDescriptor descriptor, std::size_t size_bytes);

  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) = delete;
  ~SharedMemory();

  std::byte* data() const { return data_; }
  std::size_t size_bytes() const { return size_; }
  int descriptor() const { return descriptor_.get(); }  // -1 after close_descriptor()
  void close_descriptor() { descriptor_.reset(); }      // the mapping stays

 private:
  SharedMemory(UniqueDescriptor descriptor, std::size_t size_bytes);
  void map();

  UniqueDescriptor descriptor_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace sam
