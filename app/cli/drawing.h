#pragma once

#include <filesystem>
#include <string>

namespace ballast {

/// Draws a figure's description, as the output's ending says, by the window's program, which lies
/// beside this one and needs no screen. Returns false where it is not installed. Throws ConfigError
/// or StorageError where it fails; it has then said why on standard error.
bool drawFigure(const std::filesystem::path& description, const std::filesystem::path& workspace,
                const std::string& set, const std::string& style,
                const std::filesystem::path& output);

/// What to say where it is not.
inline constexpr const char* kNoDrawing =
    "drawing needs the window's program, ballast, which is not installed beside ballast-cli "
    "(Debian: qt6-base-dev, qt6-svg-dev and libqcustomplot-dev before building)";

}  // namespace ballast
