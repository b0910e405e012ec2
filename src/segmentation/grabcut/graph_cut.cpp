#include "segmentation/grabcut/graph_cut.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc/detail/gcgraph.hpp>

namespace sam::grabcut {
namespace {

struct Neighbour {
  int dx;
  int dy;
  float closeness;  // 1 / distance
};

constexpr std::array<Neighbour, 4> neighbours{{{1, 0, 1.0f}, {0, 1, 1.0f}, {1, 1, 0.70710678f}, {-1, 1, 0.70710678f}}};

bool inside(Size size, int x, int y) {
  return x >= 0 && y >= 0 && x < size.width && y < size.height;
}

// The factor in exp(-factor * squared colour distance): contrast is judged against what is usual in this picture.
float contrast_factor(const LabPlane& picture) {
  constexpr double least = 1;  // noise of flat pictures is not an edge
  double sum = 0;
  double pairs = 0;
  for (int y = 0; y < picture.size.height; ++y) {
    for (int x = 0; x < picture.size.width; ++x) {
      for (const auto& [dx, dy, closeness] : {neighbours[0], neighbours[1]}) {
        if (!inside(picture.size, x + dx, y + dy)) continue;
        sum += colour_distance2(picture.row(y)[x], picture.row(y + dy)[x + dx]);
        pairs += 1;
      }
    }
  }
  return static_cast<float>(1 / (2 * std::max(least, sum / std::max(1.0, pairs))));
}

class Cut {
 public:
  Cut(const LabPlane& picture, const Plane<float>& evidence, float smoothness)
      : picture_(picture), evidence_(evidence), smoothness_(smoothness), node_(evidence.size, fixed) {}

  BitPlane solve() {
    add_nodes();
    const float factor = contrast_factor(picture_);
    for (int y = 0; y < picture_.size.height; ++y) {
      for (int x = 0; x < picture_.size.width; ++x) {
        for (const Neighbour& neighbour : neighbours) connect(x, y, neighbour, factor);
      }
    }
    graph_.maxFlow();
    BitPlane bits(evidence_.size, 0);
    for (std::size_t i = 0; i < bits.values.size(); ++i) {
      const int node = node_.values[i];
      const bool foreground = node == fixed ? evidence_.values[i] > 0 : graph_.inSourceSegment(node);
      bits.values[i] = foreground ? 255 : 0;
    }
    return bits;
  }

 private:
  static constexpr int fixed = -1;

  void add_nodes() {
    const auto open =
        std::count_if(evidence_.values.begin(), evidence_.values.end(), [](float v) { return std::isfinite(v); });
    const auto count = static_cast<unsigned>(open);
    graph_.create(count + 2, 2 * (4 * count + 1));
    // OpenCV's graph refuses to be without an edge, which is what a single open pixel gives.
    const int anchor = graph_.addVtx();
    graph_.addEdges(anchor, graph_.addVtx(), 0, 0);
    for (std::size_t i = 0; i < node_.values.size(); ++i) {
      const float value = evidence_.values[i];
      if (!std::isfinite(value)) continue;
      node_.values[i] = graph_.addVtx();
      graph_.addTermWeights(node_.values[i], std::max(0.0f, value), std::max(0.0f, -value));
    }
  }

  void connect(int x, int y, const Neighbour& neighbour, float factor) {
    const int other_x = x + neighbour.dx;
    const int other_y = y + neighbour.dy;
    if (!inside(picture_.size, other_x, other_y)) return;
    const int a = node_.row(y)[x];
    const int b = node_.row(other_y)[other_x];
    if (a == fixed && b == fixed) return;
    const float change = colour_distance2(picture_.row(y)[x], picture_.row(other_y)[other_x]);
    const float weight = smoothness_ * neighbour.closeness * std::exp(-factor * change);
    if (a != fixed && b != fixed) {
      graph_.addEdges(a, b, weight, weight);
      return;
    }
    // A fixed neighbour is a terminal: being unlike it costs the edge.
    const bool foreground = a == fixed ? evidence_.row(y)[x] > 0 : evidence_.row(other_y)[other_x] > 0;
    graph_.addTermWeights(a == fixed ? b : a, foreground ? weight : 0, foreground ? 0 : weight);
  }

  const LabPlane& picture_;
  const Plane<float>& evidence_;
  const float smoothness_;
  Plane<int> node_;
  cv::detail::GCGraph<float> graph_;
};

}  // namespace

BitPlane graph_cut(const LabPlane& picture, const Plane<float>& evidence, float smoothness) {
  return Cut(picture, evidence, smoothness).solve();
}

}  // namespace sam::grabcut
