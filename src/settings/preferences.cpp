#include "settings/preferences.h"

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace sam {
namespace {

constexpr int max_depth = 32;

// The same object in the form that is kept.
std::string checked(const std::string& text) {
  using nlohmann::json;
  if (text.size() > Preferences::most_bytes) {
    throw std::invalid_argument("the preferences have " + std::to_string(text.size()) + " bytes; at most " +
                                std::to_string(Preferences::most_bytes) + " are kept");
  }
  const auto shallow = [](int depth, json::parse_event_t, json&) {
    if (depth > max_depth)
      throw std::invalid_argument("the preferences are nested deeper than " + std::to_string(max_depth));
    return true;
  };
  try {
    const json value = json::parse(text, shallow);
    if (!value.is_object()) throw std::invalid_argument("the preferences must be a JSON object");
    return value.dump();
  } catch (const json::exception& error) {
    throw std::invalid_argument(std::string("the preferences are not JSON: ") + error.what());
  }
}

}  // namespace

std::string Preferences::read() {
  const MutexLock lock(mutex_);
  std::string reason;
  try {
    const auto text = files_.read(file_, most_bytes);
    if (!text) return "{}";
    return checked(*text);
  } catch (const std::invalid_argument& error) {
    reason = error.what();
  } catch (const FileError& error) {
    if (error.error_number() != EFBIG) throw;
    reason = error.what();
  }
  const std::filesystem::path aside = file_.string() + ".damaged";
  files_.rename(file_, aside);
  spdlog::warn("{} cannot be used ({}); it is kept as {}, and the page begins with its own settings", file_.string(),
               reason, aside.string());
  return "{}";
}

void Preferences::write(const std::string& text) {
  const std::string kept = checked(text);
  const MutexLock lock(mutex_);
  files_.create_directories(file_.parent_path());
  files_.write_atomic(file_, kept);
}

}  // namespace sam
