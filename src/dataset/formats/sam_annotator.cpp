// A project of ours as a dataset: annotations/<image>.json, labels/, classes.csv, splits.csv; see docs/file-formats.md. Unlike an opened project it is
// only looked at: nothing is locked, repaired or written.
#include <algorithm>
#include <set>
#include <unordered_map>

#include "dataset/category_folder.h"
#include "dataset/class_list.h"
#include "dataset/content_check.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/picture_name.h"
#include "dataset/formats/rows.h"
#include "dataset/formats/yolo_line.h"
#include "dataset/label_file.h"
#include "dataset/label_merge.h"
#include "dataset/natural_order.h"
#include "dataset/split_file.h"
#include "platform/hash.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t max_file_bytes = std::uint64_t{256} << 20;
constexpr std::uint64_t max_list_bytes = std::uint64_t{64} << 20;

// As it stands, without making what is missing.
CategoryFolder look_at_folder(FileSystem& files, const fs::path& in) {
  if (!is_folder(files, in)) throw FormatError(in.string(), "no such folder");
  CategoryFolder folder;
  folder.root = fs::canonical(in);
  folder.images =
      is_folder(files, folder.root / "images") ? fs::canonical(folder.root / "images") : folder.root / "images";
  folder.labels = folder.root / "labels";
  folder.annotations = folder.root / "annotations";
  if (files.status(folder.annotations / ".change" / "decided")) {
    throw FormatError(in.string(),
                      "a change of the whole project was cut short; open it with sam-annotator, which finishes it");
  }
  return folder;
}

struct ProjectItem {
  std::string name;
  std::string labels;  // file name for a picture without annotations file; empty: none
  bool has_photo = false;
  bool has_annotations = false;
};

class ProjectReader final : public FormatReader {
 public:
  explicit ProjectReader(const ReadRequest& request)
      : files_(request.files), folder_(look_at_folder(request.files, request.in)) {
    read_lists(request.classes);
    list_pictures_and_annotations();
  }

  std::vector<std::string> classes() const override { return classes_.names; }
  std::uint64_t picture_count() const override { return items_.size(); }

  std::optional<DatasetEntry> next() override {
    if (next_ == items_.size()) return std::nullopt;
    const ProjectItem& item = items_[next_++];
    DatasetEntry entry;
    entry.name = item.name;
    const auto subset = splits_.find(item.name);
    if (subset != splits_.end()) entry.subset = subset->second;
    if (item.has_photo) entry.photo = folder_.images / item.name;
    entry.annotated = item.has_annotations || !item.labels.empty();
    if (!item.labels.empty()) entry.place = "labels/" + item.labels;
    if (item.has_annotations) entry.place = "annotations/" + item.name + ".json";
    if (!entry.annotated) entry.place = "images/" + item.name;
    return entry;
  }

  // Reads the entry's files, which is what takes time.
  DatasetPicture decode(const DatasetEntry& entry, Size size) const override {
    DatasetPicture picture;
    picture.name = entry.name;
    picture.subset = entry.subset;
    picture.size = size;
    if (!entry.annotated) return picture;
    const std::string text = read(folder_.root / entry.place).value_or("");
    if (entry.place.starts_with("labels/")) {
      read_labels(text, entry.place, picture);
      return picture;
    }
    AnnotationDocument document = parse(text, entry.place);
    absorb_edit(entry.name, document, picture.warnings);
    if (!classes_.names.empty()) follow_class_names(document, classes_, picture.warnings);
    if (!document.annotations.empty() || size == Size{}) picture.size = document.size;
    picture.annotations = std::move(document.annotations);
    picture.reviewed = document.reviewed;
    picture.faulty = document.faulty;
    return picture;
  }

 private:
  std::optional<std::string> read(const fs::path& path) const {
    require_inside(folder_, path);
    return files_.read(path, max_file_bytes);
  }

  static AnnotationDocument parse(std::string_view text, const std::string& place) {
    try {
      return parse_annotation_file(text);
    } catch (const AnnotationFileError& error) {
      throw FormatError(place, std::string("damaged (") + error.what() +
                                   "); open the project with sam-annotator, which sets it aside and takes the labels");
    } catch (const DatasetError& error) {
      throw FormatError(place, error.what());
    }
  }

  void read_lists(const std::vector<std::string>& given) {
    const auto classes = files_.read(folder_.root / "classes.csv", max_list_bytes);
    if (classes) {
      classes_ = parse_class_list(*classes, (folder_.root / "classes.csv").string(), true);
    } else {
      classes_.names = given;
    }
    if (const auto splits = files_.read(folder_.root / splits_file_name, max_list_bytes))
      splits_ = parse_splits(*splits);
  }

  void list_pictures_and_annotations() {
    std::vector<FoundPicture> pictures;
    if (is_folder(files_, folder_.images)) pictures = list_pictures(folder_);
    std::vector<std::string> labels = list_folder(files_, folder_.labels).value_or(FolderNames{}).files;
    std::vector<std::string> annotations = list_folder(files_, folder_.annotations).value_or(FolderNames{}).files;
    std::sort(labels.begin(), labels.end());
    std::sort(annotations.begin(), annotations.end());
    assign_label_files(pictures, labels, annotations);
    const auto holds = [](const std::vector<std::string>& sorted, const std::string& name) {
      return std::binary_search(sorted.begin(), sorted.end(), name);
    };
    std::set<std::string> with_photo;
    for (const FoundPicture& picture : pictures) {
      ProjectItem item{picture.name, label_file_name(picture.name, picture.own_label_file), picture.broken == nullptr,
                       holds(annotations, picture.name + ".json")};
      if (!holds(labels, item.labels)) item.labels.clear();
      with_photo.insert(picture.name);
      items_.push_back(std::move(item));
    }
    for (const std::string& name : annotations) {
      if (!name.ends_with(".json")) continue;
      const std::string picture = picture_name(name.substr(0, name.size() - 5), "annotations/" + name);
      if (!with_photo.contains(picture)) items_.push_back({picture, "", false, true});
    }
    std::sort(items_.begin(), items_.end(), [](const auto& a, const auto& b) { return natural_less(a.name, b.name); });
  }

  std::string class_name(int id) const {
    const auto index = static_cast<std::size_t>(id);
    return index < classes_.names.size() ? classes_.names[index] : "class_" + std::to_string(id);
  }

  std::size_t class_count() const { return classes_.names.empty() ? std::size_t{1} << 31 : classes_.names.size(); }

  // A picture that the original labelled. Lines that are no annotation are left out with a warning, as the program keeps them.
  void read_labels(std::string_view text, const std::string& place, DatasetPicture& picture) const {
    if (picture.size == Size{} && text.find_first_not_of(" \t\r\n") != std::string_view::npos) {
      throw FormatError(place, "coordinates are fractions of the picture's size, which is not known: give the photos");
    }
    LabelFile labels = parse_label_file(text, picture.size, class_count(), place);
    picture.warnings = std::move(labels.warnings);
    for (const LabelLine& line : labels.lines) {
      StoredAnnotation& stored = picture.annotations.emplace_back();
      stored.annotation = parse_yolo_line(line.text, picture.size, YoloKind::segmentation);
      stored.annotation.source = "labels";
      stored.class_name = class_name(line.class_id);
    }
  }

  // Labels that somebody else changed count, as when the project is opened.
  void absorb_edit(const std::string& image, AnnotationDocument& document, std::vector<std::string>& warnings) const {
    const std::string& name = document.labels_file;
    if (name != label_file_name(image, true) && name != label_file_name(image, false)) return;
    const std::optional<std::string> text = read(folder_.labels / name);
    if (!text) return;
    const std::string hash = content_hash(*text);
    if (hash == document.labels_hash || hash == document.previous_labels_hash) return;
    ClassList classes = classes_;
    for (const StoredAnnotation& stored : document.annotations) {  // without a list: the names that are known
      const auto id = static_cast<std::size_t>(stored.annotation.class_id);
      if (classes_.names.empty() && id >= classes.names.size() && id < 100'000) {
        for (std::size_t i = classes.names.size(); i <= id; ++i) classes.names.push_back("class_" + std::to_string(i));
        classes.names[id] = stored.class_name;
      }
    }
    const LabelFile labels =
        parse_label_file(*text, document.size, classes.names.size(), "labels/" + document.labels_file);
    document = merge_labels(document, labels, classes, warnings);
  }

  FileSystem& files_;
  const CategoryFolder folder_;
  ClassList classes_;
  Splits splits_;
  std::vector<ProjectItem> items_;
  std::size_t next_ = 0;
};

bool looks_like_project(FileSystem& files, const fs::path& in) {
  const fs::path annotations = in / "annotations";
  if (!is_folder(files, annotations)) return false;
  if (is_file(files, annotations / "index.sqlite")) return true;
  const auto names = list_folder(files, annotations);
  for (const std::string& name : names->files) {
    if (!name.ends_with(".json") || !has_picture_extension(name.substr(0, name.size() - 5))) continue;
    constexpr std::string_view start = "{\n  \"format\": ";
    std::string head(start.size(), ' ');
    const auto file = files.open(annotations / name);
    return file && file->read(0, head) == start.size() && head == start;
  }
  return false;
}

class ProjectWriter final : public FormatWriter {
 public:
  explicit ProjectWriter(const WriteRequest& request)
      : files_(request.files), out_(request.out), classes_(request.classes) {}

  EncodedPicture encode(const DatasetPicture& picture) const override {
    AnnotationDocument document;
    document.image = picture.name;
    document.size = picture.size;
    document.labels_file = label_file_name(picture.name, false);
    document.annotations = picture.annotations;
    document.reviewed = picture.reviewed;
    document.faulty = picture.faulty;
    number(document);
    for (StoredAnnotation& stored : document.annotations) stored.annotation = with_polygon(stored.annotation);
    const std::string labels = format_label_file(document.annotations, document.size, {});
    document.labels_hash = content_hash(labels);
    EncodedPicture encoded{picture.subset, {picture.name}, {}};
    encoded.files.push_back({annotations_path(picture.name), format_annotation_file(document)});
    encoded.files.push_back({fs::path("labels") / document.labels_file, labels});
    return encoded;
  }

  void append(EncodedPicture&& picture) override {
    const std::string& name = picture.texts.at(0);
    if (!picture.subset.empty()) splits_[name] = picture.subset;
    const auto [owner, is_first] = labels_.emplace(label_file_name(name, false), name);
    if (is_first) return;
    // Pictures that differ only in their extension: all but the first get label files named after all of their name.
    const std::string own = label_file_name(name, true);
    if (!labels_.emplace(own, name).second) {
      throw FormatError(name, "no name is left for its label file beside " + owner->second + "; rename the picture");
    }
    write_labels(name, own);
    write_labels(owner->second, owner->first);
  }

  void finish() override {
    for (const char* folder : {"annotations", "images", "labels"}) files_.create_directories(out_ / folder);
    files_.write_atomic(out_ / "classes.csv", format_class_list(classes_));
    if (!splits_.empty()) files_.write_atomic(out_ / splits_file_name, format_splits(splits_));
  }

  fs::path photo_path(const std::string& name, const std::string&) const override { return fs::path("images") / name; }

 private:
  static fs::path annotations_path(const std::string& name) { return fs::path("annotations") / (name + ".json"); }

  // Ids as they are where they are good: from 1, each once.
  static void number(AnnotationDocument& document) {
    std::set<std::int64_t> ids;
    bool good = true;
    for (const StoredAnnotation& stored : document.annotations) {
      const std::int64_t id = stored.annotation.id;
      good = good && id >= 1 && id < std::int64_t{1} << 53 && ids.insert(id).second;
    }
    for (StoredAnnotation& stored : document.annotations) {
      if (!good) stored.annotation.id = document.next_id;
      document.next_id = std::max(document.next_id, stored.annotation.id + 1);
    }
  }

  // Of a picture whose annotations file is written already.
  void write_labels(const std::string& name, const std::string& labels_file) {
    const fs::path path = out_ / annotations_path(name);
    AnnotationDocument document = parse_annotation_file(files_.read(path, max_file_bytes).value_or(""));
    const std::string labels = format_label_file(document.annotations, document.size, {});
    if (document.labels_file != labels_file) {
      document.labels_file = labels_file;
      files_.write_unflushed(path, format_annotation_file(document));
    }
    files_.write_unflushed(out_ / "labels" / labels_file, labels);
  }

  FileSystem& files_;
  const fs::path out_;
  const std::vector<std::string> classes_;
  std::unordered_map<std::string, std::string> labels_;  // label file, its picture
  Splits splits_;
};

}  // namespace

Format project_format() {
  Format format;
  format.name = "project";
  format.title = "SAM Annotator project (annotations/, labels/, classes.csv)";
  format.features.shape = FormatFeatures::Shape::mask;
  format.features.parts = true;
  format.features.holes = true;
  format.features.crowd = true;
  format.features.attributes = true;
  format.features.scores = true;
  format.features.prompts = true;
  format.features.provenance = true;
  format.features.review = true;
  format.features.unused_classes = true;
  format.features.empty_pictures = true;
  format.features.subsets = true;
  format.recognises = looks_like_project;
  format.read = [](const ReadRequest& request) -> std::unique_ptr<FormatReader> {
    return std::make_unique<ProjectReader>(request);
  };
  format.write = [](const WriteRequest& request) -> std::unique_ptr<FormatWriter> {
    return std::make_unique<ProjectWriter>(request);
  };
  return format;
}

}  // namespace sam
