// Small facts that survive a restart and the deletion of the index: annotations/.state.json, a flat object of texts.
// Threading: safe to call from any thread.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "platform/file_system.h"
#include "platform/mutex.h"
#include "platform/name_locks.h"

namespace sam {

class RememberedFacts {
 public:
  // A damaged file is logged and taken for empty: nothing in it is worth refusing a project.
  RememberedFacts(std::filesystem::path file, FileSystem& files);

  std::optional<std::string> get(const std::string& key) const;
  // Durable on return. Throws FileError; the value is then as before.
  void set(const std::string& key, const std::string& value);

 private:
  const std::filesystem::path file_;
  FileSystem& files_;
  NameLocks writing_;
  mutable Mutex mutex_;
  std::map<std::string, std::string> facts_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
