// Compiled models kept as files. OpenVINO's own cache knows a model by its graph, for which the ONNX file is read and hashed at every start: more
// than half of a second start's time with ViT-B (359 MB). Here the file's hash, which is known, tells the model.
// Threading: free functions; two processes may keep the same model at once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace ov {
class Any;
class CompiledModel;
class Core;
}  // namespace ov

namespace sam {

using EngineProperties = std::map<std::string, ov::Any>;  // ov::AnyMap

// What a compiled model is kept under, each without '-'.
struct CompiledName {
  std::string kind;     // the model and how it is asked to run
  std::string version;  // of the engine and of what is done to models before compiling
};

// The model that keep_compiled() wrote under this name, mapped rather than read; null: there is none, its content is not what was written (such a
// file is removed), or it was made for another processor.
std::unique_ptr<ov::CompiledModel> kept_compiled(ov::Core& core, const std::filesystem::path& folder,
                                                 const CompiledName& name, const EngineProperties& properties);

// All of them; what is kept takes no more than that, the least recently used go.
struct CompiledFiles {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};
inline constexpr std::uint64_t most_compiled_bytes = std::uint64_t{4} << 30;
CompiledFiles count_compiled(const std::filesystem::path& folder);
CompiledFiles clear_compiled(const std::filesystem::path& folder);  // returns what went

// Replaces what was kept of that kind, whatever its version. False: it could not be written, which is logged.
bool keep_compiled(const ov::CompiledModel& model, const std::filesystem::path& folder,
                   const CompiledName& name) noexcept;

}  // namespace sam
