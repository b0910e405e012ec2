#include "server/page.h"

#include <gmock/gmock.h>

#include "server/listener.h"
#include "server/live_server.h"

namespace sam {
namespace {

using testing::HasSubstr;
using PageLive = LiveServer;

TEST_F(PageLive, FilesHaveTypesAndCaching) {
  auto http = client();
  const auto index = http.Get("/");
  EXPECT_EQ(index->status, 200);
  EXPECT_EQ(index->body, test_page[0].bytes);
  EXPECT_EQ(index->get_header_value("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(index->get_header_value("Cache-Control"), "no-cache");
  EXPECT_EQ(http.Get("/index.html")->body, test_page[0].bytes);
  const auto script = http.Get("/assets/index-3f2a.js");
  EXPECT_EQ(script->get_header_value("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_THAT(script->get_header_value("Cache-Control"), HasSubstr("immutable"));
  EXPECT_EQ(http.Get("/favicon.svg")->get_header_value("Content-Type"), "image/svg+xml");
  EXPECT_EQ(http.Post("/", "", "text/plain")->status, 405);
}

TEST_F(PageLive, AFileThatIsKnownIsNotSentAgain) {
  auto http = client();
  const std::string etag = http.Get("/")->get_header_value("ETag");
  const auto again = http.Get("/", {{"If-None-Match", etag}});
  EXPECT_EQ(again->status, 304);
  EXPECT_TRUE(again->body.empty());
  EXPECT_EQ(http.Get("/", {{"If-None-Match", "\"other\""}})->status, 200);
}

TEST_F(PageLive, WithoutABuiltPageTheIndexSaysHowToBuildIt) {
  options_.page = {};
  start();
  auto http = client();
  const auto index = http.Get("/");
  EXPECT_EQ(index->status, 503);
  EXPECT_THAT(index->body, HasSubstr("npm --prefix web run build"));
  EXPECT_EQ(get("/project")["name"], "cats");
}

TEST_F(PageLive, ABusyPortSaysWhichFlagToGive) {
  options_.port = server_->port();
  const auto second = make_server(*session_, store_, pipeline_, options_);
  try {
    second->start();
    FAIL();
  } catch (const ListenError& error) {
    EXPECT_THAT(error.what(), HasSubstr("port " + std::to_string(server_->port())));
    EXPECT_THAT(error.what(), HasSubstr("--port " + std::to_string(server_->port() + 1)));
  }
}

TEST(EmbeddedPage, IsWholeIfItIsThere) {
  for (const EmbeddedFile& file : embedded_page()) {
    EXPECT_FALSE(file.path.empty());
    EXPECT_TRUE(file.path != "index.html" || file.bytes.find("</html>") != std::string_view::npos);
  }
}

}  // namespace
}  // namespace sam
