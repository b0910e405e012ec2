// Where things are in a project's folder, and which files in images/ are its pictures.
// Threading: values and free functions; no shared state.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "platform/file_system.h"

namespace sam {

struct CategoryFolder {
  std::filesystem::path root;    // canonical
  std::filesystem::path images;  // canonical too: it may be a link to another disk
  std::filesystem::path labels;
  std::filesystem::path metadata;
  std::filesystem::path backups;
  std::filesystem::path annotations;
  std::filesystem::path history;
};

// Makes the folders that are missing, images/ excepted. Throws DatasetError with what to do, also for a folder (images/ excepted) or a
// file of the program's own that is a link out of the project.
CategoryFolder open_category_folder(const std::filesystem::path& folder, FileSystem& files);

struct FoundPicture {
  std::string name;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;
  const char* broken = nullptr;  // what the directory alone tells is wrong; static text
  bool own_label_file = false;   // set by assign_label_files
};

// Whether a file of that name is taken for a picture.
bool has_picture_extension(std::string_view name);

// The pictures of images/, by extension, in natural order. Not through FileSystem: one readdir and one fstatat a file are what keeps
// 100,000 pictures under a second. Hidden files, subfolders and other extensions are passed over. Throws FileError.
std::vector<FoundPicture> list_pictures(const CategoryFolder& folder);

// Why the file may not be opened or written now; nullptr: it may. Asked before each use, since links can change after the listing.
const char* refused_link(const CategoryFolder& folder, const std::filesystem::path& path);
// Throws DatasetError naming the link.
void require_inside(const CategoryFolder& folder, const std::filesystem::path& path);

// The name without its extension, as the original makes it (os.path.splitext).
std::string_view base_name(std::string_view file_name);

// labels/<base>.txt, or <image>.txt for a picture that has a label file of its own because another one has the same base name.
std::string label_file_name(std::string_view image, bool own_label_file);

// Of pictures with the same base name one keeps <base>.txt: the first that has an annotations file but no <image>.txt, else the first
// without <image>.txt. The others get files of their own. label_files, annotation_files: what is there now, sorted.
// Returns a warning for each such group.
std::vector<std::string> assign_label_files(std::vector<FoundPicture>& pictures,
                                            const std::vector<std::string>& label_files,
                                            const std::vector<std::string>& annotation_files);

}  // namespace sam
