#include "core/analysis/typeset.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/results/table_text.h"

namespace ballast {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr Pair kLetters[] = {
    {"α", "\\alpha"}, {"β", "\\beta"},  {"γ", "\\gamma"}, {"δ", "\\delta"}, {"ε", "\\epsilon"},
    {"ζ", "\\zeta"},  {"η", "\\eta"},   {"θ", "\\theta"}, {"κ", "\\kappa"}, {"λ", "\\lambda"},
    {"μ", "\\mu"},    {"µ", "\\mu"},    {"ν", "\\nu"},    {"π", "\\pi"},    {"ρ", "\\rho"},
    {"σ", "\\sigma"}, {"τ", "\\tau"},   {"φ", "\\phi"},   {"ω", "\\omega"}, {"Γ", "\\Gamma"},
    {"Δ", "\\Delta"}, {"Σ", "\\Sigma"}, {"Φ", "\\Phi"},   {"Ω", "\\Omega"}, {"ℓ", "\\ell"},
    {"∞", "\\infty"},
};
constexpr Pair kOperators[] = {
    {"∝", "\\propto"}, {"−", "-"},     {"±", "\\pm"},   {"×", "\\times"},  {"·", "\\cdot"},
    {"≤", "\\leq"},    {"≥", "\\geq"}, {"≠", "\\neq"},  {"≈", "\\approx"}, {"→", "\\to"},
    {"∈", "\\in"},     {"‖", "\\|"},   {"√", "\\surd"},
};
constexpr Pair kIndices[] = {
    {"₀", "_0"}, {"₁", "_1"}, {"₂", "_2"}, {"₃", "_3"},     {"₄", "_4"}, {"₅", "_5"}, {"₆", "_6"},
    {"₇", "_7"}, {"₈", "_8"}, {"₉", "_9"}, {"⁻¹", "^{-1}"}, {"¹", "^1"}, {"²", "^2"}, {"³", "^3"},
};
constexpr Pair kWords[] = {{"–", "--"}, {"—", "---"}, {"…", "\\ldots{}"}, {"“", "``"}, {"”", "''"}};
constexpr std::string_view kHat = "\u0302";

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool isDecimal(char c) {
    return c >= '0' && c <= '9';
}

/// Reads a label from its front to its end.
class Typesetter {
public:
    explicit Typesetter(std::string_view text) : rest_(text) {}

    std::string typeset() {
        std::string made;
        while (!rest_.empty()) {
            const std::string symbol = formula();
            made += symbol.empty() ? word() : "$" + symbol + "$";
        }
        return made;
    }

private:
    bool take(std::string_view front) {
        if (!rest_.starts_with(front)) return false;
        rest_.remove_prefix(front.size());
        return true;
    }

    template<std::size_t N>
    std::string_view takeOf(const Pair (&table)[N]) {
        for (const auto& [symbol, typeset] : table) {
            if (take(symbol)) return typeset;
        }
        return {};
    }

    /// Symbols and operators with nothing but spaces between them; "" where none is in front.
    std::string formula() {
        std::string made = piece();
        while (!made.empty()) {
            const std::string_view before = rest_;
            std::string spaces;
            while (take(" ")) spaces = " ";
            after_word_ = false;
            const std::string next = piece();
            if (next.empty()) {
                rest_ = before;
                break;
            }
            // "\pi v" without a space would be another command.
            made += (spaces.empty() && isLetter(next.front()) ? " " : spaces) + next;
        }
        if (!made.empty()) after_word_ = false;
        return made;
    }

    std::string piece() {
        if (const std::string_view sign = takeOf(kOperators); !sign.empty()) {
            return std::string(sign);
        }
        std::string made(takeOf(kLetters));
        if (!made.empty()) {
            if (take(kHat)) made = "\\hat{" + made + "}";
            return made + indices();
        }
        return latinSymbol();
    }

    /// A letter that stands alone and has an index; "T0" has one too.
    std::string latinSymbol() {
        if (after_word_ || rest_.size() < 2 || !isLetter(rest_[0])) return {};
        const std::string_view before = rest_;
        std::string made(1, rest_[0]);
        rest_.remove_prefix(1);
        if (made == "T" && rest_[0] == '0' && (rest_.size() == 1 || !isDecimal(rest_[1]))) {
            rest_.remove_prefix(1);
            if (rest_.empty() || !isLetter(rest_[0])) return "T_0";
        } else if (const std::string index = indices(); !index.empty()) {
            return made + index;
        }
        rest_ = before;
        return {};
    }

    /// Indices and exponents in front, and an argument of one letter: "_y(f)".
    std::string indices() {
        std::string made;
        for (;;) {
            if (const std::string_view index = takeOf(kIndices); !index.empty()) {
                made += index;
                continue;
            }
            const bool below = rest_.starts_with('_');
            if (!below && !rest_.starts_with('^')) break;
            const std::string_view before = rest_;
            rest_.remove_prefix(1);
            const std::string raised = raisedOrLowered();
            if (raised.empty()) {
                rest_ = before;
                break;
            }
            made += below ? '_' : '^';
            made += raised.size() == 1 ? raised : "{" + raised + "}";
        }
        if (!made.empty() && rest_.size() >= 3 && rest_[0] == '(' && isLetter(rest_[1]) &&
            rest_[2] == ')') {
            made += rest_.substr(0, 3);
            rest_.remove_prefix(3);
        }
        return made;
    }

    std::string raisedOrLowered() {
        if (rest_.starts_with('(')) {
            const std::size_t end = rest_.find(')');
            if (end == std::string_view::npos) return {};
            Typesetter inner(rest_.substr(1, end - 1));
            std::string made = inner.formula();
            if (made.empty() || !inner.rest_.empty()) return {};
            rest_.remove_prefix(end + 1);
            return made;
        }
        std::string made;
        if (take("−") || take("-")) made = "-";
        if (const std::string_view letter = takeOf(kLetters); !letter.empty()) {
            return made + std::string(letter);
        }
        std::size_t length = 0;
        while (length < rest_.size() && isDecimal(rest_[length])) ++length;
        if (length == 0) {
            while (length < rest_.size() && isLetter(rest_[length])) ++length;
        }
        if (length == 0) return {};
        const std::string run(rest_.substr(0, length));
        rest_.remove_prefix(length);
        return made + (length == 1 || isDecimal(run[0]) ? run : "\\mathrm{" + run + "}");
    }

    /// One character that is no symbol.
    std::string word() {
        if (const std::string_view sign = takeOf(kWords); !sign.empty()) {
            after_word_ = false;
            return std::string(sign);
        }
        if (const std::string_view index = takeOf(kIndices); !index.empty()) {
            return "$" + std::string(index) + "$";
        }
        std::size_t size = 1;
        while (size < rest_.size() && (rest_[size] & 0xc0) == 0x80) ++size;
        const std::string_view one = rest_.substr(0, size);
        rest_.remove_prefix(size);
        after_word_ = isLetter(one[0]) || isDecimal(one[0]) || size > 1;
        return escaped(one, TableFormat::latex);
    }

    std::string_view rest_;
    bool after_word_ = false;  // a letter, a digit or foreign text stands before
};

}  // namespace

std::string typesetLabel(std::string_view text) {
    return Typesetter(text).typeset();
}

}  // namespace ballast
