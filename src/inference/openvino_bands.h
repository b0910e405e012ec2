// Runs the widest blocks of an encoder in horizontal bands, so that their working memory is a band's.
#pragma once

#include <memory>

namespace ov {
class Model;
}

namespace sam {

// Encoders for small machines (MobileSAM's TinyViT) begin with blocks that widen every pixel (a 1 x 1 convolution), mix it with its neighbours
// channel by channel (a depthwise convolution) and narrow it again (1 x 1): between them lie two tensors of 64 MiB each, more than the whole
// rest needs. Here such a block becomes several, each for a band of rows and as many more as the depthwise convolution looks beyond it, joined
// again: the same numbers added in the same order, so the same result to the bit, from 63 MB of working memory instead of 151.
// Blocks whose inner tensors are smaller than 32 MiB, or whose shapes are open, stay as they are. Returns how many blocks were divided.
// Changes the model; constants of its are folded. Throws what OpenVINO throws.
int divide_wide_blocks(const std::shared_ptr<ov::Model>& model);

}  // namespace sam
