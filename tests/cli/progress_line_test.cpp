#include "cli/progress_line.h"

#include <gtest/gtest.h>

namespace sam {
namespace {

TEST(ProgressText, SaysHowFarHowFastAndHowLongYet) {
  EXPECT_EQ(progress_text({50, 100, 2.654, 18.8}, 10), "[#####-----] 50 of 100, 2.65/s, 19 s left");
  EXPECT_EQ(progress_text({50, 100, 26.54, 1.9}, 0), "50 of 100, 27/s, 2 s left");
}

TEST(ProgressText, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(progress_text({0, 7, 0, 0}, 4), "[----] 0 of 7");
  EXPECT_EQ(progress_text({7, 7, 1, 0}, 4), "[####] 7 of 7, 1.00/s");
  EXPECT_EQ(progress_text({0, 0, 0, 0}, 2), "[##] 0 of 0");
  EXPECT_EQ(progress_text({9, 7, 0, 0}, 2), "[##] 9 of 7");
}

TEST(DurationText, InTheUnitThatMatters) {
  EXPECT_EQ(duration_text(0.2), "0 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(300), "5 min");
  EXPECT_EQ(duration_text(7800), "2 h 10 min");
}

}  // namespace
}  // namespace sam
