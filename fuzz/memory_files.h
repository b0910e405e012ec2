// A few files in memory, for readers of datasets; nothing can be written.
// Threading: as the readers'.
#pragma once

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include "platform/file_system.h"

namespace sam {

class MemoryInputFile final : public InputFile {
 public:
  explicit MemoryInputFile(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t size_bytes() const override { return bytes_.size(); }
  std::size_t read(std::uint64_t offset, std::span<char> into) override {
    const std::size_t from = std::min<std::size_t>(offset, bytes_.size());
    const std::size_t count = std::min(into.size(), bytes_.size() - from);
    std::memcpy(into.data(), bytes_.data() + from, count);
    return count;
  }

 private:
  const std::string_view bytes_;
};

class MemoryFiles final : public FileSystem {
 public:
  void put(const std::string& path, std::string bytes) { files_[path] = std::move(bytes); }

  std::optional<std::string> read(const std::filesystem::path& path, std::uint64_t max_bytes) override {
    const auto found = files_.find(path.lexically_normal().string());
    if (found == files_.end()) return std::nullopt;
    if (found->second.size() > max_bytes) throw FileError("cannot read " + path.string() + ": too large", EFBIG);
    return found->second;
  }
  std::optional<FileStatus> status(const std::filesystem::path& path) override {
    FileStatus status;
    const auto found = files_.find(path.lexically_normal().string());
    if (found != files_.end()) {
      status.kind = FileStatus::Kind::file;
      status.size_bytes = found->second.size();
      return status;
    }
    if (names_below(path).empty()) return std::nullopt;
    status.kind = FileStatus::Kind::directory;
    return status;
  }
  std::vector<std::string> list(const std::filesystem::path& path) override {
    const std::set<std::string> names = names_below(path);
    if (names.empty()) throw FileError("cannot list " + path.string(), ENOENT);
    return {names.begin(), names.end()};
  }
  std::unique_ptr<InputFile> open(const std::filesystem::path& path) override {
    const auto found = files_.find(path.lexically_normal().string());
    return found == files_.end() ? nullptr : std::make_unique<MemoryInputFile>(found->second);
  }

  void write_atomic(const std::filesystem::path& path, std::string_view) override { refuse(path); }
  void create_directories(const std::filesystem::path& path) override { refuse(path); }
  void rename(const std::filesystem::path& from, const std::filesystem::path&) override { refuse(from); }
  void remove(const std::filesystem::path& path) override { refuse(path); }
  void remove_folder(const std::filesystem::path& path) override { refuse(path); }
  void remove_empty_folder(const std::filesystem::path& path) override { refuse(path); }
  std::unique_ptr<FileLock> lock(const std::filesystem::path& path, std::string_view) override { refuse(path); }
  std::unique_ptr<OutputFile> create(const std::filesystem::path& path) override { refuse(path); }
  void write_unflushed(const std::filesystem::path& path, std::string_view) override { refuse(path); }
  void copy_unflushed(const std::filesystem::path&, const std::filesystem::path& to) override { refuse(to); }
  void flush_folder(const std::filesystem::path& folder) override { refuse(folder); }
  void flush(const std::filesystem::path& folder) override { refuse(folder); }

 private:
  [[noreturn]] static void refuse(const std::filesystem::path& path) {
    throw FileError("cannot write " + path.string(), EROFS);
  }

  std::set<std::string> names_below(const std::filesystem::path& path) const {
    std::set<std::string> names;
    std::string prefix = path.lexically_normal().string();
    if (!prefix.ends_with('/')) prefix += '/';
    for (auto each = files_.lower_bound(prefix); each != files_.end() && each->first.starts_with(prefix); ++each) {
      names.insert(each->first.substr(prefix.size(), each->first.find('/', prefix.size()) - prefix.size()));
    }
    return names;
  }

  std::map<std::string, std::string> files_;
};

}  // namespace sam
