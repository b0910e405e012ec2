// CVAT for images 1.1: one XML file. What CVAT's documentation says of it: https://docs.cvat.ai/docs/manual/advanced/formats/format-cvat/
// An object of one part without holes is a polygon, any other a mask. The attributes "occluded" and "z_order" are CVAT's own.
#include "dataset/formats/cvat_reader.h"

#include <algorithm>
#include <map>
#include <set>

#include "dataset/formats/cvat_runs.h"
#include "dataset/formats/file_start.h"
#include "dataset/formats/number_text.h"
#include "dataset/formats/rows.h"
#include "dataset/formats/xml_element.h"

namespace sam {
namespace {

constexpr std::size_t max_declared_attributes = 1000;  // of a class
constexpr const char* body_name = ".sam-cvat-images.tmp";

std::string field(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + xml_escaped(value) + "\"";
}

std::string element(std::string_view name, std::string_view value) {
  return "<" + std::string(name) + ">" + xml_escaped(value) + "</" + std::string(name) + ">";
}

bool is_plain(const Annotation& annotation) {
  return annotation.polygon.size() == 1 && annotation.polygon[0].holes.empty() &&
         annotation.polygon[0].outer.size() >= 3;
}

std::string points_text(const Ring& ring) {
  std::string text;
  for (const Point& point : ring) {
    if (!text.empty()) text += ';';
    append_number(text, point.x);
    text += ',';
    append_number(text, point.y);
  }
  return text;
}

bool is_z_order(const std::string& text) {
  const std::size_t digits = text.starts_with('-') ? 1 : 0;
  return text.size() > digits && text.size() < 10 && text != "0" && text[digits] != '0' &&
         text.find_first_not_of("0123456789", digits) == std::string::npos;
}

// CVAT has a place of its own for these; other values of theirs are attributes like any.
bool is_own(const std::string& name, const std::string& value) {
  return (name == "occluded" && value == "1") || (name == "z_order" && is_z_order(value));
}

std::string own_value(const Annotation& annotation, const std::string& name) {
  const auto found = annotation.attributes.find(name);
  return found != annotation.attributes.end() && is_own(name, found->second) ? found->second : "0";
}

class CvatWriter final : public FormatWriter {
 public:
  explicit CvatWriter(const WriteRequest& request)
      : files_(request.files),
        file_(request.out_is_file ? request.out : request.out / "annotations.xml"),
        body_path_(file_.parent_path() / body_name),
        classes_(request.classes),
        subsets_(request.subsets),
        has_folder_(!request.out_is_file),
        exact_masks_(request.exact_masks) {}

  ~CvatWriter() override {
    try {
      files_.remove(body_path_);
    } catch (const FileError&) {  // its name says that it may be removed
    }
  }

  EncodedPicture encode(const DatasetPicture& picture) const override {
    EncodedPicture encoded;
    encoded.subset = picture.subset;
    std::string text = "  <image id=\"" + std::to_string(picture.id - 1) + "\"" + field("name", picture.name);
    if (!picture.subset.empty()) text += field("subset", picture.subset);
    text += field("width", std::to_string(picture.size.width)) + field("height", std::to_string(picture.size.height));
    text += ">\n";
    encoded.texts.emplace_back();
    for (const StoredAnnotation& stored : picture.annotations) {
      text += shape(stored);
      for (const auto& [name, value] : stored.annotation.attributes) {
        if (is_own(name, value)) continue;
        encoded.texts.push_back(stored.class_name);
        encoded.texts.push_back(name);
      }
    }
    encoded.texts[0] = text + "  </image>\n";
    return encoded;
  }

  // texts: the element, then class and name of each attribute.
  void append(EncodedPicture&& picture) override {
    open_body();
    body_->write(picture.texts[0]);
    ++pictures_;
    for (std::size_t i = 1; i + 1 < picture.texts.size(); i += 2) {
      std::set<std::string>& names = attributes_[picture.texts[i]];
      if (names.size() < max_declared_attributes) names.insert(picture.texts[i + 1]);
    }
  }

  // CVAT wants attributes declared before the pictures, and they are known only now.
  void finish() override {
    open_body();
    body_->publish();
    const std::unique_ptr<OutputFile> out = files_.create(file_);
    out->write(head());
    const std::unique_ptr<InputFile> body = files_.open(body_path_);
    if (!body) throw FileError("cannot read " + body_path_.string() + ": it is gone", 0);
    std::string bytes(1 << 20, '\0');
    std::uint64_t at = 0;
    for (std::size_t got = body->read(at, bytes); got > 0; got = body->read(at, bytes)) {
      out->write(std::string_view(bytes).substr(0, got));
      at += got;
    }
    out->write("</annotations>\n");
    out->publish();
    files_.remove(body_path_);  // the dataset may be moved before this is destroyed
  }

  std::filesystem::path photo_path(const std::string& name, const std::string&) const override {
    return has_folder_ ? std::filesystem::path("images") / name : std::filesystem::path();
  }

 private:
  // Not before there is something for it: a writer that is only asked what it would write leaves nothing behind.
  void open_body() {
    if (!body_) body_ = files_.create(body_path_);
  }

  std::string shape(const StoredAnnotation& stored) const {
    const Annotation& annotation = stored.annotation;
    const bool plain = is_plain(annotation) && !exact_masks_;
    std::string text = plain ? "    <polygon" : "    <mask";
    text += field("label", stored.class_name) + field("source", annotation.source.empty() ? "manual" : "semi-auto");
    text += field("occluded", own_value(annotation, "occluded"));
    if (plain) {
      text += field("points", points_text(annotation.polygon[0].outer));
    } else {
      const CvatMask mask = cvat_mask(annotation.mask);
      text +=
          field("rle", mask.rle) + field("left", std::to_string(mask.left)) + field("top", std::to_string(mask.top));
      text += field("width", std::to_string(mask.width)) + field("height", std::to_string(mask.height));
    }
    text += field("z_order", own_value(annotation, "z_order")) + ">\n";
    for (const auto& [name, value] : annotation.attributes) {
      if (is_own(name, value)) continue;
      text += "      <attribute" + field("name", name) + ">" + xml_escaped(value) + "</attribute>\n";
    }
    return text + (plain ? "    </polygon>\n" : "    </mask>\n");
  }

  std::string label(const std::string& name) const {
    std::string text = "        <label>\n          " + element("name", name) + "\n          <attributes>\n";
    const auto found = attributes_.find(name);
    for (const std::string& each : found != attributes_.end() ? found->second : std::set<std::string>()) {
      text += "            <attribute>" + element("name", each) +
              "<mutable>False</mutable><input_type>text</input_type><default_value></default_value><values></values>"
              "</attribute>\n";
    }
    return text + "          </attributes>\n        </label>\n";
  }

  std::string head() const {
    std::string text =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n  <meta>\n";
    text += "    <task>\n      <size>" + std::to_string(pictures_) + "</size>\n      <mode>annotation</mode>\n";
    text += "      <overlap>0</overlap>\n      <labels>\n";
    for (const std::string& name : classes_) text += label(name);
    text += "      </labels>\n";
    if (!subsets_.empty()) {
      text += "      <subset>";
      for (std::size_t i = 0; i < subsets_.size(); ++i) text += (i > 0 ? "\n" : "") + xml_escaped(subsets_[i]);
      text += "</subset>\n";
    }
    return text + "    </task>\n  </meta>\n";
  }

  FileSystem& files_;
  const std::filesystem::path file_;
  const std::filesystem::path body_path_;
  const std::vector<std::string> classes_;
  const std::vector<std::string> subsets_;
  const bool has_folder_;
  const bool exact_masks_;
  std::unique_ptr<OutputFile> body_;  // the pictures
  std::uint64_t pictures_ = 0;
  std::map<std::string, std::set<std::string>> attributes_;  // by class; bounded
};

}  // namespace

Format cvat_format() {
  Format format;
  format.name = "cvat";
  format.title = "CVAT for images 1.1 (XML)";
  format.extension = ".xml";
  format.features = {.shape = FormatFeatures::Shape::polygon,
                     .parts = true,
                     .holes = true,
                     .crowd = true,
                     .attributes = true,
                     .unused_classes = true,
                     .empty_pictures = true,
                     .subsets = true};
  format.recognises = [](FileSystem& files, const std::filesystem::path& in) {
    return !find_cvat_file(files, in).empty();
  };
  format.read = read_cvat;
  format.write = [](const WriteRequest& request) -> std::unique_ptr<FormatWriter> {
    return std::make_unique<CvatWriter>(request);
  };
  return format;
}

}  // namespace sam
