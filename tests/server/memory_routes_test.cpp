#include <gmock/gmock.h>

#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "server/live_server.h"
#include "server/memory_replies.h"
#include "server/metrics.h"
#include "server/raw_client.h"

namespace sam {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::HasSubstr;

using MemoryRoutes = LiveServer;

const char* const listen_request = "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST_F(MemoryRoutes, TheMemoryHasEveryDomainWithItsOwners) {
  const json memory = get("/memory");
  EXPECT_EQ(
      memory["line"],
      "SAM Annotator 763 MB · Host Used: 2.00 GB / Total: 8.00 GB (25.0%) · a card cannot be read (last known: Used: "
      "0.00 GB / Total: 16.00 GB (0.0%))");
  EXPECT_EQ(memory["formatted"], "Running on CPU - memory stats not available");
  EXPECT_EQ(memory["level"], "normal");
  EXPECT_EQ(memory["message"], "");
  EXPECT_EQ(memory["thresholds"], (json{{"warning", 0.8}, {"critical", 0.95}}));
  ASSERT_EQ(memory["domains"].size(), 2U);
  const json host = memory["domains"][0];
  EXPECT_EQ(host["domain"], "host");
  EXPECT_EQ(host["formatted"], "Used: 2.00 GB / Total: 8.00 GB (25.0%)");
  EXPECT_EQ(host["total"], std::uint64_t{8} << 30);
  EXPECT_EQ(host["own"], 800'000'000);
  EXPECT_EQ(host["reserved"], 750'000'000);
  EXPECT_EQ(host["other"], 50'000'000);
  EXPECT_EQ(host["by_owner"], (json{{"weights", 100'000'000},
                                    {"scratch", 200'000'000},
                                    {"images", 300'000'000},
                                    {"embeddings", 140'000'000},
                                    {"predictions", 10'000'000}}));
  EXPECT_EQ(host["readable"], true);
  EXPECT_EQ(memory["domains"][1]["name"], "a card");
  EXPECT_EQ(host["level"], "normal");
  EXPECT_EQ(memory["domains"][1]["readable"], false);
  EXPECT_EQ(memory["domains"][1]["level"], "unknown");
  EXPECT_EQ(memory["domains"][1]["formatted"], "Running on CPU - memory stats not available");
  EXPECT_EQ(memory["recovery"]["operations"], 5);
  EXPECT_EQ(
      memory["recovery"]["rungs"][0],
      (json{{"rung", "reclaim"}, {"runs", 4}, {"skips", 1}, {"rescues", 3}, {"freed_bytes", 1000}, {"seconds", 0.25}}));
  EXPECT_EQ(memory["recovery"]["rungs"].size(), rung_count);
}

TEST(MemoryLine, SaysWhatCannotBeReadAndMarksLastNumbers) {
  MemorySnapshot snapshot;
  snapshot.domain_count = 2;
  snapshot.domains[1].used_bytes = 7800ull << 20;
  snapshot.domains[1].total_bytes = 8ull << 30;
  EXPECT_EQ(
      memory_line(snapshot, {"Host", "a card"}),
      "SAM Annotator 0 bytes · Host cannot be read · a card cannot be read (last known: Used: 7.62 GB / Total: 8.00 "
      "GB (95.2%))");
  snapshot.domains[1].readable = true;
  EXPECT_TRUE(memory_line(snapshot, {"Host", "a card"}).ends_with("· a card Used: 7.62 GB / Total: 8.00 GB (95.2%)"));
}

TEST_F(MemoryRoutes, WithoutAGovernorTheAnswersAreEmpty) {
  server_.reset();
  options_.governor = nullptr;
  options_.recovery = nullptr;
  start();
  EXPECT_EQ(get("/memory")["domains"].size(), 0U);
  EXPECT_EQ(get("/memory/history")["domains"].size(), 0U);
  EXPECT_EQ(get("/memory/events")["events"].size(), 0U);
  EXPECT_EQ(post("/memory/optimize", "")["freed_bytes"], 0);
  EXPECT_EQ(client().Get("/metrics")->status, 200);
}

TEST_F(MemoryRoutes, TheButtonFreesAndTellsWhat) {
  const json answer = post("/memory/optimize", "");
  EXPECT_EQ(answer["done"], true);
  EXPECT_EQ(answer["freed_bytes"], 123'456);
  EXPECT_EQ(answer["memory"]["domains"][0]["own"], 800'000'000 - 123'456);
  EXPECT_EQ(get("/memory/events")["events"][0]["text"], "asked for");
}

TEST_F(MemoryRoutes, TheCachesAreReportedAndTheDisksHasItsLimit) {
  EXPECT_EQ(get("/memory")["caches"], json::array());
  server_.reset();
  CacheReport disk{"embeddings_on_disk", 7, 90, 3, 2, 1};
  disk.limit_bytes = 1000;
  disk.writes = 8;
  disk.dropped = 4;
  disk.damaged = 1;
  options_.caches = [disk] { return std::vector<CacheReport>{{"images", 2, 50, 6, 5, 0}, disk}; };
  start();
  const json caches = get("/memory")["caches"];
  EXPECT_EQ(caches[0], (json{{"name", "images"}, {"entries", 2}, {"bytes", 50}, {"hits", 6}, {"misses", 5}}));
  EXPECT_EQ(caches[1], (json{{"name", "embeddings_on_disk"},
                             {"entries", 7},
                             {"bytes", 90},
                             {"hits", 3},
                             {"misses", 2},
                             {"limit", 1000},
                             {"dropped", 4},
                             {"damaged", 1}}));
}

TEST_F(MemoryRoutes, CachesAreClearedAllOrButThePictureOnScreen) {
  const json answer = post("/memory/clear", R"({"keep_current":true})");
  EXPECT_EQ(answer["done"], true);
  EXPECT_EQ(answer["memory"]["domains"].size(), 2U);
  EXPECT_EQ(pipeline_.cleared(), true);
  post("/memory/clear", R"({"keep_current":false})");
  EXPECT_EQ(pipeline_.cleared(), false);
  post("/memory/clear", R"({})", 422);
  post("/memory/clear", R"({"keep_current":"yes"})", 422);
}

TEST_F(MemoryRoutes, PreparingAheadIsSwitched) {
  EXPECT_EQ(get("/memory/settings"), (json{{"prepare_ahead", true}}));
  auto http = client();
  const auto put = [&](const char* body) { return http.Put("/api/v1/memory/settings", body, "application/json"); };
  EXPECT_EQ(json_of(put(R"({"prepare_ahead":false})")), (json{{"prepare_ahead", false}}));
  EXPECT_FALSE(pipeline_.prepares_ahead());
  EXPECT_EQ(get("/memory/settings")["prepare_ahead"], false);
  EXPECT_EQ(put(R"({"prepare_ahead":0})")->status, 422);
  EXPECT_EQ(put("{}")->status, 422);
}

TEST_F(MemoryRoutes, TheLogIsReadFromANumberOn) {
  governor_.note("level", "one");
  governor_.note("recovery", "two");
  EXPECT_EQ(get("/memory/events")["events"].size(), 2U);
  const json newer = get("/memory/events?after=1")["events"];
  ASSERT_EQ(newer.size(), 1U);
  EXPECT_EQ(newer[0], (json{{"number", 2}, {"time_ms", 1000}, {"kind", "recovery"}, {"text", "two"}}));
  EXPECT_EQ(get("/memory/events?after=2")["events"].size(), 0U);
  for (const char* wrong : {"-1", "x", "", "1.5", "99999999999999999999999"}) {
    get(std::string("/memory/events?after=") + wrong, 422);
  }
}

TEST_F(MemoryRoutes, TheHistoryFillsWithoutAReader) {
  json history;
  for (int i = 0; i < 100 && history["time_ms"].size() < 3; ++i) {
    std::this_thread::sleep_for(milliseconds(50));
    history = get("/memory/history");
  }
  EXPECT_EQ(history["interval_ms"], 100);
  ASSERT_GE(history["time_ms"].size(), 3U);
  EXPECT_LT(history["time_ms"][0], history["time_ms"][1]);
  ASSERT_EQ(history["domains"].size(), 2U);
  const json host = history["domains"][0];
  EXPECT_EQ(host["domain"], "host");
  EXPECT_EQ(host["own"][0], 800'000'000);
  EXPECT_EQ(host["utilization"][0], 0.25);
  EXPECT_EQ(host["pressure"].size(), history["time_ms"].size());
}

TEST_F(MemoryRoutes, LevelsAndEntriesArePushedAtOnce) {
  server_.reset();
  options_.memory_interval_ms = 60'000;
  start();
  RawClient raw(server_->port());
  raw.send(listen_request);
  raw.receive_until("event: memory");
  governor_.note("recovery", "the third rung helped");
  EXPECT_THAT(raw.receive_until("helped"), HasSubstr("event: memory_event\ndata: {"));
  raw.forget();
  governor_.set_level(MemoryLevel::critical);
  EXPECT_THAT(raw.receive_until("is critical"), HasSubstr("\"level\":\"critical\""));
}

TEST(MemoryHistory, KeepsTheNewestTenMinutes) {
  MemoryHistory history;
  EXPECT_TRUE(history.points().empty());
  MemorySnapshot snapshot;
  snapshot.domain_count = 1;
  constexpr std::int64_t many = 2 * MemoryHistory::capacity + 7;
  for (std::int64_t i = 0; i < many; ++i) {
    snapshot.domains[0].own_bytes = static_cast<std::uint64_t>(i);
    history.add(2000 * i, snapshot);
  }
  const std::vector<HistoryPoint> points = history.points();
  ASSERT_EQ(points.size(), MemoryHistory::capacity);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::int64_t number = many - static_cast<std::int64_t>(points.size()) + static_cast<std::int64_t>(i);
    EXPECT_EQ(points[i].time_ms, 2000 * number);
    EXPECT_EQ(points[i].domains[0].own_bytes, static_cast<std::uint64_t>(number));
  }
}

// Every line against the grammar of the text exposition format; families are described before their samples and never repeated.
// Returns name{labels} → value.
std::map<std::string, std::string> parsed(const std::string& text) {
  static const std::regex help(R"(# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\\n]|\\\\|\\n)*)");
  static const std::regex type(R"(# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped))");
  static const std::regex sample(
      R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*")*\})? ([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|NaN|[+-]?Inf)( -?\d+)?)re");
  EXPECT_TRUE(text.ends_with('\n'));
  std::map<std::string, std::string> values;
  std::map<std::string, std::string> types;
  std::istringstream lines(text);
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, help)) {
      family = match[1];
      EXPECT_FALSE(types.contains(family)) << line;
    } else if (std::regex_match(line, match, type)) {
      EXPECT_EQ(match[1], family);
      EXPECT_TRUE(types.emplace(family, match[2]).second) << line;
      EXPECT_EQ(match[2] == "counter", family.ends_with("_total")) << line;
    } else if (std::regex_match(line, match, sample)) {
      EXPECT_EQ(match[1], family) << line;
      EXPECT_TRUE(types.contains(family)) << line;
      EXPECT_TRUE(values.emplace(match[1].str() + match[2].str(), match[3]).second) << line;
    } else {
      ADD_FAILURE() << "not of the format: " << line;
    }
  }
  return values;
}

TEST_F(MemoryRoutes, MetricsAreOfTheExpositionFormat) {
  auto http = client();
  const auto answer = http.Get("/metrics");
  ASSERT_EQ(answer->status, 200);
  EXPECT_EQ(answer->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_FALSE(answer->has_header("Content-Disposition"));
  const auto values = parsed(answer->body);
  EXPECT_EQ(values.at("sam_build_info{version=\"1.2.3\"}"), "1");
  EXPECT_EQ(values.at("sam_memory_own_bytes{domain=\"host\"}"), "800000000");
  EXPECT_EQ(values.at("sam_memory_owner_bytes{domain=\"host\",owner=\"embeddings\"}"), "140000000");
  for (const char* of_a_reading : {"level", "used_bytes", "free_bytes", "utilization_ratio", "pressure_ratio"}) {
    const std::string name = std::string("sam_memory_") + of_a_reading;
    EXPECT_TRUE(values.contains(name + "{domain=\"host\"}")) << name;
    EXPECT_FALSE(values.contains(name + "{domain=\"cuda:0\"}")) << name << " of what cannot be read";
  }
  EXPECT_EQ(values.at("sam_memory_level{domain=\"host\"}"), "0");
  EXPECT_EQ(values.at("sam_memory_readable{domain=\"host\"}"), "1");
  EXPECT_EQ(values.at("sam_memory_readable{domain=\"cuda:0\"}"), "0");
  EXPECT_EQ(values.at("sam_recovery_runs_total{rung=\"reclaim\"}"), "4");
  EXPECT_EQ(values.at("sam_recovery_skips_total{rung=\"reclaim\"}"), "1");
  EXPECT_EQ(values.at("sam_recovery_rescues_total{rung=\"reclaim\"}"), "3");
  EXPECT_EQ(values.at("sam_recovery_freed_bytes_total{rung=\"reclaim\"}"), "1000");
  EXPECT_EQ(values.at("sam_recovery_seconds_total{rung=\"reclaim\"}"), "0.25");
  EXPECT_EQ(values.at("sam_recovery_exhausted_total"), "2");
  EXPECT_EQ(values.at("sam_memory_events_total"), "0");
}

TEST(Metrics, LabelsAreEscaped) {
  ServerOptions options;
  options.version = "a \"b\" \\ \n";
  EXPECT_EQ(parsed(metrics_text(options)).size(), 1U);
}

}  // namespace
}  // namespace sam
