#include "dataset/ring_bridge.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace sam {
namespace {

constexpr std::size_t max_samples = 4096;

std::vector<Ring> oriented_rings(const Polygon& polygon) {
  std::vector<Ring> rings;
  const auto add = [&](Ring ring, bool positive) {
    if (ring.size() < 3) return;
    if ((twice_signed_area(ring) > 0) != positive) std::reverse(ring.begin() + 1, ring.end());
    rings.push_back(std::move(ring));
  };
  for (const PolygonPart& part : polygon) {
    add(part.outer, true);
    for (const Ring& hole : part.holes) add(hole, false);
  }
  return rings;
}

struct Vertex {
  std::size_t ring = 0;
  std::size_t index = 0;
};

// child hangs on a vertex of its parent, entered at its own vertex.
struct Bridge {
  Vertex parent;
  Vertex child;
};

std::vector<Vertex> sample_vertices(const std::vector<Ring>& rings) {
  std::size_t total = 0;
  for (const Ring& ring : rings) total += ring.size();
  const std::size_t step = total / max_samples + 1;
  std::vector<Vertex> samples;
  for (std::size_t r = 0; r < rings.size(); ++r) {
    for (std::size_t i = 0; i < rings[r].size(); i += step) samples.push_back({r, i});
  }
  return samples;
}

// Too many rings for the tree: each hangs on the one before it, in reading order of their first points.
std::vector<Bridge> chain(const std::vector<Ring>& rings) {
  std::vector<std::size_t> order(rings.size());
  for (std::size_t r = 0; r < rings.size(); ++r) order[r] = r;
  std::sort(order.begin() + 1, order.end(), [&](std::size_t a, std::size_t b) {
    const Point& p = rings[a].front();
    const Point& q = rings[b].front();
    return p.y != q.y ? p.y < q.y : p.x < q.x;
  });
  std::vector<Bridge> bridges;
  for (std::size_t i = 1; i < order.size(); ++i) bridges.push_back({{order[i - 1], 0}, {order[i], 0}});
  return bridges;
}

// Prim's minimum spanning tree over rings; the distance of two rings is that of their nearest sampled vertices.
std::vector<Bridge> spanning_tree(const std::vector<Ring>& rings) {
  const std::vector<Vertex> samples = sample_vertices(rings);
  if (samples.size() > 2 * max_samples) return chain(rings);
  const auto point = [&](Vertex v) { return rings[v.ring][v.index]; };
  std::vector<double> distance(rings.size(), std::numeric_limits<double>::infinity());
  std::vector<Bridge> nearest(rings.size());
  std::vector<bool> joined(rings.size(), false);
  std::vector<Bridge> tree;
  std::size_t newest = 0;
  for (;;) {
    joined[newest] = true;
    for (const Vertex& from : samples) {
      if (from.ring != newest) continue;
      for (const Vertex& to : samples) {
        if (joined[to.ring]) continue;
        const double dx = point(from).x - point(to).x;
        const double dy = point(from).y - point(to).y;
        const double squared = dx * dx + dy * dy;
        if (squared >= distance[to.ring]) continue;
        distance[to.ring] = squared;
        nearest[to.ring] = {from, to};
      }
    }
    std::size_t best = rings.size();
    for (std::size_t r = 0; r < rings.size(); ++r) {
      if (!joined[r] && (best == rings.size() || distance[r] < distance[best])) best = r;
    }
    if (best == rings.size()) return tree;
    tree.push_back(nearest[best]);
    newest = best;
  }
}

// Walks each ring from the vertex it was entered at; at a vertex with bridges it walks over, around the child, and back.
Ring walk(const std::vector<Ring>& rings, const std::vector<Bridge>& bridges) {
  std::vector<std::vector<Bridge>> children(rings.size());
  for (const Bridge& bridge : bridges) children[bridge.parent.ring].push_back(bridge);
  for (auto& list : children) {
    std::sort(list.begin(), list.end(), [](const Bridge& a, const Bridge& b) {
      return std::pair(a.parent.index, a.child.ring) < std::pair(b.parent.index, b.child.ring);
    });
  }
  struct Visit {
    Vertex entry;
    std::size_t steps = 0;  // vertices walked
    std::size_t child = 0;  // next in the list of the current vertex
  };
  Ring ring;
  std::vector<Visit> path{{{0, 0}, 0, 0}};
  ring.push_back(rings[0][0]);
  while (!path.empty()) {
    Visit& visit = path.back();
    const Ring& current = rings[visit.entry.ring];
    const std::size_t index = (visit.entry.index + visit.steps) % current.size();
    const auto& list = children[visit.entry.ring];
    const auto first = std::lower_bound(list.begin(), list.end(), index,
                                        [](const Bridge& b, std::size_t i) { return b.parent.index < i; });
    const auto here = first + static_cast<std::ptrdiff_t>(visit.child);
    if (visit.steps < current.size() && here < list.end() && here->parent.index == index) {
      ++visit.child;
      ring.push_back(rings[here->child.ring][here->child.index]);
      path.push_back({here->child, 0, 0});
    } else if (visit.steps < current.size()) {
      ++visit.steps;
      visit.child = 0;
      const bool closes_root = path.size() == 1 && visit.steps == current.size();
      if (!closes_root) ring.push_back(current[(visit.entry.index + visit.steps) % current.size()]);
    } else {
      path.pop_back();
      if (!path.empty()) {
        const Visit& parent = path.back();
        const Ring& outer = rings[parent.entry.ring];
        ring.push_back(outer[(parent.entry.index + parent.steps) % outer.size()]);
      }
    }
  }
  return ring;
}

}  // namespace

Ring join_rings(const Polygon& polygon) {
  if (polygon.size() == 1 && polygon[0].holes.empty()) return polygon[0].outer;
  const std::vector<Ring> rings = oriented_rings(polygon);
  if (rings.empty()) return {};
  if (rings.size() == 1) return rings[0];
  return walk(rings, spanning_tree(rings));
}

}  // namespace sam
