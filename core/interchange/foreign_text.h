#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ballast {

/// A text that another program wrote, as UTF-8 without a byte-order mark. One that is not UTF-8 is
/// read as Latin-1, and `notes` get a line that names file and byte. Throws DataError naming the
/// file: missing, UTF-16, a web page in place of the text.
std::string readForeignText(const std::filesystem::path& file, std::vector<std::string>& notes);

}  // namespace ballast
