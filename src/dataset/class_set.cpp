#include "dataset/class_set.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace sam {

ClassSet::ClassSet(std::vector<int> ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::int64_t before = -1;
  for (std::size_t i = 0; i < std::min(ids.size(), most_classes); ++i) {
    auto step = static_cast<std::uint64_t>(ids[i] - before);
    before = ids[i];
    for (; step >= 0x80; step >>= 7) bytes_ += static_cast<char>(step | 0x80);
    bytes_ += static_cast<char>(step);
  }
  if (ids.size() > most_classes) bytes_ += '\0';
}

bool ClassSet::may_have(int id) const {
  std::int64_t at = -1;
  std::uint64_t step = 0;
  unsigned shift = 0;
  for (const char c : bytes_) {
    const auto byte = static_cast<unsigned char>(c);
    step |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    shift = std::min(shift + 7, 56U);
    if ((byte & 0x80) != 0) continue;
    if (step == 0) return id > at;
    at += static_cast<std::int64_t>(step & 0xffffffffU);
    if (at >= id) return at == id;
    step = 0;
    shift = 0;
  }
  return false;
}

ClassSet ClassSet::from_bytes(std::string bytes) {
  ClassSet set;
  set.bytes_ = std::move(bytes);
  return set;
}

}  // namespace sam
