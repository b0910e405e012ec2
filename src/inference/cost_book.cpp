#include "inference/cost_book.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace sam {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t max_models = 500;  // a book as long as that is begun anew
constexpr std::uint64_t max_file_bytes = 1 << 20;

ordered_json to_json(const ModelCost& cost) {
  return {{"load_peak_bytes", cost.load_peak_bytes},
          {"held_bytes", cost.held_bytes},
          {"run_peak_bytes", cost.run_peak_bytes},
          {"kept_bytes", cost.kept_bytes},
          {"first_run_peak_bytes", cost.first_run_peak_bytes}};
}

ModelCost from_json(const ordered_json& json) {
  return {json.at("load_peak_bytes").get<std::uint64_t>(), json.at("held_bytes").get<std::uint64_t>(),
          json.at("run_peak_bytes").get<std::uint64_t>(), json.at("kept_bytes").get<std::uint64_t>(),
          json.value("first_run_peak_bytes", std::uint64_t{0})};
}

constexpr std::uint64_t step_bytes = 1 << 20;

// A run needs a little more or less than the last one: what fits into what is known is no news.
std::uint64_t learnt(std::uint64_t known, std::uint64_t measured) {
  const std::uint64_t now = measured <= known ? known - (known - measured) / 8 : measured;
  return std::max(measured == known ? known : (now + step_bytes - 1) / step_bytes * step_bytes, measured);
}

// Applied to each number of the costs.
template <typename Function>
ModelCosts each(const ModelCosts& a, const ModelCosts& b, const Function& function) {
  const auto of = [&](const ModelCost& x, const ModelCost& y) {
    return ModelCost{function(x.load_peak_bytes, y.load_peak_bytes), function(x.held_bytes, y.held_bytes),
                     function(x.run_peak_bytes, y.run_peak_bytes), function(x.kept_bytes, y.kept_bytes),
                     function(x.first_run_peak_bytes, y.first_run_peak_bytes)};
  };
  return {of(a.host, b.host), of(a.device, b.device)};
}

bool is_worth_writing(const ModelCosts& written, const ModelCosts& known) {
  bool worth = false;
  each(written, known, [&](std::uint64_t before, std::uint64_t now) {
    worth |= now > before || now < before - before / 4;
    return now;
  });
  return worth;
}

}  // namespace

CostBook::CostBook(std::filesystem::path file, FileSystem& files) : file_(std::move(file)), files_(files) {
  if (file_.empty()) return;
  try {
    const auto text = files_.read(file_, max_file_bytes);
    if (!text) return;
    std::map<std::string, Entry> models;
    const ordered_json json = ordered_json::parse(*text);
    for (const auto& [model, cost] : json.at("models").items()) {
      const ModelCosts costs{from_json(cost.at("host")), from_json(cost.at("device"))};
      models[model] = {costs, costs};
    }
    const MutexLock lock(mutex_);
    models_ = std::move(models);
  } catch (const std::exception& error) {
    spdlog::warn("{}: what models need will be measured again ({})", file_.string(), error.what());
  }
}

std::optional<ModelCosts> CostBook::find(const std::string& model) const {
  const MutexLock lock(mutex_);
  const auto found = models_.find(model);
  if (found == models_.end()) return std::nullopt;
  return found->second.known;
}

void CostBook::record(const std::string& model, const ModelCosts& costs) {
  const MutexLock lock(mutex_);
  if (models_.size() >= max_models) models_.clear();
  Entry& entry = models_[model];
  entry.known = each(entry.known, costs, learnt);
  stale_ |= is_worth_writing(entry.written, entry.known);
}

bool CostBook::begin_writing(std::string& text_now, bool again) {
  const MutexLock lock(mutex_);
  if (writing_ && !again) return false;  // whoever does looks again
  writing_ = false;
  if (!stale_) return false;
  text_now = text();
  stale_ = false;
  return writing_ = true;
}

void CostBook::write() {
  if (file_.empty()) return;
  try {
    std::string text_now;
    for (bool again = false; begin_writing(text_now, again); again = true) {
      files_.create_directories(file_.parent_path());
      files_.write_atomic(file_, text_now);
    }
  } catch (const std::exception& error) {
    const auto level = told_.exchange(true) ? spdlog::level::debug : spdlog::level::warn;
    spdlog::log(level, "what models need is not remembered over a restart: {}", error.what());
    const MutexLock lock(mutex_);
    writing_ = false;
  }
}

std::string CostBook::text() {
  ordered_json json;
  json["models"] = ordered_json::object();
  for (auto& [model, entry] : models_) {
    json["models"][model] = {{"host", to_json(entry.known.host)}, {"device", to_json(entry.known.device)}};
    entry.written = entry.known;
  }
  return json.dump(2) + "\n";
}

std::string cost_key(const std::string& hash, const ModelOptions& options) {
  std::string key = hash + '|' + options.device.substr(0, options.device.find(':')) + '|';
  key += precision_name(options.precision);
  for (const std::string& output : options.without_outputs) key += '|' + output;
  return key;
}

}  // namespace sam
