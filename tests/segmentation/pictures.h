// Pictures made up for the tests, and models that exist only as a description.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "image/image.h"
#include "inference/model.h"

namespace sam {

// value(x, y, channel)
inline Image make_picture(Size size, const std::function<int(int, int, int)>& value) {
  const auto pixels = std::make_shared<std::uint8_t[]>(std::size_t{3} * size.width * size.height);
  std::size_t i = 0;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      for (int c = 0; c < 3; ++c) pixels[i++] = static_cast<std::uint8_t>(value(x, y, c));
    }
  }
  return Image(size, pixels);
}

// A bright box on a dark ground.
inline Image picture_of_box(Size size, const Box& box) {
  return make_picture(
      size, [&](int x, int y, int) { return x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1 ? 220 : 40; });
}

// Answers runs through a function; tensors are on the heap.
class FakeModel final : public Model {
 public:
  using Answer = std::function<std::vector<Tensor>(std::span<const Tensor>)>;
  explicit FakeModel(ModelDescription description, Answer answer = {})
      : description_(std::move(description)), answer_(std::move(answer)) {}

  const ModelDescription& description() const override { return description_; }
  Tensor make_tensor(std::string name, ElementType type, Shape shape) override {
    return make_heap_tensor(std::move(name), type, std::move(shape));
  }
  std::vector<Tensor> run(std::span<const Tensor> inputs, std::span<const std::string> outputs,
                          std::stop_token) override {
    std::vector<Tensor> asked;
    const std::vector<Tensor> all = answer_(inputs);
    for (const std::string& name : outputs) {
      for (const Tensor& tensor : all) {
        if (tensor.name == name) asked.push_back(tensor);
      }
    }
    return asked;
  }
  std::uint64_t bytes_held() const override { return 1; }
  ModelUse last_use() const override { return {}; }
  void release_memory() override {}

 private:
  ModelDescription description_;
  Answer answer_;
};

}  // namespace sam
