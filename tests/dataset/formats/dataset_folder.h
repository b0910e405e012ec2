// A dataset in a temporary folder, written and read by one format of the table.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "dataset/formats/format.h"

namespace sam {

class DatasetFolder : public testing::Test {
 protected:
  DatasetFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "dataset_XXXXXX").string();
    root = ::mkdtemp(pattern.data());
  }
  ~DatasetFolder() override { std::filesystem::remove_all(root); }

  void put(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories((root / path).parent_path());
    std::ofstream(root / path, std::ios::binary) << text;
  }
  std::string get(const std::filesystem::path& path) const {
    std::ostringstream text;
    text << std::ifstream(root / path, std::ios::binary).rdbuf();
    return text.str();
  }

  // All pictures, by subset and name, decoded with one size.
  std::map<std::string, DatasetPicture> read(const Format& format, Size size, const std::filesystem::path& in = {},
                                             const std::vector<std::string>& classes = {}) {
    const auto reader = format.read({files, root / in, classes});
    found_classes = reader->classes();
    entries.clear();
    std::map<std::string, DatasetPicture> pictures;
    while (const auto entry = reader->next()) {
      entries.push_back(*entry);
      pictures[(entry->subset.empty() ? "" : entry->subset + "/") + entry->name] = reader->decode(*entry, size);
    }
    return pictures;
  }
  // What reading says; empty: nothing wrong.
  std::string read_error(const Format& format, Size size, const std::filesystem::path& in = {}) {
    try {
      read(format, size, in);
    } catch (const FormatError& error) {
      return error.what();
    }
    return {};
  }

  void write(const Format& format, const std::vector<DatasetPicture>& pictures, const std::vector<std::string>& classes,
             const std::vector<std::string>& subsets = {}, bool exact_masks = false, const std::string& file = {}) {
    const auto writer = format.write({files, root / file, !file.empty(), classes, subsets, exact_masks});
    for (const DatasetPicture& picture : pictures) {
      EncodedPicture encoded = writer->encode(picture);
      for (const EncodedFile& each : encoded.files) put(each.path, each.bytes);
      const auto photo = writer->photo_path(picture.name, picture.subset);
      if (!photo.empty()) put(photo, "photo");
      writer->append(std::move(encoded));
    }
    writer->finish();
  }

  std::filesystem::path root;
  PosixFileSystem files;
  std::vector<std::string> found_classes;
  std::vector<DatasetEntry> entries;
};

inline StoredAnnotation annotation_of(const Mask& mask, int class_id, const std::string& class_name) {
  StoredAnnotation stored;
  stored.annotation.id = 1;
  stored.annotation.class_id = class_id;
  stored.annotation.mask = mask;
  stored.annotation.polygon = mask_to_polygon(mask, 0);
  stored.class_name = class_name;
  return stored;
}

}  // namespace sam
