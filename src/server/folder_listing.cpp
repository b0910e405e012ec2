#include "server/folder_listing.h"

#include <algorithm>
#include <system_error>

#include "dataset/natural_order.h"
#include "dataset/utf8.h"
#include "server/problem.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_read = 200'000;  // names of one folder, of which the first are shown

void keep_first(std::vector<std::string>& names) {
  const auto end = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), most_listed));
  std::partial_sort(names.begin(), end, names.end(),
                    [](const std::string& a, const std::string& b) { return natural_less(a, b); });
  names.erase(end, names.end());
}

}  // namespace

FolderListing list_folder(const fs::path& path) {
  FolderListing listing;
  listing.path = fs::absolute(path).lexically_normal();
  if (!listing.path.has_filename() && listing.path != listing.path.root_path()) {
    listing.path = listing.path.parent_path();  // "/a/b/"
  }
  if (listing.path != listing.path.root_path()) listing.parent = listing.path.parent_path();
  std::error_code error;
  const fs::file_status status = fs::status(listing.path, error);
  if (status.type() == fs::file_type::not_found) {
    throw RequestError("there is no folder " + listing.path.string(), 404);
  }
  if (!error && status.type() != fs::file_type::directory) {
    throw RequestError(listing.path.string() + " is not a folder", 404);
  }
  fs::directory_iterator entries(listing.path, error);
  for (std::size_t read = 0; !error && entries != fs::directory_iterator() && read < most_read; ++read) {
    std::string name = entries->path().filename().string();
    std::error_code ignored;  // of one that went meanwhile: it is neither
    if (!name.starts_with(".") && is_utf8(name)) {
      if (entries->is_directory(ignored)) {
        listing.folders.push_back(std::move(name));
      } else if (entries->is_regular_file(ignored)) {
        listing.files.push_back(std::move(name));
      }
    }
    entries.increment(error);
  }
  if (error) throw RequestError("the folder " + listing.path.string() + " cannot be read: " + error.message(), 404);
  keep_first(listing.folders);
  keep_first(listing.files);
  return listing;
}

}  // namespace sam
