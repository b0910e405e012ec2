// The in-process engine with a choice of where outputs live; what the worker uses to write them into shared memory.
#pragma once

#include <memory>

#include "inference/model.h"

namespace sam {

std::unique_ptr<Model> load_openvino_model(const ModelOptions& options, TensorMaker make_tensor);

}  // namespace sam
