#include "dataset/review.h"

#include <cstddef>
#include <iterator>

namespace sam {
namespace {

constexpr std::string_view names[] = {"", "proposed", "accepted", "rejected"};  // by enumerator

}  // namespace

std::string_view review_name(Review review) {
  return names[static_cast<std::size_t>(review)];
}

std::optional<Review> review_of_name(std::string_view name) {
  for (std::size_t i = 0; i < std::size(names); ++i) {
    if (names[i] == name) return static_cast<Review>(i);
  }
  return std::nullopt;
}

}  // namespace sam
