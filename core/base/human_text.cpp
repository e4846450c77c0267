#include "core/base/human_text.h"

#include <algorithm>
#include <charconv>
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

std::string padded(std::string_view text, std::size_t characters) {
    std::string wide(text);
    const auto there = static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;  // not a further byte of one
    }));
    if (there < characters) wide.append(characters - there, ' ');
    return wide;
}

bool naturallyBefore(std::string_view a, std::string_view b) {
    const auto digit = [](std::string_view text) {
        return !text.empty() && text.front() >= '0' && text.front() <= '9';
    };
    std::string_view x = a;
    std::string_view y = b;
    while (!x.empty() && !y.empty()) {
        if (digit(x) && digit(y)) {
            double of_x = 0.0;
            double of_y = 0.0;
            const auto read = [](std::string_view& text, double& number) {
                const char* end = text.data() + text.size();
                const char* after =
                    std::from_chars(text.data(), end, number, std::chars_format::fixed).ptr;
                text.remove_prefix(static_cast<std::size_t>(after - text.data()));
            };
            read(x, of_x);
            read(y, of_y);
            if (of_x != of_y) return of_x < of_y;
        } else {
            if (x.front() != y.front()) {
                return static_cast<unsigned char>(x.front()) <
                       static_cast<unsigned char>(y.front());
            }
            x.remove_prefix(1);
            y.remove_prefix(1);
        }
    }
    if (x.empty() != y.empty()) return x.empty();
    return a < b;  // "1" and "1.0"
}

std::string groupedText(std::int64_t number) {
    std::string text = std::to_string(number);
    const std::ptrdiff_t first_digit = number < 0 ? 1 : 0;
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > first_digit; at -= 3) {
        text.insert(static_cast<std::size_t>(at), 1, ',');
    }
    return text;
}

}  // namespace ballast
