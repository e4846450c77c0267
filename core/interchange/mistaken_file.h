#pragma once

#include <string>
#include <string_view>

namespace ballast {

/// What a file really is that was downloaded or copied in place of the one that is wanted, and what
/// to do about it, as the end of a sentence that begins with its name: "is a web page (HTML), …".
/// Empty for anything else.
std::string mistakenFor(std::string_view content);

}  // namespace ballast
