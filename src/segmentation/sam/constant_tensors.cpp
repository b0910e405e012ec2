#include "segmentation/sam/constant_tensors.h"

#include <algorithm>

namespace sam {

Tensor ConstantTensors::get(Model& model, const std::string& name, const Shape& shape, float value) {
  {
    const MutexLock lock(mutex_);
    if (const Tensor* made = find(name, shape, value)) return *made;
  }
  // Memory may have to be found for it: not under the lock.
  Tensor tensor = model.make_tensor(name, ElementType::f32, shape);
  std::ranges::fill(tensor.values<float>(), value);
  const MutexLock lock(mutex_);
  if (const Tensor* made = find(name, shape, value)) return *made;
  made_.push_back(tensor);
  return tensor;
}

void ConstantTensors::release_memory() {
  std::vector<Tensor> released;  // let go after the lock
  const MutexLock lock(mutex_);
  released.swap(made_);
}

const Tensor* ConstantTensors::find(const std::string& name, const Shape& shape, float value) const {
  for (const Tensor& tensor : made_) {
    if (tensor.name == name && tensor.shape == shape && tensor.values<float>()[0] == value) return &tensor;
  }
  return nullptr;
}

}  // namespace sam
