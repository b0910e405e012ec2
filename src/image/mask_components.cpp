#include "image/mask_components.h"

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <utility>

#include "image/run_builder.h"

namespace sam {
namespace {

// Foreground of one column: rows [from, to).
struct Strip {
  std::uint32_t column = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

std::vector<Strip> strips_of(const Mask& mask) {
  std::vector<Strip> strips;
  const auto height = static_cast<std::uint32_t>(mask.size.height);
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < mask.runs.size(); ++i) {
    const std::uint32_t end = at + mask.runs[i];
    for (; i % 2 == 1 && at < end;) {
      const std::uint32_t column = at / height;
      const std::uint32_t stop = end / height == column ? end : (column + 1) * height;
      strips.push_back({column, at - column * height, stop - column * height});
      at = stop;
    }
    at = end;
  }
  return strips;
}

// Which strips belong together: a forest whose roots are the smallest.
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), std::size_t{0}); }

  std::size_t root(std::size_t strip) {
    while (parent_[strip] != strip) strip = parent_[strip] = parent_[parent_[strip]];
    return strip;
  }
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    parent_[a < b ? b : a] = a < b ? a : b;
  }

 private:
  std::vector<std::size_t> parent_;
};

// reach: how many rows apart strips of neighbouring columns may begin and end and still touch: 1 at corners.
void join_neighbours(const std::vector<Strip>& strips, std::uint32_t reach, Groups& groups) {
  std::size_t left = 0;  // first strip of the column before that may still touch
  for (std::size_t i = 0; i < strips.size(); ++i) {
    while (strips[left].column + 1 < strips[i].column ||
           (strips[left].column + 1 == strips[i].column && strips[left].to + reach <= strips[i].from)) {
      ++left;
    }
    for (std::size_t k = left; strips[k].column + 1 == strips[i].column && strips[k].from < strips[i].to + reach; ++k) {
      groups.join(k, i);
    }
  }
}

}  // namespace

std::vector<Mask> connected_components(const Mask& mask, Touch touch) {
  const std::vector<Strip> strips = strips_of(mask);
  Groups groups(strips.size());
  join_neighbours(strips, touch == Touch::edge ? 0 : 1, groups);
  std::vector<std::size_t> index(strips.size());  // of a root's component
  std::vector<RunBuilder> builders;
  for (std::size_t i = 0; i < strips.size(); ++i) {
    const std::size_t root = groups.root(i);
    if (root == i) {
      index[i] = builders.size();
      builders.emplace_back(mask.size);
    }
    const std::uint32_t start = strips[i].column * static_cast<std::uint32_t>(mask.size.height);
    builders[index[root]].add_foreground(start + strips[i].from, start + strips[i].to);
  }
  std::vector<Mask> components;
  components.reserve(builders.size());
  for (RunBuilder& builder : builders) components.push_back(std::move(builder).finish());
  return components;
}

}  // namespace sam
