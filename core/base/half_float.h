#pragma once

#include <cstdint>

namespace ballast {

/// IEEE 754 binary16: 11 significant bits, from 6e-8 to 65504.

/// The nearest float16 (of two equally near the even one) as bits; beyond the range ±65504, NaN
/// stays NaN.
std::uint16_t halfBits(float value);

/// Exact.
float fromHalfBits(std::uint16_t bits);

}  // namespace ballast
