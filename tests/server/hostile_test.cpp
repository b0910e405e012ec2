// Bodies and requests that nobody should send.
#include <gmock/gmock.h>

#include <thread>

#include "platform/process_memory.h"
#include "server/live_server.h"
#include "server/problem.h"
#include "server/raw_client.h"
#include "server/requests.h"

namespace sam {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Requests, WhatIsNotJsonIsRefused) {
  for (const std::string body :
       {"", " ", "x", "{", "{\"name\":", "{'name':1}", "{\"name\":NaN}", "{\"name\":Infinity}", "{\"a\":1e999}",
        "{\"name\":\"\xff\"}", "{\"name\":\"a\"} x", "nul", "[1,]", "{\"a\":01}"}) {
    try {
      parse_current_request(body);
      ADD_FAILURE() << body;
    } catch (const RequestError& error) {
      EXPECT_EQ(error.status(), 400) << body;
    }
  }
}

TEST(Requests, WrongShapesAreRefused) {
  for (const char* body : {"[]", "1", "null", "\"a\"", "{}", "{\"name\":1}", "{\"name\":null}", "{\"name\":[\"a\"]}"}) {
    EXPECT_THROW(parse_current_request(body), RequestError) << body;
  }
  for (const char* body :
       {R"({"boxes":1})", R"({"boxes":[1]})", R"({"boxes":[[1,2,3]]})", R"({"boxes":[[1,2,3,"4"]]})",
        R"({"boxes":[[1,2,3,4,5]]})", R"({"boxes":null})", R"({"points":{}})", R"({"points":[[1,2]]})",
        R"({"points":[{"x":1,"y":2}]})", R"({"points":[{"x":1,"y":2,"foreground":1}]})",
        R"({"points":[{"x":null,"y":2,"foreground":true}]})", R"({"mask_input":1})", R"({"multimask":"yes"})"}) {
    EXPECT_THROW(parse_segment_request(body), RequestError) << body;
  }
  for (const char* edit :
       {"1", "{}", R"({"type":1})", R"({"type":"drop"})", R"({"type":"add"})", R"({"type":"add","class_id":0})",
        R"({"type":"add","class_id":1.5,"rle":"x"})", R"({"type":"add","class_id":-1,"rle":"x"})",
        R"({"type":"add","class_id":4294967296,"rle":"x"})", R"({"type":"add","class_id":0,"rle":7})",
        R"({"type":"add","class_id":0,"rle":"x","score":"1"})", R"({"type":"add","class_id":0,"rle":"x","prompt":[]})",
        R"({"type":"delete"})", R"({"type":"delete","ids":1})", R"({"type":"delete","ids":[1.0]})",
        R"({"type":"delete","ids":[18446744073709551615]})", R"({"type":"delete","ids":[-1]})",
        R"({"type":"set_class","ids":[1]})"}) {
    EXPECT_THROW(parse_edit_request(std::string(R"({"revision":"r","edit":)") + edit + "}"), RequestError) << edit;
  }
  EXPECT_THROW(parse_edit_request(R"({"edit":{"type":"clear"}})"), RequestError);
  EXPECT_THROW(parse_edit_request(R"({"revision":7,"edit":{"type":"clear"}})"), RequestError);
}

TEST(Requests, DepthAndCountAreLimited) {
  const std::string deep = "{\"name\":" + std::string(1'000'000, '[');
  EXPECT_THROW(parse_current_request(deep), RequestError);
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_THROW(parse_current_request(objects), RequestError);
  std::string many = "{\"name\":\"a\",\"x\":[0";
  for (int i = 0; i < 200'000; ++i) many += ",0";
  EXPECT_THROW(parse_current_request(many + "]}"), RequestError);
  std::string points = "{\"points\":[";
  for (int i = 0; i < 1001; ++i) points += std::string(i > 0 ? "," : "") + R"({"x":1,"y":1,"foreground":true})";
  EXPECT_THROW(parse_segment_request(points + "]}"), RequestError);
}

TEST(Requests, WhatTheContractAllowsIsTaken) {
  const SegmentRequest segment = parse_segment_request(
      R"({"boxes":[[1,2,3.5,4]],"points":[{"x":1,"y":2.25,"foreground":false}],"mask_input":"k","multimask":true,"refine_edges":true})");
  EXPECT_EQ(segment.boxes, (std::vector<Box>{{1, 2, 3.5, 4}}));
  EXPECT_EQ(segment.points, (std::vector<PromptPoint>{{{1, 2.25}, false}}));
  EXPECT_EQ(segment.mask_input_key, "k");
  EXPECT_TRUE(segment.multimask);
  EXPECT_TRUE(segment.refine_edges);
  EXPECT_FALSE(parse_segment_request("{}").mask_input_key);
  const EditRequest edit = parse_edit_request(R"({"revision":"r","window":"w","edit":{"type":"delete","ids":[1,2]}})");
  EXPECT_EQ(edit.window, "w");
  EXPECT_EQ(std::get<DeleteAnnotations>(edit.edit).ids, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(parse_save_request(""), "");
  EXPECT_EQ(parse_save_request("{\"window\":\"w\"}"), "w");
}

using Hostile = LiveServer;

TEST_F(Hostile, EachRouteLimitsItsBody) {
  auto http = client();
  const auto segment = http.Post("/api/v1/images/a.jpg/segment", std::string((256 << 10) + 1, ' '), "application/json");
  ASSERT_TRUE(segment);
  EXPECT_EQ(segment->status, 413);
  EXPECT_EQ(segment->get_header_value("Content-Type"), "application/problem+json");
  EXPECT_EQ(http.Put("/api/v1/session/current", std::string(20 << 10, ' '), "application/json")->status, 413);
  EXPECT_EQ(http.Post("/api/v1/images/a.jpg/edits", std::string(65 << 20, ' '), "application/json")->status, 413);
  EXPECT_EQ(http.Get("/api/v1/project")->status, 200);
}

TEST_F(Hostile, ALengthThatIsOnlySaidTakesNoMemory) {
  const std::uint64_t before = resident_bytes(0).value();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(server_->port()));
    clients.back()->send(
        "POST /api/v1/images/a.jpg/edits HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 60000000\r\n\r\n{");
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_LT(resident_bytes(0).value(), before + 60'000'000);
}

TEST_F(Hostile, RequestsThatAreNotHttpEndTheirConnection) {
  for (const std::string& bytes :
       {std::string("nonsense\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"), std::string("GET\r\n\r\n"),
        "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: localhost\r\n\r\n", std::string("\r\n\r\n"),
        std::string("\0\0\0\0\r\n\r\n", 8)}) {
    RawClient raw(server_->port());
    raw.send(bytes);
    const std::string answer = raw.receive_all();
    EXPECT_TRUE(raw.closed()) << bytes.substr(0, 20);
    EXPECT_THAT(answer, testing::AnyOf(testing::IsEmpty(), StartsWith("HTTP/1.1 4"))) << bytes.substr(0, 20);
  }
  EXPECT_EQ(get("/project")["name"], "cats");
}

TEST_F(Hostile, EndlessHeadersEndTheConnection) {
  RawClient raw(server_->port());
  raw.send("GET /api/v1/project HTTP/1.1\r\nHost: localhost\r\n");
  for (int i = 0; i < 2000; ++i) raw.send("X-Header-" + std::to_string(i) + ": " + std::string(100, 'x') + "\r\n");
  raw.receive_all();
  EXPECT_TRUE(raw.closed());
}

TEST_F(Hostile, BodiesWithoutAPlainLengthAreRefused) {
  const std::string head =
      "POST /api/v1/images/a.jpg/segment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  const std::vector<std::pair<std::string, std::string>> table = {
      {"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", "HTTP/1.1 411"},
      {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", "HTTP/1.1 411"},
      {"Content-Length: -1\r\n\r\n{}", "HTTP/1.1 400"},
      {"Content-Length: 2x\r\n\r\n{}", "HTTP/1.1 400"},
      {"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "HTTP/1.1 400"},
      {"Content-Length: 99999999999999999999999\r\n\r\n{}", "HTTP/1.1 413"}};
  for (const auto& [rest, status] : table) {
    RawClient raw(server_->port());
    raw.send(head + rest);
    EXPECT_THAT(raw.receive_all(), StartsWith(status)) << rest;
    EXPECT_TRUE(raw.closed()) << rest;
  }
}

TEST_F(Hostile, RangesAndCompressionAreNotTaken) {
  auto http = client();
  const auto result = http.Get("/", {{"Range", "bytes=0-3"}, {"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, test_page[0].bytes);
  EXPECT_FALSE(result->has_header("Content-Encoding"));
}

TEST_F(Hostile, JsonErrorsArriveAsProblems) {
  const nlohmann::json problem = post("/images/a.jpg/segment", "{\"boxes\":[[1,2,3,NaN]]}", 400);
  EXPECT_THAT(problem["detail"].get<std::string>(), HasSubstr("not JSON"));
  EXPECT_EQ(problem["title"], "The request is not understood");
  post("/images/a.jpg/segment", "{\"boxes\":[[1,2,3,\"x\"]]}", 422);
}

}  // namespace
}  // namespace sam
