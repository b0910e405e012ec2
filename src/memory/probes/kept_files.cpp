// Small files of the kernel, read again and again through descriptors that stay open: a pread costs a fifth of open, read and close.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <map>
#include <memory>

#include "memory/probes/host_probe.h"
#include "platform/mutex.h"
#include "platform/unique_descriptor.h"

namespace sam {
namespace {

class KeptFiles {
 public:
  std::optional<std::string> read(const std::string& path) {
    const MutexLock lock(mutex_);
    if (const auto kept = files_.find(path); kept != files_.end()) {
      if (auto text = read_all(kept->second.get())) return text;
      files_.erase(kept);  // its cgroup is gone; there may be a new one of that name
    }
    UniqueDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return std::nullopt;
    auto text = read_all(file.get());
    if (text && files_.size() < most_kept) files_.emplace(path, std::move(file));
    return text;
  }

 private:
  static constexpr std::size_t most_kept = 64;
  static constexpr std::size_t most_bytes = 65536;

  static std::optional<std::string> read_all(int file) {
    std::array<char, 4096> buffer;  // NOLINT: the kernel fills it
    std::string text;
    while (text.size() < most_bytes) {
      const ssize_t count = ::pread(file, buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
      if (count < 0) return std::nullopt;
      if (count == 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
      // The kernel's files come whole; asking for their end would make it write them a second time.
      if (static_cast<std::size_t>(count) < buffer.size() / 2) break;
    }
    return text;
  }

  Mutex mutex_;
  std::map<std::string, UniqueDescriptor> files_ SAM_GUARDED_BY(mutex_);
};

}  // namespace

TextReader read_text_files() {
  auto files = std::make_shared<KeptFiles>();
  return [files](const std::string& path) { return files->read(path); };
}

}  // namespace sam
