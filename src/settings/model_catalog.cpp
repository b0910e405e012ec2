#include "settings/model_catalog.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace sam {
namespace {

bool good_name(const std::string& name) {
  const auto good = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), good);
}

}  // namespace

ModelCatalog::ModelCatalog(std::filesystem::path folder, FileSystem& file_system)
    : file_(std::move(folder) / "models.json"), file_system_(file_system) {
  const auto text = file_system_.read(file_, 1 << 20);
  if (!text) return;
  try {
    const auto json = nlohmann::json::parse(*text);
    for (const auto& entry : json.at("models")) {
      models_.push_back({entry.at("name").get<std::string>(), entry.at("encoder").get<std::string>(),
                         entry.at("decoder").get<std::string>(), entry.at("family").get<std::string>()});
    }
  } catch (const nlohmann::json::exception& error) {
    throw CatalogError(file_.string() + " is damaged (" + error.what() + "); mend or delete it");
  }
}

std::optional<NamedModel> ModelCatalog::find(const std::string& name) const {
  const auto found = std::find_if(models_.begin(), models_.end(), [&](const NamedModel& m) { return m.name == name; });
  if (found == models_.end()) return std::nullopt;
  return *found;
}

void ModelCatalog::add(NamedModel model) {
  if (!good_name(model.name))
    throw CatalogError("'" + model.name + "' is no model name; use up to 64 letters, digits, '.', '_' or '-'");
  if (find(model.name))
    throw CatalogError("there is a model '" + model.name + "' already; remove it first: sam-annotator models remove " +
                       model.name);
  models_.push_back(std::move(model));
  write();
}

void ModelCatalog::remove(const std::string& name) {
  if (std::erase_if(models_, [&](const NamedModel& m) { return m.name == name; }) == 0)
    throw CatalogError("there is no model '" + name + "'; sam-annotator models list shows all");
  write();
}

void ModelCatalog::write() const {
  nlohmann::ordered_json json;
  json["models"] = nlohmann::ordered_json::array();
  for (const NamedModel& model : models_) {
    json["models"].push_back({{"name", model.name},
                              {"encoder", model.encoder.string()},
                              {"decoder", model.decoder.string()},
                              {"family", model.family}});
  }
  file_system_.create_directories(file_.parent_path());
  file_system_.write_atomic(file_, json.dump(2) + "\n");
}

}  // namespace sam
