#include "dataset/formats/yolo_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "dataset/formats/folder_names.h"
#include "dataset/formats/yolo_folders.h"
#include "dataset/label_line.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_label_bytes = std::uint64_t{64} << 20;
constexpr std::size_t max_warnings = 20;

class YoloReader final : public FormatReader {
 public:
  YoloReader(const ReadRequest& request, YoloKind kind)
      : files_(request.files), kind_(kind), dataset_(find_yolo_dataset(request.files, request.in)) {
    if (!dataset_.has_classes) dataset_.classes = request.classes;
    if (dataset_.items.empty()) {
      throw FormatError(request.in.string(), "no pictures and no label files (images/, labels/) in it");
    }
  }

  std::vector<std::string> classes() const override { return dataset_.classes; }
  std::uint64_t picture_count() const override { return dataset_.items.size(); }

  std::optional<DatasetEntry> next() override {
    if (next_ == dataset_.items.size()) return std::nullopt;
    const YoloItem& item = dataset_.items[next_++];
    const YoloFolder& folder = dataset_.folders[item.folder];
    DatasetEntry entry;
    entry.name = item.picture;
    entry.subset = folder.subset;
    if (item.has_photo) entry.photo = folder.images / item.picture;
    entry.annotated = !item.labels.empty();
    entry.place =
        place_below(dataset_.root, entry.annotated ? folder.labels / item.labels : folder.images / item.picture);
    if (entry.annotated) entry.text = files_.read(folder.labels / item.labels, max_label_bytes).value_or("");
    return entry;
  }

  DatasetPicture decode(const DatasetEntry& entry, Size size) const override {
    DatasetPicture picture;
    picture.name = entry.name;
    picture.size = size;
    picture.subset = entry.subset;
    std::string_view text = entry.text;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    for (std::size_t line = 1; !text.empty(); ++line) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      add_line(text.substr(0, end), entry.place + ":" + std::to_string(line), picture);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return picture;
  }

 private:
  void add_line(std::string_view line, const std::string& place, DatasetPicture& picture) const {
    if (label_words(line).empty()) return;
    if (picture.size.width <= 0 || picture.size.height <= 0) {
      throw FormatError(place, "coordinates are fractions of the picture's size, which is not known: give the photos");
    }
    try {
      StoredAnnotation stored;
      stored.annotation = parse_yolo_line(line, picture.size, kind_);
      stored.class_name = class_name(stored.annotation.class_id, place);
      if (is_flat(stored.annotation.polygon)) {
        warn(picture, place + ": an outline without area; left out");
        return;
      }
      picture.annotations.push_back(std::move(stored));
    } catch (const AnnotationFileError& error) {
      throw FormatError(place, error.what());
    }
  }

  std::string class_name(int id, const std::string& place) const {
    if (static_cast<std::size_t>(id) < dataset_.classes.size()) return dataset_.classes[static_cast<std::size_t>(id)];
    if (dataset_.classes.empty()) return "class_" + std::to_string(id);
    throw FormatError(place, "class " + std::to_string(id) + " is not among the " +
                                 std::to_string(dataset_.classes.size()) + " classes of " +
                                 (dataset_.has_classes ? dataset_.classes_file : "the list given"));
  }

  static bool is_flat(const Polygon& polygon) {
    const Ring& ring = polygon.at(0).outer;
    const auto same_x = [&](const Point& point) { return point.x == ring[0].x; };
    const auto same_y = [&](const Point& point) { return point.y == ring[0].y; };
    return std::all_of(ring.begin(), ring.end(), same_x) || std::all_of(ring.begin(), ring.end(), same_y);
  }

  static void warn(DatasetPicture& picture, const std::string& what) {
    if (picture.warnings.size() < max_warnings) picture.warnings.push_back(what);
  }

  FileSystem& files_;
  const YoloKind kind_;
  YoloDataset dataset_;
  std::size_t next_ = 0;
};

// Four corners of a rectangle in any direction: in fractions of the sides still a parallelogram, to the rounding of 6 digits.
bool is_parallelogram(const std::vector<std::string_view>& words) {
  std::array<double, 8> at{};
  for (std::size_t i = 0; i < 8; ++i) at[i] = label_number(words[i + 1]);
  const bool clipped = std::any_of(at.begin(), at.end(), [](double each) { return each <= 0 || each >= 1; });
  constexpr double most = 4e-6;
  return clipped || (std::abs(at[0] + at[4] - at[2] - at[6]) < most && std::abs(at[1] + at[5] - at[3] - at[7]) < most);
}

struct LineCounts {
  std::size_t boxes = 0;
  std::size_t corners = 0;
  std::size_t polygons = 0;
  std::size_t wrong = 0;
};

void count_lines(std::string_view text, LineCounts& counts) {
  for (const std::string& line : text_lines(text)) {
    const auto words = label_words(line);
    if (words.empty()) continue;
    try {
      label_class(words[0]);
      for (std::size_t i = 1; i < words.size(); ++i) label_number(words[i]);
      const bool is_box = words.size() == 5 || words.size() == 6;
      const bool has_corners = words.size() == 9 || words.size() == 10;
      const bool is_polygon = words.size() >= 7 && words.size() % 2 == 1;
      if (is_box) {
        ++counts.boxes;
      } else if (has_corners && is_parallelogram(words)) {
        ++counts.corners;
      } else {
        ++(is_polygon ? counts.polygons : counts.wrong);
      }
    } catch (const AnnotationFileError&) {
      ++counts.wrong;
    }
  }
}

// Of a data.yaml that we wrote.
std::optional<YoloKind> told_kind(FileSystem& files, const fs::path& in) {
  const auto yaml = files.open(is_file(files, in) ? in : in / "data.yaml");
  if (!yaml) return std::nullopt;
  std::string head(64, ' ');
  head.resize(yaml->read(0, head));
  for (const YoloKind kind : {YoloKind::detection, YoloKind::segmentation, YoloKind::obb}) {
    if (head.starts_with("# " + std::string(yolo_headline(kind)))) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<FormatReader> read_yolo(const ReadRequest& request, YoloKind kind) {
  return std::make_unique<YoloReader>(request, kind);
}

bool recognise_yolo(FileSystem& files, const fs::path& in, YoloKind kind) {
  constexpr std::size_t most_files = 16;
  constexpr std::uint64_t most_bytes = 1 << 20;
  try {
    if (is_file(files, in) && in.extension() != ".yaml" && in.extension() != ".yml") return false;
    const YoloDataset dataset = find_yolo_dataset(files, in);
    std::vector<fs::path> labels;
    for (const YoloItem& item : dataset.items) {
      if (!item.labels.empty()) labels.push_back(dataset.folders[item.folder].labels / item.labels);
    }
    LineCounts counts;
    const std::size_t step = labels.size() / most_files + 1;
    for (std::size_t i = 0; i < labels.size(); i += step) {
      if (files.status(labels[i]).value_or(FileStatus{}).size_bytes > most_bytes) continue;
      count_lines(files.read(labels[i], most_bytes).value_or(""), counts);
    }
    const std::size_t right = counts.boxes + counts.corners + counts.polygons;
    if (counts.wrong > right || (right == 0 && (!dataset.has_classes || labels.empty()))) return false;
    if (const auto told = told_kind(files, in)) return told == kind;
    const YoloKind found = right > 0 && counts.boxes == right     ? YoloKind::detection
                           : right > 0 && counts.corners == right ? YoloKind::obb
                                                                  : YoloKind::segmentation;
    return found == kind;
  } catch (const DatasetError&) {  // reading says what is wrong with it
    return kind == YoloKind::segmentation && is_file(files, in / "data.yaml");
  } catch (const FileError&) {
    return false;
  }
}

}  // namespace sam
