#include "dataset/formats/seen_names.h"

#include <functional>

#include "dataset/formats/format.h"

namespace sam {

bool SeenNames::insert(const std::string& name) {
  return hashes_.insert(std::hash<std::string>()(name)).second;
}

void SeenNames::insert_picture(const std::string& name, const std::string& place) {
  if (insert(name)) return;
  throw FormatError(place,
                    "the picture \"" + name +
                        "\" comes a second time (folders do not tell pictures apart here); rename one of the two");
}

}  // namespace sam
