// A cache of files in one folder: limited in bytes, the least recently used go first, over restarts and with several processes on the folder.
// There is no index: a file's time of change is its last use, and the folder is looked through when room is needed (10,000 files: some 20 ms),
// which keeps the 1024 oldest names (48 KiB) and nothing that grows with the number of files.
// Files appear whole, by rename; whoever reads one that is being removed or replaced reads the old one to its end. Nothing is flushed to disk:
// after a crash of the machine a file may be torn, and its reader must notice. Two processes count what they write themselves and look again
// after a sixteenth of the limit, so that each may exceed it by that much for a while.
// A folder that cannot be written to is said once; from then on entries are only read.
// Threading: safe to call from any thread; no lock is held across a call of the operating system.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace sam {

struct DiskStatistics {
  std::uint64_t entries = 0;  // in the folder, whoever wrote them, as far as it was looked through
  std::uint64_t bytes = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;     // damaged ones too
  std::uint64_t evictions = 0;  // removed to make room
  std::uint64_t writes = 0;
  std::uint64_t dropped = 0;  // not written: no room, the folder refused, or the caller said so
  std::uint64_t damaged = 0;  // found unusable and removed
};

class DiskCache {
 public:
  // The file's descriptor and size. False: it is damaged. What it throws is the caller's, and the file stays.
  using Read = std::function<bool(int descriptor, std::uint64_t file_bytes)>;
  // Writes to the descriptor; false with errno set if the operating system refuses.
  using Write = std::function<bool(int descriptor)>;

  // Touches nothing on disk. suffix: of the files' names, ".embedding".
  DiskCache(std::filesystem::path folder, std::string suffix, std::uint64_t limit_bytes);

  const std::filesystem::path& folder() const { return folder_; }
  std::uint64_t limit_bytes() const { return limit_bytes_; }

  // Whether there was such an entry that `read` took. key: any text. A link, a folder or a device in its place is damage.
  bool read(const std::string& key, const Read& read);

  // Whether there is a file of that key, whole or not; that is no use of it.
  bool holds(const std::string& key) const;

  // Makes room and writes the entry, replacing one of the same key; false, and counted as dropped, where that cannot be. file_bytes: what `write`
  // will write, at most.
  bool write(const std::string& key, std::uint64_t file_bytes, const Write& write);

  void count_dropped(std::uint64_t entries = 1) { dropped_ += entries; }

  // Counts entries and bytes and changes nothing.
  DiskStatistics count();

  // Counts entries and bytes, removes what an interrupted writer left an hour ago, and evicts down to the limit.
  void look_through() { make_room(0); }

  // Removes every entry and every temporary file; what it removed.
  struct Cleared {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
  };
  Cleared clear();

  DiskStatistics statistics() const;

 private:
  std::filesystem::path path_of(const std::string& key) const;
  bool attempt(const std::filesystem::path& target, const Write& write);
  bool publish(const std::filesystem::path& temporary, const std::filesystem::path& target, std::uint64_t bytes);
  bool evict(std::uint64_t wanted_bytes);
  void make_room(std::uint64_t wanted_bytes);
  void discard(const std::filesystem::path& path, std::uint64_t bytes);
  void give_up_writing(const std::filesystem::path& path, int error_number);

  const std::filesystem::path folder_;
  const std::string suffix_;
  const std::uint64_t limit_bytes_;
  std::atomic<bool> writable_{true};
  std::atomic<bool> looked_through_{false};
  std::atomic<std::uint64_t> written_since_look_{0};
  std::atomic<std::int64_t> entries_{0};  // signed: others add and remove as well
  std::atomic<std::int64_t> bytes_{0};
  std::atomic<std::uint64_t> hits_{0};
  std::atomic<std::uint64_t> misses_{0};
  std::atomic<std::uint64_t> evictions_{0};
  std::atomic<std::uint64_t> writes_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> damaged_{0};
};

}  // namespace sam
