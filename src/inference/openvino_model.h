// The in-process engine with a choice of where outputs live; what the worker uses to write them into shared memory.
#pragma once

#include <functional>
#include <memory>

#include "inference/model.h"

namespace sam {

// Makes the tensors of Model::make_tensor and run. Throws std::bad_alloc or OutOfMemory.
using TensorMaker = std::function<Tensor(std::string name, ElementType type, Shape shape)>;

std::unique_ptr<Model> load_openvino_model(const ModelOptions& options, TensorMaker make_tensor);

}  // namespace sam
