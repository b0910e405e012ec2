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
          {"kept_bytes", cost.kept_bytes}};
}

ModelCost from_json(const ordered_json& json) {
  return {json.at("load_peak_bytes").get<std::uint64_t>(), json.at("held_bytes").get<std::uint64_t>(),
          json.at("run_peak_bytes").get<std::uint64_t>(), json.at("kept_bytes").get<std::uint64_t>()};
}

// A run needs a little more or less than the last one: what fits into what is known is no news for the disk.
std::uint64_t larger(std::uint64_t known, std::uint64_t measured) {
  constexpr std::uint64_t step = 1 << 20;
  return measured <= known ? known : (measured + step - 1) / step * step;
}

ModelCost larger(const ModelCost& known, const ModelCost& measured) {
  return {larger(known.load_peak_bytes, measured.load_peak_bytes), larger(known.held_bytes, measured.held_bytes),
          larger(known.run_peak_bytes, measured.run_peak_bytes), larger(known.kept_bytes, measured.kept_bytes)};
}

}  // namespace

CostBook::CostBook(std::filesystem::path file, FileSystem& files) : file_(std::move(file)), files_(files) {
  if (file_.empty()) return;
  try {
    const auto text = files_.read(file_, max_file_bytes);
    if (!text) return;
    std::map<std::string, ModelCosts> costs;
    const ordered_json json = ordered_json::parse(*text);
    for (const auto& [model, cost] : json.at("models").items()) {
      costs[model] = {from_json(cost.at("host")), from_json(cost.at("device"))};
    }
    const MutexLock lock(mutex_);
    costs_ = std::move(costs);
  } catch (const std::exception& error) {
    spdlog::warn("{}: what models need will be measured again ({})", file_.string(), error.what());
  }
}

std::optional<ModelCosts> CostBook::find(const std::string& model) const {
  const MutexLock lock(mutex_);
  const auto found = costs_.find(model);
  if (found == costs_.end()) return std::nullopt;
  return found->second;
}

void CostBook::record(const std::string& model, const ModelCosts& costs) {
  std::string text_now;
  {
    const MutexLock lock(mutex_);
    if (costs_.size() >= max_models) costs_.clear();
    ModelCosts& known = costs_[model];
    const ModelCosts now{larger(known.host, costs.host), larger(known.device, costs.device)};
    if (now == known) return;
    known = now;
    text_now = text();
  }
  if (file_.empty()) return;
  try {
    files_.create_directories(file_.parent_path());
    files_.write_atomic(file_, text_now);
  } catch (const FileError& error) {
    spdlog::warn("what models need is not remembered over a restart: {}", error.what());
  }
}

std::string CostBook::text() const {
  ordered_json json;
  json["models"] = ordered_json::object();
  for (const auto& [model, cost] : costs_) {
    json["models"][model] = {{"host", to_json(cost.host)}, {"device", to_json(cost.device)}};
  }
  return json.dump(2) + "\n";
}

std::string cost_key(const std::string& hash, const std::string& device, const std::string& precision) {
  return hash + "|" + device.substr(0, device.find(':')) + "|" + precision;
}

}  // namespace sam
