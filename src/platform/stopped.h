// Work that ended because its stop token asked for it.
#pragma once

#include <stdexcept>

namespace sam {

class Stopped : public std::runtime_error {
 public:
  Stopped() : std::runtime_error("stopped") {}
};

}  // namespace sam
