// A picture's annotations as opening it would give them, without writing, repairing or setting aside anything: for who checks a project.
// Threading: free function without state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dataset/annotation.h"
#include "dataset/category_folder.h"
#include "dataset/class_list.h"
#include "dataset/label_file.h"
#include "platform/file_system.h"

namespace sam {

struct LookedPicture {
  bool annotated = false;           // there is an annotations file or a label file
  std::string damage;               // why its annotations cannot be used; empty: they can, and content holds them
  PictureAnnotations content;       // of the photo's size, unless wrong_size
  std::string labels_path;          // "labels/a.txt"
  std::string labels_differ;        // how they differ from the annotations; empty: they do not
  std::vector<KeptLine> kept;       // lines of the label file that are no annotation
  std::vector<std::int64_t> moved;  // annotations whose class has another id or name now
  std::string moved_text;           // of the first of them
  Size annotated_size;              // the photo's when it was annotated
  bool scaled = false;              // content was scaled to the photo's size
  bool wrong_size = false;          // content is of annotated_size, which has another shape
};

// labels_file: name under labels/ for a picture without annotations file. photo: its size. Throws DatasetError (a link out of the project, a file of a later
// version), FileError.
LookedPicture look_at_picture(const CategoryFolder& folder, const ClassList& classes, FileSystem& files,
                              const std::string& image, const std::string& labels_file, Size photo);

}  // namespace sam
