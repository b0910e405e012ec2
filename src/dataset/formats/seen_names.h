// Which names a dataset has had already. One thread.
#pragma once

#include <string>
#include <unordered_set>

namespace sam {

class SeenNames {
 public:
  // False if the name was there. Memory: hashes only; two of a million names have the same once in 30 million datasets.
  bool insert(const std::string& name);
  // Throws FormatError naming place if the picture was there.
  void insert_picture(const std::string& name, const std::string& place);

 private:
  std::unordered_set<std::size_t> hashes_;
};

}  // namespace sam
