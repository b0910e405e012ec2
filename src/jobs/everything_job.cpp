#include "jobs/everything_job.h"

#include <chrono>
#include <cmath>
#include <utility>

#include "platform/stopped.h"
#include "segmentation/everything/point_grid.h"
#include "segmentation/everything/stability.h"

namespace sam {
namespace {

constexpr std::size_t points_a_piece = 16;  // after which the segments so far are told
constexpr double default_min_area_share = 0.0001;
// What masks may take before those are let go that are not chosen: 2000 of 24 MP have about as much.
constexpr std::uint64_t most_bytes = 128U << 20;

std::string shown(double value) {
  std::string text = std::to_string(value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

void check_share(double value, const char* name) {
  if (value >= 0 && value <= 1) return;  // NaN is neither
  throw EverythingError(std::string(name) + " is " + shown(value) + "; it must be from 0 to 1");
}

class Everything {
 public:
  Everything(Pipeline& pipeline, const EverythingOptions& options, Size picture)
      : thresholds_(thresholds_of(pipeline.model().name)),
        picture_(picture),
        choice_(options.max_iou),
        memory_(pipeline.reservation_for_answers()) {
    thresholds_ = {options.min_score.value_or(thresholds_.score),
                   options.min_stability.value_or(thresholds_.stability)};
    const auto pixels = static_cast<double>(pixel_count(picture));
    min_area_px_ = options.min_area_px.value_or(static_cast<std::uint64_t>(std::ceil(pixels * default_min_area_share)));
    max_area_px_ = static_cast<std::uint64_t>(pixels * largest_segment_share);
  }

  void take(SegmentResult answer, Point point) {
    result_.decode_ms += answer.decode_ms;
    for (Instance& instance : answer.instances) take_one(std::move(instance), point);
  }

  // Whether other segments are chosen than when it was asked last.
  bool has_changed() { return std::exchange(changed_, false); }
  Segments chosen() const { return choice_.chosen(); }

  EverythingResult finish() && {
    result_.same = choice_.count() - choice_.chosen_count() + same_gone_;
    choice_.drop_others();
    memory_.shrink_to(choice_.byte_size());
    result_.segments = choice_.chosen();
    result_.picture_size = picture_;
    result_.memory = std::move(memory_);
    return std::move(result_);
  }

 private:
  void take_one(Instance instance, Point point) {
    if (!instance.logits) {
      throw EverythingError(
          "segmenting everything needs a model whose decoder gives low-resolution masks; this one gives none. Choose "
          "the built-in model, "
          "or export the model with low_res_masks (docs/models.md)");
    }
    if (!(instance.score >= thresholds_.score)) return static_cast<void>(++result_.low_score);
    Segment segment;
    segment.stability = mask_stability(*instance.logits);
    if (segment.stability < thresholds_.stability) return static_cast<void>(++result_.unstable);
    segment.area_px = mask_area(instance.mask);
    if (segment.area_px < min_area_px_ || segment.area_px > max_area_px_ || segment.area_px == 0) {
      return static_cast<void>(++result_.wrong_size);
    }
    segment.box = mask_box(instance.mask);
    segment.score = instance.score;
    segment.point = point;
    segment.mask = std::move(instance.mask);
    if (choice_.add(std::move(segment))) changed_ = true;
    make_fit();
  }

  bool fits() {
    return choice_.count() <= most_segments && choice_.byte_size() <= most_bytes &&
           memory_.try_grow_to(choice_.byte_size());
  }

  // Those that are not chosen go first, then the worst.
  void make_fit() {
    if (fits()) return;
    const std::size_t before = choice_.count();
    choice_.drop_others();
    same_gone_ += before - choice_.count();
    while (choice_.count() > 0 && !fits()) {
      choice_.drop_worst();
      ++result_.dropped;
      changed_ = true;
    }
    memory_.shrink_to(choice_.byte_size());
  }

  EverythingThresholds thresholds_;
  const Size picture_;
  std::uint64_t min_area_px_ = 0;
  std::uint64_t max_area_px_ = 0;
  SegmentChoice choice_;
  Reservation memory_;
  bool changed_ = false;
  std::size_t same_gone_ = 0;  // let go as not chosen
  EverythingResult result_;
};

}  // namespace

EverythingThresholds thresholds_of(const std::string& model_name) {
  return model_name == "Built-in model" ? EverythingThresholds{0.6, 0.6} : EverythingThresholds{};
}

void check_everything_options(const EverythingOptions& options) {
  if (options.points_per_side < fewest_points_a_side || options.points_per_side > most_points_a_side) {
    throw EverythingError("points_per_side is " + std::to_string(options.points_per_side) + "; it must be from " +
                          std::to_string(fewest_points_a_side) + " to " + std::to_string(most_points_a_side));
  }
  if (options.min_score) check_share(*options.min_score, "min_score");
  if (options.min_stability) check_share(*options.min_stability, "min_stability");
  check_share(options.max_iou, "max_iou");
}

EverythingResult find_everything(const PicturePath& picture, Pipeline& pipeline, const EverythingOptions& options,
                                 const Clock& clock, const std::stop_token& stop, const ProgressListener& on_progress,
                                 const SegmentsListener& on_segments) {
  check_everything_options(options);
  if (pipeline.predictor().family == "grabcut") {
    throw EverythingError(
        "segmenting everything needs a model; GrabCut finds only what is pointed at. Choose a model (docs/models.md)");
  }
  const auto begin = clock.now();
  const auto seconds = [&] { return std::chrono::duration<double>(clock.now() - begin).count(); };
  const std::uint64_t total = static_cast<std::uint64_t>(options.points_per_side) * options.points_per_side;
  on_progress({0, total, 0});
  const auto series = pipeline.begin_series(picture, stop);
  Everything work(pipeline, options, series->picture_size());
  std::size_t done = 0;
  for (const Point& point : point_grid(options.points_per_side, series->picture_size())) {
    if (stop.stop_requested()) throw Stopped();
    Prompt prompt;
    prompt.points = {{point, true}};
    prompt.multimask = true;
    work.take(series->answer(prompt, stop), point);
    on_progress({++done, total, seconds()});
    if ((done % points_a_piece == 0 || done == total) && work.has_changed()) on_segments(work.chosen());
  }
  EverythingResult result = std::move(work).finish();
  result.points = done;
  result.seconds = seconds();
  return result;
}

}  // namespace sam
