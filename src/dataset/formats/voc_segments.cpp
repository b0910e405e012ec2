#include "dataset/formats/voc_segments.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "image/index_picture.h"

namespace sam {
namespace {

constexpr std::size_t max_objects = 65'000;
constexpr std::size_t max_searched = 1000;  // objects among which one is looked for by its box

std::vector<Colour> colours_up_to(std::uint32_t last) {
  std::vector<Colour> colours;
  for (std::uint32_t number = 0; number <= last; ++number) colours.push_back(voc_colour(number));
  return colours;
}

// With a palette, as VOC's own, while its numbers suffice.
std::string encode(const IndexPicture& picture) {
  const auto largest =
      picture.indices.empty() ? std::uint16_t{0} : *std::max_element(picture.indices.begin(), picture.indices.end());
  if (largest < 256) return encode_palette_png(picture, colours_up_to(255));
  return encode_colour_png(picture, colours_up_to(largest));
}

// A picture and what its numbers mean.
struct Numbered {
  IndexPicture picture;
  std::vector<Colour> colours;
  bool has_palette = false;

  // In VOC's numbering.
  std::uint32_t number(std::uint16_t index) const {
    return colours.empty() || has_palette ? index : voc_number(colours.at(index));
  }
  bool is_void(std::uint16_t index) const {
    if (index < colours.size() && colours[index] == voc_void_colour) return true;
    return (colours.empty() || has_palette) && index == voc_void;
  }
};

Numbered decode(const std::string& png, Size size, const std::string& place) {
  try {
    const Size found = read_png_size(png);
    if (found != size) {
      throw FormatError(place, "has " + std::to_string(found.width) + " x " + std::to_string(found.height) +
                                   " pixels and its picture " + std::to_string(size.width) + " x " +
                                   std::to_string(size.height));
    }
    DecodedIndices decoded = decode_index_png(png, DecodeLimits{}.max_pixels);
    constexpr std::size_t colour_type_at = 25;
    constexpr char palette_type = 3;
    return {std::move(decoded.picture), std::move(decoded.colours), png[colour_type_at] == palette_type};
  } catch (const ImageError& error) {
    throw FormatError(place, error.what());
  }
}

std::string class_name(const Numbered& classes, std::uint16_t index, const std::vector<VocLabel>& labels) {
  if (index < classes.colours.size()) {
    for (const VocLabel& label : labels) {
      if (label.colour == classes.colours[index]) return label.name;
    }
  }
  const std::uint32_t number = classes.number(index);
  if (!labels.empty() && number <= labels.size()) return labels[number - 1].name;
  if (labels.empty() && number <= voc_classes().size()) return voc_classes()[number - 1];
  return "class_" + std::to_string(number);
}

// The index that most of the mask's pixels have, without 0 and void; 0 if there is none.
std::uint16_t most_frequent(const Mask& mask, const Numbered& classes) {
  std::map<std::uint16_t, std::uint64_t> counts;
  const auto height = static_cast<std::uint64_t>(mask.size.height);
  const auto width = static_cast<std::uint64_t>(mask.size.width);
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < mask.runs.size(); ++i) {
    for (std::uint64_t pixel = at; i % 2 == 1 && pixel < at + mask.runs[i]; ++pixel) {
      const std::uint16_t index = classes.picture.indices[pixel % height * width + pixel / height];
      if (index != 0 && !classes.is_void(index)) ++counts[index];
    }
    at += mask.runs[i];
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? std::uint16_t{0} : most->first;
}

// Whether the mask can be of an object with that box: tools round in their ways.
bool fits(Box mask, Box box) {
  const double margin = 3 + 0.05 * std::max(box.width(), box.height());
  return mask.x0 >= box.x0 - margin && mask.y0 >= box.y0 - margin && mask.x1 <= box.x1 + margin &&
         mask.y1 <= box.y1 + margin;
}

double box_iou(Box a, Box b) {
  const double width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  const double height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  if (width <= 0 || height <= 0) return 0;
  const double both = width * height;
  return both / (a.width() * a.height() + b.width() * b.height() - both);
}

// Joins what the XML says and what the pictures show.
class Matching {
 public:
  explicit Matching(VocFile& file) : file_(file), stated_(file.objects.size()), taken_(stated_) {}

  void add(std::uint32_t number, Mask mask, const std::string& name) {
    VocObject* object = find(number, mask_box(mask));
    if (object == nullptr) {
      object = &file_.objects.emplace_back();
      object->shape.label = name;
    }
    object->shape.mask = std::move(mask);
    object->shape.polygon.clear();
    object->shape.box.reset();
  }

  // An object that others cover has only its box left.
  void warn_of_unpainted() {
    for (std::size_t i = 0; i < stated_; ++i) {
      if (taken_[i]) continue;
      file_.warnings.push_back("object " + std::to_string(i + 1) + " (" + file_.objects[i].shape.label +
                               ") has no pixels in SegmentationObject: its box or outline is taken");
    }
  }

 private:
  // The number is the object's position in the file; where that cannot be, the box decides.
  VocObject* find(std::uint32_t number, Box box) {
    const std::size_t position = number - (number > voc_void ? 2 : 1);
    if (position < stated_ && !taken_[position] && fits(box, file_.objects[position].box)) return take(position);
    std::size_t best = stated_;
    double best_iou = 0.5;
    for (std::size_t i = 0; i < std::min(stated_, max_searched); ++i) {
      const double iou = taken_[i] ? 0 : box_iou(box, file_.objects[i].box);
      if (iou <= best_iou) continue;
      best = i;
      best_iou = iou;
    }
    return best < stated_ ? take(best) : nullptr;
  }
  VocObject* take(std::size_t position) {
    taken_[position] = true;
    return &file_.objects[position];
  }

  VocFile& file_;
  const std::size_t stated_;
  std::vector<bool> taken_;
};

}  // namespace

VocPictures paint_voc_pictures(const DatasetPicture& picture, const std::vector<std::uint32_t>& numbers) {
  const auto& annotations = picture.annotations;
  const bool too_many = annotations.size() > max_objects ||
                        std::any_of(numbers.begin(), numbers.end(), [](std::uint32_t n) { return n > max_objects; });
  if (too_many) throw DatasetError(picture.name + ": VOC's pictures hold at most 65000 objects and classes");
  std::vector<std::uint64_t> areas;
  for (const StoredAnnotation& stored : annotations) areas.push_back(mask_area(stored.annotation.mask));
  std::vector<std::size_t> order(annotations.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return areas[a] != areas[b] ? areas[a] > areas[b] : a < b; });
  IndexPicture painted = make_index_picture(picture.size);
  for (std::size_t i : order) {
    paint(painted, annotations[i].annotation.mask, static_cast<std::uint16_t>(voc_number_of(i)));
  }
  VocPictures pictures;
  pictures.objects = encode(painted);
  std::vector<std::uint16_t> class_of(std::size_t{1} << 16);
  for (std::size_t i = 0; i < annotations.size(); ++i) {
    class_of[voc_number_of(i)] = static_cast<std::uint16_t>(numbers[i]);
  }
  for (std::uint16_t& index : painted.indices) index = class_of[index];
  pictures.classes = encode(painted);
  return pictures;
}

void add_voc_masks(const VocPictures& pictures, const std::vector<VocLabel>& labels, Size size,
                   const std::string& place, VocFile& file) {
  if (pictures.objects.empty() && (pictures.classes.empty() || !file.objects.empty())) return;
  std::optional<Numbered> classes;
  if (!pictures.classes.empty()) classes = decode(pictures.classes, size, place + ", SegmentationClass");
  Matching matching(file);
  if (pictures.objects.empty()) {
    for (auto& [index, mask] : split_indices(classes->picture)) {
      if (!classes->is_void(index)) matching.add(0, std::move(mask), class_name(*classes, index, labels));
    }
    return;
  }
  const Numbered objects = decode(pictures.objects, size, place + ", SegmentationObject");
  for (auto& [index, mask] : split_indices(objects.picture)) {
    if (objects.is_void(index)) continue;
    const std::uint16_t class_index = classes ? most_frequent(mask, *classes) : std::uint16_t{0};
    matching.add(objects.number(index), std::move(mask),
                 class_index == 0 ? "" : class_name(*classes, class_index, labels));
  }
  matching.warn_of_unpainted();
}

}  // namespace sam
