#include "cache/content_keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <span>
#include <type_traits>

#include "platform/file_system.h"
#include "platform/hash.h"
#include "platform/unique_descriptor.h"

namespace sam {
namespace {

constexpr std::uint64_t slot_count = 1 << 18;
constexpr std::int64_t fresh_ns = 2'000'000'000;

// 64 bytes divide a page: no slot is ever half of one write and half of another.
struct Slot {
  ContentDigest facts{};
  std::array<char, 32> key{};
  ContentDigest check{};  // of the above
};
static_assert(sizeof(Slot) == 64 && std::is_trivially_copyable_v<Slot>);

ContentDigest check_of(const Slot& slot) {
  return content_digest(std::as_bytes(std::span(&slot, 1)).first(offsetof(Slot, check)));
}

std::int64_t ns(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

struct Facts {
  ContentDigest digest{};
  std::int64_t changed_ns = 0;
};

std::optional<Facts> facts_of(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  std::string text = path.string();
  for (const auto number : {static_cast<std::int64_t>(status.st_dev), static_cast<std::int64_t>(status.st_ino),
                            static_cast<std::int64_t>(status.st_size), ns(status.st_mtim), ns(status.st_ctim)}) {
    text += '\n' + std::to_string(number);
  }
  return Facts{content_digest(std::as_bytes(std::span(text))), std::max(ns(status.st_mtim), ns(status.st_ctim))};
}

off_t place_of(const ContentDigest& facts) {
  std::uint64_t number = 0;
  std::memcpy(&number, facts.data(), sizeof number);
  return static_cast<off_t>(number % slot_count * sizeof(Slot));
}

std::optional<std::string> remembered(const std::filesystem::path& table, const ContentDigest& facts) {
  const UniqueDescriptor file(::open(table.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  Slot slot;
  if (!file || ::pread(file.get(), &slot, sizeof slot, place_of(facts)) != sizeof slot) return std::nullopt;
  if (slot.facts != facts || slot.check != check_of(slot)) return std::nullopt;
  return std::string(slot.key.data(), slot.key.size());
}

void remember(const std::filesystem::path& table, const ContentDigest& facts, const std::string& key) {
  Slot slot;
  slot.facts = facts;
  std::copy_n(key.data(), slot.key.size(), slot.key.data());
  slot.check = check_of(slot);
  std::error_code error;
  std::filesystem::create_directories(table.parent_path(), error);
  const UniqueDescriptor file(::open(table.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  // One that cannot be written is read again the next time.
  if (file && ::pwrite(file.get(), &slot, sizeof slot, place_of(facts)) < 0) return;
}

}  // namespace

std::optional<std::string> ContentKeys::key(const std::filesystem::path& file) const {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(file, error);
  const std::optional<Facts> facts = error ? std::nullopt : facts_of(path);
  if (!facts) return std::nullopt;
  if (auto known = remembered(table_, facts->digest)) return known;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::string key;
  try {
    key = file_hash(path);
  } catch (const FileError&) {
    return std::nullopt;
  }
  const std::optional<Facts> after = facts_of(path);
  if (!after || after->digest != facts->digest) return std::nullopt;
  const bool is_fresh =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() - facts->changed_ns < fresh_ns;
  if (!is_fresh) remember(table_, facts->digest, key);
  return key;
}

std::optional<std::string> ContentKeys::known_key(const std::filesystem::path& file) const {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(file, error);
  const std::optional<Facts> facts = error ? std::nullopt : facts_of(path);
  return facts ? remembered(table_, facts->digest) : std::nullopt;
}

}  // namespace sam
