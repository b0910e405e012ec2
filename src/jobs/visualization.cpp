#include "jobs/visualization.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

#include "dataset/category_folder.h"
#include "dataset/statistics.h"
#include "image/class_colour.h"
#include "image/encode.h"

namespace sam {
namespace {

constexpr const char* folder_name = "saved_visualizations";
constexpr std::uint64_t encoder_bytes = 1 << 20;  // its rows in flight
constexpr std::array<const char*, 4> view_names = {"overlay", "masked", "side_by_side", "contours"};

// The picture, the drawing, what drawing takes, and the PNG as it grows and its copy: of noise no smaller than the drawing.
std::uint64_t bytes_needed(const ImageInfo& info, MaskView view) {
  const std::uint64_t picture = 3 * pixel_count(info.working_size);
  const std::uint64_t drawn = 3 * pixel_count(drawn_size(info.working_size, view));
  return std::max(info.decode_bytes,
                  picture + 3 * drawn + mask_drawing_scratch_bytes(info.working_size) + encoder_bytes);
}

bool is_shared_base(const Store& store, const std::string& name) {
  const std::string base(base_name(name));
  for (const char* extension : {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}) {
    std::string upper = extension;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    for (const std::string& other : {base + extension, base + upper}) {
      if (other != name && store.find(other)) return true;
    }
  }
  return false;
}

std::string label_of(int class_id, const ClassList& classes) {
  std::string name = shown_class_name(class_id, classes);
  const bool is_drawable = std::all_of(name.begin(), name.end(), [](char c) { return c >= ' ' && c <= '~'; });
  return is_drawable ? name : std::to_string(class_id);
}

std::vector<DrawnMask> drawn_masks(const PictureAnnotations& content, const ClassList& classes, bool labels) {
  std::vector<DrawnMask> drawn;
  for (const Annotation& each : content.annotations) {
    if (each.review == Review::rejected) continue;
    drawn.push_back({&each.mask, class_colour(each.class_id), labels ? label_of(each.class_id, classes) : ""});
  }
  return drawn;
}

}  // namespace

std::optional<MaskView> mask_view_of(std::string_view name) {
  const auto found = std::find(view_names.begin(), view_names.end(), name);
  if (found == view_names.end()) return std::nullopt;
  return static_cast<MaskView>(found - view_names.begin());
}

const char* mask_view_name(MaskView view) {
  return view_names[static_cast<std::size_t>(view)];
}

std::filesystem::path write_visualization(Store& store, Pipeline& pipeline, FileSystem& files,
                                          const DecodeLimits& limits, const std::string& name,
                                          const VisualizationOptions& options) {
  const std::filesystem::path picture = store.picture_path(name);
  const std::string base = is_shared_base(store, name) ? name : std::string(base_name(name));
  const std::filesystem::path file =
      std::filesystem::path(folder_name) / (base + "_" + mask_view_name(options.view) + ".png");
  const CategoryFolder folder = open_category_folder(store.folder(), files);
  require_inside(folder, folder.root / folder_name);
  DecodeLimits full = limits;
  full.max_side = 0;
  full.max_working_pixels = full.max_pixels;
  const PictureAnnotations content = store.load(name).content;
  const ImageInfo info = read_image_info(picture, full);
  pipeline.with_memory(bytes_needed(info, options.view), "drawing " + file.string(), [&] {
    const Image image = decode_image(picture, full);
    const std::vector<DrawnMask> masks = drawn_masks(content, store.classes(), options.labels);
    if (std::any_of(masks.begin(), masks.end(),
                    [&](const DrawnMask& each) { return each.mask->size != image.size(); })) {
      throw DatasetError(name + " has another size now than its annotations, " + std::to_string(content.size.width) +
                         " x " + std::to_string(content.size.height) + "; open it once, and save it");
    }
    const std::string png = encode_picture_png(draw_masks(image, masks, {options.view, options.opacity, true}));
    files.create_directories(folder.root / folder_name);
    require_inside(folder, folder.root / file);
    files.write_atomic(folder.root / file, png);
  });
  return file;
}

}  // namespace sam
