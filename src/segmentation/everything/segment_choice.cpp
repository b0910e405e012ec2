#include "segmentation/everything/segment_choice.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sam {

bool is_better(const Segment& a, const Segment& b) {
  const auto rank = [](const Segment& s) {
    return std::tuple(-s.score, -s.stability, s.point.y, s.point.x, s.area_px);
  };
  return rank(a) < rank(b);
}

bool overlap_more_than(const Segment& a, const Segment& b, double max_iou) {
  const double across = std::min(a.box.x1, b.box.x1) - std::max(a.box.x0, b.box.x0);
  const double down = std::min(a.box.y1, b.box.y1) - std::max(a.box.y0, b.box.y0);
  if (across <= 0 || down <= 0) return max_iou < 0;
  // What both have is no more than the smaller, nor than what the boxes have in common; what either has is no less than the larger.
  const double smaller = static_cast<double>(std::min(a.area_px, b.area_px));
  const double larger = static_cast<double>(std::max(a.area_px, b.area_px));
  if (std::min(smaller, across * down) <= max_iou * larger) return false;
  return mask_iou(a.mask, b.mask) > max_iou;
}

const Segment* SegmentChoice::find_in_the_way(std::size_t index) const {
  for (std::size_t i = 0; i < index; ++i) {
    if (candidates_[i].in_its_way != nullptr) continue;
    const Segment& chosen = *candidates_[i].segment;
    if (overlap_more_than(chosen, *candidates_[index].segment, max_iou_)) return &chosen;
  }
  return nullptr;
}

// A new one is chosen at `index`: what it pushes out among the worse ones makes room for others, which push out others in turn.
void SegmentChoice::choose_again_below(std::size_t index) {
  std::vector<const Segment*> fresh = {candidates_[index].segment.get()};
  std::vector<const Segment*> gone;
  for (std::size_t i = index + 1; i < candidates_.size(); ++i) {
    Candidate& each = candidates_[i];
    if (each.in_its_way != nullptr) {
      if (std::find(gone.begin(), gone.end(), each.in_its_way) == gone.end()) continue;
      each.in_its_way = find_in_the_way(i);
      if (each.in_its_way == nullptr) fresh.push_back(each.segment.get());
      continue;
    }
    const auto in_the_way = std::find_if(fresh.begin(), fresh.end(), [&](const Segment* better) {
      return overlap_more_than(*better, *each.segment, max_iou_);
    });
    if (in_the_way == fresh.end()) continue;
    each.in_its_way = *in_the_way;
    gone.push_back(each.segment.get());
  }
}

bool SegmentChoice::add(Segment segment) {
  segment.mask.runs.shrink_to_fit();
  const std::uint64_t bytes = segment.byte_size();
  const auto place = std::upper_bound(candidates_.begin(), candidates_.end(), segment,
                                      [](const Segment& a, const Candidate& b) { return is_better(a, *b.segment); });
  const auto index = static_cast<std::size_t>(place - candidates_.begin());
  candidates_.insert(place, {std::make_shared<const Segment>(std::move(segment)), nullptr});
  bytes_ += bytes;
  candidates_[index].in_its_way = find_in_the_way(index);
  if (candidates_[index].in_its_way != nullptr) return false;
  choose_again_below(index);
  return true;
}

Segments SegmentChoice::chosen() const {
  Segments segments;
  for (const Candidate& each : candidates_) {
    if (each.in_its_way == nullptr) segments.push_back(each.segment);
  }
  return segments;
}

std::size_t SegmentChoice::chosen_count() const {
  return static_cast<std::size_t>(std::count_if(candidates_.begin(), candidates_.end(),
                                                [](const Candidate& each) { return each.in_its_way == nullptr; }));
}

void SegmentChoice::drop_others() {
  std::erase_if(candidates_, [](const Candidate& each) { return each.in_its_way != nullptr; });
  bytes_ = 0;
  for (const Candidate& each : candidates_) bytes_ += each.segment->byte_size();
}

bool SegmentChoice::drop_worst() {
  const bool was_chosen = candidates_.back().in_its_way == nullptr;
  bytes_ -= candidates_.back().segment->byte_size();
  candidates_.pop_back();  // it is in nobody's way: those would be worse
  return was_chosen;
}

}  // namespace sam
