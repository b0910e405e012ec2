// A picture with its annotations drawn into it, as a file of the project: what the original's visualiser saves.
// Threading: may be called from any thread. Ownership: references must outlive the call.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "dataset/store.h"
#include "image/mask_drawing.h"
#include "pipeline/pipeline.h"
#include "platform/file_system.h"

namespace sam {

struct VisualizationOptions {
  MaskView view = MaskView::overlay;
  double opacity = 0.35;  // 0 to 1
  bool labels =
      false;  // the classes' names are written on the objects; names with other letters than ASCII's as numbers
};

// "overlay", "masked", "side_by_side", "contours"; nothing for another name.
std::optional<MaskView> mask_view_of(std::string_view name);
const char* mask_view_name(MaskView view);

// Writes saved_visualizations/<base>_<view>.png at the picture's full size (<name>_<view>.png where another picture has the same base name), replacing an
// older one. Rejected objects are left out. Returns its path in the project. Throws MemoryExhausted, DatasetError, ImageError, FileError.
std::filesystem::path write_visualization(Store& store, Pipeline& pipeline, FileSystem& files,
                                          const DecodeLimits& limits, const std::string& name,
                                          const VisualizationOptions& options);

}  // namespace sam
