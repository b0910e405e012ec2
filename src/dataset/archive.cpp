#include "dataset/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dataset/formats/file_start.h"
#include "dataset/formats/folder_names.h"
#include "dataset/formats/format.h"
#include "platform/stopped.h"

namespace sam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t block_bytes = std::size_t{1} << 20;
constexpr std::size_t small_file_bytes = std::size_t{64} << 20;  // written at once, with one copy in memory

// Folders that are part of a dataset, also where nothing else is in the archive.
constexpr std::string_view parts_of_datasets[] = {"annotations", "images", "labels", "train", "val", "test"};

// By its name a text about the dataset, not a file of it.
bool is_about(std::string name) {
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto begins = [&](std::string_view word) { return name.starts_with(word); };
  return begins("readme") || begins("license") || begins("licence") || begins("changelog");
}

// What a file manager puts beside what it packs.
bool is_of_file_manager(const fs::path& path) {
  const std::string name = path.filename().string();
  return *path.begin() == "__MACOSX" || name.starts_with("._") || name == ".DS_Store" || name == "Thumbs.db" ||
         name == "desktop.ini";
}

// The folder, or the only folder in it, where nothing is beside that one but texts about it.
fs::path dataset_in(FileSystem& files, const fs::path& folder) {
  const FolderNames names = *list_folder(files, folder, false);
  if (names.folders.size() != 1 || !std::all_of(names.files.begin(), names.files.end(), is_about)) return folder;
  const std::string& only = names.folders[0];
  const bool is_part =
      std::find(std::begin(parts_of_datasets), std::end(parts_of_datasets), only) != std::end(parts_of_datasets);
  return is_part ? folder : folder / only;
}

// The archive's bytes for libarchive, through the injected file system: a ZIP file is read from its end.
struct Source {
  InputFile& file;
  std::uint64_t at = 0;
  std::vector<char> block = std::vector<char>(block_bytes);
  std::exception_ptr failure = nullptr;

  static la_ssize_t read(archive* of, void* self, const void** bytes) {
    auto& source = *static_cast<Source*>(self);
    try {
      const std::size_t got = source.file.read(source.at, source.block);
      source.at += got;
      *bytes = source.block.data();
      return static_cast<la_ssize_t>(got);
    } catch (const FileError&) {
      source.failure = std::current_exception();
      archive_set_error(of, ARCHIVE_FATAL, "cannot be read");
      return ARCHIVE_FATAL;
    }
  }
  static la_int64_t seek(archive*, void* self, la_int64_t offset, int whence) {
    auto& source = *static_cast<Source*>(self);
    const auto size = static_cast<la_int64_t>(source.file.size_bytes());
    const la_int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? static_cast<la_int64_t>(source.at) : size;
    source.at = static_cast<std::uint64_t>(std::clamp<la_int64_t>(from + offset, 0, size));
    return static_cast<la_int64_t>(source.at);
  }
};

// libarchive turns names that are marked as UTF-8 into the characters of the thread's locale, and loses them where that one has only ASCII.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(::uselocale(locale_)) {}
  ~Utf8Locale() {
    ::uselocale(before_);
    if (locale_ != nullptr) ::freelocale(locale_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t locale_;  // null, which changes nothing, where there is none of that name
  locale_t before_;
};

class Unpacking {
 public:
  Unpacking(FileSystem& files, const fs::path& path, const fs::path& folder, const UnpackLimits& limits)
      : files_(files), name_(path.string()), folder_(folder), input_(files.open(path)) {
    if (!input_) throw FormatError(name_, "does not exist");
    most_bytes_ = limits.growth * input_->size_bytes() + limits.free_bytes;
    archive_read_support_format_zip_seekable(archive_.get());
    archive_read_set_read_callback(archive_.get(), Source::read);
    archive_read_set_seek_callback(archive_.get(), Source::seek);
    archive_read_set_callback_data(archive_.get(), &source_);
    require(archive_read_open1(archive_.get()));
  }

  bool next() {
    const int result = archive_read_next_header(archive_.get(), &entry_);
    if (result == ARCHIVE_EOF) return false;
    require(result);
    if (archive_entry_is_encrypted(entry_) != 0)
      throw FormatError(name_, "is encrypted; unpack it and give the folder");
    if (archive_entry_filetype(entry_) == AE_IFREG) unpack(path_of_entry());
    return true;
  }

  std::uint64_t read_bytes() const { return source_.at; }
  std::uint64_t all_bytes() const { return input_->size_bytes(); }

 private:
  struct Free {
    void operator()(archive* of) const { archive_read_free(of); }
  };

  void require(int result) const {
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return;
    if (source_.failure) std::rethrow_exception(source_.failure);
    const char* why = archive_error_string(archive_.get());
    throw FormatError(name_, std::string("is damaged: ") + (why == nullptr ? "it cannot be unpacked" : why));
  }

  // Names are UTF-8, or whatever bytes the one who packed it had.
  fs::path path_of_entry() const {
    const char* name = archive_entry_pathname_utf8(entry_);
    if (name == nullptr) name = archive_entry_pathname(entry_);
    std::string text = name == nullptr ? "" : name;
    std::replace(text.begin(), text.end(), '\\', '/');
    const fs::path path = fs::path(text).lexically_normal();
    const bool leads_out = path.is_absolute() || path.empty() || *path.begin() == "..";
    if (leads_out || !path.has_filename() || text.find(':') == 1)
      throw FormatError(name_, "has a file called \"" + text + "\", which would lie outside of the folder");
    return path;
  }

  void unpack(const fs::path& path) {
    if (is_of_file_manager(path)) return;
    if (!seen_.insert(path).second) throw FormatError(name_, "has " + path.string() + " twice");
    const fs::path to = folder_ / path;
    if (made_.insert(to.parent_path()).second) files_.create_directories(to.parent_path());
    std::string bytes;
    std::unique_ptr<OutputFile> large;
    while (read_block()) {
      bytes.append(block_.data(), got_);
      if (bytes.size() <= small_file_bytes) continue;
      if (!large) large = files_.create(to);
      large->write(bytes);
      bytes.clear();
    }
    if (!large) return files_.write_unflushed(to, bytes);
    large->write(bytes);
    large->publish();
  }

  bool read_block() {
    const la_ssize_t got = archive_read_data(archive_.get(), block_.data(), block_.size());
    if (got < 0) require(static_cast<int>(got));
    got_ = got < 0 ? 0 : static_cast<std::size_t>(got);
    unpacked_bytes_ += got_;
    if (unpacked_bytes_ > most_bytes_)
      throw FormatError(name_, "unpacks to more than " + std::to_string(most_bytes_ >> 20) +
                                   " MB, far more than such data shrinks; unpack it and give the folder");
    return got_ > 0;
  }

  const Utf8Locale locale_;
  FileSystem& files_;
  const std::string name_;
  const fs::path folder_;
  const std::unique_ptr<InputFile> input_;
  Source source_{*input_};
  const std::unique_ptr<archive, Free> archive_{archive_read_new()};
  archive_entry* entry_ = nullptr;
  std::vector<char> block_ = std::vector<char>(block_bytes);
  std::size_t got_ = 0;  // of the block
  std::uint64_t unpacked_bytes_ = 0;
  std::uint64_t most_bytes_ = 0;
  std::set<fs::path> seen_;
  std::set<fs::path> made_;
};

}  // namespace

bool is_archive(FileSystem& files, const fs::path& path) {
  constexpr std::string_view zip_begins = "PK\x03\x04";
  return is_file(files, path) && read_file_start(files, path).starts_with(zip_begins);
}

fs::path unpack_archive(FileSystem& files, const fs::path& archive, const fs::path& folder, const std::stop_token& stop,
                        const UnpackListener& on_progress, const UnpackLimits& limits) {
  Unpacking unpacking(files, archive, folder, limits);
  do {
    if (stop.stop_requested()) throw Stopped();
    on_progress(unpacking.read_bytes(), unpacking.all_bytes());
  } while (unpacking.next());
  if (files.list(folder).empty()) throw FormatError(archive.string(), "holds no file");
  return dataset_in(files, folder);
}

}  // namespace sam
