#include <gmock/gmock.h>

#include <cerrno>
#include <fstream>
#include <regex>
#include <set>

#include "inference/model.h"
#include "server/api.h"
#include "server/live_server.h"

namespace sam {
namespace {

using nlohmann::json;
using Routes = LiveServer;

TEST_F(Routes, Project) {
  const json project = get("/project");
  EXPECT_EQ(project["name"], "cats");
  EXPECT_EQ(project["version"], "1.2.3");
  EXPECT_EQ(project["image_count"], 3);
  EXPECT_EQ(project["current"], nullptr);
  EXPECT_EQ(project["classes"][2], (json{{"id", 2}, {"name", "tree"}}));
  EXPECT_EQ(project["predictor"]["family"], "fake");
  EXPECT_EQ(project["predictor"]["takes_mask_input"], true);
}

TEST_F(Routes, ImagesArePaged) {
  const json page = get("/images?offset=1&limit=1");
  EXPECT_EQ(page["total"], 3);
  EXPECT_EQ(page["offset"], 1);
  ASSERT_EQ(page["images"].size(), 1U);
  EXPECT_EQ(page["images"][0]["name"], "b c.jpg");
  EXPECT_EQ(page["images"][0]["state"], "new");
  EXPECT_EQ(page["images"][0]["encoding"], "none");
  EXPECT_EQ(get("/images?offset=99")["images"].size(), 0U);
  for (const char* query : {"limit=0", "limit=1001", "limit=-1", "limit=x", "offset=-1", "limit=1e2", "limit="}) {
    EXPECT_EQ(get(std::string("/images?") + query, 422)["status"], 422) << query;
  }
}

TEST_F(Routes, CurrentIsShownAndRemembered) {
  auto http = client();
  const auto result = http.Put("/api/v1/session/current", R"({"name":"b c.jpg"})", "application/json");
  const json picture = json_of(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(picture["name"], "b c.jpg");
  EXPECT_EQ(picture["position"], 1);
  EXPECT_EQ(picture["encoding"], "ready");
  EXPECT_EQ(picture["width"], 40);
  EXPECT_EQ(picture["tile_levels"], 1);
  EXPECT_EQ(get("/project")["current"], "b c.jpg");
  EXPECT_EQ(http.Put("/api/v1/session/current", R"({"name":"../x"})", "application/json")->status, 404);
  EXPECT_EQ(http.Put("/api/v1/session/current", R"({"name":"broken.jpg"})", "application/json")->status, 422);
  const json broken = get("/images?offset=2")["images"][0];
  EXPECT_EQ(broken["state"], "broken");
  EXPECT_EQ(broken["reason"], "the file is truncated");
}

TEST_F(Routes, SegmentThenAddThenUndo) {
  const json answer =
      post("/images/a.jpg/segment", R"({"boxes":[[2,3,12,9]],"points":[],"mask_input":null,"multimask":true})");
  ASSERT_EQ(answer["candidates"].size(), 3U);
  EXPECT_EQ(answer["decode_ms"], 1.5);
  const json best = answer["candidates"][0];
  EXPECT_EQ(best["area"], 60);
  EXPECT_EQ(best["box"], (json{2.0, 3.0, 12.0, 9.0}));
  EXPECT_EQ(best["polygon"].size(), 1U);
  EXPECT_TRUE(best["logits_key"].is_string());

  json picture = edit("a.jpg", {{"type", "add"}, {"class_id", 2}, {"rle", best["rle"]}, {"score", best["score"]}});
  ASSERT_EQ(picture["annotations"].size(), 1U);
  EXPECT_EQ(picture["annotations"][0]["class_id"], 2);
  EXPECT_EQ(picture["annotations"][0]["area"], 60);
  EXPECT_EQ(picture["annotations"][0]["source"], "fake:1");
  EXPECT_EQ(picture["can_undo"], true);
  EXPECT_EQ(edit("a.jpg", {{"type", "undo"}})["annotations"].size(), 0U);
  EXPECT_EQ(edit("a.jpg", {{"type", "redo"}})["annotations"].size(), 1U);
  const json ids = json::array({1});
  EXPECT_EQ(edit("a.jpg", {{"type", "set_class"}, {"ids", ids}, {"class_id", 0}})["annotations"][0]["class_id"], 0);
  EXPECT_EQ(edit("a.jpg", {{"type", "delete"}, {"ids", ids}})["annotations"].size(), 0U);
  EXPECT_EQ(edit("a.jpg", add_json())["annotations"][0]["prompt"]["points"][0]["y"], 5.5);
  EXPECT_EQ(edit("a.jpg", {{"type", "clear"}})["annotations"].size(), 0U);
  EXPECT_EQ(post("/images/a.jpg/save", "")["name"], "a.jpg");
}

TEST_F(Routes, AnOldRevisionIsAConflict) {
  edit("a.jpg", add_json());
  const json body = {{"revision", "r0"}, {"edit", {{"type", "clear"}}}};
  const json problem = post("/images/a.jpg/edits", body.dump(), 409);
  EXPECT_EQ(problem["type"], "/problems/revision-conflict");
  EXPECT_EQ(store_.annotations("a.jpg").size(), 1U);
}

TEST_F(Routes, AStaleMaskInputIsNamed) {
  const json problem = post("/images/a.jpg/segment", R"({"points":[],"mask_input":"gone"})", 409);
  EXPECT_EQ(problem["type"], "/problems/stale-mask-input");
}

TEST_F(Routes, APreviewAnswersLikeTheClickAndNoLaterPromptCanNameIt) {
  const json shown = post("/images/a.jpg/segment", R"({"boxes":[[2,3,12,9]],"preview":true})")["candidates"][0];
  const json clicked = post("/images/a.jpg/segment", R"({"boxes":[[2,3,12,9]]})")["candidates"][0];
  EXPECT_EQ(shown["rle"], clicked["rle"]);
  EXPECT_EQ(shown["polygon"], clicked["polygon"]);
  EXPECT_TRUE(shown["logits_key"].is_null());
  const std::string first_key = clicked["logits_key"];
  for (int i = 0; i < 40; ++i) post("/images/a.jpg/segment", R"({"boxes":[[2,3,12,9]],"preview":true})");
  const json refined = {{"points", json::array()}, {"mask_input", first_key}};
  post("/images/a.jpg/segment", refined.dump());  // the previews did not push it out
  EXPECT_EQ(post("/images/a.jpg/segment", R"({"boxes":[],"preview":1})", 422)["detail"],
            "'preview' must be true or false");
}

TEST_F(Routes, ThePredictorInUseIsToldAndChosen) {
  const json model = get("/predictor");
  EXPECT_EQ(model["use"], "model");
  EXPECT_EQ(model["can_use_grabcut"], true);
  EXPECT_EQ(model["description"], "a fake");
  EXPECT_EQ(model["max_candidates"], 3);
  EXPECT_EQ(get("/project")["predictor"], model);
  auto http = client();
  EXPECT_EQ(json_of(http.Put("/api/v1/predictor", R"({"use":"grabcut"})", "application/json"))["use"], "grabcut");
  EXPECT_EQ(get("/project")["predictor"]["use"], "grabcut");
  EXPECT_EQ(http.Put("/api/v1/predictor", R"({"use":"other"})", "application/json")->status, 422);
}

TEST_F(Routes, AnUnreadablePictureIsNamed) {
  const json expected = "broken.jpg the file is truncated";
  auto http = client();
  EXPECT_EQ(json_of(http.Put("/api/v1/session/current", R"({"name":"broken.jpg"})", "application/json"))["detail"],
            expected);
  EXPECT_EQ(get("/images/broken.jpg", 422)["detail"], expected);
  EXPECT_EQ(get("/images/broken.jpg", 422)["title"], "The picture cannot be read");
  EXPECT_EQ(post("/images/broken.jpg/save", "", 422)["detail"], expected);
  pipeline_.fail_with(std::make_exception_ptr(ImageError("is empty")));
  EXPECT_EQ(post("/images/b%20c.jpg/segment", R"({"boxes":[[2,3,12,9]]})", 422)["detail"], "b c.jpg is empty");
}

TEST_F(Routes, ExceptionsBecomeProblems) {
  const std::string prompt = R"({"boxes":[[2,3,12,9]]})";
  struct Case {
    std::exception_ptr error;
    int status;
    const char* title;
  };
  const Case table[] = {
      {std::make_exception_ptr(PromptError("p")), 422, "The prompt cannot be used"},
      {std::make_exception_ptr(OutOfMemory("o")), 503, "There is not enough memory"},
      {std::make_exception_ptr(MemoryExhausted("encoding a.jpg", {})), 503, "There is not enough memory"},
      {std::make_exception_ptr(ImageError("i")), 422, "The picture cannot be read"},
      {std::make_exception_ptr(ModelError("m")), 500, "The model failed"},
      {std::make_exception_ptr(std::bad_alloc()), 503, "There is not enough memory"},
      {std::make_exception_ptr(std::logic_error("l")), 500, "The program made an error"},
      {std::make_exception_ptr(Stopped()), 499, "The request was given up"},
      {std::make_exception_ptr(7), 500, "The program made an error"}};
  for (const Case& each : table) {
    pipeline_.fail_with(each.error);
    const json problem = post("/images/a.jpg/segment", prompt, each.status);
    EXPECT_EQ(problem["status"], each.status);
    EXPECT_EQ(problem["title"], each.title);
    EXPECT_TRUE(problem["detail"].is_string());
  }
  pipeline_.fail_with(nullptr);
  store_.fail_save(ENOSPC);
  EXPECT_THAT(edit("a.jpg", add_json(), 507)["detail"].get<std::string>(), testing::HasSubstr("No space left"));
  store_.fail_save(EIO);
  edit("a.jpg", add_json(), 500);
  edit("a.jpg", add_json(7), 422);
}

TEST_F(Routes, OtherMethodsAndAddresses) {
  auto http = client();
  const auto wrong = http.Delete("/api/v1/images");
  EXPECT_EQ(wrong->status, 405);
  EXPECT_EQ(wrong->get_header_value("Allow"), "GET");
  EXPECT_EQ(wrong->get_header_value("Content-Type"), "application/problem+json");
  EXPECT_EQ(http.Get("/api/v1/nothing")->status, 404);
  EXPECT_EQ(http.Get("/api/v2/project")->status, 404);
  EXPECT_EQ(http.Get("/api")->status, 404);
  const auto head = http.Head("/api/v1/project");
  EXPECT_EQ(head->status, 200);
  EXPECT_TRUE(head->body.empty());
}

// Every path and method of docs/openapi.yaml is routed, and nothing else is.
TEST_F(Routes, AreThoseOfTheContract) {
  std::ifstream file(SAM_TEST_DATA "/../../docs/openapi.yaml");
  ASSERT_TRUE(file);
  std::set<std::string> documented;
  std::string path;
  bool in_paths = false;
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (std::regex_match(line, match, std::regex("(\\w+):.*"))) {
      in_paths = match[1] == "paths";
    } else if (in_paths && std::regex_match(line, match, std::regex("  (/\\S*):"))) {
      path = match[1];
    } else if (in_paths && std::regex_match(line, match, std::regex("    (get|put|post|delete|patch):"))) {
      std::string method = match[1];
      for (char& c : method) c = static_cast<char>(std::toupper(c));
      documented.insert(method + (path == "/metrics" ? " " : " /api/v1") + path);
    }
  }
  ASSERT_GE(documented.size(), 11U);
  const MemoryHistory history;
  Windows windows(clock_);
  ApiParts parts(*session_, store_, pipeline_, options_, std::make_shared<EventHub>(), history, windows);
  std::set<std::string> routed;
  for (const Route& route : all_routes(parts)) routed.insert(route.method + " " + route.pattern);
  EXPECT_EQ(routed, documented);
}

}  // namespace
}  // namespace sam
