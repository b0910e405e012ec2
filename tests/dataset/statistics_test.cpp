// Counts and areas of a project.
#include "dataset/statistics.h"

#include <algorithm>
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

class ProjectStatistics : public ProjectFolder {};

TEST_F(ProjectStatistics, AreThoseOfItsPictures) {
  constexpr Size size{200, 100};
  for (const char* name : {"a.bmp", "b.bmp", "fresh.bmp"}) put(std::string("images/") + name, bmp(200, 100));
  put("images/broken.jpg", "no picture");
  Store& store = open();
  for (const char* name : {"a.bmp", "b.bmp"}) {
    LoadedPicture loaded = store.load(name);
    loaded.content.annotations = {rectangle(1, 2, {0, 0, 100, 100}, size), rectangle(2, 0, {0, 0, 10, 10}, size)};
    store.save(loaded.content, loaded.revision);
  }
  const Statistics counted = count_annotations(store);
  EXPECT_EQ(counted.images, 4u);
  EXPECT_EQ(counted.labelled_images, 2u);
  EXPECT_EQ(counted.fresh_images(), 1u);
  EXPECT_EQ(counted.classes.at(2).images, 2u);
  EXPECT_EQ(counted.classes.at(2).areas.large(), 2u);
  EXPECT_EQ(counted.sources.at("grabcut"), 4u);
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
