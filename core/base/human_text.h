#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Sizes, durations and counts as people read them, in English.
namespace ballast {

/// Bytes as "27.4 MiB", and from 1024 of these on as "1.30 GiB".
std::string sizeText(std::int64_t bytes);

/// "1 h 02 min", "3 min 20 s", "12 s": to the second, from an hour on to the minute. Less than
/// nothing is "0 s".
std::string durationInWords(double seconds);

/// What is only estimated, as coarse as it is meant: "40 s", "2 min", "1 h 20 min", "3 days".
std::string estimateInWords(double seconds);

/// The text with spaces after it, so that it has that many characters or more.
std::string padded(std::string_view text, std::size_t characters);

/// Whether a stands before b where people sort names: numbers in them by value, "T₀ = 8" before
/// "T₀ = 10"; all else by its bytes.
bool naturallyBefore(std::string_view a, std::string_view b);

/// A whole number with its thousands apart: "1,234,567".
std::string groupedText(std::int64_t number);

}  // namespace ballast
