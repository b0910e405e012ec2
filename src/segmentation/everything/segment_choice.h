// Which of many candidates for a picture's segments are kept: of those that overlap too much only the best.
// Threading: belongs to one thread; the segments it gives away are constant and may be read anywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "image/mask.h"

namespace sam {

struct Segment {
  Mask mask;
  Box box;                    // of the mask
  std::uint64_t area_px = 0;  // of the mask
  double score = 0;
  double stability = 0;
  Point point;  // that found it

  std::uint64_t byte_size() const { return sizeof(Segment) + mask.runs.capacity() * sizeof(std::uint32_t); }
};

using Segments = std::vector<std::shared_ptr<const Segment>>;

// Better segments first: by score, then stability, then by where they were found, so that the order in which they come does not matter.
bool is_better(const Segment& a, const Segment& b);

// Whether the masks' IoU is more than max_iou. Areas and boxes decide most pairs. Requires masks of one size.
bool overlap_more_than(const Segment& a, const Segment& b, double max_iou);

// Candidates in, the chosen ones out: at every moment what going through all candidates from the best to the worst would choose, where each that overlaps
// a chosen one by more than max_iou is left out. A candidate that was left out is chosen after all when a better one takes the place of what stood in its way.
class SegmentChoice {
 public:
  explicit SegmentChoice(double max_iou) : max_iou_(max_iou) {}

  // True if other segments are chosen now.
  bool add(Segment segment);

  // Best first.
  Segments chosen() const;
  std::size_t chosen_count() const;

  std::size_t count() const { return candidates_.size(); }
  std::uint64_t byte_size() const { return bytes_; }

  // For who must do with less: forgets the candidates that are not chosen; then what they would have been chosen for is lost.
  void drop_others();
  // Forgets the worst candidate. Requires count() > 0. True if it was a chosen one.
  bool drop_worst();

 private:
  struct Candidate {
    std::shared_ptr<const Segment> segment;
    const Segment* in_its_way = nullptr;  // a chosen, better one; null: this one is chosen
  };

  const Segment* find_in_the_way(std::size_t index) const;
  void choose_again_below(std::size_t index);

  const double max_iou_;
  std::uint64_t bytes_ = 0;
  std::vector<Candidate> candidates_;  // best first
};

}  // namespace sam
