#include "platform/mapped_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

namespace sam {
namespace {

constexpr std::size_t size_bytes = 4 << 20;

// A file of ones, mapped.
class MappedOnes {
 public:
  explicit MappedOnes(int protection) {
    const std::vector<char> ones(size_bytes, 1);
    std::FILE* file = std::tmpfile();
    EXPECT_EQ(std::fwrite(ones.data(), 1, ones.size(), file), ones.size());
    std::fflush(file);
    data_ = static_cast<char*>(::mmap(nullptr, size_bytes, protection, MAP_PRIVATE, ::fileno(file), 0));
    EXPECT_NE(static_cast<void*>(data_), MAP_FAILED);
    std::fclose(file);
  }
  ~MappedOnes() { ::munmap(data_, size_bytes); }
  MappedOnes(const MappedOnes&) = delete;
  MappedOnes& operator=(const MappedOnes&) = delete;

  char* data() { return data_; }
  std::size_t sum() const { return std::accumulate(data_, data_ + size_bytes, std::size_t{0}); }

 private:
  char* data_ = nullptr;
};

TEST(ReleaseFilePages, WhatWasOnlyReadGoesAndComesBackWhenItIsUsed) {
  MappedOnes file(PROT_READ);
  EXPECT_EQ(file.sum(), size_bytes);
  EXPECT_GE(release_file_pages(), size_bytes);
  EXPECT_EQ(file.sum(), size_bytes);
}

TEST(ReleaseFilePages, WhatWasChangedStays) {
  MappedOnes writable(PROT_READ | PROT_WRITE);
  MappedOnes written(PROT_READ | PROT_WRITE);
  writable.data()[0] = 3;
  written.data()[size_bytes - 1] = 3;
  ASSERT_EQ(::mprotect(written.data(), size_bytes, PROT_READ), 0);
  release_file_pages();
  EXPECT_EQ(writable.sum(), size_bytes + 2);
  EXPECT_EQ(written.sum(), size_bytes + 2);
}

}  // namespace
}  // namespace sam
