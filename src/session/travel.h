// Travel: which way somebody goes through the pictures, learnt from the steps taken, and which ones will thus be shown next.
// Threading: a value; the functions keep no state beside it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace sam {

struct Travel {
  // A step of at most so many pictures says which way; a longer one is a jump and says nothing.
  static constexpr std::size_t longest_step = 8;

  std::optional<std::size_t> at;  // the picture on screen
  bool backwards = false;

  void go_to(std::size_t position) {
    if (at && position != *at) {
      const bool back = position < *at;
      if ((back ? *at - position : position - *at) <= longest_step) backwards = back;
    }
    at = position;
  }

  // Positions below `count`, the likeliest first, at most `most`: the next on the way, the one after, the one before, then on along the way.
  std::vector<std::size_t> next(std::size_t count, std::size_t most) const {
    std::vector<std::size_t> positions;
    const auto add = [&](bool back, std::size_t distance) {
      const bool is_there = at && (back ? distance <= *at : distance < count - *at) && *at < count;
      if (is_there && positions.size() < most) positions.push_back(back ? *at - distance : *at + distance);
    };
    add(backwards, 1);
    add(backwards, 2);
    add(!backwards, 1);
    for (std::size_t distance = 3; distance <= most; ++distance) add(backwards, distance);
    return positions;
  }
};

}  // namespace sam
