#include "dataset/formats/labelme_reader.h"

#include <algorithm>

#include "dataset/category_folder.h"
#include "dataset/formats/file_start.h"
#include "dataset/formats/folder_files.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/labelme_shapes.h"
#include "dataset/formats/picture_name.h"
#include "dataset/formats/seen_names.h"
#include "dataset/formats/subset_name.h"
#include "dataset/utf8.h"

namespace sam {
namespace {

constexpr std::uint64_t max_file_bytes = 128 << 20;  // most of it the picture inside
constexpr std::uint64_t max_text_bytes = 32 << 20;   // without that picture
constexpr int folder_depth = 3;

// Folders that say what is in them, not which part of the dataset it is.
constexpr std::string_view plain_folders[] = {"annotations", "labels", "json", "jsons", "images", "labelme"};

std::string subset_of(std::string_view path) {
  const std::string_view folder = path.substr(0, path.find('/') == std::string_view::npos ? 0 : path.find('/'));
  const bool plain = std::find(std::begin(plain_folders), std::end(plain_folders), folder) != std::end(plain_folders);
  return plain ? std::string() : subset_name(folder);
}

// Where imagePath leads, as LabelMe writes it where annotations have a folder of their own: "../NAME", "DIR/NAME" or "../DIR/NAME", with either slash. Nothing
// for any other path: it leads to whatever its author wanted, and is a name only.
std::optional<std::filesystem::path> near_path(std::string image_path, const std::string& name) {
  std::replace(image_path.begin(), image_path.end(), '\\', '/');
  if (!image_path.ends_with("/" + name) || !has_picture_extension(name)) return std::nullopt;
  std::string folder = image_path.substr(0, image_path.size() - name.size() - 1);
  const bool is_up = folder == ".." || folder.starts_with("../");
  if (is_up) folder.erase(0, std::min<std::size_t>(folder.size(), 3));
  const bool is_plain = folder.find_first_of("/:") == std::string::npos && folder != ".." && folder != ".";
  if (!is_plain || (folder.empty() && !is_up)) return std::nullopt;
  return (is_up ? std::filesystem::path("..") : std::filesystem::path()) / folder / name;
}

constexpr std::uint64_t max_list_bytes = 16 << 20;

// One class a line. labels.txt: as LabelMe's own scripts read it; names with underscores in front are theirs. classes.txt: what X-AnyLabeling's users
// give it to load, and keep with the pictures for its YOLO export.
std::vector<std::string> read_label_list(FileSystem& files, const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::optional<std::string> text = files.read(folder / "labels.txt", max_list_bytes);
  if (!text) text = files.read(folder / "classes.txt", max_list_bytes);
  if (!text || !is_utf8(*text)) return names;
  for (std::size_t at = text->starts_with("\xef\xbb\xbf") ? 3 : 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size());
    std::string name = text->substr(at, end - at);
    if (name.ends_with('\r')) name.pop_back();
    if (!name.empty() && name != "__ignore__" && name != "_background_") names.push_back(std::move(name));
    at = end + 1;
  }
  return names;
}

class LabelMeReader final : public FormatReader {
 public:
  explicit LabelMeReader(const ReadRequest& request) : files_(request.files) {
    if (is_file(files_, request.in)) {
      folder_ = request.in.parent_path();
      paths_ = {request.in.filename().string()};
    } else {
      folder_ = request.in;
      paths_ = find_files(files_, folder_, ".json", folder_depth);
    }
    if (paths_.empty()) throw FormatError(folder_.string(), "has no .json file in it");
    classes_ = read_label_list(files_, folder_);
  }

  std::vector<std::string> classes() const override { return classes_; }
  std::uint64_t picture_count() const override { return paths_.size(); }

  std::optional<DatasetEntry> next() override {
    if (at_ == paths_.size()) return std::nullopt;
    const std::string& path = paths_[at_++];
    DatasetEntry entry;
    entry.place = path;
    entry.text = read_text(path);
    const std::string image_path = take_image_path(entry.text, path);
    if (entry.text.size() > max_text_bytes) {
      throw FormatError(path, "its shapes take more than " + std::to_string(max_text_bytes >> 20) + " MB");
    }
    entry.text.shrink_to_fit();
    if (image_path.empty()) throw FormatError(path, "says no imagePath: which picture is it about?");
    entry.name = picture_name(image_path, path, true);
    names_.insert_picture(entry.name, path);
    entry.subset = subset_of(path);
    const std::filesystem::path here = folder_ / folder_of(path);
    std::vector<std::filesystem::path> places = {here / entry.name, here / "images" / entry.name,
                                                 here / ".." / "images" / entry.name, folder_ / "images" / entry.name};
    if (const auto named = near_path(image_path, entry.name)) places.push_back(here / *named);
    for (const std::filesystem::path& photo : places) {
      if (!is_file(files_, photo)) continue;
      entry.photo = photo.lexically_normal();
      break;
    }
    return entry;
  }

  DatasetPicture decode(const DatasetEntry& entry, Size size) const override {
    DatasetPicture picture = parse_labelme(entry.text, size, entry.place);
    picture.name = entry.name;
    picture.subset = entry.subset;
    return picture;
  }

 private:
  std::string read_text(const std::string& path) {
    const std::unique_ptr<InputFile> file = files_.open(folder_ / path);
    if (!file) throw FormatError(path, "is gone");
    if (file->size_bytes() > max_file_bytes) {
      throw FormatError(path, "has " + std::to_string(file->size_bytes() >> 20) +
                                  " MB; the limit of a picture's file is " + std::to_string(max_file_bytes >> 20));
    }
    std::string text(file->size_bytes() + labelme_padding, ' ');
    const std::size_t got = file->read(0, std::span(text).first(file->size_bytes()));
    text.resize(got);
    text.append(labelme_padding, ' ');
    return text;
  }

  FileSystem& files_;
  std::filesystem::path folder_;
  std::vector<std::string> paths_;
  std::vector<std::string> classes_;
  std::size_t at_ = 0;
  SeenNames names_;
};

}  // namespace

bool is_labelme(FileSystem& files, const std::filesystem::path& in) {
  const auto looks_so = [&](const std::filesystem::path& path) {
    const std::string start = read_file_start(files, path);
    const auto has = [&](std::string_view word) { return start.find(word) != std::string::npos; };
    return start.starts_with('{') && has("\"shapes\"") && (has("\"version\"") || has("\"flags\"") || has("\"points\""));
  };
  if (is_file(files, in)) return in.extension() == ".json" && looks_so(in);
  if (!is_folder(files, in)) return false;
  const std::vector<std::string> paths = find_files(files, in, ".json", folder_depth);
  return !paths.empty() && looks_so(in / paths[0]);
}

std::unique_ptr<FormatReader> read_labelme(const ReadRequest& request) {
  return std::make_unique<LabelMeReader>(request);
}

}  // namespace sam
