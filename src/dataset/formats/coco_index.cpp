#include "dataset/formats/coco_index.h"

#include <algorithm>
#include <functional>
#include <set>
#include <tuple>
#include <utility>

#include "dataset/formats/format.h"
#include "dataset/formats/picture_name.h"

namespace sam {
namespace {

constexpr std::size_t max_categories = 100'000;
constexpr std::size_t padding_bytes = 64;

CocoImagePlace place_of(const JsonElement& element, CocoParser& parser, const std::string& name) {
  const CocoImage image = parser.image(element);
  const std::string place = name + ", byte " + std::to_string(element.offset) + ", image " + std::to_string(image.id);
  const std::uint64_t name_hash = std::hash<std::string>()(picture_name(image.file_name, place));
  return {image.id, element.offset, name_hash, static_cast<std::uint32_t>(element.text.size())};
}

}  // namespace

CocoIndex::CocoIndex(std::unique_ptr<InputFile> file, std::string name)
    : file_(std::move(file)), name_(std::move(name)) {
  read_sections();
  check_categories();
  check_images();
  check_objects();
}

void CocoIndex::read_sections() {
  JsonElements elements(*file_, name_);
  if (elements.is_array()) {
    throw FormatError(name_,
                      "this is a list, as detectors write their results: it names neither pictures nor classes; put it "
                      "into an object as \"annotations\", beside the \"images\" and \"categories\" of its dataset");
  }
  CocoParser parser(name_);
  std::set<std::string> seen;
  while (const auto member = elements.next_member()) {
    if (*member != "images" && *member != "annotations" && *member != "categories") continue;
    if (!seen.insert(*member).second) parser.fail(elements.offset(), "\"" + *member + "\" is there twice");
    while (const auto element = elements.next_element()) {
      if (*member == "images") {
        images_.push_back(place_of(*element, parser, name_));
      } else if (*member == "annotations") {
        objects_.push_back(
            {parser.image_id(*element), element->offset, static_cast<std::uint32_t>(element->text.size())});
      } else {
        categories_.push_back(parser.category(*element));
        if (categories_.size() > max_categories) parser.fail(element->offset, "more than 100000 categories");
      }
    }
  }
  if (!seen.contains("images")) throw FormatError(name_, "there are no \"images\" in it; is it a COCO dataset?");
}

void CocoIndex::check_categories() const {
  std::set<std::int64_t> ids;
  std::set<std::string_view> names;
  for (const CocoCategory& category : categories_) {
    if (!ids.insert(category.id).second) {
      throw FormatError(name_, "the category id " + std::to_string(category.id) + " is used twice");
    }
    if (!names.insert(category.name).second) {
      throw FormatError(
          name_, "two categories are called \"" + category.name + "\", the second is " + std::to_string(category.id));
    }
  }
}

void CocoIndex::check_images() {
  std::sort(images_.begin(), images_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.name_hash, a.offset) < std::tie(b.name_hash, b.offset);
  });
  for (std::size_t i = 1; i < images_.size(); ++i) {
    if (images_[i - 1].name_hash != images_[i].name_hash) continue;
    const CocoImage first = image(images_[i - 1]);
    const CocoImage second = image(images_[i]);
    if (picture_name(first.file_name, name_) != picture_name(second.file_name, name_)) continue;
    throw FormatError(name_ + ", byte " + std::to_string(images_[i].offset),
                      "images " + std::to_string(first.id) + " and " + std::to_string(second.id) +
                          " have the same name, \"" + second.file_name +
                          "\" (folders do not count); rename one of them");
  }
  std::sort(images_.begin(), images_.end(),
            [](const auto& a, const auto& b) { return std::tie(a.id, a.offset) < std::tie(b.id, b.offset); });
  for (std::size_t i = 1; i < images_.size(); ++i) {
    if (images_[i - 1].id != images_[i].id) continue;
    throw FormatError(name_ + ", byte " + std::to_string(images_[i].offset),
                      "the image id " + std::to_string(images_[i].id) + " is used twice");
  }
}

// Leaves images in the file's order and annotations in the images' ids'.
void CocoIndex::check_objects() {
  const auto before = [](const auto& a, const auto& b) {
    return std::tie(a.image_id, a.offset) < std::tie(b.image_id, b.offset);
  };
  if (!std::is_sorted(objects_.begin(), objects_.end(), before)) std::sort(objects_.begin(), objects_.end(), before);
  auto known = images_.begin();
  for (const CocoObjectPlace& object : objects_) {
    while (known != images_.end() && known->id < object.image_id) ++known;
    if (known != images_.end() && known->id == object.image_id) continue;
    throw FormatError(name_ + ", byte " + std::to_string(object.offset),
                      "an annotation names image " + std::to_string(object.image_id) + ", which is not there");
  }
  std::sort(images_.begin(), images_.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
}

std::vector<CocoObjectPlace> CocoIndex::objects_of(std::int64_t image_id) const {
  const auto first = std::lower_bound(objects_.begin(), objects_.end(), image_id,
                                      [](const auto& object, std::int64_t id) { return object.image_id < id; });
  auto last = first;
  while (last != objects_.end() && last->image_id == image_id) ++last;
  return {first, last};
}

void CocoIndex::read(std::uint64_t offset, std::span<char> into) const {
  if (file_->read(offset, into) != into.size()) throw FormatError(name_, "the file became shorter while it was read");
}

CocoImage CocoIndex::image(const CocoImagePlace& place) const {
  std::string text(place.length + padding_bytes, ' ');
  read(place.offset, std::span(text).first(place.length));
  return CocoParser(name_).image({std::string_view(text).substr(0, place.length), place.offset});
}

}  // namespace sam
