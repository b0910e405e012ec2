// Where a VOC dataset keeps what: as VOC does (Annotations/, JPEGImages/, ImageSets/ …), or XML files beside their pictures.
// Threading: const functions may be called from any thread.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "platform/file_system.h"

namespace sam {

class VocLayout {
 public:
  // in: a folder, one with VOCdevkit/VOC* in it, or one XML file. Throws FileError.
  VocLayout(FileSystem& files, const std::filesystem::path& in);

  const std::filesystem::path& root() const { return root_; }
  // What pictures are called here, in natural order: the paths of their XML files, or of their pictures of objects or classes, below the
  // folder of those and without extension.
  const std::vector<std::string>& bases() const { return bases_; }

  std::filesystem::path xml(const std::string& base) const { return annotations_ / (base + ".xml"); }
  // Empty where the dataset has none.
  std::filesystem::path objects_png(const std::string& base) const;
  std::filesystem::path classes_png(const std::string& base) const;
  // file_name: as the XML file says, without folders; empty: not said. Empty if no such file is there.
  std::filesystem::path photo(const std::string& base, const std::string& file_name) const;
  std::string subset(const std::string& base) const;

 private:
  void read_image_sets(const std::filesystem::path& folder);

  FileSystem& files_;
  std::filesystem::path root_;
  std::filesystem::path annotations_;
  bool is_devkit_ = false;  // VOC's own folders
  std::vector<std::string> bases_;
  std::map<std::string, std::string> subsets_;  // by base
};

}  // namespace sam
