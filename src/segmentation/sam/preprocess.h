// From pixels to the input tensors of SAM's image encoders. The normalisations are those of the networks' training.
// Threading: free functions without state; the tensor's bytes are written only here.
#pragma once

#include "image/image.h"
#include "inference/tensor.h"

namespace sam {

// RGB values as they are, 0 to 255. to: [h,w,3] f32 or u8. The picture lies in the upper left corner; the rest
// is filled with SAM's mean colour, which the graph's own normalisation turns into the 0 that it pads with.
void write_raw_hwc(ImageView picture, const Tensor& to);

// The same as planes; to: [1,3,h,w] u8.
void write_raw_nchw(ImageView picture, const Tensor& to);

// SAM1: (x - mean) / std on 0 to 255 per channel, planes; to: [1,3,h,w] f32, 0 beyond the picture.
void write_sam1_nchw(ImageView picture, const Tensor& to);

// SAM2: ImageNet's mean and deviation on 0 to 1, planes; to: [1,3,h,w] f32. Requires: picture of exactly w x h.
void write_imagenet_nchw(ImageView picture, const Tensor& to);

// Bilinear without antialiasing, as OpenCV's INTER_LINEAR: the preprocessing that samexporter's SAM2 client uses.
Image resize_bilinear(ImageView picture, Size to);

}  // namespace sam
