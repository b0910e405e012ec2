// Writes COCO. A file's annotations go out as they come; its images wait in a file beside it, since JSON can be written in one place only.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "dataset/formats/coco.h"
#include "dataset/formats/coco_files.h"
#include "dataset/json_text.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = std::size_t{1} << 20;

// Tools take category 0 for the background, or add the classes up from 1 as COCO's own do.
constexpr std::int64_t first_category = 1;

bool is_crowd(const Annotation& annotation) {
  const auto found = annotation.attributes.find("iscrowd");
  return found != annotation.attributes.end() && found->second == "1";
}

// COCO's polygons have no holes, and its crowds are run lengths.
bool is_written_as_polygon(const Annotation& annotation, bool exact_masks) {
  if (exact_masks || is_crowd(annotation)) return false;
  const auto is_plain = [](const PolygonPart& part) { return part.holes.empty() && part.outer.size() >= 3; };
  return !annotation.polygon.empty() && std::all_of(annotation.polygon.begin(), annotation.polygon.end(), is_plain);
}

void append_ring(std::string& out, const Ring& ring) {
  char separator = '[';
  for (const Point& point : ring) {
    out += separator;
    append_json_number(out, point.x);
    out += ',';
    append_json_number(out, point.y);
    separator = ',';
  }
  out += ']';
}

// pycocotools takes both: compressed for objects, as its loadRes() demands, plain numbers for crowds, as in COCO's own files.
void append_mask(std::string& out, const Mask& mask, bool crowd) {
  out += R"({"size":[)";
  append_json_number(out, std::int64_t{mask.size.height});
  out += ',';
  append_json_number(out, std::int64_t{mask.size.width});
  out += R"(],"counts":)";
  if (crowd) {
    char separator = '[';
    for (const std::uint32_t run : mask.runs) {
      out += separator;
      append_json_number(out, std::int64_t{run});
      separator = ',';
    }
    out += mask.runs.empty() ? "[]" : "]";
  } else {
    append_json_string(out, mask_to_coco_string(mask));
  }
  out += '}';
}

void append_segmentation(std::string& out, const Annotation& annotation, bool exact_masks) {
  if (!is_written_as_polygon(annotation, exact_masks)) {
    append_mask(out, annotation.mask, is_crowd(annotation));
    return;
  }
  char separator = '[';
  for (const PolygonPart& part : annotation.polygon) {
    out += separator;
    append_ring(out, part.outer);
    separator = ',';
  }
  out += ']';
}

void append_attributes(std::string& out, const Annotation& annotation) {
  const char* separator = R"(,"attributes":{)";
  bool any = false;
  for (const auto& [key, value] : annotation.attributes) {
    if (key == "iscrowd") continue;
    out += any ? "," : separator;
    append_json_string(out, key);
    out += ':';
    append_json_string(out, value);
    any = true;
  }
  if (any) out += '}';
}

void append_field(std::string& out, std::string_view text, std::int64_t value) {
  out += text;
  append_json_number(out, value);
}

std::string annotation_text(const Annotation& annotation, std::int64_t id, std::int64_t image_id, bool exact_masks) {
  std::size_t points = 0;
  for (const PolygonPart& part : annotation.polygon) points += part.outer.size();
  std::string text;
  text.reserve(300 + points * 24);
  append_field(text, R"({"id":)", id);
  append_field(text, R"(,"image_id":)", image_id);
  append_field(text, R"(,"category_id":)", annotation.class_id + first_category);
  append_field(text, R"(,"iscrowd":)", is_crowd(annotation) ? 1 : 0);
  append_field(text, R"(,"area":)", static_cast<std::int64_t>(mask_area(annotation.mask)));
  const Box box = mask_box(annotation.mask);
  text += R"(,"bbox":[)";
  const char* separator = "";
  for (const double each : {box.x0, box.y0, box.width(), box.height()}) {
    text += separator;
    append_json_number(text, each);
    separator = ",";
  }
  text += R"(],"segmentation":)";
  append_segmentation(text, annotation, exact_masks);
  append_attributes(text, annotation);
  if (annotation.score != 0) {
    text += R"(,"score":)";
    append_json_number(text, annotation.score);
  }
  text += '}';
  return text;
}

std::string image_text(const DatasetPicture& picture) {
  std::string text;
  append_field(text, R"({"id":)", picture.id);
  text += R"(,"file_name":)";
  append_json_string(text, picture.name);
  append_field(text, R"(,"width":)", picture.size.width);
  append_field(text, R"(,"height":)", picture.size.height);
  text += '}';
  return text;
}

// An output that is written in large pieces.
struct BufferedOutput {
  std::unique_ptr<OutputFile> file;
  std::string waiting;

  void write(std::string_view bytes) {
    waiting += bytes;
    if (waiting.size() >= block_bytes) flush();
  }
  void flush() {
    file->write(waiting);
    waiting.clear();
  }
};

// One file of the dataset.
class CocoFileWriter {
 public:
  CocoFileWriter(FileSystem& files, const fs::path& path)
      : files_(files), images_path_(path.parent_path() / (".sam-images-of-" + path.filename().string() + ".tmp")) {
    file_.file = files_.create(path);
    images_.file = files_.create(images_path_);
    file_.write(R"({"info":{"description":"written by SAM Annotator","version":"1.0"},"licenses":[],"annotations":[)");
  }
  CocoFileWriter(const CocoFileWriter&) = delete;
  CocoFileWriter& operator=(const CocoFileWriter&) = delete;
  ~CocoFileWriter() {
    try {
      files_.remove(images_path_);
    } catch (const FileError&) {  // its name says that it may go
    }
  }

  // The first text is the image.
  void append(const std::vector<std::string>& texts) {
    images_.write(image_count_++ == 0 ? "\n" : ",\n");
    images_.write(texts.front());
    for (std::size_t i = 1; i < texts.size(); ++i) {
      file_.write(object_count_++ == 0 ? "\n" : ",\n");
      file_.write(texts[i]);
    }
  }

  void finish(const std::vector<std::string>& classes) {
    file_.write("\n],\"images\":[");
    copy_images();
    file_.write("\n],\"categories\":[");
    std::string text;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      append_field(text, i == 0 ? "\n{\"id\":" : ",\n{\"id\":", static_cast<std::int64_t>(i) + first_category);
      text += R"(,"name":)";
      append_json_string(text, classes[i]);
      text += R"(,"supercategory":""})";
    }
    file_.write(text + "\n]}\n");
    file_.flush();
    file_.file->publish();
    files_.remove(images_path_);  // the dataset may be moved before this is destroyed
  }

 private:
  void copy_images() {
    images_.flush();
    images_.file->publish();
    const auto written = files_.open(images_path_);
    if (!written) throw FileError("cannot read " + images_path_.string() + ": it is gone", 0);
    std::string block(block_bytes, '\0');
    std::uint64_t offset = 0;
    while (const std::size_t count = written->read(offset, block)) {
      file_.write(std::string_view(block).substr(0, count));
      offset += count;
    }
  }

  FileSystem& files_;
  const fs::path images_path_;
  BufferedOutput file_;
  BufferedOutput images_;
  std::uint64_t image_count_ = 0;
  std::uint64_t object_count_ = 0;
};

class CocoWriter final : public FormatWriter {
 public:
  explicit CocoWriter(const WriteRequest& request) : request_(request) {}  // nothing is made before there is something

  EncodedPicture encode(const DatasetPicture& picture) const override {
    EncodedPicture encoded;
    encoded.subset = picture.subset;
    encoded.texts.push_back(image_text(picture));
    std::int64_t id = picture.first_object;
    for (const StoredAnnotation& stored : picture.annotations) {
      encoded.texts.push_back(annotation_text(stored.annotation, ++id, picture.id, request_.exact_masks));
    }
    return encoded;
  }

  void append(EncodedPicture&& picture) override { file_of(picture.subset).append(picture.texts); }

  void finish() override {
    for (const std::string& subset : request_.subsets) file_of(subset);
    if (request_.subsets.empty()) file_of("");
    for (auto& [subset, file] : written_) file->finish(request_.classes);
  }

  fs::path photo_path(const std::string& name, const std::string& subset) const override {
    if (request_.out_is_file) return {};
    return subset.empty() ? fs::path("images") / name : fs::path("images") / subset / name;
  }

 private:
  CocoFileWriter& file_of(const std::string& subset) {
    std::unique_ptr<CocoFileWriter>& file = written_[request_.out_is_file ? std::string() : subset];
    if (!file) {
      if (!request_.out_is_file) request_.files.create_directories(request_.out / "annotations");
      const fs::path path = request_.out_is_file ? request_.out : request_.out / coco_file_of(subset);
      file = std::make_unique<CocoFileWriter>(request_.files, path);
    }
    return *file;
  }

  const WriteRequest request_;
  std::map<std::string, std::unique_ptr<CocoFileWriter>> written_;  // by subset
};

}  // namespace

std::unique_ptr<FormatWriter> write_coco(const WriteRequest& request) {
  return std::make_unique<CocoWriter>(request);
}

}  // namespace sam
