#include "dataset/natural_order.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sam {
namespace {

TEST(NaturalOrder, NumbersCountAsNumbers) {
  const std::vector<std::string> sorted = {"",    "a",        "a1",        "a01",     "a2",
                                           "a10", "a10b",     "a10b2",     "a10b10",  "a12345678901234567890123",
                                           "b",   "img2.jpg", "img10.jpg", "imgA.jpg"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      if ((sorted[i] == "a1" && sorted[j] == "a01") || (sorted[i] == "a01" && sorted[j] == "a1")) continue;
      EXPECT_EQ(natural_less(sorted[i], sorted[j]), i < j) << sorted[i] << " " << sorted[j];
    }
  }
}

TEST(NaturalOrder, IsTotalSoThatNamesCanBeFound) {
  EXPECT_NE(natural_less("a1", "a01"), natural_less("a01", "a1"));
  EXPECT_NE(natural_less("a1.b02", "a01.b2"), natural_less("a01.b2", "a1.b02"));
  EXPECT_FALSE(natural_less("a007", "a007"));
}

}  // namespace
}  // namespace sam
