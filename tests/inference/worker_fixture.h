// A worker of the tests' own program, and models in it.
#pragma once

#include <memory>
#include <string>

#include "inference/test_models.h"
#include "inference/worker.h"

namespace sam {

inline std::shared_ptr<Worker> make_test_worker() {
  return make_worker(SAM_WORKER_PROGRAM);
}

inline std::unique_ptr<Model> load(Worker& worker, const std::string& name) {
  ModelOptions options;
  options.file = test_model(name);
  options.threads = 2;
  return worker.load(options);
}

inline float sum_of_one_and(Model& model, float value) {
  const std::vector<Tensor> inputs{floats(model, "a", {1, 3}, {value, 0, 0}), floats(model, "b", {1, 3}, {1, 0, 0})};
  return values(model.run(inputs, {}, {})[0])[0];
}

}  // namespace sam
