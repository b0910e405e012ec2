// Reads COCO: an index of each file first, then picture after picture by place.
#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>
#include <utility>

#include "dataset/formats/coco.h"
#include "dataset/formats/coco_files.h"
#include "dataset/formats/coco_index.h"
#include "dataset/formats/picture_name.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_picture_bytes = std::size_t{256} << 20;  // annotations of one picture
constexpr std::size_t padding_bytes = 64;                          // JsonElement's promise
constexpr std::uint64_t max_gap_bytes = 4096;                      // rather read over than read in two

// An entry's text: a Head, `count` Frames, then pieces of the file. The first frame is the image.
struct Head {
  std::uint32_t file = 0;
  std::uint32_t count = 0;
};
struct Frame {
  std::uint64_t offset = 0;  // in the file
  std::uint64_t at = 0;      // in the entry's text
  std::uint64_t length = 0;
};

struct Part {
  CocoFile file;
  CocoIndex index;
  std::map<std::int64_t, std::size_t> classes;  // by category id, into the reader's
};

class CocoReader final : public FormatReader {
 public:
  explicit CocoReader(const ReadRequest& request) : files_(request.files) {
    for (CocoFile& file : find_coco_files(files_, request.in)) add(std::move(file));
    if (parts_.empty()) {
      throw FormatError(request.in.string(), "no COCO file (*.json, or annotations/*.json in a folder)");
    }
    check_names();
  }

  std::vector<std::string> classes() const override { return classes_; }

  std::uint64_t picture_count() const override {
    std::uint64_t count = 0;
    for (const Part& part : parts_) count += part.index.images().size();
    return count;
  }

  std::optional<DatasetEntry> next() override {
    while (part_ < parts_.size() && image_ == parts_[part_].index.images().size()) {
      ++part_;
      image_ = 0;
    }
    if (part_ == parts_.size()) return std::nullopt;
    return entry_of(parts_[part_], parts_[part_].index.images()[image_++]);
  }

  DatasetPicture decode(const DatasetEntry& entry, Size size) const override;

 private:
  void add(CocoFile&& file);
  void check_names() const;
  DatasetEntry entry_of(const Part& part, const CocoImagePlace& place);
  fs::path find_photo(const Part& part, const std::string& file_name, const std::string& name);

  FileSystem& files_;
  std::vector<Part> parts_;
  std::vector<std::string> classes_;
  std::map<std::string, std::size_t> class_of_;  // by name
  std::size_t part_ = 0;                         // of the next picture
  std::size_t image_ = 0;                        // of the next picture, in its part
  std::size_t hit_ = 0;                          // photo folder that the last one was in
};

void CocoReader::add(CocoFile&& file) {
  auto opened = files_.open(file.path);
  if (!opened) throw FormatError(file.name, "there is no such file any more");
  CocoIndex index(std::move(opened), file.name);
  std::map<std::int64_t, std::size_t> classes;
  for (const CocoCategory& category : index.categories()) {
    const auto [known, is_new] = class_of_.try_emplace(category.name, classes_.size());
    if (is_new) classes_.push_back(category.name);
    classes[category.id] = known->second;
  }
  parts_.push_back({std::move(file), std::move(index), std::move(classes)});
}

// Within a file the index has seen to it.
void CocoReader::check_names() const {
  if (parts_.size() < 2) return;
  std::vector<std::tuple<std::uint64_t, std::uint32_t, std::uint32_t>> names;  // hash, part, image
  for (std::uint32_t part = 0; part < parts_.size(); ++part) {
    const auto& images = parts_[part].index.images();
    for (std::uint32_t i = 0; i < images.size(); ++i) names.emplace_back(images[i].name_hash, part, i);
  }
  std::sort(names.begin(), names.end());
  const auto name_of = [&](std::size_t i) {
    const CocoIndex& index = parts_[std::get<1>(names[i])].index;
    return picture_name(index.image(index.images()[std::get<2>(names[i])]).file_name, index.name());
  };
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (std::get<0>(names[i - 1]) != std::get<0>(names[i]) || name_of(i - 1) != name_of(i)) continue;
    throw FormatError(
        parts_[std::get<1>(names[i])].file.name,
        "the picture \"" + name_of(i) + "\" is in " + parts_[std::get<1>(names[i - 1])].file.name + " as well");
  }
}

// The annotations' texts as they stand in the file, those close together read at once.
void read_objects(const CocoIndex& index, const std::vector<CocoObjectPlace>& objects, std::string& text,
                  std::vector<Frame>& frames) {
  for (std::size_t first = 0; first < objects.size();) {
    const std::uint64_t start = objects[first].offset;
    std::uint64_t end = start;
    std::size_t last = first;
    for (; last < objects.size() && objects[last].offset - end <= max_gap_bytes; ++last) {
      frames.push_back({objects[last].offset, text.size() + (objects[last].offset - start), objects[last].length});
      end = objects[last].offset + objects[last].length;
    }
    const std::size_t at = text.size();
    if (at + (end - start) > max_picture_bytes) {
      throw FormatError(index.name(), "image " + std::to_string(objects[first].image_id) + " has more than " +
                                          std::to_string(max_picture_bytes >> 20) +
                                          " MiB of annotations, the limit of one picture");
    }
    text.resize(at + (end - start));
    index.read(start, std::span(text).subspan(at));
    first = last;
  }
}

DatasetEntry CocoReader::entry_of(const Part& part, const CocoImagePlace& place) {
  const CocoImage image = part.index.image(place);
  DatasetEntry entry;
  entry.place = part.file.name + ", image " + std::to_string(image.id);
  entry.name = picture_name(image.file_name, entry.place);
  entry.subset = part.file.subset;
  entry.photo = find_photo(part, image.file_name, entry.name);

  const std::vector<CocoObjectPlace> objects = part.index.objects_of(image.id);
  const Head head{static_cast<std::uint32_t>(&part - parts_.data()), static_cast<std::uint32_t>(objects.size() + 1)};
  const std::size_t texts_at = sizeof head + head.count * sizeof(Frame);
  std::vector<Frame> frames = {{place.offset, texts_at, place.length}};
  entry.text.resize(texts_at + place.length);
  part.index.read(place.offset, std::span(entry.text).subspan(texts_at));
  read_objects(part.index, objects, entry.text, frames);
  entry.text.append(padding_bytes, ' ');
  std::memcpy(entry.text.data(), &head, sizeof head);
  std::memcpy(entry.text.data() + sizeof head, frames.data(), frames.size() * sizeof(Frame));
  return entry;
}

// Where the last one was found is tried first. A file name with folders in it is looked for as it is, too.
fs::path CocoReader::find_photo(const Part& part, const std::string& file_name, const std::string& name) {
  const std::vector<fs::path>& folders = part.file.photo_folders;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const std::size_t folder = (i + hit_) % folders.size();
    for (const std::string& each : {name, file_name}) {
      const auto status = files_.status(folders[folder] / each);
      if (status && status->kind == FileStatus::Kind::file) {
        hit_ = folder;
        return folders[folder] / each;
      }
      if (name == file_name) break;
    }
  }
  return {};
}

DatasetPicture CocoReader::decode(const DatasetEntry& entry, Size size) const {
  Head head;
  std::memcpy(&head, entry.text.data(), sizeof head);
  const Part& part = parts_.at(head.file);
  CocoParser parser(part.file.name);
  const auto element = [&](std::size_t i) {
    Frame frame;
    std::memcpy(&frame, entry.text.data() + sizeof head + i * sizeof frame, sizeof frame);
    return JsonElement{std::string_view(entry.text).substr(frame.at, frame.length), frame.offset};
  };
  const CocoImage image = parser.image(element(0));
  DatasetPicture picture;
  picture.name = entry.name;
  picture.subset = entry.subset;
  picture.id = image.id;
  picture.size = image.size == Size{} ? size : image.size;
  if (head.count > 1 && picture.size == Size{}) {
    throw FormatError(entry.place, "neither the dataset nor a photo tells its size");
  }
  picture.annotations.reserve(head.count - 1);
  for (std::size_t i = 1; i < head.count; ++i) {
    CocoObject object = parser.object(element(i), picture.size);
    const auto category = part.classes.find(object.category_id);
    if (category == part.classes.end()) {
      parser.fail(element(i).offset, "annotation " + std::to_string(object.stored.annotation.id) + " names category " +
                                         std::to_string(object.category_id) + ", which is not there");
    }
    object.stored.class_name = classes_[category->second];
    object.stored.annotation.class_id = static_cast<int>(category->second);
    picture.annotations.push_back(std::move(object.stored));
  }
  return picture;
}

}  // namespace

std::unique_ptr<FormatReader> read_coco(const ReadRequest& request) {
  return std::make_unique<CocoReader>(request);
}

}  // namespace sam
