#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// A preset's method taken apart: BASE[+TLA][+RW|+DRW|+ADRW|+Auto-ADRW|+Auto-LA|+None][+SAM].
struct PresetMethod {
    std::string base;
    bool tla = false;
    std::string weighting;  // "" | RW | DRW | ADRW | Auto-ADRW | Auto-LA
    bool sam = false;

    std::string name() const;
    /// cRT, LWS, tau-norm, NCM, WB, their plain forms, DisAlign and MiSLAS: a second stage after
    /// the first.
    bool isSecondStage() const;
};

bool isSecondStage(std::string_view base);

/// Reads a method's name, in any case; "Algorithm 1" is VS+TLA+ADRW, "Balanced Softmax" LA. Throws
/// ConfigError naming the unknown part and the nearest known.
PresetMethod methodNamed(const std::string& name);

/// Throws ConfigError: unknown `what` "word"; the nearest of `known`, and all of them.
[[noreturn]] void throwUnknown(const std::string& what, const std::string& word,
                               const std::vector<std::string>& known);

}  // namespace ballast
