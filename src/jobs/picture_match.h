// Which picture of a project a dataset means. Threading: belongs to one thread. Ownership: the store must outlive it.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "dataset/formats/format.h"
#include "dataset/store.h"

namespace sam {

class PictureMatch {
 public:
  explicit PictureMatch(const Store& store) : store_(store) {}

  // The picture of that name, or of the dataset's photo's name; where there is none, and the dataset has no photo, the only one of that name without its
  // extension.
  std::optional<std::string> find(const DatasetEntry& entry);

 private:
  const Store& store_;
  std::unordered_map<std::string, std::string> by_base_;  // made when first needed; empty names: several
};

}  // namespace sam
