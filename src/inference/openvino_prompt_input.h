// Fixes what is always the same in a decoder's prompt.
#pragma once

#include <memory>

namespace ov {
class Model;
}

namespace sam {

// Decoders that can be asked about several objects at once (samexporter's SAM 2) have an open first dimension in their prompt. Here it is one object
// a run: with that known, OpenVINO 2026.4 plans the large tensors that depend on it once, and takes 24 instead of 32 ms on two cores. The number
// of points stays open. Models without such inputs, or whose shapes do not allow it, stay as they are.
void ask_about_one_object(const std::shared_ptr<ov::Model>& model);

}  // namespace sam
