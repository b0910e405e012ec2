#include <array>
#include <chrono>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/dataset_work.h"
#include "cli/predictor_options.h"
#include "cli/segment_everything.h"
#include "cli/segment_files.h"
#include "image/polygon.h"
#include "memory/byte_text.h"
#include "memory/memory_log.h"

namespace sam {
namespace {

using nlohmann::ordered_json;
using Milliseconds = std::chrono::duration<double, std::milli>;

struct SegmentOptions {
  std::string image;
  std::vector<std::string> boxes;
  std::vector<std::string> points;
  std::string out;
  std::string overlay;
  bool json = false;
  bool multimask = false;
  bool refine = false;
  bool refine_edges = false;
  bool everything = false;
  EverythingOptions grid;
  PredictorOptions predictor;
};

std::vector<std::string> fields(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

double number(const std::string& text, const std::string& flag) {
  std::size_t used = 0;
  double value = 0;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used == 0 || used != text.size()) throw UsageError(flag + ": '" + text + "' is no number");
  return value;
}

Box parse_box(const std::string& text) {
  const auto parts = fields(text);
  const std::string flag = "--box " + text;
  if (parts.size() != 4) throw UsageError(flag + ": expected x1,y1,x2,y2");
  return {number(parts[0], flag), number(parts[1], flag), number(parts[2], flag), number(parts[3], flag)};
}

PromptPoint parse_point(const std::string& text) {
  const auto parts = fields(text);
  const std::string flag = "--point " + text;
  if (parts.size() != 3 || (parts[2] != "+" && parts[2] != "-"))
    throw UsageError(flag + ": expected x,y,+ (foreground) or x,y,- (background)");
  return {{number(parts[0], flag), number(parts[1], flag)}, parts[2] == "+"};
}

// Everything has no prompt.
Prompt parse_prompt(const SegmentOptions& options) {
  Prompt prompt;
  if (options.everything) {
    if (options.boxes.empty() && options.points.empty() && !options.refine && !options.refine_edges) return prompt;
    throw UsageError("--everything finds all segments; leave out --box, --point, --refine and --refine-edges");
  }
  for (const std::string& box : options.boxes) prompt.boxes.push_back(parse_box(box));
  for (const std::string& point : options.points) prompt.points.push_back(parse_point(point));
  prompt.multimask = options.multimask;
  prompt.refine_edges = options.refine_edges;
  if (prompt.boxes.empty() && prompt.points.empty())
    throw UsageError("nothing to segment; give --box x1,y1,x2,y2, --point x,y,+ or --everything");
  return prompt;
}

struct Answer {
  std::string describe;  // the predictor, in the form that answered
  Size size;
  std::vector<Instance> instances;
  double decode_image_ms = 0;
  double encode_ms = 0;
  double decode_ms = 0;
};

Answer predict(const SegmentOptions& options, const Prompt& prompt, Pipeline& pipeline) {
  const PicturePath picture{options.image};
  SegmentResult result = pipeline.segment(picture, prompt, {});
  Answer answer;
  answer.decode_image_ms = result.read_ms;
  answer.encode_ms = result.encode_ms;
  answer.decode_ms = result.decode_ms;
  if (options.refine) {
    Prompt refined = prompt;
    refined.mask_input = result.instances.front().logits;
    result = pipeline.segment(picture, refined, {});
    answer.decode_ms += result.decode_ms;
  }
  answer.instances = std::move(result.instances);
  answer.size = answer.instances.front().mask.size;
  answer.describe = pipeline.predictor().describe;
  return answer;
}

ordered_json ring_json(const Ring& ring) {
  ordered_json points = ordered_json::array();
  for (const Point& point : ring) points.push_back({point.x, point.y});
  return points;
}

ordered_json candidate_json(const Instance& instance) {
  const Box box = mask_box(instance.mask);
  ordered_json polygon = ordered_json::array();
  for (const PolygonPart& part : mask_to_polygon(instance.mask, 1.0)) {
    ordered_json holes = ordered_json::array();
    for (const Ring& hole : part.holes) holes.push_back(ring_json(hole));
    polygon.push_back({{"outer", ring_json(part.outer)}, {"holes", holes}});
  }
  return {{"score", instance.score},
          {"area", mask_area(instance.mask)},
          {"box", {box.x0, box.y0, box.x1, box.y1}},
          {"segmentation",
           {{"size", {instance.mask.size.height, instance.mask.size.width}},
            {"counts", mask_to_coco_string(instance.mask)}}},
          {"polygon", polygon}};
}

void print_json(const SegmentOptions& options, const Answer& answer, std::uint64_t peak_bytes) {
  ordered_json candidates = ordered_json::array();
  for (const Instance& instance : answer.instances) candidates.push_back(candidate_json(instance));
  const ordered_json json = {
      {"image", options.image},        {"width", answer.size.width},    {"height", answer.size.height},
      {"predictor", answer.describe},  {"candidates", candidates},      {"decode_image_ms", answer.decode_image_ms},
      {"encode_ms", answer.encode_ms}, {"decode_ms", answer.decode_ms}, {"peak_bytes", peak_bytes}};
  std::cout << json.dump(2) << '\n';
}

void print_text(const Answer& answer, std::uint64_t peak_bytes) {
  std::cout << answer.describe << '\n';
  for (const Instance& instance : answer.instances) {
    const Box box = mask_box(instance.mask);
    std::array<char, 160> line{};
    std::snprintf(line.data(), line.size(), "mask of %llu pixels in %.0f,%.0f,%.0f,%.0f, score %.3f",
                  static_cast<unsigned long long>(mask_area(instance.mask)), box.x0, box.y0, box.x1, box.y1,
                  static_cast<double>(instance.score));
    std::cout << line.data() << '\n';
  }
  std::array<char, 160> line{};
  std::snprintf(line.data(), line.size(),
                "read %.0f ms, encode %.0f ms, decode %.0f ms; peak memory of all processes %s", answer.decode_image_ms,
                answer.encode_ms, answer.decode_ms, byte_text(peak_bytes).c_str());
  std::cout << line.data() << '\n';
}

// What is no picture is said in one line, before a model is loaded for it.
void check_picture(const SegmentOptions& options) {
  try {
    read_image_info(options.image, options.predictor.limits);
  } catch (const ImageError& error) {
    throw ImageError(options.image + ": " + error.what());
  }
}

// What does not fit into memory keeps nothing else from being written. Returns the first such refusal, null for none.
std::exception_ptr write_files(const SegmentOptions& options, const Answer& answer, SegmentFiles& files) {
  const Mask& best = answer.instances.front().mask;
  std::exception_ptr refused;
  const auto unless_refused = [&](const auto& write) {
    try {
      write();
    } catch (const MemoryExhausted&) {
      if (!refused) refused = std::current_exception();
    }
  };
  if (!options.out.empty()) unless_refused([&] { files.write_mask(options.out, best); });
  if (!options.overlay.empty()) {
    unless_refused([&] { files.write_overlay(options.overlay, options.image, best, options.predictor.limits); });
  }
  return refused;
}

int run_segment(const SegmentOptions& options, Program& program) {
  const Prompt prompt = parse_prompt(options);
  check_picture(options);
  Engine engine = make_engine(options.predictor, program);
  MemoryLog log(engine.device_memory);
  engine.memory->governor->start();
  const auto pipeline = make_pipeline({options.predictor.limits, embedding_folder(program.environment)},
                                      std::move(engine.parts), log, program.clock);
  SegmentFiles files(*pipeline, engine.memory->host_budget(), program.files);
  if (options.everything) {
    segment_everything({options.image, options.out, options.overlay, options.json}, options.grid,
                       options.predictor.limits, *pipeline, files, program.clock,
                       [&] { return engine.memory->peak_bytes(); });
    return exit_done;
  }
  const PredictorInfo predictor = pipeline->predictor();  // unknown if it could not be loaded yet
  if (options.refine && !predictor.family.empty() && !predictor.takes_mask_input)
    throw UsageError("--refine needs a model that takes a mask back; " + predictor.family + " does not");
  const Answer answer = [&] {
    try {
      return predict(options, prompt, *pipeline);
    } catch (const ImageError& error) {
      throw ImageError(options.image + ": " + error.what());
    }
  }();
  const std::exception_ptr refused = write_files(options, answer, files);
  const std::uint64_t peak_bytes = engine.memory->peak_bytes();
  if (options.json) {
    print_json(options, answer, peak_bytes);
  } else {
    print_text(answer, peak_bytes);
  }
  if (refused) std::rethrow_exception(refused);
  return exit_done;
}

void add_everything_options(CLI::App& command, SegmentOptions& options) {
  const char* group = "Everything";
  command
      .add_flag(
          "--everything", options.everything,
          "all segments of the picture, by asking about a grid of points; --out: each pixel the number of its segment")
      ->group(group);
  EverythingOptions& grid = options.grid;
  const auto add = [&](const char* name, auto& value, const char* text) {
    return command.add_option(name, value, text)->group(group)->needs("--everything");
  };
  add("--points-per-side", grid.points_per_side, "of the grid: 32 are 1024 points")
      ->check(CLI::Range(fewest_points_a_side, most_points_a_side))
      ->capture_default_str();
  add("--min-area", grid.min_area_px, "pixels; smaller segments are left out; default: 0.01 % of the picture");
  add("--min-score", grid.min_score, "the model's own estimate of a mask's quality; default: 0.8, built-in model 0.6")
      ->check(number_from_to(0, 1));
  add("--min-stability", grid.min_stability,
      "how little the mask changes with its threshold; default: 0.9, built-in model 0.6")
      ->check(number_from_to(0, 1));
  add("--max-iou", grid.max_iou, "two segments that overlap more are one")
      ->check(number_from_to(0, 1))
      ->capture_default_str();
}

}  // namespace

void add_segment_command(CLI::App& root, Program& program) {
  CLI::App* command =
      root.add_subcommand("segment", "makes the mask of one object in one picture, or of everything in it");
  auto options = std::make_shared<SegmentOptions>();
  command->add_option("IMAGE", options->image, "the picture")->required();
  command->add_option("--box", options->boxes, "x1,y1,x2,y2 in pixels of the upright picture");
  command->add_option("--point", options->points,
                      "x,y,+ (foreground) or x,y,- (background); may be given several times");
  command->add_option("--out", options->out, "write the mask as a PNG (0 and 255)");
  command->add_option("--overlay", options->overlay, "write the picture with the mask over it as a JPEG");
  command->add_flag("--json", options->json, "print scores, boxes, COCO run lengths and polygons as JSON");
  command->add_flag("--multimask", options->multimask,
                    "all candidates of the model, best first (--out writes the best)");
  command->add_flag("--refine", options->refine, "predict once more with the first answer as mask input");
  command->add_flag("--refine-edges", options->refine_edges,
                    "put the masks' edges where the picture has edges (GrabCut in a narrow band)");
  add_everything_options(*command, *options);
  add_predictor_options(*command, options->predictor);
  command->callback(
      [&program, options] { program.run = [&program, options] { return run_segment(*options, program); }; });
}

}  // namespace sam
