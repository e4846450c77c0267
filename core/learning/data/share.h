#pragma once

#include <cstdint>

namespace ballast {

/// What one of `size` processes takes of everything that they divide: of n rows the stretch
/// [begin(n), end(n)). The stretches of all ranks, in their order, are all rows; one may be empty.
struct Share {
    int rank = 0;  // 0 … size − 1
    int size = 1;

    std::int64_t begin(std::int64_t n) const { return n * rank / size; }
    std::int64_t end(std::int64_t n) const { return n * (rank + 1) / size; }
    std::int64_t count(std::int64_t n) const { return end(n) - begin(n); }
    bool operator==(const Share&) const = default;
};

}  // namespace ballast
