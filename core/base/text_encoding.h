#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Foreign text on its way into ours, which is UTF-8.
namespace ballast {

/// The offset of the first byte that is not UTF-8, if there is one.
std::optional<std::size_t> invalidUtf8At(std::string_view text);

/// Latin-1, in which every byte is a character, as UTF-8.
std::string fromLatin1(std::string_view text);

/// The text as it is where it is UTF-8, and each byte that is not read as Latin-1: file names may
/// hold any bytes.
std::string asUtf8(std::string_view text);

/// The first bytes of UTF-8 text, so many or fewer, where a character would be cut.
std::string_view beginningOf(std::string_view text, std::size_t bytes);

/// Whether text has line breaks, tabs or other control characters, which break lists and tables.
bool hasControls(std::string_view text);

/// A name as one line of UTF-8: each run of control characters, tabs and line breaks becomes a
/// space; text that is not UTF-8 is read as Latin-1.
std::string cleanedName(std::string_view text);

}  // namespace ballast
