#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "platform/stopped.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

struct Colour {
  int r = 0;
  int g = 0;
  int b = 0;
};

Image paint(Size size, const std::function<Colour(int x, int y)>& colour) {
  const auto bytes = std::size_t{3} * size.width * size.height;
  std::shared_ptr<std::uint8_t[]> pixels(new std::uint8_t[bytes]);
  std::uint8_t* next = pixels.get();
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const Colour c = colour(x, y);
      *next++ = static_cast<std::uint8_t>(c.r);
      *next++ = static_cast<std::uint8_t>(c.g);
      *next++ = static_cast<std::uint8_t>(c.b);
    }
  }
  return {size, std::move(pixels)};
}

struct Disc {
  Point centre;
  double radius = 0;
  bool covers(int x, int y) const { return std::hypot(x + 0.5 - centre.x, y + 0.5 - centre.y) < radius; }
  Box box() const { return {centre.x - radius, centre.y - radius, centre.x + radius, centre.y + radius}; }
};

// Red discs with some noise on a chequered, noisy green.
Image paint_discs(Size size, const std::vector<Disc>& discs) {
  std::minstd_rand random(7);
  return paint(size, [&](int x, int y) {
    const int noise = static_cast<int>(random() % 25);
    for (const Disc& disc : discs) {
      if (disc.covers(x, y)) return Colour{170 + noise, 50 + noise, 60};
    }
    const int check = (x / 8 + y / 8) % 2 == 0 ? 40 : 0;
    return Colour{50 + noise, 120 + check + noise, 80 + check};
  });
}

Mask mask_of(Size size, const Disc& disc) {
  std::vector<std::uint8_t> bits;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) bits.push_back(disc.covers(x, y) ? 255 : 0);
  }
  return mask_from_bits(bits, size);
}

bool covers(const Mask& mask, Point point) {
  const auto bits = mask_to_bits(mask);
  return bits[static_cast<std::size_t>(point.y) * mask.size.width + static_cast<std::size_t>(point.x)] != 0;
}

Prompt box_prompt(Box box) {
  Prompt prompt;
  prompt.boxes = {box};
  return prompt;
}

Prompt point_prompt(std::vector<PromptPoint> points) {
  Prompt prompt;
  prompt.points = std::move(points);
  return prompt;
}

class GrabCut : public testing::Test {
 protected:
  Mask decode(const Image& picture, const Prompt& prompt) { return decode(picture, picture.size(), prompt); }

  Mask decode(const Image& picture, Size picture_size, const Prompt& prompt) {
    const Embedding embedding = predictor_->encode(picture, picture_size, {});
    const std::vector<Instance> found = predictor_->decode(embedding, prompt, {});
    EXPECT_EQ(found.size(), 1u);
    EXPECT_EQ(found.front().mask.size, picture_size);
    EXPECT_GE(found.front().score, 0);
    EXPECT_LE(found.front().score, 1);
    return found.front().mask;
  }

  const std::unique_ptr<Predictor> predictor_ = make_grabcut_predictor();
  const Size size_{320, 240};
  const Disc disc_{{150, 120}, 50};
  const Image discs_ = paint_discs(size_, {disc_, {{270, 60}, 25}});
};

TEST_F(GrabCut, BoxRoundADiscGivesTheDisc) {
  EXPECT_GT(mask_iou(decode(discs_, box_prompt(disc_.box())), mask_of(size_, disc_)), 0.95);
  EXPECT_GT(mask_iou(decode(discs_, box_prompt({90, 62, 208, 180})), mask_of(size_, disc_)), 0.95);
}

TEST_F(GrabCut, OnePointGivesTheDiscAndNotItsTwin) {
  const Mask mask = decode(discs_, point_prompt({{{140, 125}, true}}));
  EXPECT_GT(mask_iou(mask, mask_of(size_, disc_)), 0.9);
  EXPECT_FALSE(covers(mask, {270, 60}));
}

TEST_F(GrabCut, ForegroundPointOutsideAddsWhatItPointsAt) {
  const Mask one = decode(discs_, point_prompt({{{140, 125}, true}}));
  const Mask two = decode(discs_, point_prompt({{{140, 125}, true}, {{270, 60}, true}}));
  EXPECT_TRUE(covers(two, {270, 60}));
  EXPECT_TRUE(covers(two, {140, 125}));
  EXPECT_GT(mask_area(two), mask_area(one) + 1500);
}

TEST_F(GrabCut, BackgroundPointInsideRemoves) {
  const Image picture = paint_discs(size_, {disc_, {{225, 120}, 40}});  // two discs that touch
  const Point wrong{235, 120};
  const Mask without = decode(picture, point_prompt({{{140, 120}, true}, {{190, 120}, true}}));
  const Mask with = decode(picture, point_prompt({{{140, 120}, true}, {{190, 120}, true}, {wrong, false}}));
  EXPECT_FALSE(covers(with, wrong));
  EXPECT_TRUE(covers(with, {140, 120}));
  EXPECT_LT(mask_area(with) + 300, mask_area(without));
}

TEST_F(GrabCut, EachFurtherPointEndsRightAndChangesTheMask) {
  std::minstd_rand random(3);
  Prompt prompt = point_prompt({{disc_.centre, true}});
  Mask before = decode(discs_, prompt);
  for (int i = 0; i < 8; ++i) {
    const Point point{static_cast<double>(random() % 320) + 0.5, static_cast<double>(random() % 240) + 0.5};
    const bool foreground = !covers(before, point);
    prompt.points.push_back({point, foreground});
    Mask after = decode(discs_, prompt);
    EXPECT_NE(after, before);
    for (const PromptPoint& clicked : prompt.points) EXPECT_EQ(covers(after, clicked.position), clicked.foreground);
    before = std::move(after);
  }
}

TEST_F(GrabCut, PointsCorrectABox) {
  Prompt prompt = box_prompt({90, 60, 210, 180});
  prompt.points = {{{120, 100}, false}, {{95, 65}, true}, {{300, 20}, true}};
  const Mask mask = decode(discs_, prompt);
  for (const PromptPoint& point : prompt.points) EXPECT_EQ(covers(mask, point.position), point.foreground);
  EXPECT_TRUE(covers(mask, {170, 130}));
}

TEST_F(GrabCut, MultimaskOffersCandidatesBestFirst) {
  Prompt prompt = point_prompt({{disc_.centre, true}});
  prompt.multimask = true;
  const auto found = predictor_->decode(predictor_->encode(discs_, size_, {}), prompt, {});
  ASSERT_EQ(static_cast<int>(found.size()), predictor_->info().max_candidates);
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_GE(found[i - 1].score, found[i].score);
}

TEST_F(GrabCut, EqualInputsGiveEqualMasksAlsoAtTheSameTime) {
  const Prompt prompt = point_prompt({{{140, 125}, true}, {{200, 125}, false}});
  const Mask first = decode(discs_, prompt);
  std::vector<Mask> masks(3);
  {
    std::vector<std::jthread> threads;
    for (Mask& mask : masks) threads.emplace_back([&] { mask = decode(discs_, prompt); });
  }
  for (const Mask& mask : masks) EXPECT_EQ(mask, first);
}

TEST_F(GrabCut, BoxesOfOnePixelAndLessSelectSomethingThere) {
  for (const double side : {0.2, 1.0, 1.5, 2.0, 3.0}) {
    for (const Point at : {Point{150.4, 120.3}, Point{0, 0}, Point{320 - side, 240 - side}}) {
      const Mask mask = decode(discs_, box_prompt({at.x, at.y, at.x + side, at.y + side}));
      EXPECT_GE(mask_area(mask), 1u) << side << " at " << at.x;
      EXPECT_LE(mask_area(mask), 16u) << side << " at " << at.x;
    }
  }
}

TEST_F(GrabCut, BoxOfTheWholePictureIsAnswered) {
  const Mask mask = decode(discs_, box_prompt({0, 0, 320, 240}));
  EXPECT_GT(mask_area(mask), 320u * 240u / 50);
}

TEST_F(GrabCut, PointsInCornersGiveARegion) {
  for (const Point corner : {Point{0, 0}, Point{320, 0}, Point{0, 240}, Point{320, 240}, Point{319.5, 239.5}}) {
    const std::uint64_t area = mask_area(decode(discs_, point_prompt({{corner, true}})));
    EXPECT_GT(area, 20u);
    EXPECT_LT(area, 320u * 240u);
  }
}

TEST_F(GrabCut, PictureWithoutEdgesGivesARegionRoundThePrompt) {
  const Image grey = paint(size_, [](int, int) { return Colour{128, 128, 128}; });
  const std::uint64_t point = mask_area(decode(grey, point_prompt({{{160, 120}, true}})));
  EXPECT_GT(point, 100u);
  EXPECT_LT(point, 320u * 240u * 9 / 10);
  const Mask box = decode(grey, box_prompt({100, 80, 200, 160}));
  EXPECT_GT(mask_area(box), 100u * 80u / 5);
  EXPECT_LE(mask_area(box), 100u * 80u);
}

TEST_F(GrabCut, TinyPicturesAreAnswered) {
  for (const Size size : {Size{1, 1}, Size{2, 1}, Size{1, 5}, Size{3, 3}, Size{7, 2}, Size{400, 1}}) {
    const Image picture =
        paint(size, [](int x, int y) { return (x + y) % 2 == 0 ? Colour{255, 0, 0} : Colour{0, 0, 255}; });
    const double width = size.width;
    const double height = size.height;
    EXPECT_GE(mask_area(decode(picture, box_prompt({0, 0, width, height}))), 1u);
    EXPECT_GE(mask_area(decode(picture, point_prompt({{{width / 2, height / 2}, true}}))), 1u);
    decode(picture, point_prompt({{{0, 0}, true}, {{width, height}, false}}));
  }
}

TEST_F(GrabCut, NoPromptCrashes) {
  std::minstd_rand random(11);
  const auto within = [&](double limit) { return limit * static_cast<double>(random() % 1001) / 1000; };
  const Image picture = paint_discs({64, 48}, {{{30, 20}, 12}});
  for (int i = 0; i < 150; ++i) {
    Prompt prompt;
    if (random() % 2 == 0) {
      const double x = within(63.9);
      const double y = within(47.9);
      prompt.boxes = {Box{x, y, x + 0.05 + within(64 - x), y + 0.05 + within(48 - y)}};
    } else {
      prompt.points.push_back({{within(64), within(48)}, true});
    }
    for (unsigned k = random() % 4; k > 0; --k) prompt.points.push_back({{within(64), within(48)}, random() % 2 == 0});
    decode(picture, i % 3 == 0 ? Size{200, 150} : picture.size(), prompt);
  }
}

TEST_F(GrabCut, MaskOfAReducedPictureComesAtThePicturesSize) {
  const Size picture_size{6000, 4500};
  const Image working = paint_discs({800, 600}, {{{300, 300}, 120}});
  const Mask mask = decode(working, picture_size, box_prompt({1350, 1350, 3150, 3150}));
  EXPECT_GT(mask_iou(mask, mask_of(picture_size, {{2250, 2250}, 900})), 0.97);
  EXPECT_GT(mask_iou(decode(working, picture_size, point_prompt({{{2250, 2250}, true}})),
                     mask_of(picture_size, {{2250, 2250}, 900})),
            0.93);
}

TEST_F(GrabCut, EdgeOfALargePictureIsExact) {
  const Size size{2400, 1600};
  const Disc disc{{1100, 800}, 500};
  const Image picture = paint_discs(size, {disc});
  EXPECT_GT(mask_iou(decode(picture, box_prompt(disc.box())), mask_of(size, disc)), 0.99);
}

TEST_F(GrabCut, PromptsThatSelectNothingAreRefused) {
  const Embedding embedding = predictor_->encode(discs_, size_, {});
  EXPECT_THROW(predictor_->decode(embedding, Prompt{}, {}), PromptError);
  EXPECT_THROW(predictor_->decode(embedding, point_prompt({{{10, 10}, false}}), {}), PromptError);
  Prompt only_mask;
  only_mask.mask_input = std::make_shared<Logits>(Logits{{1, 1}, {1.0f}, "key"});
  EXPECT_THROW(predictor_->decode(embedding, only_mask, {}), PromptError);
  Prompt only_text;
  only_text.text = "a disc";
  EXPECT_THROW(predictor_->decode(embedding, only_text, {}), PromptError);
  EXPECT_FALSE(predictor_->info().takes_mask_input);
}

TEST_F(GrabCut, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(predictor_->encode(discs_, size_, source.get_token()), Stopped);
  const Embedding embedding = predictor_->encode(discs_, size_, {});
  EXPECT_THROW(predictor_->decode(embedding, box_prompt(disc_.box()), source.get_token()), Stopped);
}

TEST_F(GrabCut, EmbeddingSharesThePicture) {
  const Embedding embedding = predictor_->encode(discs_, size_, {});
  EXPECT_EQ(embedding.picture.view().pixels, discs_.view().pixels);
  EXPECT_EQ(embedding.predictor_key, predictor_->info().key);
}

}  // namespace
}  // namespace sam
