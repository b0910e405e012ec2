// Pairs of objects that lie on each other.
#include "dataset/object_overlap.h"

#include <random>

#include "dataset/project_folder.h"

namespace sam {
namespace {

constexpr Size size{60, 40};

TEST(ObjectOverlap, TheShareIsOfTheSmaller) {
  const std::vector<Annotation> objects = {rectangle(1, 0, {0, 0, 20, 20}, size),
                                           rectangle(2, 0, {10, 0, 20, 10}, size),
                                           rectangle(3, 0, {20, 0, 30, 20}, size)};
  const std::vector<ObjectOverlap> found = find_overlaps(objects, 0.5);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].first, 0u);
  EXPECT_EQ(found[0].second, 1u);
  EXPECT_DOUBLE_EQ(found[0].iou, 0.25);
  EXPECT_DOUBLE_EQ(found[0].share, 1);
}

TEST(ObjectOverlap, ObjectsWithoutAPixelLieOnNothing) {
  Annotation empty;
  empty.mask = {size, {static_cast<std::uint32_t>(pixel_count(size))}};
  EXPECT_TRUE(find_overlaps({empty, empty, rectangle(1, 0, {0, 0, 60, 40}, size)}, 0.5).empty());
  EXPECT_TRUE(find_overlaps({}, 0.5).empty());
}

TEST(ObjectOverlap, NoPairIsMissed) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> x(0, 40), y(0, 25), side(1, 19);
  for (int round = 0; round < 20; ++round) {
    std::vector<Annotation> objects;
    for (int i = 0; i < 12; ++i) {
      const double left = x(random), top = y(random);
      objects.push_back(rectangle(i + 1, 0, {left, top, left + side(random), top + std::min(15, side(random))}, size));
    }
    std::size_t expected = 0;
    for (std::size_t a = 0; a < objects.size(); ++a) {
      for (std::size_t b = a + 1; b < objects.size(); ++b) {
        const Box p = mask_box(objects[a].mask), q = mask_box(objects[b].mask);
        const double common = std::max(0.0, std::min(p.x1, q.x1) - std::max(p.x0, q.x0)) *
                              std::max(0.0, std::min(p.y1, q.y1) - std::max(p.y0, q.y0));
        const double smaller = std::min(p.width() * p.height(), q.width() * q.height());
        expected += common / smaller >= 0.3001 ? 1 : 0;
      }
    }
    EXPECT_EQ(find_overlaps(objects, 0.3001).size(), expected);
  }
}

}  // namespace
}  // namespace sam
