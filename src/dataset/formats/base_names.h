// Formats that name a picture's file after its name without extension: a.jpg and a.png cannot both be there.
// Threading: one thread.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "dataset/category_folder.h"
#include "dataset/formats/format.h"

namespace sam {

class BaseNames {
 public:
  // folder: of the part. Throws FormatError for a second picture of a base name. Memory: the names.
  void add(const std::string& folder, const std::string& picture) {
    const auto [known, is_new] = pictures_.emplace(folder + "/" + std::string(base_name(picture)), picture);
    if (is_new) return;
    throw FormatError(picture, "would share its file with " + known->second +
                                   ", whose name differs only in its extension; rename one of the two pictures");
  }

 private:
  std::unordered_map<std::string, std::string> pictures_;  // by folder and base name
};

}  // namespace sam
