#include "image/outline.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>

namespace sam {
namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

// Foreground pixels [y0, y1) of one column.
struct Interval {
  int x;
  int y0;
  int y1;
};

// A vertical piece of the outline on the grid line x, in the direction in which the foreground lies to the right hand.
struct Edge {
  int x;
  int from_y;
  int to_y;
  std::uint32_t interval;  // one that it bounds
};

// Where an edge starts or ends; from here the outline goes on along a row of the grid.
struct Corner {
  int x;
  int y;
  std::uint32_t edge;
  bool is_end;
};

std::vector<Interval> column_intervals(const Mask& mask) {
  std::vector<Interval> intervals;
  const std::int64_t height = mask.size.height;
  std::int64_t index = 0;
  for (std::size_t i = 0; i < mask.runs.size(); ++i) {
    const std::int64_t end = index + mask.runs[i];
    if (i % 2 == 0) index = end;
    while (index < end) {
      const std::int64_t x = index / height;
      const std::int64_t stop = std::min(end, (x + 1) * height);
      const auto y0 = static_cast<int>(index - x * height);
      const auto y1 = static_cast<int>(stop - x * height);
      if (!intervals.empty() && intervals.back().x == x && intervals.back().y1 == y0) {
        intervals.back().y1 = y1;  // a background run of no pixels lay between
      } else {
        intervals.push_back({static_cast<int>(x), y0, y1});
      }
      index = stop;
    }
  }
  return intervals;
}

// Which intervals hang together.
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0U); }

  std::uint32_t find(std::uint32_t i) {
    while (parent_[i] != i) {
      parent_[i] = parent_[parent_[i]];
      i = parent_[i];
    }
    return i;
  }
  // The smaller number stands for both.
  void join(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

// Intervals of one column: [first, last).
struct Column {
  std::uint32_t first;
  std::uint32_t last;
};

// All that traces one mask.
class Tracer {
 public:
  explicit Tracer(const Mask& mask) : intervals_(column_intervals(mask)), groups_(intervals_.size()), size_(mask.size) {
    std::uint32_t next = 0;
    Column left{0, 0};
    for (int x = 0; x <= size_.width && (next < intervals_.size() || left.first < left.last); ++x) {
      Column here{next, next};
      while (here.last < intervals_.size() && intervals_[here.last].x == x) ++here.last;
      join_columns(left, here);
      cut_grid_line(x, left, here);
      left = here;
      next = here.last;
    }
    link_corners();
  }

  Polygon trace() {
    std::vector<std::uint32_t> part_of(intervals_.size(), none);
    Polygon polygon;
    for (std::uint32_t i = 0; i < intervals_.size(); ++i) {
      if (groups_.find(i) != i) continue;
      part_of[i] = static_cast<std::uint32_t>(polygon.size());
      polygon.emplace_back();
    }
    std::vector<char> seen(edges_.size());
    for (std::uint32_t first = 0; first < edges_.size(); ++first) {
      if (seen[first] != 0) continue;
      PolygonPart& part = polygon[part_of[groups_.find(edges_[first].interval)]];
      // The leftmost edge of an outer ring has foreground on its right and runs up; that of a hole runs down.
      const bool is_outer = edges_[first].to_y < edges_[first].from_y;
      Ring& ring = is_outer ? part.outer : part.holes.emplace_back();
      for (std::uint32_t i = first; seen[i] == 0; i = next_[i]) {
        seen[i] = 1;
        ring.push_back({static_cast<double>(edges_[i].x), static_cast<double>(edges_[i].from_y)});
        ring.push_back({static_cast<double>(edges_[i].x), static_cast<double>(edges_[i].to_y)});
      }
    }
    return polygon;
  }

 private:
  void join_columns(Column left, Column right) {
    while (left.first < left.last && right.first < right.last) {
      const Interval& a = intervals_[left.first];
      const Interval& b = intervals_[right.first];
      if (a.y0 <= b.y1 && b.y0 <= a.y1) groups_.join(left.first, right.first);
      if (a.y1 < b.y1) {
        ++left.first;
      } else {
        ++right.first;
      }
    }
  }

  // Edges on the grid line x lie where just one of the columns beside it is foreground.
  void cut_grid_line(int x, Column left, Column right) {
    bool in_left = false;
    bool in_right = false;
    int start = 0;
    while (true) {
      const int left_y = next_change(left, in_left);
      const int right_y = next_change(right, in_right);
      const int y = std::min(left_y, right_y);
      if (y == std::numeric_limits<int>::max()) return;
      const bool was_edge = in_left != in_right;
      const bool was_left = in_left;
      const std::uint32_t interval = in_left ? left.first : right.first;
      if (left_y == y) step(left, in_left);
      if (right_y == y) step(right, in_right);
      if (was_edge) edges_.push_back(was_left ? Edge{x, start, y, interval} : Edge{x, y, start, interval});
      start = y;
    }
  }

  int next_change(Column column, bool inside) const {
    if (column.first == column.last) return std::numeric_limits<int>::max();
    return inside ? intervals_[column.first].y1 : intervals_[column.first].y0;
  }

  static void step(Column& column, bool& inside) {
    if (inside) ++column.first;
    inside = !inside;
  }

  // The corners of one row of the grid, from left to right, pair up: between the first and the second lies outline, between the
  // second and the third none, and so on.
  void link_corners() {
    next_.resize(edges_.size());
    const std::vector<Corner> corners = corners_by_row();
    for (std::size_t i = 0; i + 1 < corners.size(); i += 2) {
      const Corner& a = corners[i];
      const Corner& b = corners[i + 1];
      if (a.is_end) {
        next_[a.edge] = b.edge;
      } else {
        next_[b.edge] = a.edge;
      }
    }
  }

  std::vector<Corner> corners_by_row() const {
    std::vector<std::size_t> row_start(static_cast<std::size_t>(size_.height) + 2);
    for (const Edge& edge : edges_) {
      ++row_start[edge.from_y + 1];
      ++row_start[edge.to_y + 1];
    }
    std::partial_sum(row_start.begin(), row_start.end(), row_start.begin());
    std::vector<Corner> corners(edges_.size() * 2);
    for (std::uint32_t i = 0; i < edges_.size(); ++i) {
      const Edge& edge = edges_[i];
      corners[row_start[edge.from_y]++] = {edge.x, edge.from_y, i, false};
      corners[row_start[edge.to_y]++] = {edge.x, edge.to_y, i, true};
    }
    order_touching(corners);
    return corners;
  }

  // Where two foreground pixels touch only at a corner of the grid, two corners of the outline lie on it: the upper edge's first, as
  // edges come. The two pixels are one object if the outline turns so that it goes between the background pixels: with the upper
  // edge running down (foreground on its left) it goes on to the right, so the lower edge's corner must stand first.
  void order_touching(std::vector<Corner>& corners) const {
    for (std::size_t i = 0; i + 1 < corners.size(); ++i) {
      if (corners[i].x != corners[i + 1].x || corners[i].y != corners[i + 1].y) continue;
      if (corners[i].is_end) std::swap(corners[i], corners[i + 1]);
      ++i;
    }
  }

  std::vector<Interval> intervals_;
  Groups groups_;
  Size size_;
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> next_;  // of an edge: the one that follows on its ring
};

}  // namespace

Polygon trace_outlines(const Mask& mask) {
  return Tracer(mask).trace();
}

}  // namespace sam
