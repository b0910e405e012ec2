#include "cli/segment_everything.h"

#include <array>
#include <iostream>
#include <nlohmann/json.hpp>

#include "cli/dataset_work.h"
#include "memory/byte_text.h"

namespace sam {
namespace {

using nlohmann::ordered_json;

ordered_json segment_json(const Segment& segment) {
  return {
      {"score", segment.score},
      {"stability", segment.stability},
      {"area", segment.area_px},
      {"box", {segment.box.x0, segment.box.y0, segment.box.x1, segment.box.y1}},
      {"point", {segment.point.x, segment.point.y}},
      {"segmentation",
       {{"size", {segment.mask.size.height, segment.mask.size.width}}, {"counts", mask_to_coco_string(segment.mask)}}}};
}

void print_json(const EverythingOutput& output, const EverythingResult& result, const std::string& predictor,
                std::uint64_t peak_bytes) {
  ordered_json segments = ordered_json::array();
  for (const auto& segment : result.segments) segments.push_back(segment_json(*segment));
  const ordered_json json = {{"image", output.image},
                             {"width", result.picture_size.width},
                             {"height", result.picture_size.height},
                             {"predictor", predictor},
                             {"segments", segments},
                             {"points", result.points},
                             {"left_out",
                              {{"low_score", result.low_score},
                               {"unstable", result.unstable},
                               {"wrong_size", result.wrong_size},
                               {"same", result.same},
                               {"dropped", result.dropped}}},
                             {"decode_ms", result.decode_ms},
                             {"seconds", result.seconds},
                             {"peak_bytes", peak_bytes}};
  std::cout << json.dump(2) << '\n';
}

void print_text(const EverythingResult& result, const std::string& predictor, std::uint64_t peak_bytes) {
  std::array<char, 320> line{};
  std::snprintf(
      line.data(), line.size(),
      "%zu segments from %zu points in %.1f s (%.1f ms a point)\n"
      "left out: %zu of low score, %zu unstable, %zu too small or the whole picture, %zu found more than once",
      result.segments.size(), result.points, result.seconds,
      result.decode_ms / static_cast<double>(std::max<std::size_t>(1, result.points)), result.low_score,
      result.unstable, result.wrong_size, result.same);
  std::cout << predictor << '\n' << line.data() << '\n';
  if (result.dropped > 0) std::cout << "dropped: the " << result.dropped << " worst, which memory had no room for\n";
  std::cout << "peak memory of all processes " << byte_text(peak_bytes) << '\n';
}

}  // namespace

void segment_everything(const EverythingOutput& output, const EverythingOptions& options, const DecodeLimits& limits,
                        Pipeline& pipeline, SegmentFiles& files, const Clock& clock,
                        const std::function<std::uint64_t()>& peak_bytes) {
  EverythingResult result;
  run_shown(
      [&](const std::stop_token& stop, const ProgressListener& on_progress) {
        result = find_everything({output.image}, pipeline, options, clock, stop, on_progress, [](const Segments&) {});
      },
      {"stopped; nothing was written", {}});
  if (!output.out.empty()) files.write_segments(output.out, result.segments, result.picture_size);
  if (!output.overlay.empty()) files.write_segments_overlay(output.overlay, output.image, result.segments, limits);
  const std::string predictor = pipeline.predictor().describe;
  if (output.json) {
    print_json(output, result, predictor, peak_bytes());
  } else {
    print_text(result, predictor, peak_bytes());
  }
}

}  // namespace sam
