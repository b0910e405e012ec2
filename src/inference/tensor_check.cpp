#include "inference/tensor_check.h"

#include <algorithm>
#include <new>
#include <numeric>
#include <utility>

namespace sam {
namespace {

std::string info_text(const std::string& name, ElementType type, const Shape& shape) {
  return name + " " + element_name(type) + shape_text(shape);
}

bool fits(const Shape& described, const Shape& given) {
  return std::equal(described.begin(), described.end(), given.begin(), given.end(),
                    [](std::int64_t want, std::int64_t have) { return have >= 0 && (want < 0 || want == have); });
}

void check_input(const TensorInfo& want, const Tensor& given) {
  if (given.type != want.type || !fits(want.shape, given.shape)) {
    throw ModelError("model input " + info_text(want.name, want.type, want.shape) + " was given as " +
                     element_name(given.type) + shape_text(given.shape));
  }
  const std::optional<std::size_t> size = checked_size_bytes(given.type, given.shape);
  if (!size || !given.buffer || given.buffer->size_bytes() < *size) {
    throw ModelError("model input " + info_text(want.name, given.type, given.shape) + " was given " +
                     std::to_string(given.buffer ? given.buffer->size_bytes() : 0) + " bytes, too few for its shape");
  }
}

template <typename Named>
auto find_named(std::span<Named> values, const std::string& name) {
  return std::find_if(values.begin(), values.end(), [&](const auto& value) { return value.name == name; });
}

}  // namespace

std::string infos_text(std::span<const TensorInfo> infos) {
  std::string text;
  for (const TensorInfo& info : infos) {
    if (!text.empty()) text += ", ";
    text += info_text(info.name, info.type, info.shape);
  }
  return text;
}

void check_inputs(const ModelDescription& description, std::span<const Tensor> inputs) {
  const std::span<const TensorInfo> known(description.inputs);
  for (const Tensor& input : inputs) {
    if (find_named(known, input.name) == known.end()) {
      throw ModelError("the model has no input \"" + input.name + "\"; it has " + infos_text(known));
    }
  }
  for (const TensorInfo& want : known) {
    const auto count =
        std::count_if(inputs.begin(), inputs.end(), [&](const Tensor& t) { return t.name == want.name; });
    if (count != 1) {
      throw ModelError("model input " + info_text(want.name, want.type, want.shape) +
                       (count == 0 ? " was not given" : " was given more than once"));
    }
    check_input(want, *find_named(inputs, want.name));
  }
}

std::vector<std::size_t> output_indices(const ModelDescription& description, std::span<const std::string> outputs) {
  const std::span<const TensorInfo> known(description.outputs);
  std::vector<std::size_t> indices(known.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  if (outputs.empty()) return indices;
  indices.clear();
  for (const std::string& name : outputs) {
    const auto found = find_named(known, name);
    if (found == known.end()) {
      throw ModelError("the model has no output \"" + name + "\"; it has " + infos_text(known));
    }
    const auto index = static_cast<std::size_t>(found - known.begin());
    if (std::find(indices.begin(), indices.end(), index) != indices.end()) {
      throw ModelError("model output \"" + name + "\" was asked for more than once");
    }
    indices.push_back(index);
  }
  return indices;
}

Tensor make_or_refuse(const TensorMaker& make, std::string name, ElementType type, Shape shape) {
  try {
    return make(std::move(name), type, shape);
  } catch (const std::bad_alloc&) {
    const std::uint64_t size = checked_size_bytes(type, shape).value_or(0);
    throw OutOfMemory("out of memory for a tensor " + std::string(element_name(type)) + shape_text(shape), size);
  }
}

}  // namespace sam
