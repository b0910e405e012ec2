// What a dataset has and a format cannot hold, counted for the user.
// Threading: belongs to one thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dataset/formats/format.h"

namespace sam {

// What a format cannot hold, whatever is written in it: "objects with holes: without the holes as such", in the words of Losses::lines().
std::vector<std::string> possible_losses(const FormatFeatures& features);

class Losses {
 public:
  explicit Losses(const FormatFeatures& features) : features_(features) {}

  void add(const DatasetPicture& picture);
  // "shapes of 12 objects become boxes", one a kind of loss; empty: nothing is lost.
  std::vector<std::string> lines() const { return lines(true); }

 private:
  std::vector<std::string> lines(bool with_numbers) const;
  friend std::vector<std::string> possible_losses(const FormatFeatures& features);

  const FormatFeatures features_;
  std::size_t objects_ = 0;
  std::size_t in_parts_ = 0;
  std::size_t with_holes_ = 0;
  std::size_t crowds_ = 0;
  std::size_t with_attributes_ = 0;
  std::size_t with_score_ = 0;
  std::size_t with_prompt_ = 0;
  std::size_t with_provenance_ = 0;
  std::size_t with_review_ = 0;
  std::size_t marked_pictures_ = 0;
  std::size_t empty_pictures_ = 0;
  std::size_t in_subsets_ = 0;
  std::size_t overlapping_ = 0;     // counted for formats that cannot hold them only
  std::size_t with_neighbour_ = 0;  // of the same class in the picture; the same
};

}  // namespace sam
