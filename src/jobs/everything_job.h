// Everything mode: the segments of a whole picture, found by asking about each point of a grid. Points get several masks each; those of a low score, with
// an unsure edge, or of a size that is no object's are left out, and of masks that are the same but for little the best stays. The picture is encoded once.
// Threading: runs in the caller's thread, listeners are called from it. Ownership: references must outlive the call, the pipeline the result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "jobs/work_progress.h"
#include "memory/budget.h"
#include "pipeline/pipeline.h"
#include "platform/clock.h"
#include "segmentation/everything/segment_choice.h"

namespace sam {

struct EverythingOptions {
  int points_per_side = 32;
  std::optional<std::uint64_t> min_area_px;  // none: 0.01 % of the picture
  std::optional<double> min_score;           // none: as the model's scores are (thresholds_of)
  std::optional<double> min_stability;       // of mask_stability; none: the same
  double max_iou = 0.7;                      // two segments that overlap more are one
};

inline constexpr int fewest_points_a_side = 4;
inline constexpr int most_points_a_side = 64;
inline constexpr double largest_segment_share = 0.95;  // of the picture; what is larger is the picture
inline constexpr std::size_t most_segments = 2000;

// Options that make no sense, or a predictor that cannot do it. For the user.
class EverythingError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct EverythingThresholds {
  double score = 0.8;
  double stability = 0.9;
};

// What suits a model, by ModelStatus::name ("Built-in model", cli/known_models.h). The built-in one is small: its scores are lower and its edges softer than a SAM's; where a SAM gives 0.8 and
// 0.9 to what is an object, it gives 0.6 and 0.6 (measured on samples/: docs/models.md).
EverythingThresholds thresholds_of(const std::string& model_name);

// Throws EverythingError, naming the option and its limits.
void check_everything_options(const EverythingOptions& options);

struct EverythingResult {
  Segments segments;  // best first
  Size picture_size;
  // What became of the masks that the points were given.
  std::size_t points = 0;
  std::size_t low_score = 0;
  std::size_t unstable = 0;
  std::size_t wrong_size = 0;
  std::size_t same = 0;     // as a better one
  std::size_t dropped = 0;  // the worst, for lack of memory or because there were more than most_segments
  double decode_ms = 0;     // all points together
  double seconds = 0;
  Reservation memory;  // for the segments
};

// The segments chosen so far, best first; called when they have changed, after every few points.
using SegmentsListener = std::function<void(const Segments&)>;

// Progress is in points. Throws EverythingError, Stopped, and what Pipeline::begin_series and PromptSeries::answer throw.
EverythingResult find_everything(const PicturePath& picture, Pipeline& pipeline, const EverythingOptions& options,
                                 const Clock& clock, const std::stop_token& stop, const ProgressListener& on_progress,
                                 const SegmentsListener& on_segments);

}  // namespace sam
