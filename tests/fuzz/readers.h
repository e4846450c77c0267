#pragma once

#include <span>
#include <string_view>

namespace ballast {

/// A reader of bytes that may come from anywhere: a file of a stranger's, or of ours that was
/// damaged.
struct FuzzReader {
    std::string_view name;
    /// Reads them as the program does; throws what it throws.
    void (*read)(std::string_view bytes);
};

/// All of them. Readers of more than one file take them from one text, with kNextFile
/// between them.
std::span<const FuzzReader> fuzzReaders();

/// Lets it read. Whatever is wrong with the bytes must be told by an error of ours whose sentence
/// is UTF-8; anything else that a reader throws, or does with what it has read, leaves this
/// function.
void readFuzzed(const FuzzReader& reader, std::string_view bytes);

/// Between the files of an input.
inline constexpr std::string_view kNextFile = "\n=====\n";

}  // namespace ballast
