#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/analysis/figure_description.h"
#include "core/analysis/figure_style.h"

namespace ballast {

inline constexpr int kCapsuleFormat = 1;

/// A run that a figure shows.
struct CapsuleRun {
    std::string id;
    std::string config_hash;  // see configHash()
    bool operator==(const CapsuleRun&) const = default;
};

/// What an exported figure carries: what is drawn, from which runs, in which style. It is data and
/// runs nothing.
struct FigureCapsule {
    std::string version;  // of the Ballast that wrote it
    FigureDescription figure;
    FigureStyle style;
    std::vector<CapsuleRun> runs;
    bool operator==(const FigureCapsule&) const = default;
};

/// This version's.
FigureCapsule figureCapsule(const FigureDescription& figure, const FigureStyle& style,
                            std::vector<CapsuleRun> runs);

/// One line of JSON in ASCII, with a checksum over the rest.
std::string capsuleText(const FigureCapsule& capsule);

/// Reads such text. Throws naming `subject`: StorageError for a newer format; DamagedFileError for
/// what Ballast does not write, a changed text among it; ConfigError with its problems for a figure
/// or style that is not valid.
FigureCapsule capsuleFromText(std::string_view text, const std::string& subject);

}  // namespace ballast
