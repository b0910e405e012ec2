// Drawings of pictures with their annotations, over HTTP.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "image/index_picture.h"
#include "server/live_server.h"

namespace sam {
namespace {

using nlohmann::json;

class VisualizationRoute : public LiveServer {
 protected:
  void SetUp() override {
    start_image_library("server_tests");
    folder_ = std::filesystem::path(testing::TempDir()) / "visualization_route";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_ / "images");
    std::filesystem::copy_file(SAM_SAMPLES "/images/coffee.jpg", folder_ / "images" / "a.jpg");
    store_.set_folder(folder_);
    store_.set_size("a.jpg", {600, 400});
    LiveServer::SetUp();  // its threads look at the store from then on
  }
  void TearDown() override {
    LiveServer::TearDown();
    std::filesystem::remove_all(folder_);
  }

  httplib::Result ask(const std::string& name, const std::string& body) {
    return client().Post("/api/v1/images/" + name + "/visualization", body, "application/json");
  }

  std::filesystem::path folder_;
};

TEST_F(VisualizationRoute, WritesWhatItNames) {
  const auto answer = ask("a.jpg", R"({"view": "side_by_side", "opacity": 0.5, "labels": true})");
  ASSERT_EQ(answer->status, 200) << answer->body;
  const json body = json::parse(answer->body);
  EXPECT_EQ(body.at("file"), "saved_visualizations/a_side_by_side.png");
  std::ifstream file(folder_ / body.at("file").get<std::string>(), std::ios::binary);
  const std::string png(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(read_png_size(png), (Size{1208, 400}));
}

TEST_F(VisualizationRoute, RefusesWhatItDoesNotUnderstand) {
  EXPECT_EQ(ask("nobody.jpg", R"({"view": "overlay"})")->status, 404);
  for (const char* body : {R"({})", R"({"view": "normal"})", R"({"view": 1})", R"({"view": "overlay", "opacity": 1.5})",
                           R"({"view": "overlay", "opacity": -0.1})", R"({"view": "overlay", "labels": "yes"})"}) {
    const auto answer = ask("a.jpg", body);
    EXPECT_EQ(answer->status, 422) << body;
    EXPECT_THAT(answer->body, testing::ContainsRegex("must be|is missing")) << body;
  }
  EXPECT_EQ(ask("a.jpg", "{")->status, 400);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "saved_visualizations"));
}

}  // namespace
}  // namespace sam
