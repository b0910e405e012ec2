#include "memory/owner.h"

#include <array>

namespace sam {

const char* owner_name(Owner owner) {
  static constexpr std::array<const char*, owner_count> names = {"weights", "scratch", "images", "embeddings",
                                                                 "predictions"};
  return names[static_cast<std::size_t>(owner)];
}

}  // namespace sam
