// Mask quality and time of GrabCut on human segmentations.
// usage: grabcut_quality_bench [DATA_FOLDER] [--cases]     (or SAM_BENCH_DATA; photos and segments are in DATA_FOLDER/segments-val)
// --cases: also a line a segment. Exit code 1 if a figure is below what README promises.
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
#include "quality/segments.h"
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

class Quality {
 public:
  explicit Quality(bool print_cases) : print_cases_(print_cases) {}

  void add_photo(const std::filesystem::path& photo) {
    const std::string name = photo.stem().string();
    const Image picture = decode_image(photo, {});
    const Image labels = decode_image(std::filesystem::path(photo).replace_extension(".png"), {});
    const Embedding embedding = predictor_->encode(picture, picture.size(), {});
    for (const Segment& segment : segments_of(labels.view())) {
      Case result{name + "#" + std::to_string(segment.label), in_judging_half(name), 0, 0, {}};
      measure_box(embedding, segment, result);
      measure_clicks(embedding, segment, result);
      if (print_cases_) print_case(result);
      cases_.push_back(std::move(result));
    }
  }

  // True if all figures over all segments are reached.
  bool report() {
    if (cases_.empty()) return false;
    print_line("tuning half", [](const Case& c) { return !c.judging; });
    print_line("judging half", [](const Case& c) { return c.judging; });
    const std::array<double, 4> all = print_line("all", [](const Case&) { return true; });
    print_times("box", box_ms_);
    print_times("clicks", click_ms_);
    constexpr std::array<double, 4> least{0.68, 0.45, 0.60, 0.65};
    return std::equal(all.begin(), all.end(), least.begin(), std::greater_equal<>());
  }

 private:
  Mask timed_decode(const Embedding& embedding, const Prompt& prompt, std::vector<double>& times, double* score) {
    const Stopwatch watch;
    std::vector<Instance> found = predictor_->decode(embedding, prompt, {});
    times.push_back(watch.ms());
    if (score != nullptr) *score = found.front().score;
    return std::move(found.front().mask);
  }

  void measure_box(const Embedding& embedding, const Segment& segment, Case& result) {
    Prompt prompt;
    prompt.boxes = {segment.box};
    result.box_iou = mask_iou(timed_decode(embedding, prompt, box_ms_, &result.box_score), segment.mask);
  }

  void measure_clicks(const Embedding& embedding, const Segment& segment, Case& result) {
    Prompt prompt;
    Mask answer = mask_from_bits(std::vector<std::uint8_t>(mask_to_bits(segment.mask).size()), segment.mask.size);
    for (double& iou : result.click_iou) {
      if (const auto click = next_click(segment.mask, answer)) {
        prompt.points.push_back(*click);
        answer = timed_decode(embedding, prompt, click_ms_, nullptr);
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
    std::printf("%-12s n=%3.0f  box mIoU %.3f (%.1f %% below 0.3)  clicks 1/3/5 %.3f %.3f %.3f  |score - IoU| %.3f\n",
                title, count, sum[0], 100 * low / std::max(1.0, count), sum[1], sum[2], sum[3],
                score_error / std::max(1.0, count));
    return sum;
  }

  static void print_times(const char* title, std::vector<double>& times) {
    std::sort(times.begin(), times.end());
    std::printf("%s: median %.1f ms, 95 %% %.1f ms, most %.1f ms\n", title, times[times.size() / 2],
                times[times.size() * 95 / 100], times.back());
  }

  const std::unique_ptr<Predictor> predictor_ = make_grabcut_predictor();
  const bool print_cases_;
  std::vector<Case> cases_;
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
  }
}

int run(const std::vector<std::string>& arguments) {
  const char* variable = std::getenv("SAM_BENCH_DATA");
  std::string folder = variable != nullptr ? variable : "";
  bool print_cases = false;
  for (const std::string& argument : arguments) {
    if (argument == "--cases")
      print_cases = true;
    else
      folder = argument;
  }
  const auto segments = std::filesystem::path(folder) / "segments-val";
  if (folder.empty() || !std::filesystem::is_directory(segments)) {
    std::cout << "no segments-val in \"" << folder
              << "\": nothing measured; give the data folder or set SAM_BENCH_DATA\n";
    return 0;
  }
  std::vector<std::filesystem::path> photos;
  for (const auto& entry : std::filesystem::directory_iterator(segments)) {
    if (entry.path().extension() == ".jpg") photos.push_back(entry.path());
  }
  std::sort(photos.begin(), photos.end());
  if (photos.empty()) return 1;
  Quality quality(print_cases);
  for (const auto& photo : photos) quality.add_photo(photo);
  const bool reached = quality.report();
  time_large(photos.front());
  return reached ? 0 : 1;
}

}  // namespace
}  // namespace sam::bench

int main(int argc, char** argv) {
  try {
    sam::start_image_library(argv[0]);
    return sam::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "grabcut_quality_bench: " << error.what() << "\n";
    return 1;
  }
}
