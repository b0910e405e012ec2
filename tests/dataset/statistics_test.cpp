// Counts and areas of a project.
#include "dataset/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "dataset/project_folder.h"

namespace sam {
namespace {

TEST(AreaStatistics, TheMedianIsWithinOnePercent) {
  std::mt19937_64 random(9);
  for (const int exponent : {3, 8, 14, 24}) {
    AreaStatistics areas;
    std::vector<std::uint64_t> all;
    for (int i = 0; i < 1001; ++i) {
      all.push_back(1 + random() % (std::uint64_t{1} << exponent));
      areas.add(all.back());
    }
    std::sort(all.begin(), all.end());
    const auto exact = static_cast<double>(all[500]);
    EXPECT_NEAR(areas.median_px(), exact, exact < 64 ? 0 : exact * 0.01);
    EXPECT_EQ(areas.min_px(), all.front());
    EXPECT_EQ(areas.max_px(), all.back());
    EXPECT_EQ(areas.small() + areas.medium() + areas.large(), 1001u);
  }
}

TEST(AreaStatistics, Edges) {
  AreaStatistics areas;
  EXPECT_EQ(areas.median_px(), 0);
  EXPECT_EQ(areas.mean_px(), 0);
  for (const std::uint64_t area : {1023u, 1024u, 9215u, 9216u}) areas.add(area);
  EXPECT_EQ(areas.small(), 1u);
  EXPECT_EQ(areas.medium(), 2u);
  EXPECT_EQ(areas.large(), 1u);
  areas.add(std::uint64_t{1} << 62);
  areas.add(0);
  EXPECT_EQ(areas.max_px(), std::uint64_t{1} << 62);
}

TEST(Statistics, ObjectsAnImageAreStepsOfTwo) {
  Statistics statistics;
  for (const std::size_t count : {0, 1, 2, 3, 4, 5, 8, 9, 256, 257, 1000}) {
    ImageFacts facts;
    facts.objects.resize(count);
    add(statistics, facts);
  }
  EXPECT_EQ(object_step_text(3), "3-4");
  EXPECT_EQ(object_step_text(4), "5-8");
  EXPECT_EQ(object_step_text(9), "129+");
  EXPECT_EQ(statistics.objects, (std::array<std::size_t, object_steps>{1, 1, 1, 2, 2, 1, 0, 0, 0, 3}));
  EXPECT_EQ(statistics.most_objects, 1000u);
}

ImageFacts facts_of(bool annotated, bool reviewed, bool faulty, std::vector<Review> reviews, std::string failure = "") {
  ImageFacts facts;
  facts.annotated = annotated;
  facts.reviewed = reviewed;
  facts.faulty = faulty;
  facts.failure = std::move(failure);
  for (const Review review : reviews) facts.objects.push_back({0, 1, "", {0.5, 0.5}, 0, review});
  return facts;
}

TEST(Statistics, EveryImageIsOfOneKind) {
  Statistics statistics;
  add(statistics, facts_of(false, false, false, {}));
  add(statistics, facts_of(true, false, false, {}));
  add(statistics, facts_of(true, false, false, {Review::none, Review::rejected}));
  add(statistics, facts_of(true, false, false, {Review::none, Review::proposed}));
  add(statistics, facts_of(true, true, false, {Review::proposed}));
  add(statistics, facts_of(true, true, true, {}));
  add(statistics, facts_of(true, true, true, {}, "damaged"));
  for (std::size_t kind = 0; kind < image_kinds; ++kind)
    EXPECT_EQ(statistics.kinds[kind], 1u) << image_kind_name(static_cast<ImageKind>(kind));
  EXPECT_EQ(statistics.proposals, 2u);
  EXPECT_EQ(statistics.rejected, 1u);
  const auto states = nlohmann::json::parse(statistics_json(statistics, {})).at("states");
  EXPECT_EQ(states.size(), image_kinds);
  EXPECT_EQ(states.at("new"), 1);
}

TEST(Statistics, AreasArePowersOfTwoAndPositionsAGrid) {
  Statistics statistics;
  ImageFacts facts;
  for (const std::uint64_t area : {1, 2, 3, 4, 7, 8}) facts.objects.push_back({0, area, "", {0, 0}, 0, Review::none});
  facts.objects.push_back({0, 0, "", {1, 1}, 0, Review::none});
  facts.objects.push_back({0, 0xffffffff, "", {0.49, 0.51}, 0, Review::none});
  add(statistics, facts);
  EXPECT_EQ(statistics.area_histogram[0], 2u);
  EXPECT_EQ(statistics.area_histogram[1], 2u);
  EXPECT_EQ(statistics.area_histogram[2], 2u);
  EXPECT_EQ(statistics.area_histogram[3], 1u);
  EXPECT_EQ(statistics.area_histogram[31], 1u);
  EXPECT_EQ(statistics.positions.front(), 6u);
  EXPECT_EQ(statistics.positions.back(), 1u);
  EXPECT_EQ(statistics.positions[8 * position_side + 7], 1u);
  const auto json = nlohmann::json::parse(statistics_json(statistics, {}));
  EXPECT_EQ(json.at("area_histogram").size(), 32u);
  EXPECT_EQ(json.at("area_histogram")[3], (nlohmann::json{{"from", 8}, {"below", 16}, {"objects", 1}}));
  EXPECT_EQ(json.at("positions").size(), position_side);
  EXPECT_EQ(json.at("positions")[8][7], 1);
}

TEST(TimeStatistics, CountsOnlyTimesThatAreKnown) {
  TimeStatistics times;
  for (const double seconds : {0.0, -1.0, std::nan(""), 2.0, 4.0, 30.0}) times.add(seconds);
  EXPECT_EQ(times.count(), 3u);
  EXPECT_NEAR(times.median_s(), 4, 0.04);
  EXPECT_NEAR(times.mean_s(), 12, 0.01);
  times.add(std::numeric_limits<double>::infinity());
  EXPECT_EQ(times.count(), 4u);
}

class ProjectStatistics : public ProjectFolder {};

TEST_F(ProjectStatistics, AreThoseOfItsPictures) {
  constexpr Size size{200, 100};
  for (const char* name : {"a.bmp", "b.bmp", "fresh.bmp"}) put(std::string("images/") + name, bmp(200, 100));
  put("images/broken.jpg", "no picture");
  Store& store = open();
  for (const char* name : {"a.bmp", "b.bmp"}) {
    LoadedPicture loaded = store.load(name);
    loaded.content.annotations = {rectangle(1, 2, {0, 0, 100, 100}, size), rectangle(2, 0, {0, 0, 10, 10}, size)};
    loaded.content.annotations[0].seconds = 3;
    loaded.content.reviewed = name[0] == 'b';
    store.save(loaded.content, loaded.revision);
  }
  const Statistics counted = count_annotations(store);
  EXPECT_EQ(counted.images, 4u);
  EXPECT_EQ(counted.labelled_images, 2u);
  EXPECT_EQ(counted.fresh_images(), 1u);
  EXPECT_EQ(counted.classes.at(2).images, 2u);
  EXPECT_EQ(counted.classes.at(2).areas.large(), 2u);
  EXPECT_EQ(counted.sources.at("grabcut"), 4u);
  EXPECT_EQ(counted.classes.at(2).times.count(), 2u);
  EXPECT_NEAR(counted.classes.at(2).times.median_s(), 3, 0.03);
  EXPECT_EQ(counted.classes.at(0).times.count(), 0u);
  EXPECT_EQ(counted.kinds[static_cast<std::size_t>(ImageKind::reviewed)], 1u);
  EXPECT_EQ(counted.positions[8 * position_side + 4], 2u);  // centres of 0,0 to 100,100 in 200 x 100
  ASSERT_EQ(counted.unreadable.size(), 1u);
  const auto json = nlohmann::json::parse(statistics_json(counted, store.classes()));
  EXPECT_EQ(json.at("annotations"), 4);
  ASSERT_EQ(json.at("classes").size(), 3u);
  EXPECT_EQ(json.at("classes")[2].at("name"), "bus");
  EXPECT_EQ(json.at("classes")[2].at("pixels"), 20000);
  EXPECT_EQ(json.at("classes")[1].at("annotations"), 0);
  EXPECT_EQ(statistics_csv(counted, store.classes()),
            "id,class,objects,images,small,medium,large,min_px,median_px,mean_px,max_px,sum_px\n"
            "0,car,2,2,2,0,0,100,100,100,100,200\n"
            "1,truck,0,0,0,0,0,0,0,0,0,0\n"
            "2,bus,2,2,0,0,2,10000,10000,10000,10000,20000\n");
}

}  // namespace
}  // namespace sam
