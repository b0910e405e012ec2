// Mask quality and time of the predictors on human segmentations of photos, in one run: GrabCut, and a model with and without refined edges.
// usage: predictor_quality_bench [DATA_FOLDER] [--encoder FILE --decoder FILE] [--half tuning|judging] [--cases]
// (or SAM_BENCH_DATA; photos and segments are in DATA_FOLDER/segments-val). Constants are chosen on the tuning half only.
// --cases: also a line a segment. Exit code 1 if a figure of GrabCut's is below what was asked.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "image/decode.h"
#include "inference/onnx_file.h"
#include "quality/segments.h"
#include "segmentation/edge_refinement.h"
#include "segmentation/registry.h"

namespace sam::bench {
namespace {

constexpr int clicks = 5;

struct Case {
  std::string name;
  bool judging = false;
  double box_iou = 0;
  double box_score = 0;
  std::array<double, clicks> click_iou{};
};

class Stopwatch {
 public:
  double ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Method {
  std::string name;
  std::shared_ptr<Predictor> predictor;
  bool refines_edge = false;
};

class Quality {
 public:
  Quality(Method method, bool print_cases) : method_(std::move(method)), print_cases_(print_cases) {}

  void add_photo(const std::string& name, const Image& picture, const std::vector<Segment>& segments) {
    const Stopwatch watch;
    const Embedding embedding = method_.predictor->encode(picture, picture.size(), {});
    encode_ms_.push_back(watch.ms());
    for (const Segment& segment : segments) {
      Case result{name + "#" + std::to_string(segment.label), in_judging_half(name), 0, 0, {}};
      measure_box(embedding, picture, segment, result);
      measure_clicks(embedding, picture, segment, result);
      if (print_cases_) print_case(result);
      cases_.push_back(std::move(result));
    }
  }

  // Mean IoU over all segments: box, 1, 3, 5 clicks.
  std::array<double, 4> report() {
    std::printf("%s\n", method_.name.c_str());
    print_line("tuning half", [](const Case& c) { return !c.judging; });
    print_line("judging half", [](const Case& c) { return c.judging; });
    const std::array<double, 4> all = print_line("all", [](const Case&) { return true; });
    print_times("encode", encode_ms_);
    print_times("box", box_ms_);
    print_times("clicks", click_ms_);
    return all;
  }

 private:
  Mask timed_decode(const Embedding& embedding, const Image& picture, const Prompt& prompt, std::vector<double>& times,
                    double* score) {
    const Stopwatch watch;
    std::vector<Instance> found = method_.predictor->decode(embedding, prompt, {});
    Mask mask = std::move(found.front().mask);
    if (method_.refines_edge) mask = refine_edge(mask, picture.view(), {});
    times.push_back(watch.ms());
    if (score != nullptr) *score = found.front().score;
    return mask;
  }

  void measure_box(const Embedding& embedding, const Image& picture, const Segment& segment, Case& result) {
    Prompt prompt;
    prompt.boxes = {segment.box};
    const Mask answer = timed_decode(embedding, picture, prompt, box_ms_, &result.box_score);
    result.box_iou = mask_iou(answer, segment.mask);
  }

  void measure_clicks(const Embedding& embedding, const Image& picture, const Segment& segment, Case& result) {
    Prompt prompt;
    Mask answer = mask_from_bits(std::vector<std::uint8_t>(mask_to_bits(segment.mask).size()), segment.mask.size);
    for (double& iou : result.click_iou) {
      if (const auto click = next_click(segment.mask, answer)) {
        prompt.points.push_back(*click);
        answer = timed_decode(embedding, picture, prompt, click_ms_, nullptr);
      }
      iou = mask_iou(answer, segment.mask);
    }
  }

  static void print_case(const Case& c) {
    std::printf("%s %s box %.3f score %.3f clicks", c.name.c_str(), c.judging ? "judging" : "tuning", c.box_iou,
                c.box_score);
    for (const double iou : c.click_iou) std::printf(" %.3f", iou);
    std::printf("\n");
  }

  // Mean IoU: box, 1, 3, 5 clicks.
  template <typename Chosen>
  std::array<double, 4> print_line(const char* title, Chosen chosen) const {
    std::array<double, 4> sum{};
    double count = 0;
    double low = 0;
    double score_error = 0;
    for (const Case& c : cases_) {
      if (!chosen(c)) continue;
      const std::array<double, 4> values{c.box_iou, c.click_iou[0], c.click_iou[2], c.click_iou[4]};
      for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += values[i];
      count += 1;
      low += c.box_iou < 0.3 ? 1 : 0;
      score_error += std::abs(c.box_score - c.box_iou);
    }
    for (double& value : sum) value /= std::max(1.0, count);
    if (count == 0) return sum;
    std::printf("  %-12s n=%3.0f  box mIoU %.3f (%.1f %% below 0.3)  clicks 1/3/5 %.3f %.3f %.3f  |score - IoU| %.3f\n",
                title, count, sum[0], 100 * low / std::max(1.0, count), sum[1], sum[2], sum[3],
                score_error / std::max(1.0, count));
    return sum;
  }

  static void print_times(const char* title, std::vector<double>& times) {
    std::sort(times.begin(), times.end());
    std::printf("  %s: median %.1f ms, 95 %% %.1f ms, most %.1f ms\n", title, times[times.size() / 2],
                times[times.size() * 95 / 100], times.back());
  }

  const Method method_;
  const bool print_cases_;
  std::vector<Case> cases_;
  std::vector<double> encode_ms_;
  std::vector<double> box_ms_;
  std::vector<double> click_ms_;
};

// A 24 MP picture: the first photo enlarged, its middle half as box, its middle as click.
void time_large(const std::filesystem::path& photo) {
  const Size size{6000, 4000};
  const Image picture = resize_area(decode_image(photo, {}).view(), size);
  const auto predictor = make_grabcut_predictor();
  const Embedding embedding = predictor->encode(picture, size, {});
  Prompt box;
  box.boxes = {Box{1500, 1000, 4500, 3000}};
  Prompt click;
  click.points = {{{3000, 2000}, true}};
  for (const auto& [title, prompt] : {std::pair{"box", box}, std::pair{"click", click}}) {
    const Stopwatch watch;
    const auto found = predictor->decode(embedding, prompt, {});
    std::printf("24 MP, %s: %.1f ms (%.1f %% of the picture)\n", title, watch.ms(),
                100.0 * static_cast<double>(mask_area(found.front().mask)) / (6000.0 * 4000.0));
    const Stopwatch edges;
    refine_edge(found.front().mask, picture.view(), {});
    std::printf("24 MP, %s: edges refined in %.1f ms\n", title, edges.ms());
  }
}

struct Options {
  std::filesystem::path folder;
  std::filesystem::path encoder;
  std::filesystem::path decoder;
  std::string half;
  bool print_cases = false;
};

Options read_options(const std::vector<std::string>& arguments) {
  Options options;
  const char* variable = std::getenv("SAM_BENCH_DATA");
  if (variable != nullptr) options.folder = variable;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto value = [&]() -> std::string { return i + 1 < arguments.size() ? arguments[++i] : ""; };
    if (arguments[i] == "--cases")
      options.print_cases = true;
    else if (arguments[i] == "--encoder")
      options.encoder = value();
    else if (arguments[i] == "--decoder")
      options.decoder = value();
    else if (arguments[i] == "--half")
      options.half = value();
    else
      options.folder = arguments[i];
  }
  return options;
}

std::vector<Method> methods_of(const Options& options) {
  std::vector<Method> methods{{"GrabCut", make_grabcut_predictor()}};
  if (options.encoder.empty()) return methods;
  ModelOptions model;
  model.without_outputs = needless_outputs(read_onnx_graph(options.decoder));
  const std::shared_ptr<Predictor> predictor =
      make_sam_predictor(options.encoder, options.decoder, [&](const std::filesystem::path& file) {
        model.file = file;
        return load_openvino_model(model);
      });
  methods.push_back({"model", predictor});
  methods.push_back({"model, edges refined", predictor, true});
  return methods;
}

int run(const std::vector<std::string>& arguments) {
  const Options options = read_options(arguments);
  const auto folder = options.folder / "segments-val";
  if (options.folder.empty() || !std::filesystem::is_directory(folder)) {
    std::cout << "no segments-val in \"" << options.folder.string()
              << "\": nothing measured; give the data folder or set SAM_BENCH_DATA\n";
    return 0;
  }
  std::vector<std::filesystem::path> photos;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const bool judging = in_judging_half(entry.path().stem().string());
    if (entry.path().extension() == ".jpg" && options.half != (judging ? "tuning" : "judging"))
      photos.push_back(entry.path());
  }
  std::sort(photos.begin(), photos.end());
  if (photos.empty()) return 1;
  std::vector<Quality> methods;
  for (Method& method : methods_of(options)) methods.emplace_back(std::move(method), options.print_cases);
  for (const auto& photo : photos) {
    const Image picture = decode_image(photo, {});
    const Image labels = decode_image(std::filesystem::path(photo).replace_extension(".png"), {});
    const std::vector<Segment> segments = segments_of(labels.view());
    for (Quality& method : methods) method.add_photo(photo.stem().string(), picture, segments);
  }
  constexpr std::array<double, 4> least{0.68, 0.45, 0.60, 0.65};
  const std::array<double, 4> grabcut = methods.front().report();
  for (std::size_t i = 1; i < methods.size(); ++i) methods[i].report();
  time_large(photos.front());
  return std::equal(grabcut.begin(), grabcut.end(), least.begin(), std::greater_equal<>()) ? 0 : 1;
}

}  // namespace
}  // namespace sam::bench

int main(int argc, char** argv) {
  try {
    sam::start_image_library(argv[0]);
    return sam::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "predictor_quality_bench: " << error.what() << "\n";
    return 1;
  }
}
