// Where the program keeps what is not part of a project, by the XDG base directory specification.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sam {

// The value of an environment variable; nothing if it is not set. (An empty CUDA_VISIBLE_DEVICES means no device, an empty setting is an
// error: empty is not unset.)
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

Environment process_environment();

// The names of the variables that are set and begin with `prefix`, in order.
std::vector<std::string> process_variables(const std::string& prefix);

// In these three an empty variable counts as not set, as that specification says.
// $SAM_CONFIG_DIR, else $XDG_CONFIG_HOME/sam-annotator, else ~/.config/sam-annotator: config.toml.
std::filesystem::path config_folder(const Environment& environment);

// $SAM_DATA_DIR, else $XDG_DATA_HOME/sam-annotator, else ~/.local/share/sam-annotator: the models' names.
std::filesystem::path data_folder(const Environment& environment);

// $SAM_CACHE_DIR, else $XDG_CACHE_HOME/sam-annotator, else ~/.cache/sam-annotator: tiles, embeddings, compiled models; may be deleted.
std::filesystem::path cache_folder(const Environment& environment);

// Of that, where embeddings are kept (pipeline/embeddings_on_disk.h).
std::filesystem::path embedding_folder(const Environment& environment);
std::filesystem::path compiled_folder(const Environment& environment);

}  // namespace sam
