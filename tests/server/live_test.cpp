// Many clients, event streams, clients that leave, and stopping.
#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "server/events.h"
#include "server/listener.h"
#include "server/live_server.h"
#include "server/raw_client.h"

namespace sam {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::HasSubstr;
using Live = LiveServer;

constexpr char listen_request[] = "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n";

template <typename Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return false;
}

TEST_F(Live, ManyClientsAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      auto http = client();
      http.set_keep_alive(true);
      for (int k = 0; k < 30; ++k) {
        const auto list = http.Get("/api/v1/images");
        const auto answer = http.Post("/api/v1/images/a.jpg/segment", R"({"boxes":[[2,3,12,9]]})", "application/json");
        if (!list || list->status != 200 || !answer || answer->status != 200) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

TEST_F(Live, OneConnectionServesManyRequests) {
  RawClient raw(server_->port());
  for (int i = 0; i < 50; ++i) {
    raw.send("GET /api/v1/memory HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(raw.receive_until("\"time_ms\":"), HasSubstr("200 OK")) << i;
    raw.forget();
  }
  EXPECT_FALSE(raw.closed());
}

TEST_F(Live, EventsArrive) {
  RawClient raw(server_->port());
  raw.send(listen_request);
  EXPECT_THAT(raw.receive_until("\"line\":\"SAM Annotator 763 MB"), HasSubstr("Content-Type: text/event-stream"));
  pipeline_.tell({"/project/cats/images/b c.jpg"}, {EncodingState::failed, "too large"});
  EXPECT_THAT(
      raw.receive_until("too large"),
      HasSubstr("event: encoding\ndata: {\"encoding\":\"failed\",\"name\":\"b c.jpg\",\"reason\":\"too large\"}\n\n"));
  edit("a.jpg", add_json());
  EXPECT_THAT(raw.receive_until("\"w1\""),
              HasSubstr("event: changed\ndata: {\"name\":\"a.jpg\",\"revision\":\"r1\",\"window\":\"w1\"}\n\n"));
  post("/images/a.jpg/save", "{\"window\":\"w2\"}");
  raw.receive_until("\"w2\"");
  get("/images/broken.jpg", 422);
  EXPECT_THAT(raw.receive_until("event: images"), HasSubstr("event: images\ndata: {}\n\n"));
  raw.forget();
  EXPECT_THAT(raw.receive_until("event: memory"), HasSubstr("event: memory"));  // again and again
}

TEST_F(Live, TheModelsLoadingIsTold) {
  pipeline_.tell_load({LoadState::loading, ""});
  const json loading = {{"name", "fake_model"}, {"state", "loading"}, {"reason", ""}};
  EXPECT_EQ(get("/project")["predictor"]["model"], loading);
  RawClient raw(server_->port());
  raw.send(listen_request);
  raw.receive_until("event: memory");
  pipeline_.tell_load({LoadState::failed, "fake.onnx is damaged"});
  EXPECT_THAT(raw.receive_until("is damaged"), HasSubstr("event: predictor\ndata: {"));
  const json failed = {{"name", "fake_model"}, {"state", "failed"}, {"reason", "fake.onnx is damaged"}};
  EXPECT_EQ(get("/predictor")["model"], failed);
}

TEST_F(Live, OfStatesThatChangeTheNewestIsToldLast) {
  RawClient raw(server_->port());
  raw.send(listen_request);
  raw.receive_until("event: memory");
  for (int round = 0; round < 10; ++round) {
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] { pipeline_.tell_load({LoadState::loading, std::to_string(i)}); });
      }
    }
    const std::string reason = get("/predictor")["model"]["reason"];
    post("/images/a.jpg/save", json{{"window", "round" + std::to_string(round)}}.dump());
    const std::string stream = raw.receive_until("\"round" + std::to_string(round));
    const std::string last = stream.substr(stream.rfind("event: predictor"));
    EXPECT_THAT(last, HasSubstr("\"reason\":\"" + reason + "\""));
  }
}

TEST_F(Live, AnEditThatChangesNothingTellsNobody) {
  RawClient raw(server_->port());
  raw.send(listen_request);
  raw.receive_until("event: memory");
  edit("a.jpg", {{"type", "undo"}}, 422);  // nothing to undo
  edit("a.jpg", {{"type", "clear"}});
  edit("a.jpg", add_json());
  const std::string stream = raw.receive_until("event: changed");
  EXPECT_THAT(stream, HasSubstr("\"revision\":\"r1\""));
}

TEST_F(Live, ListenersAreBoundedAndDoNotStarveOthers) {
  std::vector<std::unique_ptr<RawClient>> listeners;
  for (std::size_t i = 0; i < EventHub::max_readers; ++i) {
    listeners.push_back(std::make_unique<RawClient>(server_->port()));
    listeners.back()->send(listen_request);
    EXPECT_THAT(listeners.back()->receive_until("event: memory"), HasSubstr("event: memory"));
  }
  get("/events", 503);
  EXPECT_EQ(get("/project")["name"], "cats");
  listeners.clear();
  EXPECT_TRUE(eventually([&] {
    RawClient raw(server_->port());
    raw.send(listen_request);
    return raw.receive_until("\r\n\r\n").starts_with("HTTP/1.1 200");
  }));
}

TEST_F(Live, MoreConnectionsThanThreadsAreServedInTurn) {
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 80; ++i) {
    idle.push_back(std::make_unique<RawClient>(server_->port()));
    idle.back()->send("GET /api/v1/memory HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }
  for (auto& raw : idle) EXPECT_THAT(raw->receive_until("\"time_ms\":"), HasSubstr("200 OK"));
  EXPECT_EQ(get("/project")["name"], "cats");
}

TEST_F(Live, AClientThatLeavesStopsItsWork) {
  pipeline_.block(true);
  RawClient raw(server_->port());
  raw.send(
      "POST /api/v1/images/a.jpg/segment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{}");
  ASSERT_TRUE(eventually([&] { return pipeline_.segmenting() == 1; }));
  EXPECT_EQ(pipeline_.stopped(), 0);
  raw.close();
  EXPECT_TRUE(eventually([&] { return pipeline_.stopped() == 1; }));
}

TEST_F(Live, AListenerThatDoesNotReadDoesNotHoldUpStopping) {
  RawClient listening(server_->port());
  listening.send(listen_request);
  listening.receive_until("event: memory");
  const std::string window(4000, 'w');
  for (int i = 0; i < 100; ++i) {  // more than the sockets' buffers take
    for (int k = 0; k < 20; ++k) pipeline_.tell({"/a.jpg"}, {EncodingState::failed, window});
    std::this_thread::sleep_for(milliseconds(2));
  }
  const auto start = steady_clock::now();
  server_->stop();
  EXPECT_LT(steady_clock::now() - start, seconds(2));
}

TEST_F(Live, StopsWithinTwoSeconds) {
  pipeline_.block(true);
  RawClient listening(server_->port());
  listening.send(listen_request);
  listening.receive_until("event: memory");
  RawClient working(server_->port());
  working.send(
      "POST /api/v1/images/a.jpg/segment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{}");
  RawClient idle(server_->port());
  RawClient halfway(server_->port());
  halfway.send("POST /api/v1/images/a.jpg/segment HTTP/1.1\r\nHost: loc");
  ASSERT_TRUE(eventually([&] { return pipeline_.segmenting() == 1; }));
  const auto start = steady_clock::now();
  server_->stop();
  EXPECT_LT(steady_clock::now() - start, seconds(2));
  EXPECT_EQ(pipeline_.stopped(), 1);
  server_->stop();  // again: nothing
  pipeline_.tell({"/x.jpg"}, {EncodingState::ready, ""});
}

TEST_F(Live, UnexaminedPicturesAreLookedAtInTheBackground) {
  server_.reset();
  store_.set_unexamined(1000);
  start();
  EXPECT_TRUE(eventually([&] { return store_.unexamined() == 0; }));
  server_.reset();
  store_.set_unexamined(10);
  options_.examine_pictures = false;
  start();
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(store_.unexamined(), 10);
}

TEST_F(Live, PicturesThatComeAreListedAndTold) {
  server_.reset();
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("live-" + std::to_string(getpid()) + "-project");
  std::filesystem::create_directories(folder / "images");
  store_.set_folder(folder);
  options_.list_interval_ms = 10;
  options_.examine_pictures = false;
  start();
  ASSERT_TRUE(eventually([&] { return store_.scans() == 1; }));
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_EQ(store_.scans(), 1);  // nothing changed: nothing is listed
  RawClient listening(server_->port());
  listening.send(listen_request);
  listening.receive_until("event: memory");
  std::ofstream(folder / "images" / "new.jpg") << "x";
  EXPECT_THAT(listening.receive_until("event: images"), HasSubstr("event: images"));
  EXPECT_TRUE(eventually([&] { return store_.scans() == 6; }));
  server_.reset();
  std::filesystem::remove_all(folder);
}

TEST_F(Live, AMemoryReadingThatFailsEndsNothing) {
  server_.reset();
  options_.memory_interval_ms = 10;
  start();
  RawClient listening(server_->port());
  listening.send(listen_request);
  listening.receive_until("event: memory");
  governor_.failures = 2;
  EXPECT_TRUE(eventually([&] { return governor_.failures <= 0; }));
  const int asked = governor_.asked;
  EXPECT_TRUE(eventually([&] { return governor_.asked >= asked + 3; }));
  server_.reset();
}

TEST(Listener, GoesOnWithTheThreadsItHas) {
  std::atomic<int> threads_to_have = 0;
  const HttpHandler handler{[](const Request&) { return Admission{}; },
                            [](const Request&) {
                              Response response;
                              response.body = "here";
                              return response;
                            }};
  ListenerOptions options;
  options.port = 0;
  options.start_thread = [&](std::function<void()> work) {
    if (threads_to_have-- <= 0) throw std::system_error(EAGAIN, std::generic_category());
    return std::thread(std::move(work));
  };
  Listener listener(options, handler);
  listener.start();
  const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  RawClient none(listener.port());
  none.send(request);
  none.receive_all();
  EXPECT_TRUE(none.closed());
  threads_to_have = 1;
  for (int i = 0; i < 3; ++i) {
    RawClient served(listener.port());
    served.send(request);
    EXPECT_THAT(served.receive_all(), HasSubstr("here"));
  }
  listener.stop();
}

TEST(EventQueue, KeepsTheNewestMemoryReadingOnly) {
  EventQueue queue;
  queue.push({"memory", "1"});
  queue.push({"changed", "2"});
  queue.push({"memory", "3"});
  EXPECT_EQ(queue.pop(0)->data, "2");
  EXPECT_EQ(queue.pop(0)->data, "3");
  EXPECT_EQ(queue.pop(1), std::nullopt);
}

TEST(EventQueue, EndsWhenItsReaderIsTooSlow) {
  EventQueue queue;
  for (std::size_t i = 0; i < EventQueue::limit; ++i) queue.push({"changed", "{}"});
  EXPECT_FALSE(queue.ended());
  queue.push({"changed", "{}"});
  EXPECT_TRUE(queue.ended());
  EXPECT_EQ(queue.pop(1), std::nullopt);
}

}  // namespace
}  // namespace sam
