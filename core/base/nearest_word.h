#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// The known word nearest to `word` (edit distance at most a third of its length, at least 2), or
/// "".
std::string nearestWord(std::string_view word, const std::vector<std::string>& known);

/// 'unknown key "lss"; did you mean "loss"?', or, where none is near, what is known.
std::string unknownKey(const std::string& key, const std::vector<std::string>& known);

}  // namespace ballast
