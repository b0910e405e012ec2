#include "server/windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/live_server.h"
#include "server/raw_client.h"

namespace sam {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HandClock final : public Clock {
 public:
  std::chrono::steady_clock::time_point now() const override { return now_; }
  std::chrono::system_clock::time_point wall_now() const override { return {}; }
  void wait(double seconds) { now_ += std::chrono::milliseconds(static_cast<int>(seconds * 1000)); }

 private:
  std::chrono::steady_clock::time_point now_;
};

class WindowsTest : public testing::Test {
 protected:
  std::string holder(const std::string& image) {
    const auto found = windows_.holder(image);
    return found ? found->window : "";
  }
  bool may_edit(const std::string& window, const std::string& image) {
    try {
      windows_.require_may_edit(window, image);
      return true;
    } catch (const HeldElsewhere&) {
      return false;
    }
  }
  void open(const std::string& window, const std::string& image) {
    windows_.stream_opened(window, "");
    windows_.show(window, image);
  }
  std::vector<std::string> ids() {
    std::vector<std::string> found;
    for (const OpenWindow& each : windows_.list()) found.push_back(each.window);
    return found;
  }

  HandClock clock_;
  Windows windows_{clock_};
};

TEST_F(WindowsTest, TheFirstThatTurnsToAPictureHasIt) {
  open("w1", "a.jpg");
  open("w2", "a.jpg");
  open("w3", "b.jpg");
  EXPECT_EQ(holder("a.jpg"), "w1");
  EXPECT_TRUE(may_edit("w1", "a.jpg"));
  EXPECT_FALSE(may_edit("w2", "a.jpg"));
  EXPECT_FALSE(may_edit("w3", "a.jpg"));
  EXPECT_FALSE(may_edit("", "a.jpg"));
  EXPECT_TRUE(may_edit("w3", "b.jpg"));
  EXPECT_TRUE(may_edit("", "c.jpg")) << "nobody has it";
  windows_.show("w1", "a.jpg");
  EXPECT_EQ(holder("a.jpg"), "w1");
  EXPECT_EQ(windows_.list(), (std::vector<OpenWindow>{
                                 {"w1", "", "a.jpg", true}, {"w2", "", "a.jpg", false}, {"w3", "", "b.jpg", true}}));
}

TEST_F(WindowsTest, WhoTurnsAwayLeavesItToWhoHasLookedLongest) {
  open("w1", "a.jpg");
  open("w2", "b.jpg");
  open("w3", "a.jpg");
  windows_.show("w2", "a.jpg");
  windows_.show("w1", "b.jpg");
  EXPECT_EQ(holder("a.jpg"), "w3");
  EXPECT_EQ(holder("b.jpg"), "w1");
  windows_.show("w3", "b.jpg");
  EXPECT_EQ(holder("a.jpg"), "w2");
  EXPECT_EQ(holder("b.jpg"), "w1");
}

TEST_F(WindowsTest, AWindowWhoseStreamIsGoneKeepsItsPictureForThreeSeconds) {
  open("w1", "a.jpg");
  open("w2", "a.jpg");
  windows_.stream_ended("w1");
  clock_.wait(2.9);
  EXPECT_EQ(holder("a.jpg"), "w1");
  EXPECT_FALSE(windows_.look_for_gone());
  clock_.wait(0.2);
  EXPECT_TRUE(windows_.look_for_gone());
  EXPECT_FALSE(windows_.look_for_gone()) << "told once";
  EXPECT_EQ(holder("a.jpg"), "w2");
  EXPECT_THAT(ids(), ElementsAre("w2"));
  windows_.stream_ended("w2");
  clock_.wait(3);
  EXPECT_TRUE(may_edit("somebody", "a.jpg"));
  EXPECT_TRUE(windows_.look_for_gone()) << "also if somebody else noticed first";
}

TEST_F(WindowsTest, AStreamThatComesBackInTimeChangesNothing) {
  open("w1", "a.jpg");
  windows_.stream_opened("w1", "");  // the new one before the old one's end was noticed
  windows_.stream_ended("w1");
  clock_.wait(100);
  EXPECT_EQ(holder("a.jpg"), "w1");
  windows_.stream_ended("w1");
  clock_.wait(2);
  windows_.stream_opened("w1", "Ada");
  clock_.wait(100);
  EXPECT_EQ(windows_.list(), (std::vector<OpenWindow>{{"w1", "Ada", "a.jpg", true}}));
}

TEST_F(WindowsTest, ItIsTakenOverAndTheOtherMayOnlyLook) {
  open("w1", "a.jpg");
  open("w2", "b.jpg");
  windows_.take_over("w2", "a.jpg");
  EXPECT_FALSE(may_edit("w1", "a.jpg"));
  EXPECT_TRUE(may_edit("w2", "a.jpg"));
  EXPECT_EQ(holder("b.jpg"), "");
  windows_.show("w2", "b.jpg");
  EXPECT_EQ(holder("a.jpg"), "w1") << "it still looks at it";
}

TEST_F(WindowsTest, SoonAfterTheStartWhoHadAPictureGetsItBack) {
  open("looks", "a.jpg");
  EXPECT_EQ(holder("a.jpg"), "looks") << "it came first";
  windows_.stream_opened("had", "");
  EXPECT_FALSE(may_edit("had", "a.jpg"));
  windows_.require_may_edit("had", "a.jpg", true);  // an edit that waited comes first
  windows_.show("had", "a.jpg", true);
  EXPECT_EQ(holder("a.jpg"), "had");
  EXPECT_FALSE(may_edit("looks", "a.jpg"));
  windows_.show("looks", "a.jpg", true);
  EXPECT_EQ(holder("a.jpg"), "had") << "two say so: the first";
  windows_.show("looks", "b.jpg");
  EXPECT_TRUE(may_edit("looks", "b.jpg"));
  windows_.show("had", "b.jpg", true);
  EXPECT_EQ(holder("b.jpg"), "looks") << "it has changed it since";
}

TEST_F(WindowsTest, LaterAHolderOfBeforeIsOneOfMany) {
  open("looks", "a.jpg");
  clock_.wait(61);
  windows_.show("had", "a.jpg", true);
  EXPECT_EQ(holder("a.jpg"), "looks");
}

TEST_F(WindowsTest, WindowsWithoutAStreamAreFewAndShort) {
  for (int i = 0; i < 1000; ++i) windows_.show("x" + std::to_string(i), "a.jpg");
  EXPECT_EQ(windows_.list().size(), Windows::most);
  clock_.wait(3);
  EXPECT_THAT(ids(), IsEmpty());
  windows_.show("", "a.jpg");
  windows_.take_over("", "a.jpg");
  windows_.stream_opened("", "Ada");
  windows_.stream_ended("unknown");
  EXPECT_THAT(ids(), IsEmpty());
}

TEST_F(WindowsTest, TheRefusalSaysWhoHasIt) {
  windows_.stream_opened("w1", "Ada");
  windows_.show("w1", "a.jpg");
  EXPECT_THAT([&] { windows_.require_may_edit("w2", "a.jpg"); },
              testing::ThrowsMessage<HeldElsewhere>(testing::AllOf(HasSubstr("a.jpg"), HasSubstr("of Ada"))));
}

// ---- over HTTP

class HeldPictures : public LiveServer {
 protected:
  json put(const std::string& path, const json& body, int status = 200) {
    auto http = client();
    const auto result = http.Put(("/api/v1" + path).c_str(), body.dump(), "application/json");
    EXPECT_EQ(result ? result->status : -1, status) << path << (result ? ": " + result->body : "");
    return json_of(result);
  }
  json edit_of(const std::string& window, int status = 200, const std::string& edit_id = "") {
    return post("/images/a.jpg/edits",
                json{{"revision", get("/images/a.jpg")["revision"]},
                     {"window", window},
                     {"edit_id", edit_id},
                     {"edit", add_json()}}
                    .dump(),
                status);
  }
  // An open event stream of a window.
  std::unique_ptr<RawClient> listen(const std::string& query) {
    auto stream = std::make_unique<RawClient>(server_->port());
    stream->send("GET /api/v1/events?" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    return stream;
  }
};

TEST_F(HeldPictures, OnlyTheWindowThatHasAPictureChangesIt) {
  const auto wait_for = [this](std::size_t windows) {  // they are listed as they came
    while (get("/windows")["windows"].size() < windows) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  };
  const auto first = listen("window=w1&person=Ada%20L");
  wait_for(1);
  const auto second = listen("window=w2");
  wait_for(2);
  json picture = put("/session/current", {{"name", "a.jpg"}, {"window", "w1"}});
  EXPECT_EQ(picture["holder"], (json{{"window", "w1"}, {"person", "Ada L"}, {"image", "a.jpg"}, {"holds", true}}));
  picture = put("/session/current", {{"name", "a.jpg"}, {"window", "w2"}});
  EXPECT_EQ(picture["holder"]["window"], "w1");
  edit_of("w1", 200, "w1-1");
  const json problem = edit_of("w2", 423);
  EXPECT_EQ(problem["type"], "/problems/held-elsewhere");
  EXPECT_THAT(problem["detail"].get<std::string>(), HasSubstr("Ada L"));
  edit_of("", 423);
  post("/images/a.jpg/save", R"({"window":"w2"})", 423);
  EXPECT_EQ(store_.annotations("a.jpg").size(), 1U);

  picture = put("/images/a.jpg/holder", {{"window", "w2"}});
  EXPECT_EQ(picture["holder"]["window"], "w2");
  edit_of("w1", 423);
  EXPECT_EQ(edit_of("w1", 200, "w1-1")["annotations"].size(), 1U) << "it was made before, and is answered";
  EXPECT_EQ(edit_of("w2")["annotations"].size(), 2U);
  post("/images/a.jpg/save", R"({"window":"w2"})");
  EXPECT_EQ(get("/windows")["windows"], json::parse(R"([{"window":"w1","person":"Ada L","image":"a.jpg","holds":false},
                            {"window":"w2","person":"","image":"a.jpg","holds":true}])"));
}

TEST_F(HeldPictures, WithoutWindowsEverybodyMay) {
  EXPECT_EQ(get("/images/a.jpg")["holder"], nullptr);
  edit_of("", 200);
  edit_of("unknown", 200);
  put("/session/current", {{"name", "a.jpg"}});
  EXPECT_EQ(get("/windows")["windows"].size(), 0U);
}

TEST_F(HeldPictures, WindowsAreToldOf) {
  const auto stream = listen("window=w1");
  EXPECT_THAT(stream->receive_until("\"holds\":false"), HasSubstr("event: windows"));
  put("/session/current", {{"name", "b c.jpg"}, {"window", "w1"}});
  EXPECT_THAT(stream->receive_until("\"holds\":true"), HasSubstr("\"image\":\"b c.jpg\""));
}

TEST_F(HeldPictures, WhatIsNoWindowIsRefused) {
  const std::string longest(101, 'w');
  put("/images/a.jpg/holder", json::object(), 422);
  put("/images/a.jpg/holder", {{"window", ""}}, 422);
  put("/images/a.jpg/holder", {{"window", 7}}, 422);
  put("/images/a.jpg/holder", {{"window", longest}}, 422);
  put("/images/nobody.jpg/holder", {{"window", "w"}}, 404);
  put("/session/current", {{"name", "a.jpg"}, {"window", longest}}, 422);
  EXPECT_EQ(get("/events?window=" + longest, 422)["detail"], "'window' must be at most 100 bytes long");
  EXPECT_EQ(get("/windows")["windows"].size(), 0U);
}

}  // namespace
}  // namespace sam
