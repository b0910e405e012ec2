// Colours of classes against the table that the page is held to as well.
#include "image/class_colour.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace sam {
namespace {

std::vector<std::string> colours_of_table() {
  std::ifstream file(SAM_TEST_DATA "/class_colors.json");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::vector<std::string> colours;
  for (std::size_t at = text.find("\"#"); at != std::string::npos; at = text.find("\"#", at + 1)) {
    colours.push_back(text.substr(at + 1, 7));
  }
  return colours;
}

TEST(ClassColour, IsThePages) {
  const std::vector<std::string> colours = colours_of_table();
  ASSERT_EQ(colours.size(), 64U);
  for (std::size_t id = 0; id < colours.size(); ++id) {
    EXPECT_EQ(colour_text(class_colour(static_cast<int>(id))), colours[id]) << id;
  }
}

TEST(ClassColour, GoesRoundForAnyNumber) {
  for (const int id : {-1, -12, -49, 100000, 2147483647, -2147483647}) {
    EXPECT_EQ(class_colour(id), class_colour(static_cast<int>((id % 48 + 48) % 48))) << id;
  }
}

TEST(Oklch, EndsAndGreysAreThoseOfSrgb) {
  EXPECT_EQ(srgb_of({0, 0, 0}), (Colour{0, 0, 0}));
  EXPECT_EQ(srgb_of({1, 0, 0}), (Colour{255, 255, 255}));
  const Colour grey = srgb_of({0.6, 0, 123});
  EXPECT_EQ(grey[0], grey[1]);
  EXPECT_EQ(grey[1], grey[2]);
  // CSS Color 4: oklch(0.627955 0.257683 29.2339) is red.
  EXPECT_EQ(srgb_of({0.627955, 0.257683, 29.2339}), (Colour{255, 0, 0}));
}

}  // namespace
}  // namespace sam
