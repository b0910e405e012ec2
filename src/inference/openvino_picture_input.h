// Gives encoders of open picture size a fixed one.
#pragma once

#include <memory>

namespace ov {
class CompiledModel;
class Model;
}  // namespace ov

namespace sam {

// SAM encoders exported with their preprocessing take [h,w,3] of any size up to 1024, subtract SAM's mean colour, divide, and pad with 0 to
// 1024 x 1024. For a picture padded with the mean colour beforehand they compute the same, and their shapes are known: OpenVINO 2026.4 plans
// memory once, runs some 5 % faster, and can be cancelled. (With open shapes a cancelled run leaves some nodes at its shapes and some at the
// ones before; the next run then fails, and so does every later one.) Models that are not such an encoder stay as they are.
// Returns the model to use. Throws nothing.
std::shared_ptr<ov::Model> with_fixed_picture_size(const std::shared_ptr<ov::Model>& model);

// Whether all inputs have known shapes.
bool has_fixed_inputs(const ov::CompiledModel& model);

}  // namespace sam
