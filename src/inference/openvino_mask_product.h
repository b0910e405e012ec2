// Spares SAM decoders the rearrangement of their largest tensor.
#pragma once

#include <memory>

namespace ov {
class Model;
}

namespace sam {

// A SAM decoder's last step multiplies a few vectors [b,k,c] with all places of an enlarged embedding, [b,c,h,w] seen as [b,c,h*w]. OpenVINO 2026.4
// computes that embedding channels last and brings its 8 MB into the order of the file for the product: 6 to 9 of 30 to 40 ms of a decoder on two
// cores. Here the product takes it as it lies, [b,h*w,c] times [b,c,k], and its small result is turned instead. The sums are the same.
// Products that are not of this kind stay as they are. Throws what OpenVINO throws.
void multiply_channels_last(const std::shared_ptr<ov::Model>& model);

}  // namespace sam
