// A disk under a real folder that can refuse a call, be stopped at one as a killed process is, and be without power: it knows what was
// flushed and what was not, file by file and folder by folder.
// Threading: one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/file_calls.h"
#include "platform/unique_descriptor.h"

namespace sam {

// Thrown out of everything, and no std::exception: what a killed process does next is nothing.
struct Killed {};

struct DiskFault {
  enum class Kind {
    none,
    kill,          // nothing from this call on
    refuse,        // this call fails with the error
    refuse_on,     // this one and all that follow
    vanish,        // the folder has another name from this call on
    interruptions  // every other call is interrupted, and writes and reads take a few bytes only
  };
  Kind kind = Kind::none;
  int at = 0;     // call, from 0
  int error = 0;  // errno
};

// What is found after the power failed. Folders and files are flushed apart, so that any pair of these can come.
struct PowerLoss {
  enum class Entries { flushed, all, some } entries = Entries::flushed;  // names in folders
  enum class Data { flushed, all, half, zeros } data = Data::flushed;    // of files that were not flushed
  std::uint64_t seed = 0;                                                // for some
};

class SimulatedDisk final : public PosixFileCalls {
 public:
  // What is in the folder now is durable.
  explicit SimulatedDisk(std::filesystem::path root);

  void arm(const DiskFault& fault);
  int calls() const { return calls_; }      // since arm()
  int changes() const { return changes_; }  // those of them that changed something on disk
  bool dead() const { return dead_; }
  bool hit() const { return hit_; }  // the fault came
  void put_folder_back();            // after vanish; throws if there is a file in its place

  // From now on this folder of the root is on a disk of its own: nothing is renamed to or from it, and it is flushed apart.
  void put_on_another_disk(const std::string& folder) { other_disks_.insert(folder); }

  // Copies the folder as it is found after the loss to another place.
  void recover(const PowerLoss& loss, const std::filesystem::path& to);

  int open(const char* path, int flags, mode_t mode) override;
  int close(int fd) override;
  ssize_t read(int fd, void* into, std::size_t bytes) override;
  ssize_t pread(int fd, void* into, std::size_t bytes, off_t offset) override;
  ssize_t write(int fd, const void* from, std::size_t bytes) override;
  ssize_t copy_file_range(int from, int to, std::size_t bytes) override;
  int ftruncate(int fd, off_t size) override;
  int fsync(int fd) override;
  int syncfs(int fd) override;
  int flock(int fd, int operation) override;
  int fchmod(int fd, mode_t mode) override;
  int fchown(int fd, uid_t owner, gid_t group) override;
  int fstat(int fd, struct stat* info) override;
  int stat(const char* path, struct stat* info) override;
  int rename(const char* from, const char* to) override;
  int mkdir(const char* path, mode_t mode) override;
  int unlink(const char* path) override;
  int rmdir(const char* path) override;
  DIR* opendir(const char* path) override;
  int remove_tree(const char* path) override;

 private:
  using Inode = std::uint64_t;
  using Entries = std::map<std::string, Inode>;
  enum class Effect { none, changes, frees };  // frees: also called while unwinding, where nothing may be thrown

  bool refused(Effect effect);
  std::size_t some_of(std::size_t bytes);
  Inode know_file(const std::filesystem::path& path);
  void know_folder(const std::filesystem::path& path);
  void recover_folder(Inode folder, const PowerLoss& loss, const std::filesystem::path& to);
  std::string recovered(Inode file, const PowerLoss& loss);
  std::string disk_of(const std::filesystem::path& path) const;  // the folder that is on it; empty: the root's

  const std::filesystem::path root_;
  std::set<std::string> other_disks_;
  DiskFault fault_;
  int calls_ = 0;
  int changes_ = 0;
  bool dead_ = false;
  bool hit_ = false;
  std::map<Inode, Entries> folders_;        // as flushed
  std::map<Inode, std::string> files_;      // as flushed
  std::map<Inode, UniqueDescriptor> held_;  // so that no number is used again, and to read what is not flushed
};

}  // namespace sam
