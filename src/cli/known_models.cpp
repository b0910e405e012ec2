#include "cli/known_models.h"

#include "platform/process.h"

namespace sam {

std::vector<std::filesystem::path> built_in_folders(const Program& program) {
  if (const auto folder = program.environment("SAM_MODELS_DIR"); folder && !folder->empty()) return {*folder};
  const std::filesystem::path here = program_file().parent_path();
  return {here / "models", here.parent_path() / "share" / "sam-annotator" / "models"};
}

std::optional<NamedModel> built_in_model(const Program& program) {
  for (const std::filesystem::path& folder : built_in_folders(program)) {
    NamedModel model{std::string(built_in_name), folder / "builtin.encoder.onnx", folder / "builtin.decoder.onnx",
                     "sam1"};
    std::error_code missing;
    if (std::filesystem::exists(model.encoder, missing) && std::filesystem::exists(model.decoder, missing))
      return model;
  }
  return std::nullopt;
}

std::string built_in_is_missing(const Program& program) {
  std::string text = "builtin.encoder.onnx and builtin.decoder.onnx, which come with the program, were looked for in ";
  bool first = true;
  for (const std::filesystem::path& folder : built_in_folders(program)) {
    text += (first ? "" : " and ") + folder.string();
    first = false;
  }
  return text + " and are not both there; copy the folder models there, set SAM_MODELS_DIR, or use --model grabcut";
}

std::vector<NamedModel> known_models(Program& program) {
  std::vector<NamedModel> models;
  if (auto model = built_in_model(program)) models.push_back(std::move(*model));
  const ModelCatalog catalog(data_folder(program.environment), program.files);
  for (const NamedModel& model : catalog.models()) {
    if (model.name != built_in_name) models.push_back(model);  // kept before the name was taken
  }
  return models;
}

}  // namespace sam
