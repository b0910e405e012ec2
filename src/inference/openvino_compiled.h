// Compiled models kept as files. OpenVINO's own cache knows a model by its graph, for which the ONNX file is read and hashed at every start: more
// than half of a second start's time with ViT-B (359 MB). Here the file's hash, which is known, tells the model.
// Threading: free functions; two processes may keep the same model at once.
#pragma once

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

// The model that keep_compiled() wrote under this name, mapped rather than read; null: there is none, its content is not what was written (such a
// file is removed), or it was made by another engine or for another processor. name: a file's name, without '-'.
std::unique_ptr<ov::CompiledModel> kept_compiled(ov::Core& core, const std::filesystem::path& folder,
                                                 const std::string& name, const EngineProperties& properties);

// Replaces what was kept under that name. False: it could not be written, which is logged.
bool keep_compiled(const ov::CompiledModel& model, const std::filesystem::path& folder,
                   const std::string& name) noexcept;

}  // namespace sam
