// Who is let in, and that no name leads out of the project.
#include <gmock/gmock.h>

#include "server/access.h"
#include "server/live_server.h"
#include "server/raw_client.h"

namespace sam {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Request asking(const std::string& method, const std::string& path, std::map<std::string, std::string> headers) {
  Request request;
  request.method = method;
  request.path = path;
  request.headers = std::move(headers);
  return request;
}

int refusal(const Request& request) {
  const std::optional<Response> response = refuse_foreign(request);
  return response ? response->status : 0;
}

TEST(Access, HostMustNameThisMachine) {
  for (const char* host : {"127.0.0.1:8008", "localhost:8008", "LOCALHOST:9000", "[::1]:8008", "127.0.0.1"}) {
    EXPECT_EQ(refusal(asking("GET", "/", {{"host", host}})), 0) << host;
  }
  for (const char* host :
       {"evil.example", "evil.example:8008", "127.0.0.1.evil.example:8008", "localhost.evil.example", "127.0.0.1@evil",
        "", "localhost:", "localhost:80 08", "127.0.0.1:8008:1", "0.0.0.0:8008", "[::1", "xlocalhost"}) {
    EXPECT_EQ(refusal(asking("GET", "/", {{"host", host}})), 421) << host;
  }
  EXPECT_EQ(refusal(asking("GET", "/", {})), 421);
}

TEST(Access, OriginMustBeOurs) {
  const auto with = [](const char* origin) {
    return refusal(asking("POST", "/api/v1/images/a/edits", {{"host", "localhost:8008"}, {"origin", origin}}));
  };
  EXPECT_EQ(with("http://localhost:8008"), 0);
  for (const char* origin : {"http://evil.example", "null", "http://localhost:3000", "https://localhost:8008",
                             "http://127.0.0.1:8008", "http://localhost:8008.evil.example", ""}) {
    EXPECT_EQ(with(origin), 403) << origin;
  }
}

TEST(Access, OtherSitesMayOnlyOpenThePage) {
  const auto from = [](const char* method, const char* path, const char* site) {
    return refusal(asking(method, path, {{"host", "localhost:8008"}, {"sec-fetch-site", site}}));
  };
  EXPECT_EQ(from("GET", "/", "cross-site"), 0);
  EXPECT_EQ(from("GET", "/api/v1/project", "same-origin"), 0);
  EXPECT_EQ(from("GET", "/api/v1/project", "none"), 0);
  EXPECT_EQ(from("GET", "/api/v1/project", "cross-site"), 403);
  EXPECT_EQ(from("GET", "/api/v1/events", "same-site"), 403);
  EXPECT_EQ(from("POST", "/", "cross-site"), 403);
}

using AccessLive = LiveServer;

TEST_F(AccessLive, ForeignHostsAndOriginsGetNothing) {
  auto http = client();
  const auto rebound = http.Get("/api/v1/project", {{"Host", "evil.example:8008"}});
  EXPECT_EQ(rebound->status, 421);
  EXPECT_EQ(rebound->get_header_value("Content-Type"), "application/problem+json");
  EXPECT_EQ(http.Get("/", {{"Host", "evil.example"}})->status, 421);
  EXPECT_EQ(http.Get("/api/v1/events", {{"Origin", "http://evil.example"}})->status, 403);
  const std::string body = nlohmann::json{{"revision", "r0"}, {"edit", add_json()}}.dump();
  EXPECT_EQ(
      http.Post("/api/v1/images/a.jpg/edits", {{"Origin", "http://evil.example"}}, body, "application/json")->status,
      403);
  EXPECT_EQ(http.Post("/api/v1/images/a.jpg/edits", {{"Origin", "null"}}, body, "application/json")->status, 403);
  EXPECT_TRUE(store_.annotations("a.jpg").empty());
  const std::string own = "http://127.0.0.1:" + std::to_string(server_->port());
  EXPECT_EQ(http.Post("/api/v1/images/a.jpg/edits", {{"Origin", own}}, body, "application/json")->status, 200);
}

// A form of another site can send text/plain without asking; nothing that changes anything takes it.
TEST_F(AccessLive, OnlyJsonIsTaken) {
  auto http = client();
  const std::string body = nlohmann::json{{"revision", "r0"}, {"edit", add_json()}}.dump();
  for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
    EXPECT_EQ(http.Post("/api/v1/images/a.jpg/edits", body, type)->status, 415) << type;
  }
  EXPECT_TRUE(store_.annotations("a.jpg").empty());
}

// The body of a refused request is never read as a request of its own.
TEST_F(AccessLive, ARefusedBodyIsNotTheNextRequest) {
  RawClient raw(server_->port());
  const std::string inner = "GET /api/v1/project HTTP/1.1\r\nHost: localhost\r\n\r\n";
  raw.send(
      "POST /api/v1/images/a.jpg/edits HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
      "Content-Type: text/plain\r\nContent-Length: " +
      std::to_string(inner.size()) + "\r\n\r\n" + inner);
  const std::string answer = raw.receive_all();
  EXPECT_TRUE(raw.closed());
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(answer, testing::Not(HasSubstr("200 OK")));
}

TEST_F(AccessLive, NoPathLeavesTheProject) {
  for (const char* name : {"..",
                           "../a.jpg",
                           "%2e%2e",
                           "%2e%2e%2fa.jpg",
                           "..%2f..%2fetc%2fpasswd",
                           "%252e%252e%252fa.jpg",
                           "%2fetc%2fpasswd",
                           "/etc/passwd",
                           "a.jpg%00",
                           "%00",
                           "a.jpg%2f..%2fa.jpg",
                           "./a.jpg",
                           "%2e",
                           "images%2fa.jpg",
                           "..\\a.jpg",
                           "%5c..%5ca.jpg",
                           "a.jpg%",
                           "a.jpg%4",
                           "a.jpg%zz",
                           "%c0%ae%c0%ae",
                           "A.JPG",
                           "a.jpg.",
                           "a.jpg%20",
                           ""}) {
    for (const char* rest : {"", "/proxy", "/tiles/0/0/0"}) {
      auto http = client();
      const auto result = http.Get(("/api/v1/images/" + std::string(name) + rest).c_str());
      ASSERT_TRUE(result) << name;
      EXPECT_EQ(result->status, 404) << name << rest;
      EXPECT_EQ(result->get_header_value("Content-Type"), "application/problem+json") << name;
    }
  }
  for (const char* path : {"/../etc/passwd", "/assets/../../etc/passwd", "/%2e%2e/etc/passwd", "//etc/passwd",
                           "/assets/%00", "/assets/", "/assets"}) {
    auto http = client();
    EXPECT_EQ(http.Get(path)->status, 404) << path;
  }
}

TEST_F(AccessLive, AnEscapedNameIsDecodedOnce) {
  EXPECT_EQ(get("/images/b%20c.jpg")["name"], "b c.jpg");
  EXPECT_EQ(get("/images/%61.jpg")["name"], "a.jpg");
}

TEST_F(AccessLive, EveryAnswerCarriesTheSecurityHeaders) {
  auto http = client();
  for (const char* path : {"/", "/api/v1/project", "/nothing", "/api/v1/nothing"}) {
    const auto result = http.Get(path);
    EXPECT_THAT(result->get_header_value("Content-Security-Policy"), HasSubstr("frame-ancestors 'none'")) << path;
    EXPECT_EQ(result->get_header_value("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(result->get_header_value("Referrer-Policy"), "no-referrer") << path;
    EXPECT_EQ(result->get_header_value("Cross-Origin-Resource-Policy"), "same-origin") << path;
    EXPECT_FALSE(result->has_header("Access-Control-Allow-Origin")) << path;
  }
}

}  // namespace
}  // namespace sam
