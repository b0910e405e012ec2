#include "session/travel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Travel after(std::initializer_list<std::size_t> positions) {
  Travel travel;
  for (const std::size_t position : positions) travel.go_to(position);
  return travel;
}

TEST(Travel, TheNextThenTheOneAfterThenThePrevious) {
  EXPECT_THAT(after({5}).next(100, 5), ElementsAre(6, 7, 4, 8, 9));
}

TEST(Travel, WalkingBackwardsPreparesBackwards) {
  EXPECT_THAT(after({5, 4}).next(100, 4), ElementsAre(3, 2, 5, 1));
  EXPECT_THAT(after({5, 4, 5}).next(100, 3), ElementsAre(6, 7, 4));
}

TEST(Travel, AJumpAndStandingStillSayNothingOfTheWay) {
  EXPECT_THAT(after({50, 49, 90}).next(100, 3), ElementsAre(89, 88, 91));
  EXPECT_THAT(after({50, 49, 49}).next(100, 3), ElementsAre(48, 47, 50));
}

TEST(Travel, EndsAtBothEnds) {
  EXPECT_THAT(after({99}).next(100, 3), ElementsAre(98));
  EXPECT_THAT(after({98}).next(100, 3), ElementsAre(99, 97));
  EXPECT_THAT(after({1, 0}).next(100, 3), ElementsAre(1));
  EXPECT_THAT(after({0}).next(1, 3), IsEmpty());
}

TEST(Travel, NothingBeforeTheFirstPictureAndAfterTheListBecameShorter) {
  EXPECT_THAT(Travel().next(100, 3), IsEmpty());
  EXPECT_THAT(after({50}).next(10, 3), IsEmpty());
}

TEST(Travel, PositionsAreInTheListOnceEachAndNoMoreThanAsked) {
  for (std::size_t at = 0; at < 12; ++at) {
    for (const std::size_t before : {at, at + 1}) {
      const auto positions = after({before, at}).next(12, 6);
      EXPECT_LE(positions.size(), 6u);
      for (const std::size_t position : positions) {
        EXPECT_LT(position, 12u);
        EXPECT_NE(position, at);
        EXPECT_EQ(std::count(positions.begin(), positions.end(), position), 1);
      }
    }
  }
}

}  // namespace
}  // namespace sam
