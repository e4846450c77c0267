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
constexpr Pair kWords[] = {{"–", "--"}, {"—", "---"}, {"…", "\\ldots{}"}, {"“", "``"}, {"”", "''"}};
constexpr std::string_view kAccents[] = {"\u0302", "\u0303"};  // hat and tilde, above the letter
constexpr std::string_view kAccentCommands[] = {"\\hat", "\\tilde"};

/// An index or exponent that is one character, and what it stands for.
struct IndexCharacter {
    std::string_view character;
    bool below;
    std::string_view text;
};
constexpr IndexCharacter kIndices[] = {
    {"₀", true, "0"},    {"₁", true, "1"},  {"₂", true, "2"},  {"₃", true, "3"}, {"₄", true, "4"},
    {"₅", true, "5"},    {"₆", true, "6"},  {"₇", true, "7"},  {"₈", true, "8"}, {"₉", true, "9"},
    {"⁻¹", false, "−1"}, {"¹", false, "1"}, {"²", false, "2"}, {"³", false, "3"}};

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool isDecimal(char c) {
    return c >= '0' && c <= '9';
}

LabelPart symbol(std::string_view text) {
    return {std::string(text), true, {}, {}};
}

/// Reads a label from its front to its end.
class LabelReader {
public:
    explicit LabelReader(std::string_view label) : rest_(label) {}

    std::vector<LabelPart> parts() {
        std::vector<LabelPart> made;
        while (!rest_.empty()) {
            if (addFormula(made)) continue;
            LabelPart next = word();
            const bool joins = !next.formula && !made.empty() && !made.back().formula;
            if (joins) {
                made.back().text += next.text;
            } else {
                made.push_back(std::move(next));
            }
        }
        return made;
    }

private:
    bool take(std::string_view front) {
        if (!rest_.starts_with(front)) return false;
        rest_.remove_prefix(front.size());
        return true;
    }

    /// The first of the table that is in front; "" where none is.
    template<std::size_t N>
    std::string_view takeOf(const Pair (&table)[N]) {
        for (const auto& [written, typeset] : table) {
            if (take(written)) return written;
        }
        return {};
    }

    const IndexCharacter* takeIndex() {
        for (const IndexCharacter& index : kIndices) {
            if (take(index.character)) return &index;
        }
        return nullptr;
    }

    /// Symbols and operators with nothing but spaces between them; false where none is in front.
    bool addFormula(std::vector<LabelPart>& made) {
        if (!addPiece(made)) return false;
        for (;;) {
            const std::string_view before = rest_;
            bool space = false;
            while (take(" ")) space = true;
            after_word_ = false;
            const std::size_t size = made.size();
            if (space) made.push_back(symbol(" "));
            if (addPiece(made)) continue;
            made.resize(size);
            rest_ = before;
            break;
        }
        after_word_ = false;
        return true;
    }

    bool addPiece(std::vector<LabelPart>& made) {
        if (const std::string_view sign = takeOf(kOperators); !sign.empty()) {
            made.push_back(symbol(sign));
            return true;
        }
        if (const std::string_view letter = takeOf(kLetters); !letter.empty()) {
            LabelPart part = symbol(letter);
            for (const std::string_view mark : kAccents) {
                if (take(mark)) part.text += mark;
            }
            takeIndices(part);
            addWithArgument(made, std::move(part));
            return true;
        }
        return addFunction(made) || addLatinSymbol(made);
    }

    /// "softmax_y"
    bool addFunction(std::vector<LabelPart>& made) {
        constexpr std::string_view kSoftmax = "softmax";
        if (after_word_ || !rest_.starts_with(kSoftmax)) return false;
        const std::string_view before = rest_;
        take(kSoftmax);
        LabelPart part = symbol(kSoftmax);
        if (takeIndices(part)) {
            made.push_back(std::move(part));
            return true;
        }
        rest_ = before;
        return false;
    }

    /// A letter that stands alone and has an index; "T0" has one too.
    bool addLatinSymbol(std::vector<LabelPart>& made) {
        if (after_word_ || rest_.size() < 2 || !isLetter(rest_[0])) return false;
        const std::string_view before = rest_;
        LabelPart part = symbol(rest_.substr(0, 1));
        rest_.remove_prefix(1);
        if (part.text == "T" && rest_[0] == '0' && (rest_.size() == 1 || !isDecimal(rest_[1]))) {
            rest_.remove_prefix(1);
            if (rest_.empty() || !isLetter(rest_[0])) {
                part.below.push_back(symbol("0"));
                made.push_back(std::move(part));
                return true;
            }
        } else if (takeIndices(part)) {
            addWithArgument(made, std::move(part));
            return true;
        }
        rest_ = before;
        return false;
    }

    /// The symbol, and an argument of one letter in front if it has indices: "_y(f)".
    void addWithArgument(std::vector<LabelPart>& made, LabelPart part) {
        const bool indexed = !part.below.empty() || !part.above.empty();
        made.push_back(std::move(part));
        if (indexed && rest_.size() >= 3 && rest_[0] == '(' && isLetter(rest_[1]) &&
            rest_[2] == ')') {
            made.push_back(symbol(rest_.substr(0, 3)));
            rest_.remove_prefix(3);
        }
    }

    /// The indices and exponents in front; whether there are any.
    bool takeIndices(LabelPart& part) {
        bool any = false;
        for (;; any = true) {
            if (const IndexCharacter* index = takeIndex()) {
                (index->below ? part.below : part.above).push_back(symbol(index->text));
                continue;
            }
            const bool below = rest_.starts_with('_');
            if (!below && !rest_.starts_with('^')) return any;
            const std::string_view before = rest_;
            rest_.remove_prefix(1);
            const std::vector<LabelPart> script = raisedOrLowered();
            if (script.empty()) {
                rest_ = before;
                return any;
            }
            std::vector<LabelPart>& place = below ? part.below : part.above;
            place.insert(place.end(), script.begin(), script.end());
        }
    }

    std::vector<LabelPart> raisedOrLowered() {
        std::vector<LabelPart> made;
        if (rest_.starts_with('(')) {
            const std::size_t end = rest_.find(')');
            if (end == std::string_view::npos) return {};
            LabelReader inner(rest_.substr(1, end - 1));
            if (!inner.addFormula(made) || !inner.rest_.empty()) return {};
            rest_.remove_prefix(end + 1);
            return made;
        }
        if (take("−") || take("-")) made.push_back(symbol("−"));
        if (const std::string_view letter = takeOf(kLetters); !letter.empty()) {
            made.push_back(symbol(letter));
            return made;
        }
        std::size_t length = 0;
        while (length < rest_.size() && isDecimal(rest_[length])) ++length;
        if (length == 0) {
            while (length < rest_.size() && isLetter(rest_[length])) ++length;
        }
        if (length == 0) return {};
        made.push_back(symbol(rest_.substr(0, length)));
        rest_.remove_prefix(length);
        return made;
    }

    /// One character that is no symbol.
    LabelPart word() {
        if (const std::string_view sign = takeOf(kWords); !sign.empty()) {
            after_word_ = false;
            return {std::string(sign), false, {}, {}};
        }
        if (const IndexCharacter* index = takeIndex()) {
            LabelPart part = symbol("");
            (index->below ? part.below : part.above).push_back(symbol(index->text));
            return part;
        }
        std::size_t size = 1;
        while (size < rest_.size() && (rest_[size] & 0xc0) == 0x80) ++size;
        const std::string_view one = rest_.substr(0, size);
        rest_.remove_prefix(size);
        after_word_ = isLetter(one[0]) || isDecimal(one[0]) || size > 1;
        return {std::string(one), false, {}, {}};
    }

    std::string_view rest_;
    bool after_word_ = false;  // a letter, a digit or foreign text stands before
};

template<std::size_t N>
std::string_view commandOf(std::string_view written, const Pair (&table)[N]) {
    const auto* found = std::ranges::find(table, written, &Pair::first);
    return found == std::end(table) ? std::string_view() : found->second;
}

/// A symbol without its indices. Several letters are a word.
std::string latexSymbol(std::string_view text) {
    for (std::size_t mark = 0; mark < std::size(kAccents); ++mark) {
        if (text.ends_with(kAccents[mark])) {
            const std::string_view marked = text.substr(0, text.size() - kAccents[mark].size());
            return std::string(kAccentCommands[mark]) + "{" + latexSymbol(marked) + "}";
        }
    }
    for (const std::string_view command :
         {commandOf(text, kLetters), commandOf(text, kOperators)}) {
        if (!command.empty()) return std::string(command);
    }
    if (text.starts_with("−")) return "-" + std::string(text.substr(std::string_view("−").size()));
    const bool is_word = text.size() > 1 && isLetter(text[0]);
    return is_word ? "\\mathrm{" + std::string(text) + "}" : std::string(text);
}

std::string latexFormula(const std::vector<LabelPart>& parts);

void addScript(std::string& made, char sign, const std::vector<LabelPart>& script) {
    if (script.empty()) return;
    const std::string inner = latexFormula(script);
    made += sign;
    made += inner.size() == 1 ? inner : "{" + inner + "}";
}

std::string latexFormula(const std::vector<LabelPart>& parts) {
    std::string made;
    for (const LabelPart& part : parts) {
        const std::string next = latexSymbol(part.text);
        // "\pi v" without a space would be another command.
        const bool command_ends =
            made.find_last_of('\\') != std::string::npos &&
            std::ranges::all_of(made.substr(made.find_last_of('\\') + 1), isLetter);
        if (command_ends && !next.empty() && isLetter(next.front())) made += ' ';
        made += next;
        addScript(made, '_', part.below);
        addScript(made, '^', part.above);
    }
    return made;
}

std::string latexWords(std::string_view text) {
    std::string made;
    while (!text.empty()) {
        std::size_t size = 1;
        while (size < text.size() && (text[size] & 0xc0) == 0x80) ++size;
        const std::string_view one = text.substr(0, size);
        const std::string_view command = commandOf(one, kWords);
        made += command.empty() ? escaped(one, TableFormat::latex) : std::string(command);
        text.remove_prefix(size);
    }
    return made;
}

}  // namespace

std::vector<LabelPart> labelParts(std::string_view label) {
    return LabelReader(label).parts();
}

std::string typesetLabel(std::string_view label) {
    const std::vector<LabelPart> parts = labelParts(label);
    std::string made;
    for (auto part = parts.begin(); part != parts.end();) {
        if (!part->formula) {
            made += latexWords((part++)->text);
            continue;
        }
        const auto end =
            std::find_if(part, parts.end(), [](const LabelPart& p) { return !p.formula; });
        made += "$" + latexFormula({part, end}) + "$";
        part = end;
    }
    return made;
}

}  // namespace ballast
