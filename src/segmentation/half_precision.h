// IEEE 754 half precision (binary16) from and to single precision, rounded to the nearest, ties to even. By the processor's own instructions
// (F16C) where it has them, else by integers; both give the same bits but for the payload of a NaN.
// Threading: free functions without state.
#pragma once

#include <cstdint>
#include <span>

namespace sam {

// Whether half precision keeps these values to its 11 bits, seen from the largest: nothing overflows (65504), nothing is infinite or a NaN,
// and the largest is not so small that its half would be subnormal or nearly so.
bool suits_half_precision(std::span<const float> values);

// Requires: equal sizes.
void to_half_precision(std::span<const float> values, std::span<std::uint16_t> halves);
void from_half_precision(std::span<const std::uint16_t> halves, std::span<float> values);

// The form that needs no F16C; public for its test.
void to_half_precision_portably(std::span<const float> values, std::span<std::uint16_t> halves);
void from_half_precision_portably(std::span<const std::uint16_t> halves, std::span<float> values);

}  // namespace sam
