// The command line, run as a process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>
#include <vips/vips.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/process.h"
#include "server/raw_client.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class CommandLine : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/sam-cli-test-XXXXXX";
    folder_ = mkdtemp(name);
    environment_ = {"SAM_DATA_DIR=" + (folder_ / "data").string(), "SAM_CACHE_DIR=" + (folder_ / "cache").string(),
                    "CUDA_VISIBLE_DEVICES="};
  }
  void TearDown() override { fs::remove_all(folder_); }

  ProcessResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), SAM_ANNOTATOR);
    return run_process(arguments, environment_);
  }

  // Refused with one line on stderr that holds `words`.
  void expect_refusal(const std::vector<std::string>& arguments, int status, const std::string& words) const {
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_THAT(result.err, HasSubstr(words));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(result.out, "");
  }

  static std::string sample(const std::string& name) { return std::string(SAM_SAMPLES) + "/images/" + name; }
  static std::string model(const std::string& name) { return std::string(SAM_TEST_DATA) + "/models/" + name; }

  fs::path folder_;
  std::vector<std::string> environment_;
};

TEST_F(CommandLine, HelpIsEverywhere) {
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {}, {"annotate"}, {"segment"}, {"models"}, {"models", "add"}, {"memory"}, {"doctor"}}) {
    std::vector<std::string> arguments = command;
    arguments.emplace_back("--help");
    const ProcessResult result = run(arguments);
    EXPECT_EQ(result.status, 0);
    EXPECT_THAT(result.out, HasSubstr("--help"));
  }
  EXPECT_THAT(run({"--version"}).out, HasSubstr("sam-annotator "));
}

TEST_F(CommandLine, OutputThatCannotBeWrittenIsAFailure) {
  const auto into = [&](const std::string& command, const std::string& target) {
    return run_process({"/bin/sh", "-c", std::string(SAM_ANNOTATOR) + " " + command + " " + target}, environment_);
  };
  for (const std::string& command :
       {std::string("--help"), std::string("--version"), std::string("memory"), std::string("memory --json"),
        std::string("memory --watch"), std::string("models list"), std::string("doctor"),
        "segment " + sample("coffee.jpg") + " --model grabcut --point 300,200,+ --json"}) {
    const ProcessResult result = into(command, ">/dev/full");
    EXPECT_EQ(result.status, 1) << command;
    EXPECT_THAT(result.err, HasSubstr("standard output cannot be written")) << command;
  }
  EXPECT_EQ(into("memory", ">&-").status, 1);
  EXPECT_EQ(into("memory", "| true").status, 0);
  EXPECT_EQ(into("segment " + sample("coffee.jpg") + " --point 9999,200,+", ">/dev/full").status, 1);
}

TEST_F(CommandLine, WrongUsageIsStatusTwo) {
  expect_refusal({"--no-such-flag"}, 2, "--no-such-flag");
  expect_refusal({}, 2, "--category_path");
  expect_refusal({"segment"}, 2, "IMAGE");
  expect_refusal({"segment", sample("coffee.jpg")}, 2, "nothing to segment");
  expect_refusal({"segment", sample("coffee.jpg"), "--box", "1,2,3"}, 2, "expected x1,y1,x2,y2");
  expect_refusal({"segment", sample("coffee.jpg"), "--box", "1,2,3,x"}, 2, "'x' is no number");
  expect_refusal({"segment", sample("coffee.jpg"), "--point", "1,2"}, 2, "expected x,y,+");
  expect_refusal({"segment", sample("coffee.jpg"), "--point", "5,5,+", "--encoder", "a.onnx"}, 2, "belong together");
  expect_refusal({"segment", sample("coffee.jpg"), "--point", "5,5,+", "--model", "nobody"}, 2,
                 "known: grabcut, builtin;");
  expect_refusal({"segment", sample("coffee.jpg"), "--point", "5,5,+", "--device", "tpu"}, 2,
                 "expected auto, cpu or cuda:N");
  expect_refusal({"segment", sample("coffee.jpg"), "--point", "5,5,+", "--refine", "--model", "grabcut"}, 2,
                 "--refine needs");
  expect_refusal({"--category_path", folder_.string(), "--checkpoint", "sam_vit_b.pth"}, 2, "samexporter");
}

TEST_F(CommandLine, FailureIsStatusOneAndSaysWhy) {
  expect_refusal({"segment", "/no/such/photo.jpg", "--box", "1,1,5,5"}, 1, "/no/such/photo.jpg");
  expect_refusal({"segment", std::string(SAM_SAMPLES) + "/classes.csv", "--box", "1,1,5,5"}, 1, "classes.csv");
  expect_refusal({"models", "remove", "nobody"}, 1, "there is no model 'nobody'");
  expect_refusal({"--category_path", (folder_ / "nowhere").string()}, 1, "nowhere");
  expect_refusal({"segment", sample("coffee.jpg"), "--point", "5,5,+", "--device", "cuda:0"}, 1, "use --device cpu");
}

TEST_F(CommandLine, ACardThatCannotBeUsedIsAnErrorAndNothingIsWritten) {
  const fs::path script = folder_ / "script.txt";
  std::ofstream(script) << "0 host 2GiB/8GiB\n0 cuda:0 2GiB/8GiB\n";
  environment_.push_back("SAM_MEMORY_SCRIPT=" + script.string());
  const fs::path out = folder_ / "mask.png";
  const ProcessResult result =
      run({"segment", sample("coffee.jpg"), "--point", "300,200,+", "--out", out.string(), "--encoder",
           model("sam1_hwc.encoder.onnx"), "--decoder", model("sam1_four.decoder.onnx"), "--device", "cuda:3"});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("--device cuda:3: only 1 NVIDIA card(s) are visible; use cuda:0"));
  EXPECT_FALSE(fs::exists(out)) << "it does not go on in another way than it was told to";
}

TEST_F(CommandLine, InCpuModeACardThatIsFullDoesNotMatter) {
  const fs::path script = folder_ / "script.txt";
  std::ofstream(script) << "0 host 2GiB/8GiB\n0 cuda:0 8180MiB/8GiB\n";
  environment_.push_back("SAM_MEMORY_SCRIPT=" + script.string());
  const ProcessResult result =
      run({"segment", sample("coffee.jpg"), "--point", "300,200,+", "--json", "--encoder",
           model("sam1_hwc.encoder.onnx"), "--decoder", model("sam1_four.decoder.onnx"), "--device", "cpu"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("Memory before prediction: Running on CPU - memory stats not available"));
  EXPECT_EQ(result.err.find("ran out of memory"), std::string::npos) << result.err;
  EXPECT_FALSE(nlohmann::json::parse(result.out).at("candidates").empty());
}

TEST_F(CommandLine, SegmentsWithTheBuiltInPredictor) {
  const fs::path out = folder_ / "mask.png";
  const ProcessResult result =
      run({"segment", sample("coffee.jpg"), "--box", "150,60,470,330", "--out", out.string(), "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(nlohmann::json::parse(result.out).at("predictor").get<std::string>(), HasSubstr("Built-in model"));
  EXPECT_THAT(result.err, HasSubstr("Memory before prediction: Running on CPU - memory stats not available"));
  EXPECT_THAT(result.err, HasSubstr("Memory after prediction: "));
  const auto json = nlohmann::json::parse(result.out);
  const auto& best = json.at("candidates").at(0);
  EXPECT_GT(best.at("area").get<int>(), 10000);
  EXPECT_EQ(best.at("segmentation").at("size"), (std::vector<int>{json.at("height"), json.at("width")}));
  std::ifstream file(out, std::ios::binary);
  std::string magic(4, '\0');
  file.read(magic.data(), 4);
  EXPECT_EQ(magic.substr(1), "PNG");
}

// The picture of numbers holds every segment that no better one covers, each at the point that found it or near.
TEST_F(CommandLine, SegmentsEverythingOnAGrid) {
  const fs::path out = folder_ / "segments.png", overlay = folder_ / "look.jpg";
  const ProcessResult result = run({"segment", sample("coffee.jpg"), "--everything", "--points-per-side", "8", "--json",
                                    "--out", out.string(), "--overlay", overlay.string()});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("points"), 64);
  const auto& segments = json.at("segments");
  ASSERT_GT(segments.size(), 1u);
  for (const auto& segment : segments) {
    EXPECT_GE(segment.at("score").get<double>(), 0.6);
    EXPECT_GE(segment.at("stability").get<double>(), 0.6);
    EXPECT_GE(segment.at("area").get<int>(), 600 * 400 / 10000);
    EXPECT_EQ(segment.at("segmentation").at("size"), (std::vector<int>{400, 600}));
  }
  ASSERT_EQ(vips_init("cli_tests"), 0);
  VipsImage* numbers = vips_image_new_from_file(out.c_str(), nullptr);
  ASSERT_NE(numbers, nullptr) << vips_error_buffer();
  double most = 0;
  EXPECT_EQ(vips_max(numbers, &most, nullptr), 0);
  EXPECT_EQ(vips_image_get_width(numbers), 600);
  g_object_unref(numbers);
  EXPECT_GT(most, 0);
  EXPECT_LE(most, static_cast<double>(segments.size()));
  EXPECT_GT(fs::file_size(overlay), 1000u);

  const auto few =
      run({"segment", sample("coffee.jpg"), "--everything", "--points-per-side", "8", "--json", "--min-area", "10000"});
  EXPECT_LT(nlohmann::json::parse(few.out).at("segments").size(), segments.size());
  expect_refusal({"segment", sample("coffee.jpg"), "--everything", "--model", "grabcut"}, 1, "GrabCut");
}

TEST_F(CommandLine, WithoutTheBuiltInModelsFilesGrabCutServes) {
  environment_.push_back("SAM_MODELS_DIR=" + (folder_ / "none").string());
  const std::vector<std::string> plain = {"segment", sample("coffee.jpg"), "--box", "150,60,470,330", "--json"};
  const ProcessResult result = run(plain);
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(nlohmann::json::parse(result.out).at("predictor").get<std::string>(), HasSubstr("GrabCut"));
  const std::string missing =
      (folder_ / "none").string() + " and are not both there; copy the folder models there, set SAM_MODELS_DIR";
  std::vector<std::string> asked = plain;
  asked.insert(asked.end(), {"--model", "builtin"});
  expect_refusal(asked, 1, missing);
  expect_refusal({"embed", std::string(SAM_SAMPLES)}, 1, missing);
  EXPECT_THAT(result.err, HasSubstr(missing));
  for (const std::vector<std::string>& command : {std::vector<std::string>{"doctor"}, {"models", "check"}}) {
    const ProcessResult told = run(command);
    EXPECT_EQ(told.status, 1);
    EXPECT_THAT(told.out, HasSubstr(missing));
  }
  EXPECT_THAT(run({"models", "list"}).out, Not(HasSubstr("builtin")));
}

TEST_F(CommandLine, ADamagedBuiltInModelIsSaidWithWhereToGetIt) {
  const fs::path damaged = folder_ / "damaged";
  fs::copy(SAM_MODELS, damaged);
  fs::resize_file(damaged / "builtin.encoder.onnx", 1000);
  environment_.push_back("SAM_MODELS_DIR=" + damaged.string());
  expect_refusal({"segment", sample("coffee.jpg"), "--point", "5,5,+"}, 1, "copy its folder models anew");
  const ProcessResult checked = run({"models", "check"});
  EXPECT_EQ(checked.status, 1);
  EXPECT_THAT(checked.out, HasSubstr("builtin: broken: "));
  EXPECT_THAT(checked.out, Not(HasSubstr("fine")));
}

TEST_F(CommandLine, FindsTheBuiltInModelInShareOfWhereItsFolderIs) {
  fs::create_directories(folder_ / "bin");
  fs::create_directories(folder_ / "share" / "sam-annotator");
  fs::copy_file(SAM_ANNOTATOR, folder_ / "bin" / "sam-annotator");
  fs::copy(SAM_MODELS, folder_ / "share" / "sam-annotator" / "models");
  const std::string moved = (folder_ / "bin" / "sam-annotator").string();
  EXPECT_THAT(run_process(std::vector<std::string>{moved, "models", "list"}, environment_).out,
              HasSubstr((folder_ / "share").string()));
}

TEST_F(CommandLine, ModelsAreKeptByName) {
  const std::string encoder = model("sam1_hwc.encoder.onnx"), decoder = model("sam1_four.decoder.onnx");
  ASSERT_TRUE(fs::exists(encoder) && fs::exists(decoder));
  const ProcessResult added = run({"models", "add", "tiny", encoder, decoder});
  ASSERT_EQ(added.status, 0) << added.err;
  EXPECT_THAT(run({"models", "list"}).out, HasSubstr("tiny"));
  EXPECT_THAT(run({"models", "check"}).out, HasSubstr("tiny: fine"));
  const ProcessResult segmented =
      run({"segment", sample("coffee.jpg"), "--model", "tiny", "--point", "300,200,+", "--refine", "--json"});
  ASSERT_EQ(segmented.status, 0) << segmented.err;
  EXPECT_EQ(nlohmann::json::parse(segmented.out).at("candidates").size(), 1u);
  expect_refusal({"models", "add", "tiny", encoder, decoder}, 1, "there is a model 'tiny' already");
  expect_refusal({"models", "add", "swapped", decoder, encoder}, 1, "");
  EXPECT_EQ(run({"models", "remove", "tiny"}).status, 0);
  EXPECT_EQ(run({"models", "list"}).out.find("tiny"), std::string::npos);
  expect_refusal({"models", "add", "builtin", encoder, decoder}, 1, "comes with the program");
  expect_refusal({"models", "remove", "builtin"}, 1, "comes with the program");
  EXPECT_THAT(run({"models", "check"}).out, HasSubstr("builtin: fine: Built-in model"));
  EXPECT_THAT(run({"models", "check", "grabcut"}).out, HasSubstr("grabcut: fine"));
}

// 96 MP: as it is, the overlay takes 825 MiB and the mask's file 138. A program with sanitizers holds up to 100 MiB besides.
TEST_F(CommandLine, SegmentsFilesKeepToTheMemoryThereIs) {
  const std::string picture = (folder_ / "big.jpg").string();
  VipsImage* black = nullptr;
  ASSERT_EQ(vips_black(&black, 12000, 8000, "bands", 3, nullptr), 0);
  ASSERT_EQ(vips_jpegsave(black, picture.c_str(), nullptr), 0);
  g_object_unref(black);
  const std::string mask = (folder_ / "mask.png").string();
  const std::string overlay = (folder_ / "overlay.jpg").string();
  const auto segment = [&](const std::string& limit) {
    fs::remove(mask);
    fs::remove(overlay);
    return run({"segment", picture, "--model", "grabcut", "--box", "900,900,3000,3000", "--max-image-size", "300",
                "--json", "--out", mask, "--overlay", overlay, "--host-memory-limit", limit});
  };
  const ProcessResult reduced = segment("400MiB");
  EXPECT_EQ(reduced.status, 0) << reduced.err;
  EXPECT_THAT(reduced.err, HasSubstr("overlay.jpg shows the picture reduced to 300x200"));
  EXPECT_TRUE(fs::exists(mask) && fs::exists(overlay));
  EXPECT_LT(nlohmann::json::parse(reduced.out).at("peak_bytes"), 400 << 20) << "what the limit counts";

  const ProcessResult refused = segment("135MiB");
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("sam-annotator: writing the mask " + mask + " needs "));
  EXPECT_FALSE(fs::exists(mask));
  EXPECT_TRUE(fs::exists(overlay)) << "what fits is written";
  EXPECT_EQ(nlohmann::json::parse(refused.out).at("width"), 12000);
}

TEST_F(CommandLine, MemoryAndDoctorTellWhatThereIs) {
  const auto memory = nlohmann::json::parse(run({"memory", "--json"}).out);
  EXPECT_GT(memory.at("host").at("total").get<std::uint64_t>(), 0u);
  EXPECT_EQ(memory.at("devices").size(), 0u);
  EXPECT_THAT(run({"memory"}).out, HasSubstr("Running on CPU - memory stats not available"));
  const ProcessResult doctor = run({"doctor"});
  EXPECT_EQ(doctor.status, 0) << doctor.out;
  EXPECT_THAT(doctor.out, HasSubstr("OpenVINO"));
  EXPECT_THAT(doctor.out, HasSubstr("libtbb"));
}

TEST_F(CommandLine, WritesASampleClassListAndStatistics) {
  const fs::path csv = folder_ / "sample.csv";
  ASSERT_EQ(run({"--create_sample", "--sample_output", csv.string()}).status, 0);
  std::ifstream file(csv);
  std::string header;
  std::getline(file, header);
  EXPECT_EQ(header, "class_name");

  const fs::path project = folder_ / "project";
  fs::copy(SAM_SAMPLES, project, fs::copy_options::recursive);
  ASSERT_EQ(run({"--category_path", project.string(), "--export_stats"}).status, 0);
  EXPECT_FALSE(fs::is_empty(project / "exports"));
}

TEST_F(CommandLine, OpensAnotherToolsProjectWithItsClassesInOneCommand) {
  const fs::path theirs = folder_ / "theirs", project = folder_ / "project";
  fs::create_directories(theirs);
  fs::copy(fs::path(SAM_SAMPLES) / "images" / "coffee.jpg", theirs);
  std::ofstream(theirs / "coffee.json")
      << R"({"version":"2.4.4","flags":{},"imagePath":"coffee.jpg","imageData":null,"imageHeight":400,"imageWidth":600,)"
      << R"("shapes":[{"label":"cup","score":0.8,"shape_type":"polygon","flags":{},"attributes":{},)"
      << R"("points":[[100,100],[300,100],[300,250]]}]})";
  const std::vector<std::string> open = {"--category_path", project.string(), "--import", theirs.string(),
                                         "--export_stats"};
  ASSERT_EQ(run(open).status, 0);
  std::ifstream classes(project / "classes.csv");
  std::string header, name;
  classes >> header >> name;
  EXPECT_EQ(name, "cup");
  EXPECT_TRUE(fs::exists(project / "annotations" / "coffee.jpg.json"));
  EXPECT_THAT(run(open).out, HasSubstr("the project's kept: 1"));  // again: what is there stays
  fs::remove_all(project);
  std::ofstream(theirs / "coffee.json")
      << R"({"version":"2.4.4","imagePath":"coffee.jpg","imageHeight":400,"imageWidth":600,"shapes":[]})";
  std::ofstream(theirs / "classes.txt") << "cup\n";
  for (const bool as_new : {true, false}) {
    std::vector<std::string> empty = open;
    if (as_new) empty.push_back("--empty-as-new");
    EXPECT_EQ(run(empty).status, 0);
    EXPECT_EQ(fs::exists(project / "annotations" / "coffee.jpg.json"), !as_new);
    fs::remove_all(project);
  }
  expect_refusal({"--category_path", project.string(), "--import", (folder_ / "nowhere").string()}, 1, "nowhere");
}

TEST_F(CommandLine, ServesAndStopsAtOnceWhenAsked) {
  const fs::path project = folder_ / "project";
  fs::copy(SAM_SAMPLES, project, fs::copy_options::recursive);
  const std::vector<std::string> arguments = {SAM_ANNOTATOR, "--category-path", project.string(), "--port", "18471"};
  for (const int signal : {SIGTERM, SIGINT}) {
    BackgroundProcess program(arguments, environment_);
    ASSERT_THAT(program.wait_for("Ctrl+C"), HasSubstr("http://127.0.0.1:18471"));
    expect_refusal({"--category_path", project.string(), "--port", "18472"}, 1, "already open");
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(program.stop(signal).status, 0);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  }
}

// The worker of a process; -1 if there is none after 10 s.
int worker_of(int pid) {
  for (int i = 0; i < 10'000; ++i) {
    std::error_code error;
    for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task", error)) {
      std::ifstream children(task.path() / "children");
      int child = -1;
      if (!(children >> child)) continue;
      std::ifstream command("/proc/" + std::to_string(child) + "/cmdline");
      std::string line;
      std::getline(command, line);
      if (line.find("worker") != std::string::npos) return child;  // before, it is a copy of its parent
    }
    usleep(1000);
  }
  return -1;
}

void write_black_png(const fs::path& path, int side) {
  ASSERT_EQ(vips_init("cli_tests"), 0);
  VipsImage* image = nullptr;
  ASSERT_EQ(vips_black(&image, side, side, nullptr), 0);
  EXPECT_EQ(vips_pngsave(image, path.c_str(), "compression", 1, nullptr), 0) << vips_error_buffer();
  g_object_unref(image);
}

std::string answer_of(int port, const std::string& request) {
  RawClient page(port);
  page.send(request);
  return page.receive_until("\r\n\r\n");
}

TEST_F(CommandLine, ThePageIsThereAndStopsAtOnceWhileAModelLoads) {
  const fs::path project = folder_ / "project";
  fs::copy(SAM_SAMPLES, project, fs::copy_options::recursive);
  for (const int signal : {SIGTERM, SIGINT}) {
    BackgroundProcess program({SAM_ANNOTATOR, "--category_path", project.string(), "--port", "18474", "--encoder",
                               model("sam1_hwc.encoder.onnx"), "--decoder", model("sam1_four.decoder.onnx")},
                              environment_);
    const int worker = worker_of(program.pid());
    ASSERT_GT(worker, 0);
    ASSERT_EQ(kill(worker, SIGSTOP), 0);  // its model takes for ever
    EXPECT_THAT(program.wait_for("Ctrl+C"), HasSubstr("http://127.0.0.1:18474"));
    const std::string head = " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    EXPECT_THAT(answer_of(18474, "GET /api/v1/images/coffee.jpg/proxy" + head), HasSubstr("200 OK"));
    RawClient page(18474);
    page.send("GET /api/v1/predictor" + head);
    EXPECT_THAT(page.receive_until("\"use\""), HasSubstr(R"("name":"sam1_hwc","reason":"","state":"loading")"));
    RawClient prompt(18474);  // waits for the model
    prompt.send(
        "POST /api/v1/images/coffee.jpg/segment HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 44\r\n\r\n{\"points\":[{\"x\":9,\"y\":9,\"foreground\":true}]}");
    usleep(200'000);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(program.stop(signal).status, 0);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
    for (int i = 0; i < 2000 && kill(worker, 0) == 0; ++i) usleep(1000);
    std::ifstream state("/proc/" + std::to_string(worker) + "/stat");  // gone, or a zombie that nobody reaps here
    std::string line;
    std::getline(state, line);
    EXPECT_TRUE(line.empty() || line.find(") Z") != std::string::npos) << line;
  }
}

TEST_F(CommandLine, AWrongModelFileIsAnErrorAtTheStart) {
  const fs::path project = folder_ / "project";
  fs::copy(SAM_SAMPLES, project, fs::copy_options::recursive);
  const std::string encoder = model("sam1_hwc.encoder.onnx"), decoder = model("sam1_four.decoder.onnx");
  std::ofstream(folder_ / "half.onnx") << std::ifstream(encoder).rdbuf();
  fs::resize_file(folder_ / "half.onnx", fs::file_size(encoder) / 2);
  const auto refused = [&](const std::string& first, const std::string& second, const std::string& words) {
    expect_refusal({"--category_path", project.string(), "--port", "18476", "--encoder", first, "--decoder", second}, 1,
                   words);
  };
  refused((folder_ / "none.onnx").string(), decoder, "none.onnx");
  refused(encoder, sample("coffee.jpg"), "no ONNX file or is damaged");
  refused((folder_ / "half.onnx").string(), decoder, "half.onnx is no ONNX file or is damaged");
  refused(decoder, encoder, "encoder and decoder are swapped");
  refused(encoder, model("sam2.decoder.onnx"), "of two kinds");
  refused(model("arithmetic.onnx"), decoder, "no kind of model known here");
}

TEST_F(CommandLine, WhatOnlyLoadingFindsIsToldWhileThePageWorks) {
  const fs::path project = folder_ / "project";
  fs::copy(SAM_SAMPLES, project, fs::copy_options::recursive);
  BackgroundProcess program({SAM_ANNOTATOR, "--category_path", project.string(), "--port", "18477", "--encoder",
                             model("sam1_512.encoder.onnx"), "--decoder", model("sam1_four.decoder.onnx")},
                            environment_);
  ASSERT_NE(program.wait_for("Ctrl+C"), "");
  const std::string get = "GET /api/v1/predictor HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::string told;
  for (int i = 0; i < 1000 && told.find("\"failed\"") == std::string::npos; ++i) {
    usleep(10'000);
    RawClient page(18477);
    page.send(get);
    told = page.receive_until("\"use\"");
  }
  EXPECT_THAT(told, HasSubstr("exported from the same model"));
  EXPECT_EQ(program.stop(SIGTERM).status, 0);
}

TEST_F(CommandLine, StopsWithinTwoSecondsWhileAPictureIsUnpacked) {
  const fs::path project = folder_ / "project";
  fs::create_directories(project / "images");
  std::ofstream(project / "classes.csv") << "class_name\ncat\n";
  write_black_png(project / "images" / "huge.png", 16000);  // 256 MP: seconds of work
  BackgroundProcess program({SAM_ANNOTATOR, "--category_path", project.string(), "--port", "18475"}, environment_);
  ASSERT_NE(program.wait_for("Ctrl+C"), "");
  RawClient page(18475);
  page.send("GET /api/v1/images/huge.png/tiles/0/0/0 HTTP/1.1\r\nHost: localhost:18475\r\n\r\n");
  const auto unpacked = [this](const char* extension) {
    for (const auto& entry : fs::directory_iterator(folder_ / "cache" / "tiles")) {
      if (entry.path().extension() == extension) return true;
    }
    return false;
  };
  for (int i = 0; i < 10'000 && !unpacked(".part"); ++i) usleep(1000);
  ASSERT_TRUE(unpacked(".part"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(program.stop(SIGTERM).status, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_FALSE(unpacked(".tiles"));
}

TEST_F(CommandLine, ABusyPortSaysWhichFlagToGive) {
  const fs::path project = folder_ / "project", other = folder_ / "other";
  fs::copy(SAM_SAMPLES, project, fs::copy_options::recursive);
  fs::copy(SAM_SAMPLES, other, fs::copy_options::recursive);
  BackgroundProcess program({SAM_ANNOTATOR, "--category_path", project.string(), "--port", "18473"}, environment_);
  ASSERT_NE(program.wait_for("Ctrl+C"), "");
  const ProcessResult second = run({"--category_path", other.string(), "--port", "18473"});
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.err, HasSubstr("--port"));
  program.stop(SIGTERM);
}

}  // namespace
}  // namespace sam
