// Tensors of this process with what is reserved for them: inputs are large, 12 MiB for a SAM encoder, the whole picture for some.
// Threading: as Model::make_tensor. Ownership: the budget must outlive the tensor.
#pragma once

#include <string>

#include "inference/model.h"
#include "memory/budget.h"

namespace sam {

// As model.make_tensor; its bytes stay reserved as images as long as a copy of it lives. Throws OutOfMemory.
Tensor make_reserved_tensor(Model& model, Budget& budget, std::string name, ElementType type, Shape shape);

}  // namespace sam
