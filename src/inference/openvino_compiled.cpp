#include "inference/openvino_compiled.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <exception>
#include <fstream>
#include <limits>
#include <new>
#include <openvino/openvino.hpp>
#include <span>
#include <vector>

#include "platform/cache_folder_scan.h"
#include "platform/hash.h"

namespace sam {
namespace {

// A file is KIND-VERSION-HASH.blob: the hash of its content, so that one that was cut off or damaged is not given to the engine, which trusts it.
constexpr const char* extension = ".blob";

std::vector<std::filesystem::path> files_of(const std::filesystem::path& folder, const std::string& beginning) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with(beginning) && file.ends_with(extension)) found.push_back(entry.path());
  }
  return found;
}

std::string beginning_of(const CompiledName& name) {
  return name.kind + '-' + name.version + '-';
}

std::string hash_of(const ov::Tensor& content) {
  return content_hash(std::span(static_cast<const std::byte*>(content.data()), content.get_byte_size()));
}

void discard(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
}

// All of them, the least recently used first. What a process that was killed while it wrote left behind goes.
FolderScan scan(const std::filesystem::path& folder) {
  return scan_cache_folder(folder, extension, std::numeric_limits<std::size_t>::max());
}

// The least recently used go until the others take no more than that.
void discard_oldest(const std::filesystem::path& folder, std::uint64_t most_bytes) {
  FolderScan found = scan(folder);
  for (const ScannedFile& file : found.oldest) {
    if (found.entry_bytes <= most_bytes) return;
    if (remove_unused(folder, file)) found.entry_bytes -= file.bytes;
  }
}

}  // namespace

CompiledFiles count_compiled(const std::filesystem::path& folder) {
  const FolderScan found = scan(folder);
  return {found.entries, found.entry_bytes};
}

CompiledFiles clear_compiled(const std::filesystem::path& folder) {
  CompiledFiles cleared;
  for (const ScannedFile& file : scan(folder).oldest) {
    if (!remove_unused(folder, file)) continue;
    ++cleared.entries;
    cleared.bytes += file.bytes;
  }
  return cleared;
}

std::unique_ptr<ov::CompiledModel> kept_compiled(ov::Core& core, const std::filesystem::path& folder,
                                                 const CompiledName& name, const EngineProperties& properties) {
  const std::string beginning = beginning_of(name);
  for (const std::filesystem::path& file : files_of(folder, beginning)) {
    try {
      const ov::Tensor content = ov::read_tensor_data(file);
      if (file.filename() == beginning + hash_of(content) + extension) {
        auto model = std::make_unique<ov::CompiledModel>(core.import_model(content, "CPU", properties));
        std::error_code ignored;
        std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now(), ignored);
        return model;
      }
      spdlog::warn("{} is damaged; the model is compiled again", file.string());
      discard(file);
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {  // also of a file that may not be read, or went meanwhile
      spdlog::debug("{} is not used: {}", file.string(), error.what());
    }
  }
  return nullptr;
}

bool keep_compiled(const ov::CompiledModel& model, const std::filesystem::path& folder,
                   const CompiledName& name) noexcept {
  try {
    std::filesystem::create_directories(folder);
    scan(folder);  // for what was left behind: it may take the place that is needed
    const std::filesystem::path fresh = folder / (".sam-" + beginning_of(name) + std::to_string(::getpid()) + ".tmp");
    try {
      std::ofstream file(fresh, std::ios::binary);
      file.exceptions(std::ios::failbit | std::ios::badbit);
      const_cast<ov::CompiledModel&>(model).export_model(file);
      file.close();
      const std::string kept = beginning_of(name) + file_hash(fresh) + extension;
      for (const std::filesystem::path& old : files_of(folder, name.kind + '-')) discard(old);
      std::filesystem::rename(fresh, folder / kept);
      discard_oldest(folder, most_compiled_bytes);
      return true;
    } catch (...) {
      discard(fresh);
      throw;
    }
  } catch (const std::exception& error) {
    spdlog::warn("A compiled model cannot be kept in {} (not writable, or full): every start compiles it again",
                 folder.string());
    spdlog::debug("{}", error.what());
    return false;
  }
}

}  // namespace sam
