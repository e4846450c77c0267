#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/analysis/figure_capsule.h"

namespace ballast {

// Where a figure's file carries its capsule's text (capsuleText): a PNG in a chunk tEXt named
// "ballast-figure", an SVG in its <metadata>, a PDF in its XMP packet, which stands uncompressed.

/// The PNG with the text in it.
std::string pngWithCapsule(const std::string& png, std::string_view text);

/// The SVG with the text in it.
std::string svgWithCapsule(const std::string& svg, std::string_view text);

/// An XMP packet for a PDF that holds the text and the figure's title.
std::string capsuleXmp(std::string_view text, std::string_view title);

/// Whether the file's name ends as that of a format that carries capsules.
bool mayCarryCapsule(const std::filesystem::path& file);

/// The capsule of a PDF, SVG or PNG, which its first bytes tell, not its name. Reads up to 256 MB,
/// and runs nothing. Throws ConfigError where the file is none of these or carries no capsule, what
/// capsuleFromText() throws, DamagedFileError, and StorageError where the file cannot be read.
FigureCapsule readCapsule(const std::filesystem::path& file);

/// The same of a file's bytes; `name` is said of it.
FigureCapsule capsuleIn(std::string_view bytes, const std::string& name);

}  // namespace ballast
