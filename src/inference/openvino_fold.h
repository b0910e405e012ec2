// Works round OpenVINO's slow folding of resized constants.
#pragma once

#include <memory>

namespace ov {
class Model;
}

namespace sam {

// Resizing a constant is folded at compile time by reference code: minutes for the bicubic one of SAM2's position embedding. Here the CPU
// plugin computes it first (tens of ms), and the result takes the node's place. Throws what OpenVINO throws.
void fold_constant_resizes(const std::shared_ptr<ov::Model>& model);

}  // namespace sam
