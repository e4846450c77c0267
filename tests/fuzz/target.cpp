#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/fuzz/readers.h"

/// libFuzzer's entry: the reader that this target was compiled for, BALLAST_FUZZ_READER.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const ballast::FuzzReader* const reader = [] {
        for (const ballast::FuzzReader& known : ballast::fuzzReaders()) {
            if (known.name == BALLAST_FUZZ_READER) return &known;
        }
        std::abort();
    }();
    ballast::readFuzzed(*reader, {reinterpret_cast<const char*>(data), size});
    return 0;
}
