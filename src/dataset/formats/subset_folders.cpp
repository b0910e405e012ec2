#include "dataset/formats/subset_folders.h"

#include "dataset/formats/picture_name.h"

namespace sam {

SubsetFolders::SubsetFolders(const std::vector<std::string>& subsets) : any_(!subsets.empty()) {
  for (const std::string& each : subsets) folder(each);
}

std::filesystem::path SubsetFolders::folder(const std::string& subset) const {
  if (!any_ && subset.empty()) return {};
  if (subset.empty()) return unassigned_folder;
  return picture_name(subset, "the dataset's parts");
}

}  // namespace sam
