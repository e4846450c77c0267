#pragma once

#include <string>
#include <string_view>

namespace ballast {

/// A label of ours as LaTeX: symbols and their indices as mathematics, what is special there
/// escaped.
///
///     "α ∝ π^−ν from T₀ on, in %"    →  "$\alpha \propto \pi^{-\nu}$ from $T_0$ on, in \%"
///     "B_y(f)"                       →  "$B_y(f)$"
///
/// A Latin letter is a symbol where it stands alone and has an index; "lr_factor" is a word.
std::string typesetLabel(std::string_view text);

}  // namespace ballast
