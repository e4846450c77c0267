#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace ballast {

/// Whether this processor has instructions for SHA-256.
bool hasShaInstructions();

/// SHA-256's compression of whole blocks of 64 bytes by these instructions; only where
/// hasShaInstructions().
void compressWithShaInstructions(std::array<std::uint32_t, 8>& state, const std::uint8_t* data,
                                 std::size_t blocks,
                                 const std::array<std::uint32_t, 64>& round_constants);

}  // namespace ballast
