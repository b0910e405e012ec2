#include "inference/reserved_tensor.h"

#include <utility>

namespace sam {
namespace {

struct ReservedBuffer {
  Reservation reservation;
  std::shared_ptr<Buffer> buffer;
};

}  // namespace

Tensor make_reserved_tensor(Model& model, Budget& budget, std::string name, ElementType type, Shape shape) {
  Reservation reservation = budget.reserve(Owner::images, checked_size_bytes(type, shape).value_or(0));
  Tensor tensor = model.make_tensor(std::move(name), type, std::move(shape));
  const auto kept = std::make_shared<ReservedBuffer>(ReservedBuffer{std::move(reservation), std::move(tensor.buffer)});
  tensor.buffer = std::shared_ptr<Buffer>(kept, kept->buffer.get());  // the buffer's own type is what engines look for
  return tensor;
}

}  // namespace sam
