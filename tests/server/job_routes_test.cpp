// Long work over HTTP, on a project on disk.
#include <gmock/gmock.h>
#include <httplib.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "dataset/project_folder.h"
#include "dataset/statistics.h"
#include "server/fake_governor.h"
#include "server/server.h"
#include "session/fake_pipeline.h"

namespace sam {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

class JobRoutes : public ProjectFolder {
 protected:
  void SetUp() override {
    ProjectFolder::SetUp();
    for (const char* name : {"a.bmp", "b.bmp", "c.bmp"}) put(std::string("images/") + name, bmp(40, 30));
    start();
    add("a.bmp", 0);
    add("a.bmp", 1);
    add("b.bmp", 2);
  }
  void TearDown() override {
    stop();
    for (const std::string& each : outside_) std::filesystem::remove_all(each);
    ProjectFolder::TearDown();
  }

  void start() {
    project_ = open_project(options(), files_, system_clock_);
    session_ = make_session(*project_, pipeline_, system_clock_);
    ServerOptions server;
    server.port = 0;
    server.clock = &system_clock_;
    server.files = &files_;
    server.project = project_.get();
    server.tile_cache_folder = folder_ / "tiles";
    server.governor = &governor_;
    server.examine_pictures = false;  // its thread may have a picture in hand that a test asks about
    server_ = make_server(*session_, *project_, pipeline_, server);
    server_->start();
  }
  void stop() {
    server_.reset();
    session_.reset();
    project_.reset();
  }

  httplib::Result send(const std::string& method, const std::string& path, const std::string& body = "") {
    httplib::Client client("127.0.0.1", server_->port());
    client.set_read_timeout(20);
    const std::string whole = "/api/v1" + path;
    if (method == "GET") return client.Get(whole.c_str());
    if (method == "DELETE") return client.Delete(whole.c_str());
    return client.Post(whole.c_str(), body, "application/json");
  }
  json answer(const std::string& method, const std::string& path, const json& body = nullptr, int status = 200) {
    const auto result = send(method, path, body.is_null() ? "" : body.dump());
    EXPECT_EQ(result ? result->status : -1, status) << method << " " << path << (result ? ": " + result->body : "");
    return result ? json::parse(result->body) : json();
  }
  json get(const std::string& path, int status = 200) { return answer("GET", path, nullptr, status); }

  json edit(const std::string& name, const json& change, int status = 200) {
    const std::string revision = get("/images/" + name)["revision"];
    return answer("POST", "/images/" + name + "/edits", {{"revision", revision}, {"edit", change}}, status);
  }
  json add(const std::string& name, int class_id, int status = 200) {
    return edit(
        name,
        {{"type", "add"}, {"class_id", class_id}, {"rle", mask_to_coco_string(rectangle_mask({40, 30}, 2, 3, 12, 9))}},
        status);
  }

  json ended(std::int64_t id) {
    for (int i = 0; i < 4000; ++i) {
      json job = get("/jobs/" + std::to_string(id));
      if (job["state"] != "queued" && job["state"] != "running") return job;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    ADD_FAILURE() << "job " << id << " does not end";
    return {};
  }
  // Runs it to its end, which must be state.
  json run(const json& request, const std::string& state = "done") {
    const json begun = answer("POST", "/jobs", request);
    json job = ended(begun["id"]);
    EXPECT_EQ(job["state"], state) << job;
    return job;
  }
  json result_of(const json& job) { return get("/jobs/" + job["id"].dump() + "/result"); }
  std::string outside(const std::string& name) {
    outside_.push_back(folder_.string() + "-" + name);
    return outside_.back();
  }
  std::vector<std::string> class_names() {
    std::vector<std::string> names;
    const json project = get("/project");
    for (const json& each : project["classes"]) names.push_back(each["name"]);
    return names;
  }

  FakeGovernor governor_;
  FakePipeline pipeline_;
  SystemClock system_clock_;
  std::unique_ptr<Project> project_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Server> server_;
  std::vector<std::string> outside_;
};

TEST_F(JobRoutes, AnExportIsWritten) {
  const std::string out = outside("coco.json");
  const json job = run({{"kind", "export"}, {"format", "coco"}, {"path", out}});
  EXPECT_THAT(job["title"].get<std::string>(), HasSubstr("COCO"));
  EXPECT_EQ(job["changes_project"], false);
  const json result = result_of(job);
  EXPECT_EQ(result["path"], out);
  EXPECT_EQ(result["pictures"], 2);
  EXPECT_EQ(result["annotations"], 3);
  EXPECT_TRUE(result["losses"].is_array());
  EXPECT_TRUE(std::filesystem::exists(out));
  EXPECT_THAT(run({{"kind", "export"}, {"format", "coco"}, {"path", out}}, "failed")["message"].get<std::string>(),
              HasSubstr("is there already"));
  run({{"kind", "export"}, {"format", "coco"}, {"path", out}, {"overwrite", true}});
}

TEST_F(JobRoutes, WhatWasExportedIsImported) {
  const std::string out = outside("coco.json");
  run({{"kind", "export"}, {"format", "coco"}, {"path", out}});
  edit("a.bmp", {{"type", "clear"}});
  const json again = {{"kind", "import"}, {"path", out}, {"on_conflict", "keep"}, {"proposals", true}};
  json dry = again;
  dry["dry_run"] = true;
  const json looked = run(dry);
  EXPECT_EQ(looked["changes_project"], false);
  EXPECT_EQ(result_of(looked)["annotations"], 2);
  EXPECT_EQ(get("/images/a.bmp")["annotations"].size(), 0U) << "nothing was changed";
  const json job = run(again);
  EXPECT_EQ(job["changes_project"], true);
  const json result = result_of(job);
  EXPECT_EQ(result["annotations"], 2);
  EXPECT_EQ(result["conflicts"]["kept"], 1);
  EXPECT_EQ(get("/images/a.bmp")["annotations"].size(), 2U) << "the open project has them";
  EXPECT_EQ(get("/images?state=proposed")["total"], 1);
  EXPECT_EQ(get("/images?state=proposed")["images"][0]["proposals"], 2);
  EXPECT_EQ(get("/project/progress")["proposals"], 2);
  add("a.bmp", 1);
  const json accepted =
      run({{"kind", "export"}, {"format", "coco"}, {"path", outside("b.json")}, {"accepted_only", true}});
  EXPECT_EQ(result_of(accepted)["annotations"], 2) << "without the two proposals";
}

TEST_F(JobRoutes, ClassesAreAddedRenamedAndMerged) {
  EXPECT_EQ(result_of(run({{"kind", "classes"}, {"change", "add"}, {"name", " tree "}}))["classes"],
            (json{"car", "truck", "bus", "tree"}));
  EXPECT_THAT(class_names(), ElementsAre("car", "truck", "bus", "tree"));
  EXPECT_EQ(get("/images/a.bmp")["can_undo"], true) << "steps mean the same among more classes";
  add("c.bmp", 3);
  const json rename = {{"kind", "classes"}, {"change", "rename"}, {"name", "truck"}, {"to", "lorry"}};
  json dry = rename;
  dry["dry_run"] = true;
  EXPECT_EQ(result_of(run(dry))["annotations"], 1);
  EXPECT_EQ(class_names()[1], "truck");
  EXPECT_EQ(result_of(run(rename))["pictures"], 1);
  EXPECT_THAT(class_names(), ElementsAre("car", "lorry", "bus", "tree"));
  const json merged = result_of(run({{"kind", "classes"}, {"change", "merge"}, {"name", "car"}, {"to", "bus"}}));
  EXPECT_EQ(merged["classes"], (json{"lorry", "bus", "tree"}));
  EXPECT_EQ(merged["pictures"], 3);
  EXPECT_EQ(get("/images?class=1")["total"], 2) << "a.bmp's car and b.bmp's bus";
  EXPECT_EQ(get("/images/c.bmp")["annotations"][0]["class_id"], 2);
  add("c.bmp", 2);
  stop();
  start();
  EXPECT_THAT(class_names(), ElementsAre("lorry", "bus", "tree"));
  EXPECT_EQ(get("/images/c.bmp")["annotations"].size(), 2U);
}

// Renamed, renumbered or made part of another: what was done before can be undone and done again, and then is of the classes of now.
TEST_F(JobRoutes, UndoGoesOnWhenClassesChange) {
  const auto ids_on = [&](const std::string& name) {
    std::vector<int> ids;
    const json picture = get("/images/" + name);
    for (const json& each : picture["annotations"]) ids.push_back(each["class_id"]);
    return ids;
  };
  edit("a.bmp", {{"type", "delete"}, {"ids", {2}}});  // the truck
  edit("b.bmp", {{"type", "clear"}});                 // the bus
  run({{"kind", "classes"}, {"change", "rename"}, {"name", "bus"}, {"to", "coach"}});
  for (const char* name : {"a.bmp", "b.bmp"}) EXPECT_EQ(get(std::string("/images/") + name)["can_undo"], true) << name;
  run({{"kind", "classes"}, {"change", "merge"}, {"name", "car"}, {"to", "coach"}});
  EXPECT_THAT(class_names(), ElementsAre("truck", "coach"));
  EXPECT_THAT(ids_on("a.bmp"), ElementsAre(1)) << "the car is a coach now";
  edit("a.bmp", {{"type", "undo"}});
  EXPECT_THAT(ids_on("a.bmp"), ElementsAre(1, 0)) << "and the truck is back";
  edit("b.bmp", {{"type", "undo"}});
  EXPECT_THAT(ids_on("b.bmp"), ElementsAre(1));
  edit("a.bmp", {{"type", "undo"}});
  edit("a.bmp", {{"type", "undo"}});
  EXPECT_THAT(ids_on("a.bmp"), ElementsAre()) << "down to the beginning";
  EXPECT_EQ(get("/images/a.bmp")["can_undo"], false);
  edit("a.bmp", {{"type", "redo"}});
  EXPECT_THAT(ids_on("a.bmp"), ElementsAre(1));
  stop();
  start();
  EXPECT_EQ(get("/images/a.bmp")["can_redo"], true);
}

// An edit that waited while the program was away: its class by the name it had then.
TEST_F(JobRoutes, AnEditMeansTheClassOfItsName) {
  run({{"kind", "classes"}, {"change", "merge"}, {"name", "car"}, {"to", "bus"}});
  ASSERT_THAT(class_names(), ElementsAre("truck", "bus"));
  int asked = 0;
  const auto ask = [&](const json& change, const std::string& name, int status) {
    const json body = {{"revision", get("/images/c.bmp")["revision"]},
                       {"class_name", name},
                       {"edit_id", "e" + std::to_string(++asked)},
                       {"edit", change}};
    return answer("POST", "/images/c.bmp/edits", body, status);
  };
  const json rle = mask_to_coco_string(rectangle_mask({40, 30}, 2, 3, 12, 9));
  const json add = {{"type", "add"}, {"class_id", 1}, {"rle", rle}};
  json picture = ask(add, "truck", 200);
  EXPECT_EQ(picture["annotations"][0]["class_id"], 0);
  picture = ask({{"type", "set_class"}, {"ids", {1}}, {"class_id", 2}}, "bus", 200);
  EXPECT_EQ(picture["annotations"][0]["class_id"], 1);
  const json stroke = {{"type", "paint"}, {"id", nullptr}, {"class_id", 2}, {"points", {{20, 20}}}, {"radius", 3}};
  picture = ask(stroke, "bus", 200);
  EXPECT_EQ(picture["annotations"][1]["class_id"], 1);
  const json problem = ask(add, "car", 409);
  EXPECT_EQ(problem["type"], "/problems/class-gone");
  EXPECT_THAT(problem["detail"].get<std::string>(), HasSubstr("\"car\""));
  EXPECT_EQ(get("/images/c.bmp")["annotations"].size(), 2U) << "nothing is lost or made";
  EXPECT_EQ(ask({{"type", "delete"}, {"ids", {1}}}, "car", 200)["annotations"].size(), 1U) << "it names no class";
}

TEST_F(JobRoutes, ANumberOfBeforeARestartIsNoOtherJobs) {
  const std::int64_t before = run({{"kind", "statistics"}})["id"];
  stop();
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  start();
  EXPECT_GT(run({{"kind", "statistics"}})["id"].get<std::int64_t>(), before);
  get("/jobs/" + std::to_string(before), 404);
}

TEST_F(JobRoutes, ClassChangesThatCannotBeAreSaid) {
  const auto message = [&](json request) {
    request["kind"] = "classes";
    return run(request, "failed")["message"].get<std::string>();
  };
  EXPECT_THAT(message({{"change", "add"}, {"name", "car"}}), HasSubstr("already"));
  EXPECT_THAT(message({{"change", "rename"}, {"name", "car"}, {"to", "bus"}}), HasSubstr("merge"));
  EXPECT_THAT(message({{"change", "merge"}, {"name", "car"}, {"to", "plane"}}), HasSubstr("no class is called"));
  EXPECT_THAT(message({{"change", "rename"}, {"name", "plane"}, {"to", "ship"}}), HasSubstr("plane"));
  EXPECT_THAT(class_names(), ElementsAre("car", "truck", "bus"));
}

TEST_F(JobRoutes, StatisticsAreTheJsonOfStats) {
  const json result = result_of(run({{"kind", "statistics"}}));
  EXPECT_EQ(result, json::parse(statistics_json(count_annotations(*project_), project_->classes())));
}

TEST_F(JobRoutes, StatisticsAreDrawnAndSavedAsFiles) {
  const json job = run({{"kind", "statistics"}});
  const std::string path = "/jobs/" + job.at("id").dump();
  std::string light;
  std::string dark;
  for (const char* name : {"classes", "states", "areas", "positions", "objects", "times"}) {
    const auto chart = send("GET", path + "/charts/" + name + ".svg");
    ASSERT_EQ(chart->status, 200) << name << chart->body;
    EXPECT_EQ(chart->get_header_value("Content-Type"), "image/svg+xml");
    EXPECT_THAT(chart->body, HasSubstr("<svg"));
    light += chart->body;
    dark += send("GET", path + "/charts/" + name + ".svg?theme=dark")->body;
  }
  EXPECT_NE(light, dark);
  EXPECT_THAT(light, HasSubstr(project_->classes().names[2]));
  EXPECT_THAT(send("GET", path + "/report")->body, HasSubstr("<!doctype html>"));
  EXPECT_EQ(send("GET", path + "/report?as=csv")->body,
            statistics_csv(count_annotations(*project_), project_->classes()));
  EXPECT_EQ(json::parse(send("GET", path + "/report?as=json")->body), result_of(job));

  EXPECT_EQ(send("GET", path + "/charts/nothing.svg")->status, 404);
  EXPECT_EQ(send("GET", path + "/charts/classes.png")->status, 404);
  EXPECT_EQ(send("GET", path + "/charts/classes.svg?theme=pink")->status, 422);
  EXPECT_EQ(send("GET", path + "/report?as=pdf")->status, 422);
  EXPECT_EQ(send("GET", "/jobs/99/report")->status, 404);
  const json other = run({{"kind", "classes"}, {"change", "add"}, {"name", "new one"}, {"dry_run", true}});
  EXPECT_EQ(send("GET", "/jobs/" + other.at("id").dump() + "/report")->status, 409);
}

TEST_F(JobRoutes, EmbeddingIsCountedAndCancelled) {
  EXPECT_THAT(run({{"kind", "embed"}}, "failed")["message"].get<std::string>(), HasSubstr("--embedding-disk-bytes"));
  pipeline_.set_embedding_limit(1 << 20);
  pipeline_.on_embed = [](const PicturePath& picture, WithoutMemory, const std::stop_token&) {
    if (picture.path.filename() == "b.bmp") throw ImageError("is truncated");
    return DiskEmbedding{DiskEmbedding::State::written, 100, 1, 1};
  };
  const json job = run({{"kind", "embed"}});
  EXPECT_EQ(job["done"], 3);
  EXPECT_EQ(result_of(job)["written"], 2);
  EXPECT_EQ(result_of(job)["failed"], 1);
  EXPECT_THAT(job["log"][0].get<std::string>(), HasSubstr("b.bmp: is truncated"));
  pipeline_.on_embed = [](const PicturePath&, WithoutMemory, const std::stop_token& stop) -> DiskEmbedding {
    while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    throw Stopped();
  };
  const json begun = answer("POST", "/jobs", {{"kind", "embed"}});
  answer("DELETE", "/jobs/" + begun["id"].dump(), nullptr, 409);
  answer("POST", "/jobs/" + begun["id"].dump() + "/cancel");
  EXPECT_EQ(ended(begun["id"])["state"], "cancelled");
  answer("DELETE", "/jobs/" + begun["id"].dump());
  get("/jobs/" + begun["id"].dump(), 404);
}

TEST_F(JobRoutes, EverythingIsThereWhileItRuns) {
  std::atomic<int> asked = 0;
  std::atomic<bool> go = false;
  pipeline_.on_series = [&](const Prompt& prompt) {
    if (++asked == 80) go.wait(false);  // of 256
    SegmentResult answer;
    const Point at = prompt.points.at(0).position;
    const int x = std::min(static_cast<int>(at.x), 37);
    const int y = std::min(static_cast<int>(at.y), 27);
    Instance& instance = answer.instances.emplace_back();
    instance.mask = rectangle_mask({40, 30}, x, y, x + 2, y + 2);
    instance.score = 0.95F;
    auto logits = std::make_shared<Logits>();
    logits->size = {4, 1};
    logits->values = {5, 5, -5, -5};
    instance.logits = logits;
    return answer;
  };
  const json begun = answer("POST", "/jobs", {{"kind", "everything"}, {"image", "a.bmp"}, {"points_per_side", 16}});
  EXPECT_EQ(begun["title"], "Everything on a.bmp");
  EXPECT_EQ(begun["image"], "a.bmp");
  while (asked < 80) std::this_thread::yield();
  EXPECT_GT(get("/jobs/" + begun["id"].dump() + "/result")["segments"].size(), 10U);
  run({{"kind", "classes"}, {"change", "add"}, {"name", "tree"}});
  run({{"kind", "statistics"}});
  go = true;
  go.notify_all();
  const json job = ended(begun["id"]);
  EXPECT_EQ(job["state"], "done") << job;
  EXPECT_EQ(job["done"], 256);
  const json segments = result_of(job)["segments"];
  EXPECT_GT(segments.size(), 30U);
  EXPECT_EQ(segments[0]["stability"], 1.0);
  EXPECT_EQ(segments[0]["area"], 4);
}

TEST_F(JobRoutes, EditsAreRefusedWhileTheProjectIsChanged) {
  const auto edit = project_->edit();
  const json problem = add("c.bmp", 0, 423);
  EXPECT_EQ(problem["type"], "/problems/project-busy");
  EXPECT_EQ(get("/images/c.bmp")["annotations"].size(), 0U);
}

TEST_F(JobRoutes, StoppingTheServerStopsItsJobs) {
  pipeline_.set_embedding_limit(1 << 20);
  pipeline_.on_embed = [](const PicturePath&, WithoutMemory, const std::stop_token& stop) -> DiskEmbedding {
    while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    throw Stopped();
  };
  answer("POST", "/jobs", {{"kind", "embed"}});
  answer("POST", "/jobs", {{"kind", "statistics"}});
  const auto begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST_F(JobRoutes, HostileRequestsAreRefused) {
  const auto refused = [&](const json& body, int status = 422) {
    return answer("POST", "/jobs", body, status)["detail"].get<std::string>();
  };
  EXPECT_THAT(refused(json::object()), HasSubstr("'kind' must be one of embed"));
  EXPECT_THAT(refused({{"kind", "nothing"}}), HasSubstr("'kind' must be one of embed"));
  EXPECT_THAT(refused({{"kind", 1}}), HasSubstr("'kind' must be a string"));
  EXPECT_THAT(refused({{"kind", "export"}, {"path", "/tmp/x"}}), HasSubstr("'format' is missing"));
  EXPECT_THAT(refused({{"kind", "export"}, {"path", "/tmp/x"}, {"format", "none"}}), HasSubstr("is not a format"));
  EXPECT_THAT(refused({{"kind", "export"}, {"path", "x"}, {"format", "coco"}}), HasSubstr("slash"));
  EXPECT_THAT(refused({{"kind", "export"}, {"path", folder_ / "images/x"}, {"format", "coco"}}), HasSubstr("inside"));
  EXPECT_THAT(refused({{"kind", "export"}, {"path", std::string("/a\0b", 4)}, {"format", "coco"}}), HasSubstr("NUL"));
  EXPECT_THAT(refused({{"kind", "import"}, {"path", "/none/of/this"}}), HasSubstr("does not exist"));
  EXPECT_THAT(refused({{"kind", "import"}, {"path", folder_}}), HasSubstr("this project"));
  EXPECT_THAT(refused({{"kind", "import"}, {"path", "/tmp"}, {"on_conflict", "x"}}), HasSubstr("refuse, keep"));
  EXPECT_THAT(refused({{"kind", "classes"}, {"name", "x"}}), HasSubstr("'change' must be one of"));
  EXPECT_THAT(refused({{"kind", "classes"}, {"change", "add"}, {"name", "a\nb"}}), HasSubstr("control character"));
  EXPECT_THAT(refused({{"kind", "classes"}, {"change", "add"}, {"name", "  "}}), HasSubstr("empty"));
  EXPECT_THAT(refused({{"kind", "classes"}, {"change", "rename"}, {"name", "car"}}), HasSubstr("'to' is missing"));
  EXPECT_THAT(refused(json::array()), HasSubstr("object"));
  for (const char* id : {"0", "-1", "x", "1x", "99999999999999999999", "%00"}) {
    get("/jobs/" + std::string(id), 404);
    get("/jobs/" + std::string(id) + "/result", 404);
  }
  EXPECT_EQ(get("/jobs")["jobs"].size(), 0U);
}

}  // namespace
}  // namespace sam
