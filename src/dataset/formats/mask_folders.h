// Datasets that keep masks as PNG pictures beside the photos: masks/train/a.png for images/train/a.jpg. See docs/formats.md.
// Threading: values and free functions; no shared state.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dataset/formats/format.h"
#include "image/index_picture.h"

namespace sam {

// Names by the number of a pixel; 0 is background.
struct MaskClasses {
  std::vector<std::string> names;  // [0] is the background's
  std::map<Colour, std::size_t> by_colour;
  std::string file;  // that says so; empty: none was found
};

// classes.txt: a name a line, by number: from 0 if the first is called background (as LabelMe's and ours are), else from 1. labelmap.txt, CVAT's: "name:r,g,b::"
// a line. Without either the given ones, from 1. Throws FormatError, FileError.
MaskClasses find_mask_classes(FileSystem& files, const std::filesystem::path& root,
                              const std::vector<std::string>& given);
// classes.txt as it is read.
std::string format_mask_classes(const std::vector<std::string>& classes);

struct MaskItem {
  std::filesystem::path masks;  // below root: a PNG, or the folder of a picture's PNGs; empty: none
  std::filesystem::path photo;  // empty: none
  std::string picture;
  std::string subset;
};

// Of each picture in images/ and each mask in folder, by part and name. one_a_picture: a PNG of the picture's base name; else a folder named after the picture
// with or without its extension. Memory: the names.
std::vector<MaskItem> find_mask_items(FileSystem& files, const std::filesystem::path& root, const char* folder,
                                      bool one_a_picture);

// A reader that walks over items; decode() is given a mask's PNG, or the folder, and adds the annotations.
using DecodeMasks = void (*)(FileSystem& files, const std::filesystem::path& root, const DatasetEntry& entry,
                             const MaskClasses& classes, DatasetPicture& picture);
std::unique_ptr<FormatReader> read_masks(const ReadRequest& request, const char* folder, bool one_a_picture,
                                         DecodeMasks decode);

// The numbers of a PNG. Throws FormatError naming it: no PNG, damaged, too large.
DecodedIndices read_mask_png(FileSystem& files, const std::filesystem::path& root, const std::string& place);

}  // namespace sam
