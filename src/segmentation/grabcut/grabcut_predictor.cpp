// The predictor that needs no weights: prompts brought to the pixels of a small plane, solved there, and the answer brought back.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <string>
#include <utility>

#include "image/run_builder.h"
#include "platform/stopped.h"
#include "segmentation/grabcut/memory_error.h"
#include "segmentation/grabcut/part_mask.h"
#include "segmentation/grabcut/raster.h"
#include "segmentation/grabcut/refine.h"
#include "segmentation/grabcut/segment.h"
#include "segmentation/grabcut/specks.h"
#include "segmentation/registry.h"

namespace sam {
namespace {

using grabcut::BitPlane;
using grabcut::PixelBox;
using grabcut::reduced;
using grabcut::Seeds;
using grabcut::touched;

// The longer side, in pixels, of what is solved at once. Twice this gains no quality and takes five times as long.
constexpr int box_side = 200;
constexpr int picture_side = 240;
constexpr double box_margin = 0.2;  // of the box's sides: what the background is learnt from
constexpr int least_margin = 4;

// A prompt in the pixels of the working picture.
struct WorkingPrompt {
  std::optional<Box> box;
  std::vector<PromptPoint> points;
};

struct Answer {
  BitPlane bits;
  PixelBox part;  // of the working picture, that bits covers
  float score = 0;
};

double ratio(int to, int from) {
  return static_cast<double>(to) / from;
}

WorkingPrompt to_working(const Prompt& prompt, Size picture, Size working) {
  const double sx = ratio(working.width, picture.width);
  const double sy = ratio(working.height, picture.height);
  WorkingPrompt out;
  if (!prompt.boxes.empty()) {
    const Box& box = prompt.boxes.front();
    out.box = Box{box.x0 * sx, box.y0 * sy, box.x1 * sx, box.y1 * sy};
  }
  for (const PromptPoint& point : prompt.points) {
    out.points.push_back({{point.position.x * sx, point.position.y * sy}, point.foreground});
  }
  return out;
}

// The box with its margin, and every point.
PixelBox part_of(const WorkingPrompt& prompt, Size working) {
  if (!prompt.box) return {0, 0, working.width, working.height};
  const double dx = std::max<double>(least_margin, box_margin * prompt.box->width());
  const double dy = std::max<double>(least_margin, box_margin * prompt.box->height());
  Box part{prompt.box->x0 - dx, prompt.box->y0 - dy, prompt.box->x1 + dx, prompt.box->y1 + dy};
  for (const PromptPoint& point : prompt.points) {
    part.x0 = std::min(part.x0, point.position.x - least_margin);
    part.y0 = std::min(part.y0, point.position.y - least_margin);
    part.x1 = std::max(part.x1, point.position.x + least_margin);
    part.y1 = std::max(part.y1, point.position.y + least_margin);
  }
  return touched(part, working);
}

Seeds seeds_in(const WorkingPrompt& prompt, const PixelBox& part, Size plane) {
  const double sx = ratio(plane.width, part.width());
  const double sy = ratio(plane.height, part.height());
  Seeds seeds;
  if (prompt.box) {
    const Box& box = *prompt.box;
    seeds.box = touched({std::round((box.x0 - part.x0) * sx), std::round((box.y0 - part.y0) * sy),
                         std::round((box.x1 - part.x0) * sx), std::round((box.y1 - part.y0) * sy)},
                        plane);
  }
  for (const PromptPoint& point : prompt.points) {
    const int x = static_cast<int>((point.position.x - part.x0) * sx);
    const int y = static_cast<int>((point.position.y - part.y0) * sy);
    seeds.points.push_back({std::clamp(x, 0, plane.width - 1), std::clamp(y, 0, plane.height - 1), point.foreground});
  }
  return seeds;
}

// The small plane's pixels that the answer and the foreground points lie on, a little widened.
PixelBox answer_box(const BitPlane& bits, const std::vector<grabcut::Seed>& points) {
  constexpr int margin = 3;  // more than the refinement moves an edge
  PixelBox box = bounds(bits);
  const bool empty = box.width() == 0;
  if (empty) box = {bits.size.width, bits.size.height, 0, 0};
  for (const grabcut::Seed& seed : points) {
    if (!seed.foreground) continue;
    box = {std::min(box.x0, seed.x), std::min(box.y0, seed.y), std::max(box.x1, seed.x + 1),
           std::max(box.y1, seed.y + 1)};
  }
  if (box.width() <= 0) return {};
  return {std::max(0, box.x0 - margin), std::max(0, box.y0 - margin), std::min(bits.size.width, box.x1 + margin),
          std::min(bits.size.height, box.y1 + margin)};
}

// Solved small, then refined where the answer is: the rest of a large picture is not looked at again.
Answer solve(const Image& picture, const WorkingPrompt& prompt, double reach, const std::stop_token& stop) {
  const PixelBox part = part_of(prompt, picture.size());
  const Size size = reduced(part.size(), prompt.box ? box_side : picture_side);
  Seeds seeds = seeds_in(prompt, part, size);
  seeds.reach = reach;
  grabcut::Segment found = segment(lab_part(picture.view(), part, size), seeds, stop);
  drop_specks(found.bits, seeds.points);
  const PixelBox small = answer_box(found.bits, seeds.points);
  Answer answer;
  answer.score = found.score;
  if (small.width() == 0) return answer;
  answer.part = scaled_box(small, size, part.size());
  answer.part = {answer.part.x0 + part.x0, answer.part.y0 + part.y0, answer.part.x1 + part.x0,
                 answer.part.y1 + part.y0};
  answer.bits = refined(cropped_bits(found.bits, small), picture.view(), answer.part, found.colours, stop);
  return answer;
}

// What was clicked on is right, to the pixel, even where enlarging rounded it away. Outside the part all is background.
void stamp(const std::vector<PromptPoint>& points, const PixelBox& part, BitPlane& bits) {
  for (const PromptPoint& point : points) {
    const int x = static_cast<int>(std::floor(point.position.x)) - part.x0;
    const int y = static_cast<int>(std::floor(point.position.y)) - part.y0;
    const bool inside = x >= 0 && y >= 0 && x < bits.size.width && y < bits.size.height;
    if (inside) bits.row(y)[x] = point.foreground ? 255 : 0;
  }
}

// How much of the picture what is looked at can cover, 0 to 1.
double part_share(const std::vector<Box>& boxes, Size picture) {
  if (boxes.empty()) return 1;
  double share = 0;
  for (const Box& box : boxes) {
    const auto along = [](double from, double to, int whole) {
      const double margin = (to - from) * box_margin + least_margin;
      return std::clamp((to - from + 2 * margin) / whole, 0.0, 1.0);
    };
    share += along(box.x0, box.x1, picture.width) * along(box.y0, box.y1, picture.height);
  }
  return std::min(share, 1.0);
}

Mask empty_mask(Size picture) {
  return RunBuilder(picture).finish();
}

void require_selection(const Prompt& prompt) {
  if (!prompt.boxes.empty()) return;
  const bool foreground = std::any_of(prompt.points.begin(), prompt.points.end(),
                                      [](const PromptPoint& point) { return point.foreground; });
  if (foreground) return;
  if (!prompt.points.empty()) {
    throw PromptError("background points alone select nothing: add a box or a foreground point");
  }
  throw PromptError("GrabCut needs a box or a foreground point; it takes no text and no mask input");
}

class GrabCutPredictor : public Predictor {
 public:
  GrabCutPredictor() {
    info_.family = "grabcut";
    info_.key = "grabcut-2";
    info_.model_key = info_.key;
    info_.keeps_pixels = true;
    info_.describe = "GrabCut (no model file)";
    info_.max_candidates = 2;
  }

  const PredictorInfo& info() const override { return info_; }

  Embedding encode(const Image& picture, Size picture_size, std::stop_token stop) override {
    if (stop.stop_requested()) throw Stopped();
    Embedding embedding;
    embedding.predictor_key = info_.key;
    embedding.model_key = info_.model_key;
    embedding.picture_size = picture_size;
    embedding.working_size = picture.size();
    embedding.picture = picture;
    return embedding;
  }

  std::vector<Instance> decode(const Embedding& embedding, const Prompt& prompt, std::stop_token stop) override {
    const Prompt checked = checked_prompt(prompt, embedding.picture_size);
    require_selection(checked);
    try {
      auto found = candidates(embedding, checked, stop);
      tables_made_ = true;
      return found;
    } catch (...) {
      grabcut::rethrow_memory_error("memory ran out in GrabCut");
    }
  }

  // What is solved, and planes of the part that holds the object, at the working and at the picture's size: of a box with its margin, else
  // at most of the whole picture.
  std::uint64_t decode_bytes(const Embedding& embedding, const Prompt& prompt) const override {
    const std::uint64_t solved = prompt.boxes.empty()
                                     ? pixel_count(reduced(embedding.working_size, picture_side))
                                     : std::min(pixel_count(embedding.working_size),
                                                std::uint64_t{box_side} * box_side);  // the part may be square
    const double share = part_share(prompt.boxes, embedding.picture_size);
    const auto planes = static_cast<double>(grabcut::refine_bytes_per_pixel * pixel_count(embedding.working_size) +
                                            grabcut::answer_bytes_per_pixel * pixel_count(embedding.picture_size));
    return static_cast<std::uint64_t>(share * planes) + grabcut::solve_bytes_per_pixel * solved +
           (tables_made_ ? 0 : grabcut::table_bytes);
  }

  std::uint64_t bytes_held() const override { return 0; }
  void release_memory() override {}

 private:
  // The second candidate of a click is the smaller thing: a part of the first.
  static std::vector<Instance> candidates(const Embedding& embedding, const Prompt& prompt,
                                          const std::stop_token& stop) {
    const WorkingPrompt working = to_working(prompt, embedding.picture_size, embedding.working_size);
    std::vector<double> reaches{1};
    if (prompt.multimask && !working.box) reaches.push_back(0.5);
    std::vector<Instance> instances;
    for (const double reach : reaches) {
      Answer answer = solve(embedding.picture, working, reach, stop);
      Mask mask = empty_mask(embedding.picture_size);
      if (answer.part.width() > 0) {
        const PixelBox part = scaled_box(answer.part, embedding.working_size, embedding.picture_size);
        BitPlane bits = resized_bits(answer.bits, part.size());
        stamp(prompt.points, part, bits);
        mask = to_mask(bits, part, embedding.picture_size);
      }
      instances.push_back({std::move(mask), answer.score, nullptr});
    }
    std::sort(instances.begin(), instances.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    return instances;
  }

  std::atomic<bool> tables_made_{false};
  PredictorInfo info_;
};

}  // namespace

std::unique_ptr<Predictor> make_grabcut_predictor() {
  return std::make_unique<GrabCutPredictor>();
}

}  // namespace sam
