#include "platform/hash.h"

#include <xxhash.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "platform/file_system.h"

namespace sam {
namespace {

std::string hex(XXH128_hash_t hash) {
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text.data();
}

[[noreturn]] void refuse(const std::filesystem::path& path, int error_number) {
  throw FileError("cannot read " + path.string() + ": " + std::strerror(error_number), error_number);
}

struct StateDeleter {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};
struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

std::string content_hash(std::span<const std::byte> bytes) {
  return hex(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string content_hash(std::string_view bytes) {
  return hex(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string file_hash(const std::filesystem::path& path) {
  std::unique_ptr<std::FILE, FileCloser> file(std::fopen(path.c_str(), "rbe"));
  if (!file && errno == ENOMEM) throw std::bad_alloc();  // of fopen's own block: the file is not to blame
  if (!file) refuse(path, errno);
  std::unique_ptr<XXH3_state_t, StateDeleter> state(XXH3_createState());
  if (!state) throw std::bad_alloc();
  XXH3_128bits_reset(state.get());
  std::vector<char> piece(std::size_t{1} << 20);
  while (true) {
    const std::size_t count = std::fread(piece.data(), 1, piece.size(), file.get());
    XXH3_128bits_update(state.get(), piece.data(), count);
    if (count < piece.size()) break;
  }
  if (std::ferror(file.get())) refuse(path, errno);
  return hex(XXH3_128bits_digest(state.get()));
}

}  // namespace sam
