// The filtered list, progress, formats, folders and preferences over HTTP.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "dataset/formats/format.h"
#include "server/annotating_rate.h"
#include "server/live_server.h"

namespace sam {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class ListRoutes : public LiveServer {
 protected:
  std::vector<std::string> names(const std::string& query) {
    std::vector<std::string> found;
    const json page = get("/images?" + query);
    for (const json& image : page["images"]) found.push_back(image["name"]);
    return found;
  }
};

TEST_F(ListRoutes, AFilterAnswersWhatPasses) {
  edit("b%20c.jpg", add_json(2));
  const json page = get("/images?state=labelled&limit=1");
  EXPECT_EQ(page["total"], 1);
  EXPECT_EQ(page["all"], 3);
  const json& entry = page["images"][0];
  EXPECT_EQ(entry["name"], "b c.jpg");
  EXPECT_EQ(entry["position"], 1);
  EXPECT_EQ(entry["annotation_count"], 1);
  EXPECT_EQ(entry["proposals"], 0);
  EXPECT_EQ(entry["reviewed"], false);
  EXPECT_EQ(entry["faulty"], false);
  EXPECT_EQ(entry["kept"], false);
  EXPECT_THAT(names("class=2"), testing::ElementsAre("b c.jpg"));
  EXPECT_THAT(names("class=1"), testing::IsEmpty());
  EXPECT_THAT(names("state=new,labelled&text=B%20C"), testing::ElementsAre("b c.jpg"));
  EXPECT_THAT(names("at_most=0"), testing::ElementsAre("a.jpg", "broken.jpg"));
  EXPECT_EQ(names("state=&class=&text=&at_least=&at_most=").size(), 3U) << "empty is as none";
  EXPECT_EQ(get("/images?state=labelled&offset=1")["images"].size(), 0U);
}

TEST_F(ListRoutes, HostileFiltersAreRefusedWithWhatIsAllowed) {
  for (const char* query : {"state=nothing", "state=new,", "state=,", "state=new,,new", "state=NEW", "class=-1",
                            "class=x", "class=1.5", "class=2147483648", "class=99999999999999999999", "at_least=-1",
                            "at_most=1e3", "at_least=5&at_most=4", "at_most=4294967296"}) {
    const std::string detail = get(std::string("/images?") + query, 422)["detail"];
    EXPECT_THAT(detail, testing::AnyOf(HasSubstr("must be"), HasSubstr("more than"))) << query;
    get(std::string("/images/next?from=0&") + query, 422);
  }
  EXPECT_THAT(get("/images?state=x", 422)["detail"].get<std::string>(), HasSubstr("new, labelled, empty, proposed"));
  get("/images?text=" + std::string(257, 'x'), 422);
  EXPECT_EQ(get("/images?text=%ff%fe")["total"], 0);
}

TEST_F(ListRoutes, NextIsTheNearestThatPasses) {
  edit("b%20c.jpg", add_json());
  EXPECT_EQ(get("/images/next?from=0&state=labelled")["image"]["name"], "b c.jpg");
  EXPECT_EQ(get("/images/next?from=1&state=labelled")["image"], nullptr);
  EXPECT_EQ(get("/images/next?from=1&step=-1")["image"]["name"], "a.jpg");
  EXPECT_EQ(get("/images/next?from=0&step=-1")["image"], nullptr);
  EXPECT_EQ(get("/images/next?from=4294967295&step=-1")["image"]["name"], "broken.jpg");
  for (const char* query : {"", "from=-1", "from=x", "from=0&step=2", "from=0&step=", "from=0&step=0"}) {
    get(std::string("/images/next?") + query, 422);
  }
}

TEST_F(ListRoutes, KeptEmbeddingsAreTold) {
  pipeline_.on_find_embedding = [](const PicturePath& picture) {
    const bool kept = picture.path.filename() == "a.jpg";
    return DiskEmbedding{kept ? DiskEmbedding::State::kept_before : DiskEmbedding::State::missing, 0};
  };
  const json images = get("/images")["images"];
  EXPECT_EQ(images[0]["kept"], true);
  EXPECT_EQ(images[1]["kept"], false);
}

TEST_F(ListRoutes, ProgressIsOfTheListAndToldAfterEdits) {
  json progress = get("/project/progress");
  EXPECT_EQ(progress["images"], 3);
  EXPECT_EQ(progress["new"], 3);
  EXPECT_EQ(progress["left_s"], 0.0);
  edit("a.jpg", add_json());
  progress = get("/project/progress");
  EXPECT_EQ(progress["new"], 2);
  EXPECT_EQ(progress["labelled"], 1);
  EXPECT_EQ(progress["annotations"], 1);
}

TEST_F(ListRoutes, FormatsNameWhatTheyLose) {
  const json list = get("/formats")["formats"];
  EXPECT_EQ(list.size(), formats().size());
  for (const json& each : list) {
    for (const json& loss : each["losses"]) EXPECT_THAT(loss.get<std::string>(), HasSubstr(" ")) << each["name"];
    if (each["name"] == "yolo-detect" || each["name"] == "yolo_detection") {
      EXPECT_THAT(each["losses"][0].get<std::string>(), HasSubstr("the box only, not the outline"));
    }
  }
}

TEST_F(ListRoutes, FoldersAreListedInNaturalOrder) {
  namespace fs = std::filesystem;
  char name[] = "/tmp/sam-folders-XXXXXX";
  const fs::path folder = mkdtemp(name);
  for (const char* each : {"set10", "set2", ".hidden"}) fs::create_directory(folder / each);
  for (const char* each : {"b.json", "a 1.json", ".x", "\xff.json"}) std::ofstream(folder / each) << "x";
  fs::create_directory_symlink("set2", folder / "link");
  fs::create_symlink("nowhere", folder / "dangling");
  const json listing = get("/folders?path=" + folder.string() + "/./");
  EXPECT_EQ(listing["path"], folder.string());
  EXPECT_EQ(listing["parent"], "/tmp");
  EXPECT_EQ(listing["folders"], (json{"link", "set2", "set10"}));
  EXPECT_EQ(listing["files"], (json{"a 1.json", "b.json"}));
  EXPECT_EQ(get("/folders?path=/")["parent"], nullptr);
  EXPECT_THAT(get("/folders?path=" + folder.string() + "/none", 404)["detail"].get<std::string>(),
              HasSubstr("there is no folder"));
  EXPECT_THAT(get("/folders?path=" + folder.string() + "/b.json", 404)["detail"].get<std::string>(),
              HasSubstr("is not a folder"));
  get("/folders?path=relative", 422);
  get("/folders?path=/" + std::string(5000, 'x'), 422);
  fs::remove_all(folder);
}

TEST_F(ListRoutes, PreferencesAreKept) {
  get("/preferences", 409);
  server_.reset();
  std::string kept = "{}";
  options_.preferences = {[&kept] { return kept; },
                          [&kept](const std::string& text) {
                            if (text.empty()) throw std::invalid_argument("the preferences are not JSON");
                            kept = text;
                          }};
  start();
  EXPECT_EQ(get("/preferences"), json::object());
  auto http = client();
  const auto put = [&](const std::string& body) {
    return http.Put("/api/v1/preferences", body, "application/json")->status;
  };
  EXPECT_EQ(put(R"({"theme":"dark"})"), 200);
  EXPECT_EQ(get("/preferences"), (json{{"theme", "dark"}}));
  EXPECT_EQ(put(""), 422);
  EXPECT_EQ(put(std::string(300 << 10, ' ')), 413);
  EXPECT_EQ(get("/preferences"), (json{{"theme", "dark"}}));
}

class HandClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override { return now_; }
  std::chrono::system_clock::time_point wall_now() const override { return {}; }
  void pass(std::chrono::seconds time) { now_ += time; }

 private:
  std::chrono::steady_clock::time_point now_{};
};

TEST(AnnotatingRateTest, PausesDoNotCount) {
  HandClock clock;
  AnnotatingRate rate(clock);
  for (int pause = 0; pause < 3; ++pause) {
    rate.add({1, true, 4});  // nobody knows how long this one took
    for (int i = 0; i < 6; ++i) {
      clock.pass(std::chrono::seconds(10));
      rate.add({1, i == 0, 8});
    }
    clock.pass(std::chrono::hours(5));
  }
  EXPECT_DOUBLE_EQ(rate.rates().objects_per_hour, 360);
  EXPECT_DOUBLE_EQ(rate.rates().images_per_hour, 60);
  EXPECT_DOUBLE_EQ(rate.rates().seconds_per_object, 8);
}

TEST(AnnotatingRateTest, LittleWorkSaysNothing) {
  HandClock clock;
  AnnotatingRate rate(clock);
  rate.add({1, true, 0});
  clock.pass(std::chrono::seconds(1));
  rate.add({1, true, 0});
  EXPECT_EQ(rate.rates().objects_per_hour, 0);
  EXPECT_EQ(rate.rates().seconds_per_object, 0);
}

TEST(AnnotatingRateTest, WhatIsTakenBackDoesNotCount) {
  HandClock clock;
  AnnotatingRate rate(clock);
  rate.add({1, false, 0});
  for (const int objects : {1, 1, -1, -1, -1, 2}) {
    clock.pass(std::chrono::seconds(60));
    rate.add({objects, false, 0});
  }
  EXPECT_DOUBLE_EQ(rate.rates().objects_per_hour, 20) << "two in six minutes";
}

}  // namespace
}  // namespace sam
