#include "segmentation/sam/frame.h"

#include <gtest/gtest.h>

#include <random>

namespace sam {
namespace {

// Sizes and results of SAM's ResizeLongestSide.get_preprocess_shape.
TEST(FittedSize, IsSamsLongestSide) {
  EXPECT_EQ(fitted_size({1800, 1200}, {1024, 1024}), (Size{1024, 683}));
  EXPECT_EQ(fitted_size({1200, 1800}, {1024, 1024}), (Size{683, 1024}));
  EXPECT_EQ(fitted_size({512, 512}, {1024, 1024}), (Size{1024, 1024}));
  EXPECT_EQ(fitted_size({640, 427}, {1024, 1024}), (Size{1024, 683}));
  EXPECT_EQ(fitted_size({384, 303}, {1024, 1024}), (Size{1024, 808}));
}

TEST(FittedSize, KeepsInsideALimitThatIsNoSquare) {
  EXPECT_EQ(fitted_size({1000, 1000}, {1024, 720}), (Size{720, 720}));
  EXPECT_EQ(fitted_size({2048, 720}, {1024, 720}), (Size{1024, 360}));
}

TEST(FittedSize, NeverVanishesAndNeverExceeds) {
  EXPECT_EQ(fitted_size({100000, 3}, {1024, 1024}), (Size{1024, 1}));
  std::mt19937 random(7);
  std::uniform_int_distribution<int> length(1, 9000);
  for (int i = 0; i < 1000; ++i) {
    const Size picture = {length(random), length(random)};
    const Size fitted = fitted_size(picture, {1024, 1024});
    EXPECT_EQ(std::max(fitted.width, fitted.height), 1024);
    EXPECT_GE(std::min(fitted.width, fitted.height), 1);
  }
}

// Corners go to corners and the way back is a division by the same scale, in both kinds of frame.
TEST(Frame, MapsThePictureOntoItsContent) {
  std::mt19937 random(11);
  std::uniform_int_distribution<int> length(1, 6000);
  for (int i = 0; i < 500; ++i) {
    const Size picture = {length(random), length(random)};
    const Size working = fitted_size(picture, {500, 500});
    for (const Frame& frame : {longest_side_frame(picture, working, 1024, {1024, 1024}), squash_frame(picture, 1024)}) {
      EXPECT_EQ(to_frame(frame, {0, 0}), (Point{0, 0}));
      const Point corner = to_frame(frame, {1.0 * picture.width, 1.0 * picture.height});
      EXPECT_NEAR(corner.x, frame.content.width, 1e-9);
      EXPECT_NEAR(corner.y, frame.content.height, 1e-9);
      EXPECT_LE(frame.content.width, frame.side);
      EXPECT_LE(frame.content.height, frame.side);
      const Point inside = to_frame(frame, {picture.width * 0.3, picture.height * 0.7});
      EXPECT_NEAR(inside.x / corner.x * picture.width, picture.width * 0.3, 1e-6);
      EXPECT_NEAR(inside.y / corner.y * picture.height, picture.height * 0.7, 1e-6);
    }
  }
}

TEST(Frame, SquashFillsTheSquareWhateverTheAspect) {
  EXPECT_EQ(squash_frame({6000, 400}, 1024).content, (Size{1024, 1024}));
}

// --max-image-size rounds the working picture's sides; its aspect, not the original's, is what the encoder saw.
TEST(Frame, FollowsTheWorkingPicture) {
  const Frame frame = longest_side_frame({3000, 1001}, {300, 100}, 1024, {1024, 1024});
  EXPECT_EQ(frame.content, fitted_size({300, 100}, {1024, 1024}));
}

}  // namespace
}  // namespace sam
