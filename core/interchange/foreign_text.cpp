#include "core/interchange/foreign_text.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/interchange/mistaken_file.h"

namespace ballast {

std::string readForeignText(const std::filesystem::path& file, std::vector<std::string>& notes) {
    std::string text;
    try {
        text = readFile(file);
    } catch (const StorageError& error) {
        throw DataError(error.what());
    }
    if (const std::string mistaken = mistakenFor(text); !mistaken.empty()) {
        throw DataError(file.string() + " " + mistaken);
    }
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
        throw DataError(file.string() + " is UTF-16 text; save it as UTF-8");
    }
    const auto at = invalidUtf8At(text);
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
    if (at) {
        notes.push_back(cleanedName(file.filename().string()) + " is not UTF-8, from its byte " +
                        std::to_string(*at) + " on; it was read as Latin-1");
        text = fromLatin1(text);
    }
    return text;
}

}  // namespace ballast
