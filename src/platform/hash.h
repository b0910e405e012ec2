// Content keys: XXH3-128 over bytes, as 32 hex digits. Not for anything an adversary could gain from.
// Threading: free functions without state.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sam {

std::string content_hash(std::span<const std::byte> bytes);
std::string content_hash(std::string_view bytes);

// Reads the file in pieces, 1 MiB of memory. Throws FileError.
std::string file_hash(const std::filesystem::path& path);

// The same hash as 16 bytes, over bytes that come in pieces.
using ContentDigest = std::array<std::byte, 16>;

class ContentHasher {
 public:
  ContentHasher();  // throws std::bad_alloc
  ~ContentHasher();
  void add(std::span<const std::byte> bytes);
  ContentDigest digest() const;

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

ContentDigest content_digest(std::span<const std::byte> bytes);

}  // namespace sam
