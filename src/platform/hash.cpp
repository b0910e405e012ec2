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

ContentDigest canonical(XXH128_hash_t hash) {
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, hash);
  ContentDigest digest;
  std::memcpy(digest.data(), bytes.digest, digest.size());
  return digest;
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

struct ContentHasher::State {
  std::unique_ptr<XXH3_state_t, StateDeleter> xxh{XXH3_createState()};
};

ContentHasher::ContentHasher() : state_(std::make_unique<State>()) {
  if (!state_->xxh) throw std::bad_alloc();
  XXH3_128bits_reset(state_->xxh.get());
}

ContentHasher::~ContentHasher() = default;

void ContentHasher::add(std::span<const std::byte> bytes) {
  XXH3_128bits_update(state_->xxh.get(), bytes.data(), bytes.size());
}

ContentDigest ContentHasher::digest() const {
  return canonical(XXH3_128bits_digest(state_->xxh.get()));
}

ContentDigest content_digest(std::span<const std::byte> bytes) {
  return canonical(XXH3_128bits(bytes.data(), bytes.size()));
}

}  // namespace sam
