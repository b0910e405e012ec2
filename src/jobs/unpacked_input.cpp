#include "jobs/unpacked_input.h"

#include <spdlog/spdlog.h>

#include "platform/temporary_folder.h"

namespace sam {

UnpackedInput::UnpackedInput(FileSystem& files, const std::filesystem::path& given, const std::stop_token& stop,
                             const UnpackListener& on_progress)
    : files_(files), path_(given) {
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

void UnpackedInput::remove_folder() noexcept {
  try {
    files_.remove_folder(folder_);
  } catch (const std::exception& error) {  // it lies where such things are cleared away
    spdlog::warn("{}", error.what());
  }
}

}  // namespace sam
