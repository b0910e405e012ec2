#include "dataset/formats/file_start.h"

namespace sam {

std::string read_file_start(FileSystem& files, const std::filesystem::path& path) {
  try {
    const std::unique_ptr<InputFile> file = files.open(path);
    if (!file) return {};
    std::string bytes(4096, '\0');
    bytes.resize(file->read(0, bytes));
    return bytes;
  } catch (const FileError&) {
    return {};
  }
}

}  // namespace sam
