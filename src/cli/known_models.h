// The models that --model takes by name: the one that comes with the program, those kept by name, and GrabCut.
// Threading: free functions without state.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/program.h"
#include "settings/model_catalog.h"

namespace sam {

inline constexpr std::string_view built_in_name = "builtin";
inline constexpr std::string_view built_in_title = "Built-in model";
inline constexpr std::string_view grabcut_name = "grabcut";

// What comes with the program (models/ of the repository); nothing where its files were not installed. Throws no error: a missing file is
// an expected miss.
std::optional<NamedModel> built_in_model(const Program& program);

// Where built_in_model looks: $SAM_MODELS_DIR if it is set, else beside the program, else in share/ beside the program's folder.
std::vector<std::filesystem::path> built_in_folders(const Program& program);

// What is missing and where it was looked for, for people.
std::string built_in_is_missing(const Program& program);

// The built-in one first if it is there, then those kept by name. Throws CatalogError.
std::vector<NamedModel> known_models(Program& program);

}  // namespace sam
