// The folders of a dataset's parts, as written: images/train/a.jpg.
// Threading: values; const calls from any thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sam {

inline constexpr const char* unassigned_folder = "unassigned";  // subset_name() of it is no part

class SubsetFolders {
 public:
  // subsets: of the dataset; empty: no folders. Throws FormatError for a name that is no folder's.
  explicit SubsetFolders(const std::vector<std::string>& subsets);

  // Where a picture of that part goes, below images/ and the like. A picture of no part, where others have one, goes to unassigned_folder.
  std::filesystem::path folder(const std::string& subset) const;

 private:
  bool any_ = false;
};

}  // namespace sam
