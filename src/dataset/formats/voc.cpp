// Pascal VOC as its development kit has it: Annotations/*.xml with boxes, SegmentationClass/ and SegmentationObject/ with what their pixels
// belong to (palette PNG in VOC's colours; in colour for more than 254 classes or objects), ImageSets/ with names, JPEGImages/; and
// labelmap.txt for the classes, as CVAT and Datumaro write it. The i-th object of an XML file is number i of SegmentationObject (255 is left
// out: it means void). No borders of void are drawn: masks are exact. Where objects overlap, the smaller one is seen.
#include <map>

#include "dataset/category_folder.h"
#include "dataset/formats/rows.h"
#include "dataset/formats/subset_folders.h"
#include "dataset/formats/voc_reader.h"
#include "dataset/formats/voc_segments.h"
#include "dataset/formats/xml_element.h"

namespace sam {
namespace {

// Names of pictures, one file a part, in ImageSets/Main/ and ImageSets/Segmentation/.
class ImageSets {
 public:
  ImageSets(FileSystem& files, std::filesystem::path folder) : files_(files), folder_(std::move(folder)) {}

  void add(const std::string& subset, const std::string& base) {
    for (const char* kind : {"Main", "Segmentation"}) {
      if (!subset.empty()) write(kind, subset, base);
      if (subset.empty() || subset == "train" || subset == "val") write(kind, "trainval", base);
    }
  }
  void publish() {
    for (auto& [path, file] : lists_) file->publish();
  }

 private:
  void write(const char* kind, const std::string& subset, const std::string& base) {
    const std::filesystem::path path = folder_ / kind / (subset + ".txt");
    std::unique_ptr<OutputFile>& file = lists_[path];
    if (!file) {
      files_.create_directories(folder_ / kind);
      file = files_.create(path);
    }
    file->write(base + "\n");
  }

  FileSystem& files_;
  const std::filesystem::path folder_;
  std::map<std::filesystem::path, std::unique_ptr<OutputFile>> lists_;
};

class VocWriter final : public FormatWriter {
 public:
  explicit VocWriter(const WriteRequest& request)
      : files_(request.files),
        out_(request.out),
        classes_(request.classes),
        subsets_(request.subsets),
        image_sets_(files_, out_ / "ImageSets") {}

  EncodedPicture encode(const DatasetPicture& picture) const override {
    const std::string base(base_name(picture.name));
    std::vector<std::uint32_t> numbers;
    for (const StoredAnnotation& stored : picture.annotations) {
      numbers.push_back(voc_number_of(static_cast<std::size_t>(stored.annotation.class_id)));
    }
    VocPictures pictures = paint_voc_pictures(picture, numbers);
    EncodedPicture encoded;
    encoded.subset = picture.subset;
    encoded.texts = {picture.name};
    encoded.files = {{own_file(picture.name, picture.subset), xml(picture)},
                     {std::filesystem::path("SegmentationClass") / (base + ".png"), std::move(pictures.classes)},
                     {std::filesystem::path("SegmentationObject") / (base + ".png"), std::move(pictures.objects)}};
    return encoded;
  }

  // texts: the picture's name.
  void append(EncodedPicture&& picture) override {
    const std::string subset = picture.subset.empty() ? std::string() : subsets_.folder(picture.subset).string();
    image_sets_.add(subset, std::string(base_name(picture.texts[0])));
  }

  void finish() override {
    image_sets_.publish();
    files_.write_unflushed(out_ / "labelmap.txt", format_voc_label_map(classes_));
  }

  std::filesystem::path photo_path(const std::string& name, const std::string&) const override {
    return std::filesystem::path("JPEGImages") / name;
  }
  std::filesystem::path own_file(const std::string& name, const std::string&) const override {
    return std::filesystem::path("Annotations") / (std::string(base_name(name)) + ".xml");
  }

 private:
  static std::string xml(const DatasetPicture& picture) {
    const auto tagged = [](const std::string& name, const std::string& value) {
      return "<" + name + ">" + xml_escaped(value) + "</" + name + ">";
    };
    std::string text = "<annotation>\n  <folder>JPEGImages</folder>\n  " + tagged("filename", picture.name) +
                       "\n  <source><database>Unknown</database></source>\n  <size>" +
                       tagged("width", std::to_string(picture.size.width)) +
                       tagged("height", std::to_string(picture.size.height)) +
                       "<depth>3</depth></size>\n  <segmented>1</segmented>\n";
    for (const StoredAnnotation& stored : picture.annotations) text += format_voc_object(stored);
    return text + "</annotation>\n";
  }

  FileSystem& files_;
  const std::filesystem::path out_;
  const std::vector<std::string> classes_;
  const SubsetFolders subsets_;  // checks that they can be names of files
  ImageSets image_sets_;
};

}  // namespace

Format voc_format() {
  Format format;
  format.name = "voc";
  format.title = "Pascal VOC (boxes, class and object pictures)";
  format.features = {.shape = FormatFeatures::Shape::mask,
                     .parts = true,
                     .holes = true,
                     .overlap = false,
                     .crowd = true,
                     .attributes = true,
                     .unused_classes = true,
                     .empty_pictures = true,
                     .subsets = true};
  format.recognises = is_voc;
  format.read = read_voc;
  format.write = [](const WriteRequest& request) -> std::unique_ptr<FormatWriter> {
    return std::make_unique<VocWriter>(request);
  };
  return format;
}

}  // namespace sam
