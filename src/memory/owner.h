// Who holds memory. Every large buffer of the program is reserved in a Budget under one of these names.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sam {

enum class Owner : std::uint8_t {
  weights,      // of loaded models
  scratch,      // what engines and decoders need while they work, and what engines keep between runs
  images,       // decoded pictures
  embeddings,   // what predictors made of pictures
  predictions,  // masks kept for the same question asked again
};
inline constexpr std::size_t owner_count = 5;

const char* owner_name(Owner owner);  // "weights", …

}  // namespace sam
