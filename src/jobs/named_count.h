// Pictures that something happened to: how many, and the first few by name. A value.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sam {

struct NamedCount {
  std::size_t count = 0;
  std::vector<std::string> first;

  void add(const std::string& name);
  std::string text() const;  // "12 (a.jpg, b.jpg, …)"
};

}  // namespace sam
