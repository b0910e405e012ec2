// Which files a project has, seen from its folders alone. Threading: free function without state.
#pragma once

#include <string>
#include <vector>

#include "dataset/category_folder.h"

namespace sam {

struct SurveyedPicture {
  FoundPicture photo;
  std::string labels_file;  // name under labels/, unless its annotations file says another
  bool annotated = false;   // somebody looked at it: there is an annotations or a label file, if only an empty one
};

struct ProjectSurvey {
  std::vector<SurveyedPicture> pictures;               // natural order
  std::vector<std::string> annotations_without_photo;  // names of pictures that are not there, natural order
  std::vector<std::string> labels_without_photo;       // names under labels/, natural order
};

// Throws FileError.
ProjectSurvey survey_project(const CategoryFolder& folder, FileSystem& files);

}  // namespace sam
