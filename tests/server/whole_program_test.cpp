// The whole program but its command line: a real project made of the samples, GrabCut, real sockets, files on disk.
#include <gmock/gmock.h>
#include <httplib.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "memory/probes/host_probe.h"
#include "segmentation/registry.h"
#include "server/server.h"

namespace sam {
namespace {

using nlohmann::json;
using testing::HasSubstr;
namespace fs = std::filesystem;

std::string file_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class WholeProgram : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    start_image_library("server_tests");
    // Made at its first use, inside a library that the thread sanitizer does not see into; main() does the same.
    spdlog::default_logger();
  }

  void SetUp() override {
    fs::remove_all(base_);
    fs::create_directories(base_ / "project/images");
    for (const char* name : {"chelsea.jpg", "coins.png"}) {
      fs::copy(fs::path(SAM_SAMPLES) / "images" / name, base_ / "project/images" / name);
    }
    fs::copy(fs::path(SAM_SAMPLES) / "classes.csv", base_ / "project/classes.csv");
    fs::copy(fs::path(SAM_SAMPLES) / "images/coins.png", base_ / "outside.png");
    fs::create_symlink(base_ / "outside.png", base_ / "project/images/leak.png");
    fs::create_symlink(base_, base_ / "project/images/up");
    const std::string whole = file_text(base_ / "project/images/chelsea.jpg");
    std::ofstream(base_ / "project/images/half.jpg", std::ios::binary) << whole.substr(0, whole.size() / 2);
    open();
  }

  void TearDown() override {
    close();
    fs::remove_all(base_);
  }

  void open() {
    StoreOptions store_options;
    store_options.folder = base_ / "project";
    store_ = open_store(store_options, files_, clock_);
    governor_ = make_governor({}, {{&host_, &budget_, {}, [] { return ProgramUse{}; }}}, clock_);
    governor_->sample();
    PipelineParts parts;
    parts.predictor = make_grabcut_predictor();
    parts.forms.push_back({RungKind::lower_precision, "GrabCut", make_grabcut_predictor});
    parts.governor = governor_.get();
    parts.host = &budget_;
    pipeline_ = make_pipeline({}, std::move(parts), memory_, clock_);
    session_ = make_session(*store_, *pipeline_, clock_);
    ServerOptions options;
    options.port = 0;
    options.clock = &clock_;
    options.files = &files_;
    options.tile_cache_folder = base_ / "tiles";
    server_ = make_server(*session_, *store_, *pipeline_, options);
    server_->start();
  }

  void close() {
    server_.reset();
    session_.reset();
    pipeline_.reset();
    governor_.reset();
    store_.reset();
  }

  httplib::Client client() const {
    httplib::Client client("127.0.0.1", server_->port());
    client.set_read_timeout(60);
    client.set_url_encode(false);
    return client;
  }

  json get(const std::string& path, int status = 200) const {
    auto http = client();
    const auto result = http.Get(("/api/v1" + path).c_str());
    EXPECT_EQ(result->status, status) << path << ": " << result->body;
    return json::parse(result->body);
  }

  json post(const std::string& path, const json& body, int status = 200) const {
    auto http = client();
    const auto result = http.Post(("/api/v1" + path).c_str(), body.dump(), "application/json");
    EXPECT_EQ(result->status, status) << path << ": " << result->body;
    return json::parse(result->body);
  }

  json edit(const json& change, int status = 200) const {
    const json picture = get("/images/chelsea.jpg");
    return post("/images/chelsea.jpg/edits", {{"revision", picture["revision"]}, {"edit", change}}, status);
  }

  const fs::path base_ = fs::path(testing::TempDir()) / ("whole_program_" + std::to_string(::getpid()));
  PosixFileSystem files_;
  SystemClock clock_;
  MemoryLog memory_{nullptr};
  HostProbe host_{read_text_files()};
  Budget budget_{"host", 0};
  std::unique_ptr<Governor> governor_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Server> server_;
};

TEST_F(WholeProgram, FromAPhotoToASavedLabel) {
  auto http = client();
  const auto shown = http.Put("/api/v1/session/current", R"({"name":"chelsea.jpg"})", "application/json");
  ASSERT_EQ(shown->status, 200) << shown->body;
  const json answer = post("/images/chelsea.jpg/segment", {{"boxes", {{100, 20, 380, 290}}}});
  const json best = answer["candidates"][0];
  EXPECT_GT(best["area"], 1000);

  const json picture = edit({{"type", "add"},
                             {"class_id", 1},
                             {"rle", best["rle"]},
                             {"score", best["score"]},
                             {"prompt", {{"boxes", {{100, 20, 380, 290}}}}}});
  ASSERT_EQ(picture["annotations"].size(), 1U);
  EXPECT_EQ(picture["annotations"][0]["area"], best["area"]);
  const fs::path label = base_ / "project/labels/chelsea.txt";
  const fs::path truth = base_ / "project/annotations/chelsea.jpg.json";
  EXPECT_TRUE(file_text(label).starts_with("1 ")) << file_text(label).substr(0, 80);
  EXPECT_TRUE(fs::exists(truth));

  close();
  open();
  const json again = get("/images/chelsea.jpg");
  EXPECT_EQ(again["annotations"], picture["annotations"]);
  EXPECT_EQ(again["can_undo"], true);
  EXPECT_EQ(get("/project")["current"], "chelsea.jpg");

  EXPECT_EQ(edit({{"type", "undo"}})["annotations"].size(), 0U);
  EXPECT_THAT(file_text(label), testing::IsEmpty());
  EXPECT_EQ(edit({{"type", "redo"}})["annotations"], picture["annotations"]);
  EXPECT_TRUE(file_text(label).starts_with("1 "));
}

TEST_F(WholeProgram, ALabelEditedByAnotherProgramIsAConflictNotLost) {
  post("/images/chelsea.jpg/segment", {{"points", {{{"x", 240}, {"y", 150}, {"foreground", true}}}}});
  const json picture = get("/images/chelsea.jpg");
  std::ofstream(base_ / "project/labels/chelsea.txt") << "0 0.1 0.1 0.5 0.1 0.5 0.5\n";
  const json problem =
      post("/images/chelsea.jpg/edits", {{"revision", picture["revision"]}, {"edit", {{"type", "clear"}}}}, 409);
  EXPECT_EQ(problem["type"], "/problems/revision-conflict");
  const json now = get("/images/chelsea.jpg");
  ASSERT_EQ(now["annotations"].size(), 1U);
  EXPECT_EQ(now["annotations"][0]["source"], "labels");
}

TEST_F(WholeProgram, PixelsComeAsProxiesAndTilesAndAreNotSentTwice) {
  auto http = client();
  for (const char* path : {"proxy", "proxy?side=64", "tiles/0/0/0"}) {
    const std::string url = std::string("/api/v1/images/chelsea.jpg/") + path;
    const auto first = http.Get(url.c_str());
    ASSERT_EQ(first->status, 200) << url << first->body;
    EXPECT_EQ(first->get_header_value("Content-Type"), "image/jpeg");
    EXPECT_TRUE(first->body.starts_with("\xff\xd8"));
    const auto again = http.Get(url.c_str(), {{"If-None-Match", first->get_header_value("ETag")}});
    EXPECT_EQ(again->status, 304) << url;
  }
  for (const char* path : {"tiles/9/0/0", "tiles/0/99/0", "tiles/-1/0/0", "tiles/0/0/x", "tiles/0/0/99999999999"}) {
    get(std::string("/images/chelsea.jpg/") + path, 404);
  }
  for (const char* query : {"15", "2049", "x", "-1", ""})
    get(std::string("/images/chelsea.jpg/proxy?side=") + query, 422);
}

TEST_F(WholeProgram, ATruncatedPictureIsListedWithItsReason) {
  const std::string detail = get("/images/half.jpg/proxy", 422)["detail"];
  EXPECT_EQ(detail.rfind("half.jpg is a damaged or truncated JPEG file", 0), 0U) << detail;
  bool found = false;
  const json list = get("/images");
  for (const json& entry : list["images"]) {
    if (entry["name"] != "half.jpg") continue;
    found = true;
    EXPECT_EQ(entry["state"], "broken");
    EXPECT_FALSE(entry["reason"].get<std::string>().empty());
  }
  EXPECT_TRUE(found);
}

TEST_F(WholeProgram, LinksThatLeadOutAreNotFollowed) {
  for (const char* rest : {"", "/proxy", "/tiles/0/0/0"}) {
    for (const char* name : {"up", "up%2foutside.png", "up/outside.png", "..%2foutside.png", ".."}) {
      get("/images/" + std::string(name) + rest, 404);
    }
    // Listed with its reason, so that nobody looks for it in vain; never opened.
    EXPECT_THAT(get("/images/leak.png" + std::string(rest), 422)["detail"].get<std::string>(), HasSubstr("outside"));
  }
  const json list = get("/images");
  for (const json& entry : list["images"]) {
    EXPECT_NE(entry["name"], "up");
    EXPECT_TRUE(entry["name"] != "leak.png" || entry["state"] == "broken");
  }
}

TEST_F(WholeProgram, StopsWithinTwoSecondsWhileEncoding) {
  std::thread asking([port = server_->port()] {
    httplib::Client http("127.0.0.1", port);
    http.Post("/api/v1/images/coins.png/segment", R"({"boxes":[[10,10,300,200]]})", "application/json");
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto start = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  asking.join();
}

}  // namespace
}  // namespace sam
