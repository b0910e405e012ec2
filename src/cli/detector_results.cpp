#include "cli/detector_results.h"

#include <memory>
#include <unordered_set>
#include <utility>

#include "dataset/formats/coco_parser.h"
#include "dataset/formats/format.h"
#include "dataset/formats/json_elements.h"
#include "platform/temporary_folder.h"

namespace sam {
namespace {

namespace fs = std::filesystem;
using ImageIds = std::unordered_set<std::int64_t>;

std::unique_ptr<InputFile> open_there(const fs::path& path, FileSystem& files) {
  auto file = files.open(path);
  if (!file) throw DatasetError(path.string() + " does not exist");
  return file;
}

// The elements of an array, one after the other.
class ListWriter {
 public:
  explicit ListWriter(OutputFile& to) : to_(to) {}
  void add(std::string_view text) {
    if (!std::exchange(first_, false)) to_.write(",\n");
    to_.write(text);
  }

 private:
  OutputFile& to_;
  bool first_ = true;
};

ImageIds copy_results(const fs::path& results, OutputFile& to, FileSystem& files) {
  const auto file = open_there(results, files);
  JsonElements elements(*file, results.filename().string());
  if (!elements.is_array())
    throw FormatError(results.filename().string(), "this is no list of results; it needs no --ground-truth");
  CocoParser parser(results.filename().string());
  ImageIds ids;
  to.write("{\"annotations\":[");
  ListWriter list(to);
  while (const auto element = elements.next_element()) {
    ids.insert(parser.image_id(*element));
    list.add(element->text);
  }
  to.write("]");
  return ids;
}

void copy_ground_truth(const fs::path& ground_truth, const ImageIds& wanted, OutputFile& to, FileSystem& files) {
  const auto file = open_there(ground_truth, files);
  const std::string name = ground_truth.filename().string();
  JsonElements elements(*file, name);
  if (elements.is_array())
    throw FormatError(name, "--ground-truth is the COCO file with \"images\" and \"categories\"");
  CocoParser parser(name);
  std::unordered_set<std::string> seen;
  while (const auto member = elements.next_member()) {
    if (*member != "images" && *member != "categories") continue;
    if (!seen.insert(*member).second) parser.fail(elements.offset(), "\"" + *member + "\" is there twice");
    to.write(",\n\"" + *member + "\":[");
    ListWriter list(to);
    while (const auto element = elements.next_element()) {
      if (*member == "categories" || wanted.contains(parser.image(*element).id)) list.add(element->text);
    }
    to.write("]");
  }
  for (const char* needed : {"images", "categories"}) {
    if (!seen.contains(needed)) throw FormatError(name, std::string("there are no \"") + needed + "\" in it");
  }
  to.write("}\n");
}

}  // namespace

bool is_result_list(const fs::path& path, FileSystem& files) {
  const auto status = files.status(path);
  if (!status || status->kind != FileStatus::Kind::file) return false;
  const auto file = files.open(path);
  std::string head(4096, '\0');
  head.resize(file ? file->read(0, head) : 0);
  const std::size_t start = head.find_first_not_of("\xef\xbb\xbf \t\r\n");
  return start != std::string::npos && head[start] == '[';
}

DetectorResults::DetectorResults(const fs::path& results, const fs::path& ground_truth, FileSystem& files)
    : files_(files), folder_(make_temporary_folder()), path_(folder_ / results.filename()) {
  try {
    const auto to = files_.create(path_);
    const ImageIds wanted = copy_results(results, *to, files_);
    copy_ground_truth(ground_truth, wanted, *to, files_);
    to->publish();
  } catch (...) {
    files_.remove_folder(folder_);
    throw;
  }
}

DetectorResults::~DetectorResults() {
  try {
    files_.remove_folder(folder_);
  } catch (const FileError&) {  // it lies where such things are cleared away
  }
}

}  // namespace sam
