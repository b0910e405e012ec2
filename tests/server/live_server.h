// A running server on a free port, with a store in memory and a pipeline that answers with boxes.
#pragma once

#include <gtest/gtest.h>
#include <httplib.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "server/fake_governor.h"
#include "server/server.h"
#include "session/fake_pipeline.h"
#include "session/fake_store.h"

namespace sam {

inline constexpr EmbeddedFile test_page[] = {
    {"index.html", "<!doctype html><title>the page</title>"},
    {"assets/index-3f2a.js", "export {};"},
    {"favicon.svg", "<svg/>"},
};

class LiveServer : public testing::Test {
 protected:
  void SetUp() override {
    options_.port = 0;
    options_.clock = &clock_;
    options_.files = &files_;
    options_.version = "1.2.3";
    options_.page = test_page;
    options_.memory_interval_ms = 100;
    options_.tile_cache_folder = std::filesystem::path(testing::TempDir()) / "tiles";
    options_.governor = &governor_;
    options_.domain_names = {{"cuda:0", "a card"}};
    options_.recovery = [] {
      RecoveryStatistics statistics;
      statistics.rungs[0] = {4, 1, 3, 1000, 250};
      statistics.operations = 5;
      statistics.exhausted = 2;
      return statistics;
    };
    start();
  }

  void start() {
    server_ = make_server(*session_, store_, pipeline_, options_);
    server_->start();
  }

  httplib::Client client() const {
    httplib::Client client("127.0.0.1", server_->port());
    client.set_read_timeout(10);
    client.set_url_encode(false);
    return client;
  }

  static nlohmann::json json_of(const httplib::Result& result) {
    if (!result) {
      ADD_FAILURE() << httplib::to_string(result.error());
      return {};
    }
    return nlohmann::json::parse(result->body);
  }

  nlohmann::json get(const std::string& path, int status = 200) const {
    auto http = client();
    const auto result = http.Get(("/api/v1" + path).c_str());
    EXPECT_EQ(result ? result->status : -1, status) << path << (result ? ": " + result->body : "");
    return json_of(result);
  }

  nlohmann::json post(const std::string& path, const std::string& body, int status = 200) const {
    auto http = client();
    const auto result = http.Post(("/api/v1" + path).c_str(), body, "application/json");
    EXPECT_EQ(result ? result->status : -1, status) << path << (result ? ": " + result->body : "");
    return json_of(result);
  }

  nlohmann::json edit(const std::string& name, const nlohmann::json& change, int status = 200) const {
    const std::string revision = get("/images/" + name)["revision"];
    return post("/images/" + name + "/edits",
                nlohmann::json{{"revision", revision}, {"window", "w1"}, {"edit", change}}.dump(), status);
  }

  nlohmann::json add_json(int class_id = 1) const {
    return {{"type", "add"},
            {"class_id", class_id},
            {"rle", mask_to_coco_string(rectangle_mask({40, 30}, 2, 3, 12, 9))},
            {"score", 0.75},
            {"prompt", {{"boxes", {{2, 3, 12, 9}}}, {"points", {{{"x", 4}, {"y", 5.5}, {"foreground", false}}}}}}};
  }

  FakeGovernor governor_;
  FakeStore store_;
  FakePipeline pipeline_;
  SystemClock clock_;
  PosixFileSystem files_;
  std::unique_ptr<Session> session_ = make_session(store_, pipeline_, clock_);
  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

}  // namespace sam
