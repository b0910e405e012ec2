#include "dataset/formats/file_start.h"

namespace sam {
namespace {

bool is(FileSystem& files, const std::filesystem::path& path, FileStatus::Kind kind) {
  try {
    const std::optional<FileStatus> status = files.status(path);
    return status && status->kind == kind;
  } catch (const FileError&) {
    return false;
  }
}

}  // namespace

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

bool is_file(FileSystem& files, const std::filesystem::path& path) {
  return is(files, path, FileStatus::Kind::file);
}

bool is_folder(FileSystem& files, const std::filesystem::path& path) {
  return is(files, path, FileStatus::Kind::directory);
}

}  // namespace sam
