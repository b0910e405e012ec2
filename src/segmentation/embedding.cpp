#include "segmentation/predictor.h"

namespace sam {

std::uint64_t Embedding::byte_size() const {
  std::uint64_t bytes = sizeof(Embedding) + predictor_key.size() + picture.byte_size();
  for (const Tensor& tensor : tensors) bytes += sizeof(Tensor) + tensor.size_bytes();
  return bytes;
}

}  // namespace sam
