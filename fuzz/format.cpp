// A dataset of one format, one of whose files (SAM_FUZZ_FILE) holds the input; the others are as they should be. Whatever it says, reading it gives an
// error or pictures whose annotations lie in them.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "dataset/formats/complete_picture.h"
#include "fuzz_target.h"
#include "memory_files.h"

namespace sam {
namespace {

constexpr Size picture_size{64, 48};

// What the readers need beside the file that is fuzzed.
void put_the_rest(MemoryFiles& files) {
  files.put("/in/data.yaml", "train: images\nval: images\nnames:\n  0: car\n  1: truck\n");
  files.put("/in/images/a.jpg", "photo");
  files.put("/in/labels/a.txt", "0 0.5 0.5 0.25 0.25\n");
}

// The input as SAM_FUZZ_FILE of a folder of this process.
std::string on_disk(std::string_view input) {
  namespace fs = std::filesystem;
  static const fs::path folder = fs::temp_directory_path() / ("sam-fuzz-" + std::to_string(::getpid()));
  const fs::path file = folder / SAM_FUZZ_FILE;
  PosixFileSystem disk;
  disk.create_directories(file.parent_path());
  disk.write_unflushed(folder / "classes.csv", "class_name\ncar\ntruck\n");
  disk.write_unflushed(file, input);
  return folder.string();
}

void read_all(FileSystem& files, const Format& format, const std::string& in) {
  const auto reader = format.read({files, in, {"car", "truck"}});
  for (const std::string& name : reader->classes()) require(name.size() < (std::size_t{1} << 24));
  int pictures = 0;
  while (const auto entry = reader->next()) {
    require(entry->name.find('/') == std::string::npos && entry->name != "..");
    if (++pictures > 100) break;
    DatasetPicture picture = reader->decode(*entry, picture_size);
    if (pixel_count(picture.size) > 1'000'000) continue;  // drawing it would take the time, not reading
    complete_picture(picture, entry->place, {}, 1);
    for (const StoredAnnotation& stored : picture.annotations) {
      require(stored.annotation.mask.size == picture.size);
      require(mask_area(stored.annotation.mask) > 0);
    }
  }
}

}  // namespace

void fuzz_one(std::string_view input) {
  const Format* format = find_format(SAM_FUZZ_FORMAT);
  require(format != nullptr);
  MemoryFiles files;
  if (std::string_view(SAM_FUZZ_FORMAT).starts_with("yolo")) put_the_rest(files);
  files.put("/in/" SAM_FUZZ_FILE, std::string(input));
  const auto read = [&] {
    if (std::string_view(SAM_FUZZ_FORMAT) == "project") {  // looks at folders itself
      PosixFileSystem disk;
      read_all(disk, *format, on_disk(input));
      return;
    }
    format->recognises(files, "/in");
    read_all(files, *format, "/in");
  };
  passes_or_throws<DatasetError, FileError, MaskError>(read);
}

}  // namespace sam
