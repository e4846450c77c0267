#include "core/base/half_float.h"

#include <bit>
#include <cmath>

namespace ballast {

std::uint16_t halfBits(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000U);
    if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7e00U);
    const float size = std::abs(value);
    if (size >= 65504.0F) return static_cast<std::uint16_t>(sign | 0x7bffU);
    if (size < 6.103515625e-5F) {  // 2^-14: steps of 2^-24, which the sum's last bit is worth
        const auto steps =
            std::bit_cast<std::uint32_t>(size + 0.5F) - std::bit_cast<std::uint32_t>(0.5F);
        return static_cast<std::uint16_t>(sign | steps);
    }
    const std::uint32_t magnitude = bits & 0x7fffffffU;
    const std::uint32_t even = magnitude >> 13 & 1U;
    const std::uint32_t rounded = (magnitude + 0xfffU + even) >> 13;
    return static_cast<std::uint16_t>(sign | (rounded - (112U << 10)));  // exponent's bias 127 → 15
}

float fromHalfBits(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000U) << 16;
    const std::uint32_t exponent = bits >> 10 & 31U;
    const std::uint32_t fraction = bits & 0x3ffU;
    if (exponent == 0) {
        const float size = static_cast<float>(fraction) * 0x1p-24F;
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(size) | sign);
    }
    const std::uint32_t wide = exponent == 31 ? 255U : exponent + 112U;
    return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

}  // namespace ballast
