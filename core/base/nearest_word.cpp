#include "core/base/nearest_word.h"

#include <algorithm>

namespace ballast {
namespace {

std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1])});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace

std::string nearestWord(std::string_view word, const std::vector<std::string>& known) {
    std::string nearest;
    std::size_t best = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string& candidate : known) {
        const std::size_t distance = editDistance(word, candidate);
        if (distance < best) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

std::string unknownKey(const std::string& key, const std::vector<std::string>& known) {
    const std::string nearest = nearestWord(key, known);
    std::string text = "unknown key \"" + key + "\"";
    if (!nearest.empty()) return text + "; did you mean \"" + nearest + "\"?";
    text += "; known here: ";
    for (const std::string& word : known) text += (&word == &known.front() ? "" : ", ") + word;
    return text;
}

}  // namespace ballast
