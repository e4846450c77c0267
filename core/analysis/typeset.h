#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// A symbol, a word or a space of a label, with the indices and exponents of a symbol.
struct LabelPart {
    std::string text;      // UTF-8, as it is written: "α", "κ̂", "(f)", "accuracy"
    bool formula = false;  // mathematics; else plain words
    std::vector<LabelPart> below;
    std::vector<LabelPart> above;
    bool operator==(const LabelPart&) const = default;
};

/// A label of ours taken apart, so that its symbols can be set as mathematics:
///
///     "α_y"       →  α, with y below
///     "π^−ν"      →  π, with − and ν above
///     "B_y(f)"    →  B, with y below; (f)
///
/// A Latin letter, and softmax, is a symbol where it stands alone and has an index; "lr_factor" is
/// a word. Any bytes are read.
std::vector<LabelPart> labelParts(std::string_view label);

/// The label as LaTeX: formulas between dollars, what is special there escaped.
///
///     "α ∝ π^−ν from T₀ on, in %"    →  "$\alpha \propto \pi^{-\nu}$ from $T_0$ on, in \%"
///     "B_y(f)"                       →  "$B_y(f)$"
std::string typesetLabel(std::string_view label);

}  // namespace ballast
