#include "core/base/human_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace ballast {

std::string sizeText(std::int64_t bytes) {
    const double mebibytes = static_cast<double>(bytes) / (1024.0 * 1024.0);
    char text[40];
    if (mebibytes < 1024.0) {
        std::snprintf(text, sizeof text, "%.1f MiB", mebibytes);
    } else {
        std::snprintf(text, sizeof text, "%.2f GiB", mebibytes / 1024.0);
    }
    return text;
}

std::string durationInWords(double seconds) {
    const auto whole = static_cast<long long>(std::llround(std::max(0.0, seconds)));
    char text[64];
    if (whole >= 3600) {
        std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole % 3600 / 60);
    } else if (whole >= 60) {
        std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
    } else {
        std::snprintf(text, sizeof text, "%lld s", whole);
    }
    return text;
}

std::string estimateInWords(double seconds) {
    const auto whole = static_cast<long long>(std::llround(std::max(0.0, seconds)));
    if (whole < 60) return std::to_string(whole) + " s";
    const long long minutes = (whole + 30) / 60;
    if (minutes < 60) return std::to_string(minutes) + " min";
    if (minutes < 60 * 24) {
        const long long tens = (minutes + 5) / 10 * 10;
        const std::string hours = std::to_string(tens / 60) + " h";
        return tens % 60 == 0 ? hours : hours + " " + std::to_string(tens % 60) + " min";
    }
    const long long hours = (minutes + 30) / 60;
    if (hours < 72) return std::to_string(hours) + " h";
    return std::to_string((hours + 12) / 24) + " days";
}

std::string groupedText(std::int64_t number) {
    std::string text = std::to_string(number);
    const std::ptrdiff_t first_digit = number < 0 ? 1 : 0;
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > first_digit; at -= 3) {
        text.insert(static_cast<std::size_t>(at), 1, ',');
    }
    return text;
}

namespace {

/// How many bytes at the start of `text` are a control character; 0: none.
std::size_t controlBytes(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    if (byte(0) < 0x20 || byte(0) == 0x7f) return 1;
    if (byte(0) == 0xc2 && byte(1) >= 0x80 && byte(1) < 0xa0) return 2;
    if (byte(0) == 0xe2 && byte(1) == 0x80 && (byte(2) == 0xa8 || byte(2) == 0xa9)) return 3;
    return 0;
}

/// How many bytes the character at the start of `text` has; 0: they are not UTF-8.
std::size_t characterBytes(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t bytes = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (bytes == 0 || first > 0xf4) return 0;
    for (std::size_t i = 1; i < bytes; ++i) {
        if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
    }
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool no_character =  // half of a pair of UTF-16, or beyond the last
        (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
    return overlong || no_character ? 0 : bytes;
}

}  // namespace

bool hasControls(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (controlBytes(text.substr(i)) > 0) return true;
    }
    return false;
}

std::string withoutControls(std::string_view text) {
    std::string clean;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t bytes = controlBytes(text.substr(i));
        clean += bytes > 0 ? ' ' : text[i];
        i += bytes > 0 ? bytes : 1;
    }
    return clean;
}

bool isUtf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t bytes = characterBytes(text);
        if (bytes == 0) return false;
        text.remove_prefix(bytes);
    }
    return true;
}

std::string asUtf8(std::string_view text) {
    std::string clean;
    while (!text.empty()) {
        const std::size_t bytes = characterBytes(text);
        clean += bytes == 0 ? "?" : std::string(text.substr(0, bytes));
        text.remove_prefix(bytes == 0 ? 1 : bytes);
    }
    return clean;
}

}  // namespace ballast
