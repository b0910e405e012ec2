#include "dataset/formats/mask_writer.h"

#include <algorithm>
#include <utility>

#include "dataset/category_folder.h"
#include "dataset/formats/mask_folders.h"
#include "dataset/formats/subset_folders.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

class MaskWriter final : public FormatWriter {
 public:
  MaskWriter(const WriteRequest& request, const char* folder, bool base_names, EncodeMasks encode_masks)
      : files_(request.files),
        out_(request.out),
        classes_(request.classes),
        folders_(request.subsets),
        folder_(folder),
        base_names_(base_names),
        encode_masks_(encode_masks) {}

  EncodedPicture encode(const DatasetPicture& picture) const override {
    std::vector<std::pair<std::uint64_t, const StoredAnnotation*>> sized;
    for (const StoredAnnotation& each : picture.annotations) sized.emplace_back(mask_area(each.annotation.mask), &each);
    std::sort(sized.begin(), sized.end(), [](const auto& a, const auto& b) {  // of one size: as they come
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::vector<const StoredAnnotation*> by_size;
    for (const auto& [area, stored] : sized) by_size.push_back(stored);
    EncodedPicture encoded{picture.subset, {}, encode_masks_(picture, by_size, classes_.size())};
    for (EncodedFile& file : encoded.files) file.path = folder_ / folders_.folder(picture.subset) / file.path;
    return encoded;
  }

  void append(EncodedPicture&&) override {}

  void finish() override {
    for (const fs::path& each : {fs::path("images"), folder_}) files_.create_directories(out_ / each);
    files_.write_atomic(out_ / "classes.txt", format_mask_classes(classes_));
  }

  fs::path photo_path(const std::string& name, const std::string& subset) const override {
    return "images" / folders_.folder(subset) / name;
  }
  fs::path own_file(const std::string& name, const std::string& subset) const override {
    return folder_ / folders_.folder(subset) / (base_names_ ? std::string(base_name(name)) : name);
  }

 private:
  FileSystem& files_;
  const fs::path out_;
  const std::vector<std::string> classes_;
  const SubsetFolders folders_;
  const fs::path folder_;
  const bool base_names_;
  const EncodeMasks encode_masks_;
};

}  // namespace

std::unique_ptr<FormatWriter> write_masks(const WriteRequest& request, const char* folder, bool base_names,
                                          EncodeMasks encode) {
  return std::make_unique<MaskWriter>(request, folder, base_names, encode);
}

}  // namespace sam
