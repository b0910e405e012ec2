#include "jobs/unpacked_input.h"

#include <spdlog/spdlog.h>

#include "platform/temporary_folder.h"

namespace sam {

UnpackedInput::UnpackedInput(FileSystem& files, const std::filesystem::path& given, const std::stop_token& stop,
                             const UnpackListener& on_progress)
    : files_(files), given_(given), path_(given) {
  if (!is_archive(files_, given)) return;
  folder_ = make_temporary_folder();
  try {
    path_ = unpack_archive(files_, given, folder_, stop, on_progress);
  } catch (...) {
    remove_folder();
    throw;
  }
}

UnpackedInput::~UnpackedInput() {
  if (!folder_.empty()) remove_folder();
}

std::string UnpackedInput::about_given(std::string message) const {
  const std::string unpacked = folder_.string();
  const std::string given = given_.string();
  if (unpacked.empty()) return message;
  for (std::size_t at = 0; (at = message.find(unpacked, at)) != std::string::npos; at += given.size())
    message.replace(at, unpacked.size(), given);
  return message;
}

void UnpackedInput::remove_folder() noexcept {
  try {
    files_.remove_folder(folder_);
  } catch (const std::exception& error) {  // it lies where such things are cleared away
    spdlog::warn("{}", error.what());
  }
}

}  // namespace sam
