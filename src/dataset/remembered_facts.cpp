#include "dataset/remembered_facts.h"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace sam {
namespace {

constexpr std::uint64_t max_bytes = std::uint64_t{16} << 20;

// Of the process or the system; it says nothing about the file.
bool is_shortage(int error_number) {
  return error_number == ENOMEM || error_number == EMFILE || error_number == ENFILE;
}

}  // namespace

RememberedFacts::RememberedFacts(std::filesystem::path file, FileSystem& files)
    : file_(std::move(file)), files_(files) {
  MutexLock lock(mutex_);
  try {
    const auto text = files_.read(file_, max_bytes);
    if (!text) return;
    const nlohmann::json facts = nlohmann::json::parse(*text);
    if (!facts.is_object()) throw std::runtime_error("no JSON object");
    for (const auto& [key, value] : facts.items()) {
      if (value.is_string()) facts_[key] = value.get<std::string>();
    }
  } catch (const std::bad_alloc&) {  // the next write would lose what could not be read now
    throw;
  } catch (const std::exception& error) {
    if (const auto* refused = dynamic_cast<const FileError*>(&error); refused && is_shortage(refused->error_number()))
      throw;
    spdlog::warn("{} is unusable ({}); it is kept beside it as .damaged, starting without it", file_.string(),
                 error.what());
    try {
      files_.rename(file_, file_.string() + ".damaged");
    } catch (const FileError& failed) {
      spdlog::warn("{}", failed.what());
    }
  }
}

std::optional<std::string> RememberedFacts::get(const std::string& key) const {
  MutexLock lock(mutex_);
  const auto found = facts_.find(key);
  if (found == facts_.end()) return std::nullopt;
  return found->second;
}

void RememberedFacts::set(const std::string& key, const std::string& value) {
  const NameLocks::Held held(writing_, "state");
  std::map<std::string, std::string> facts;  // nobody else writes meanwhile
  {
    MutexLock lock(mutex_);
    facts = facts_;
  }
  const auto found = facts.find(key);
  if (found != facts.end() && found->second == value) return;
  facts[key] = value;
  files_.write_atomic(file_,
                      nlohmann::json(facts).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  MutexLock lock(mutex_);
  facts_ = std::move(facts);
}

}  // namespace sam
