#include "platform/mapped_files.h"

#include <sys/mman.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace sam {
namespace {

struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  bool may_go = false;  // of a file, and read-only
};

// "7f1200000000-7f1200021000 r-xp 00000000 08:01 1234 /lib/libc.so.6"; false: no such line
bool read_head(const std::string& line, Mapping& mapping) {
  unsigned long begin = 0;
  unsigned long end = 0;
  unsigned long inode = 0;
  char rights[5] = {};
  if (std::sscanf(line.c_str(), "%lx-%lx %4s %*x %*x:%*x %lu", &begin, &end, rights, &inode) != 4) return false;
  mapping = {begin, end, inode != 0 && rights[0] == 'r' && rights[1] != 'w'};
  return true;
}

}  // namespace

std::uint64_t release_file_pages() {
  std::ifstream smaps("/proc/self/smaps");
  std::uint64_t freed = 0;
  Mapping mapping;
  unsigned long long resident_kb = 0;
  for (std::string line; std::getline(smaps, line);) {
    unsigned long long kb = 0;
    if (read_head(line, mapping) || !mapping.may_go) continue;
    if (std::sscanf(line.c_str(), "Rss: %llu", &kb) == 1) resident_kb = kb;
    // Pages that were written before they were protected (relocations) are the process's own and would be lost.
    if (std::sscanf(line.c_str(), "Anonymous: %llu", &kb) != 1 || kb != 0 || resident_kb == 0) continue;
    if (::madvise(reinterpret_cast<void*>(mapping.begin), mapping.end - mapping.begin, MADV_DONTNEED) == 0)  // NOLINT
      freed += resident_kb << 10;
  }
  return freed;
}

}  // namespace sam
