#pragma once

#include <string>
#include <vector>

namespace ballast {

/// Names with dots in them as a person takes them in: where all of `among` that begin alike are
/// meant, "layer1.*" stands for them. At most 30 such, then "and 12 more". `names` are some of
/// `among`, and keep their order.
std::string foldedNames(const std::vector<std::string>& names,
                        const std::vector<std::string>& among);

}  // namespace ballast
