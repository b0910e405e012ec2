// Which classes a picture has objects of, small enough to be held for 100,000 pictures: one byte a class below 128, inline up to 15 of them.
// A value; no shared state.
#pragma once

#include <string>
#include <vector>

namespace sam {

class ClassSet {
 public:
  ClassSet() = default;
  // Any order, repeated or not. Of more than most_classes the lowest are held, and of higher ones that there are some.
  explicit ClassSet(std::vector<int> ids);

  // True also for an id above all that are held, if there were too many.
  bool may_have(int id) const;

  // Differences of ascending ids, as LEB128; the first from -1, and a 0 at the end: there are higher ones.
  const std::string& bytes() const { return bytes_; }
  // Bytes that were not made by bytes() make some set.
  static ClassSet from_bytes(std::string bytes);

  bool operator==(const ClassSet&) const = default;

  static constexpr std::size_t most_classes = 256;

 private:
  std::string bytes_;
};

}  // namespace sam
