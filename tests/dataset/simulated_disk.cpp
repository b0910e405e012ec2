#include "dataset/simulated_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace sam {
namespace {

namespace fs = std::filesystem;

std::string read_whole(int fd) {
  std::string bytes;
  char block[4096];
  for (ssize_t count = 0; (count = ::pread(fd, block, sizeof block, static_cast<off_t>(bytes.size()))) > 0;) {
    bytes.append(block, static_cast<std::size_t>(count));
  }
  return bytes;
}

std::uint64_t inode_of(const fs::path& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}

std::map<std::string, std::uint64_t> entries_now(const fs::path& folder) {
  std::map<std::string, std::uint64_t> entries;
  for (const auto& entry : fs::directory_iterator(folder)) entries[entry.path().filename()] = inode_of(entry.path());
  return entries;
}

bool coin(std::uint64_t seed, std::uint64_t which) {
  std::uint64_t mixed = (seed + 1) * 0x9e3779b97f4a7c15u ^ which * 0xbf58476d1ce4e5b9u;
  mixed ^= mixed >> 31;
  return (mixed * 0x94d049bb133111ebu >> 63) != 0;
}

fs::path vanished(const fs::path& root) {
  return root.string() + "-vanished";
}

}  // namespace

SimulatedDisk::SimulatedDisk(fs::path root) : root_(std::move(root)) {
  know_folder(root_);
}

void SimulatedDisk::arm(const DiskFault& fault) {
  fault_ = fault;
  calls_ = 0;
  changes_ = 0;
  dead_ = false;
  hit_ = false;
}

void SimulatedDisk::put_folder_back() {
  if (!fs::exists(vanished(root_))) return;
  if (fs::exists(root_)) {
    for (const auto& entry : fs::recursive_directory_iterator(root_)) {
      if (!entry.is_directory()) throw std::runtime_error(entry.path().string() + " was made in its place");
    }
    fs::remove_all(root_);
  }
  fs::rename(vanished(root_), root_);
}

// Counts the call. True: it fails with errno as it is.
bool SimulatedDisk::refused(Effect effect) {
  using Kind = DiskFault::Kind;
  const int call = calls_++;
  if (!dead_ && effect != Effect::none) ++changes_;
  const bool here = call == fault_.at;
  switch (fault_.kind) {
    case Kind::none:
      return false;
    case Kind::kill:
      if (call < fault_.at) return false;
      if (here && effect != Effect::none) --changes_;
      dead_ = hit_ = true;
      errno = EIO;
      if (effect == Effect::frees) return true;
      throw Killed();
    case Kind::refuse:
    case Kind::refuse_on:
      if (fault_.error != EIO && effect == Effect::none) return false;  // a full or read-only disk can be read
      if (!here && (fault_.kind == Kind::refuse || call < fault_.at)) return false;
      hit_ = true;
      errno = fault_.error;
      return true;
    case Kind::vanish:
      if (!here) return false;
      hit_ = true;
      fs::rename(root_, vanished(root_));
      return false;
    case Kind::interruptions:
      hit_ = true;
      errno = EINTR;
      return false;
  }
  return false;
}

// As little as a system may take of what it is given.
std::size_t SimulatedDisk::some_of(std::size_t bytes) {
  return fault_.kind == DiskFault::Kind::interruptions ? std::min<std::size_t>(bytes, 7) : bytes;
}

SimulatedDisk::Inode SimulatedDisk::know_file(const fs::path& path) {
  UniqueDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const Inode inode = inode_of(path);
  if (held_.contains(inode)) return inode;
  files_[inode] = read_whole(fd.get());
  held_[inode] = std::move(fd);
  return inode;
}

std::string SimulatedDisk::disk_of(const fs::path& path) const {
  const fs::path inside = path.lexically_relative(root_);
  return !inside.empty() && other_disks_.contains(*inside.begin()) ? inside.begin()->string() : std::string();
}

// As it is now, with all below it that is on the same disk.
void SimulatedDisk::know_folder(const fs::path& path) {
  const Inode inode = inode_of(path);
  if (!held_.contains(inode)) held_[inode] = UniqueDescriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  folders_[inode] = entries_now(path);
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.is_directory()) {
      if (disk_of(entry.path()) == disk_of(path)) know_folder(entry.path());
    } else {
      const Inode file = know_file(entry.path());
      files_[file] = read_whole(held_[file].get());
    }
  }
}

void SimulatedDisk::recover(const PowerLoss& loss, const fs::path& to) {
  recover_folder(inode_of(fs::exists(root_) ? root_ : vanished(root_)), loss, to);
}

void SimulatedDisk::recover_folder(Inode folder, const PowerLoss& loss, const fs::path& to) {
  fs::create_directories(to);
  const Entries flushed = folders_[folder];
  const auto fd = held_.find(folder);
  // A folder that nobody here made (the index's) has no life of its own.
  const Entries now = fd == held_.end() ? Entries() : entries_now("/proc/self/fd/" + std::to_string(fd->second.get()));
  std::set<std::string> names;
  for (const Entries& each : {flushed, now}) {
    for (const auto& [name, inode] : each) names.insert(name);
  }
  for (const std::string& name : names) {
    // By the file that moved, so that a rename from one folder to another is there whole or not, as on every disk with a journal.
    const Inode moved = now.contains(name) ? now.at(name) : flushed.at(name);
    const bool old = loss.entries == PowerLoss::Entries::flushed ||
                     (loss.entries == PowerLoss::Entries::some && coin(loss.seed, moved));
    const Entries& entries = old ? flushed : now;
    const auto entry = entries.find(name);
    if (entry == entries.end()) continue;
    if (folders_.contains(entry->second)) {
      recover_folder(entry->second, loss, to / name);
    } else if (held_.contains(entry->second)) {
      std::ofstream(to / name, std::ios::binary) << recovered(entry->second, loss);
    } else {  // not written through here, and perhaps gone: the index
      std::error_code error;
      fs::copy_file("/proc/self/fd/" + std::to_string(fd->second.get()) + "/" + name, to / name, error);
    }
  }
}

std::string SimulatedDisk::recovered(Inode file, const PowerLoss& loss) {
  const std::string now = read_whole(held_[file].get());
  if (now == files_[file]) return now;
  switch (loss.data) {
    case PowerLoss::Data::flushed:
      return files_[file];
    case PowerLoss::Data::all:
      return now;
    case PowerLoss::Data::half:
      return now.substr(0, now.size() / 2);
    case PowerLoss::Data::zeros:
      return std::string(now.size(), '\0');
  }
  return {};
}

int SimulatedDisk::open(const char* path, int flags, mode_t mode) {
  const bool writes = (flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0;
  if (refused(writes ? Effect::changes : Effect::none)) return -1;
  if (fault_.kind == DiskFault::Kind::interruptions && calls_ % 2 == 0) return -1;
  const int fd = PosixFileCalls::open(path, flags, mode);
  if (fd >= 0 && writes) know_file(path);
  return fd;
}

int SimulatedDisk::close(int fd) {
  struct stat info{};
  const bool is_folder = ::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
  bool fails = false;
  const bool writes = (::fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY && !is_folder;
  fails = refused(Effect::frees) && writes;
  const int error_number = errno;
  PosixFileCalls::close(fd);  // gone whatever is said
  errno = error_number;
  return fails ? -1 : 0;
}

ssize_t SimulatedDisk::read(int fd, void* into, std::size_t bytes) {
  if (refused(Effect::none)) return -1;
  if (fault_.kind == DiskFault::Kind::interruptions && calls_ % 2 == 0) return -1;
  return PosixFileCalls::read(fd, into, some_of(bytes));
}

ssize_t SimulatedDisk::pread(int fd, void* into, std::size_t bytes, off_t offset) {
  if (refused(Effect::none)) return -1;
  if (fault_.kind == DiskFault::Kind::interruptions && calls_ % 2 == 0) return -1;
  return PosixFileCalls::pread(fd, into, some_of(bytes), offset);
}

// A disk that is full in the middle of a write has taken a part of it.
ssize_t SimulatedDisk::write(int fd, const void* from, std::size_t bytes) {
  if (refused(Effect::changes)) {
    if (fault_.error == ENOSPC) {
      const ssize_t part = PosixFileCalls::write(fd, from, bytes / 2);
      errno = ENOSPC;
      return fault_.kind == DiskFault::Kind::refuse_on && part > 0 && calls_ == fault_.at + 1 ? part : -1;
    }
    return -1;
  }
  if (fault_.kind == DiskFault::Kind::interruptions && calls_ % 2 == 0) return -1;
  return PosixFileCalls::write(fd, from, some_of(bytes));
}

ssize_t SimulatedDisk::copy_file_range(int from, int to, std::size_t bytes) {
  if (refused(Effect::changes)) return -1;
  if (fault_.kind == DiskFault::Kind::interruptions && calls_ % 2 == 0) return -1;
  return PosixFileCalls::copy_file_range(from, to, some_of(bytes));
}

int SimulatedDisk::ftruncate(int fd, off_t size) {
  return refused(Effect::changes) ? -1 : PosixFileCalls::ftruncate(fd, size);
}

// The real disk is not waited for.
int SimulatedDisk::fsync(int fd) {
  if (refused(Effect::changes)) return -1;
  if (fault_.kind == DiskFault::Kind::interruptions && calls_ % 2 == 0) return -1;
  struct stat info{};
  if (::fstat(fd, &info) != 0) return -1;
  if (S_ISDIR(info.st_mode)) {
    folders_[info.st_ino] = entries_now("/proc/self/fd/" + std::to_string(fd));
  } else if (held_.contains(info.st_ino)) {
    files_[info.st_ino] = read_whole(held_[info.st_ino].get());
  }
  return 0;
}

int SimulatedDisk::syncfs(int fd) {
  if (refused(Effect::changes)) return -1;
  if (fault_.kind == DiskFault::Kind::interruptions && calls_ % 2 == 0) return -1;
  know_folder(root_ / disk_of(fs::read_symlink("/proc/self/fd/" + std::to_string(fd))));
  return 0;
}

int SimulatedDisk::flock(int fd, int operation) {
  return refused(Effect::none) ? -1 : PosixFileCalls::flock(fd, operation);
}

int SimulatedDisk::fchmod(int fd, mode_t mode) {
  return refused(Effect::changes) ? -1 : PosixFileCalls::fchmod(fd, mode);
}

int SimulatedDisk::fchown(int fd, uid_t owner, gid_t group) {
  return refused(Effect::changes) ? -1 : PosixFileCalls::fchown(fd, owner, group);
}

int SimulatedDisk::fstat(int fd, struct stat* info) {
  return refused(Effect::none) ? -1 : PosixFileCalls::fstat(fd, info);
}

int SimulatedDisk::stat(const char* path, struct stat* info) {
  return refused(Effect::none) ? -1 : PosixFileCalls::stat(path, info);
}

int SimulatedDisk::rename(const char* from, const char* to) {
  if (refused(Effect::changes)) return -1;
  if (disk_of(from) == disk_of(to)) return PosixFileCalls::rename(from, to);
  errno = EXDEV;
  return -1;
}

int SimulatedDisk::mkdir(const char* path, mode_t mode) {
  if (refused(Effect::changes)) return -1;
  const int made = PosixFileCalls::mkdir(path, mode);
  if (made == 0) know_folder(path);
  return made;
}

int SimulatedDisk::unlink(const char* path) {
  return refused(Effect::frees) ? -1 : PosixFileCalls::unlink(path);
}

int SimulatedDisk::rmdir(const char* path) {
  return refused(Effect::frees) ? -1 : PosixFileCalls::rmdir(path);
}

DIR* SimulatedDisk::opendir(const char* path) {
  return refused(Effect::none) ? nullptr : PosixFileCalls::opendir(path);
}

// Entry by entry, in the order of names, each a call.
int SimulatedDisk::remove_tree(const char* path) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(path, error))) return 0;
  if (!fs::is_directory(fs::symlink_status(path, error))) return unlink(path);
  for (const auto& [name, inode] : entries_now(path)) {
    if (remove_tree((fs::path(path) / name).c_str()) != 0) return -1;
  }
  return rmdir(path);
}

}  // namespace sam
