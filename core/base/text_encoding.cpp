#include "core/base/text_encoding.h"

#include <algorithm>
#include <cstdint>

namespace ballast {
namespace {

/// The character at `at` and its bytes; 0 bytes where it is not UTF-8.
struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 0;
};

Character characterAt(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::uint32_t first = byte(at);
    if (first < 0x80) return {first, 1};
    const std::size_t bytes = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (bytes == 0 || first > 0xf4 || text.size() - at < bytes) return {};
    std::uint32_t code = first & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(at + i) & 0xc0U) != 0x80U) return {};
        code = code << 6 | (byte(at + i) & 0x3fU);
    }
    const bool overlong = code < (bytes == 3 ? 0x800U : bytes == 4 ? 0x10000U : 0x80U);
    const bool surrogate = code >= 0xd800 && code < 0xe000;
    if (overlong || surrogate || code > 0x10ffff) return {};
    return {code, bytes};
}

bool isControl(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
}

}  // namespace

std::optional<std::size_t> invalidUtf8At(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        if (character.bytes == 0) return at;
        at += character.bytes;
    }
    return std::nullopt;
}

std::string fromLatin1(std::string_view text) {
    std::string utf8;
    utf8.reserve(text.size());
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            utf8 += c;
        } else {
            utf8 += static_cast<char>(0xc0 | byte >> 6);
            utf8 += static_cast<char>(0x80 | (byte & 0x3f));
        }
    }
    return utf8;
}

std::string asUtf8(std::string_view text) {
    std::string utf8;
    while (const auto at = invalidUtf8At(text)) {
        utf8 += text.substr(0, *at);
        utf8 += fromLatin1(text.substr(*at, 1));
        text.remove_prefix(*at + 1);
    }
    return utf8 += text;
}

std::string_view beginningOf(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) --bytes;
    return text.substr(0, bytes);
}

bool hasControls(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        if (isControl(character.code)) return true;
        at += std::max<std::size_t>(1, character.bytes);
    }
    return false;
}

std::string cleanedName(std::string_view text) {
    if (invalidUtf8At(text)) return cleanedName(fromLatin1(text));
    std::string name;
    bool space = false;
    for (std::size_t at = 0; at < text.size();) {
        const Character character = characterAt(text, at);
        if (isControl(character.code)) {
            space = true;
        } else {
            if (space && !name.empty()) name += ' ';
            space = false;
            name += text.substr(at, character.bytes);
        }
        at += character.bytes;
    }
    return name;
}

}  // namespace ballast
