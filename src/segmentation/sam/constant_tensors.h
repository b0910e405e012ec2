// A predictor's inputs that are the same for most prompts, such as the mask input of zeros: made once, in memory that the model reads without
// a copy, instead of a new piece of shared memory for each prompt.
// Threading: safe from any thread. Tensors given out are shared: nobody writes them.
#pragma once

#include <string>
#include <vector>

#include "inference/model.h"
#include "platform/mutex.h"

namespace sam {

class ConstantTensors {
 public:
  // f32, each element `value`. Throws OutOfMemory.
  Tensor get(Model& model, const std::string& name, const Shape& shape, float value) SAM_EXCLUDES(mutex_);

  // Runs that hold some keep them.
  void release_memory() SAM_EXCLUDES(mutex_);

 private:
  const Tensor* find(const std::string& name, const Shape& shape, float value) const SAM_REQUIRES(mutex_);

  Mutex mutex_;
  std::vector<Tensor> made_ SAM_GUARDED_BY(mutex_);
};

}  // namespace sam
