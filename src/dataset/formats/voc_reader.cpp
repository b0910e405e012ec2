#include "dataset/formats/voc_reader.h"

#include "dataset/category_folder.h"
#include "dataset/formats/file_start.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/picture_name.h"
#include "dataset/formats/seen_names.h"
#include "dataset/formats/voc_layout.h"
#include "dataset/formats/voc_segments.h"

namespace sam {
namespace {

constexpr std::uint64_t max_xml_bytes = 64 << 20;  // of one picture
constexpr std::uint64_t max_png_bytes = 256 << 20;
constexpr std::uint64_t max_label_map_bytes = 16 << 20;

class VocReader final : public FormatReader {
 public:
  explicit VocReader(const ReadRequest& request) : files_(request.files), layout_(request.files, request.in) {
    if (layout_.bases().empty()) throw FormatError(request.in.string(), "has no XML file in it");
    labels_ = parse_voc_label_map(read(layout_.root() / "labelmap.txt", max_label_map_bytes));
  }

  std::vector<std::string> classes() const override {
    std::vector<std::string> names;
    for (const VocLabel& label : labels_) names.push_back(label.name);
    return names;
  }

  std::uint64_t picture_count() const override { return layout_.bases().size(); }

  // text: the base, a line feed, the XML file, which may be missing.
  std::optional<DatasetEntry> next() override {
    if (at_ == layout_.bases().size()) return std::nullopt;
    const std::string& base = layout_.bases()[at_++];
    DatasetEntry entry;
    entry.place = place_below(layout_.root(), layout_.xml(base));
    const std::string xml = read(layout_.xml(base), max_xml_bytes);
    std::string stated = xml.empty() ? std::string() : read_voc_file_name(xml, entry.place);
    if (!stated.empty()) stated = picture_name(stated, entry.place);
    entry.photo = layout_.photo(base, stated);
    entry.name = name_of(base, stated, entry);
    names_.insert_picture(entry.name, entry.place);
    entry.subset = layout_.subset(base);
    entry.text = base + "\n" + xml;
    return entry;
  }

  DatasetPicture decode(const DatasetEntry& entry, Size size) const override {
    const std::size_t line = entry.text.find('\n');
    const std::string base = entry.text.substr(0, line);
    const std::string_view xml = std::string_view(entry.text).substr(line + 1);
    VocFile file;
    if (!xml.empty()) file = parse_voc_file(xml, entry.place);
    const VocPictures pictures = {read(layout_.classes_png(base), max_png_bytes),
                                  read(layout_.objects_png(base), max_png_bytes)};
    DatasetPicture picture;
    picture.name = entry.name;
    picture.subset = entry.subset;
    picture.size = size_of(file, pictures, size, entry.place);
    add_voc_masks(pictures, labels_, picture.size, entry.place, file);
    ShapeObjects objects(picture.size, entry.place);
    for (const std::string& warning : file.warnings) objects.warn(warning);
    for (VocObject& object : file.objects) objects.add(std::move(object.shape));
    picture.annotations = objects.take_annotations();
    picture.warnings = objects.take_warnings();
    return picture;
  }

 private:
  // Empty: no such file.
  std::string read(const std::filesystem::path& path, std::uint64_t max_bytes) const {
    if (path.empty()) return {};
    const auto status = files_.status(path);
    if (status && status->size_bytes > max_bytes) {
      throw FormatError(place_below(layout_.root(), path), "has " + std::to_string(status->size_bytes >> 20) +
                                                               " MB; the limit of such a file is " +
                                                               std::to_string(max_bytes >> 20));
    }
    return files_.read(path, max_bytes).value_or("");
  }

  // The photo's, since XML files are copied and renamed with what they say left as it was.
  static std::string name_of(const std::string& base, const std::string& stated, const DatasetEntry& entry) {
    if (!entry.photo.empty()) return picture_name(entry.photo.filename().string(), entry.place);
    if (has_picture_extension(stated)) return stated;
    return picture_name(stated.empty() ? base + ".jpg" : stated + ".jpg", entry.place);
  }

  static Size size_of(const VocFile& file, const VocPictures& pictures, Size size, const std::string& place) {
    if (file.head.size != Size{}) return file.head.size;
    if (size != Size{}) return size;
    const std::string& png = pictures.objects.empty() ? pictures.classes : pictures.objects;
    if (png.empty()) throw FormatError(place, "says no <size>, and the picture is not known");
    try {
      return read_png_size(png);
    } catch (const ImageError& error) {
      throw FormatError(place + ", its picture of classes or objects", error.what());
    }
  }

  FileSystem& files_;
  const VocLayout layout_;
  std::vector<VocLabel> labels_;
  std::size_t at_ = 0;
  SeenNames names_;
};

bool starts_as_voc(FileSystem& files, const std::filesystem::path& path) {
  const std::string start = read_file_start(files, path);
  return start.find("<annotation>") != std::string::npos || start.find("<annotation ") != std::string::npos;
}

}  // namespace

bool is_voc(FileSystem& files, const std::filesystem::path& in) {
  if (is_file(files, in)) return in.extension() == ".xml" && starts_as_voc(files, in);
  if (!is_folder(files, in)) return false;
  const VocLayout layout(files, in);
  if (layout.bases().empty()) return false;
  const std::filesystem::path first = layout.xml(layout.bases().front());
  return starts_as_voc(files, first) || !is_file(files, first);  // only pictures of objects
}

std::unique_ptr<FormatReader> read_voc(const ReadRequest& request) {
  return std::make_unique<VocReader>(request);
}

}  // namespace sam
