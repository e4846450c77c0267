#include "core/cluster/job_request.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "core/base/error.h"

namespace ballast {
namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kMostSeconds = 366 * kDay;

/// Numbers between the colons; empty where one is none.
std::vector<std::int64_t> numbersOf(const std::string& text) {
    std::vector<std::int64_t> numbers{0};
    bool digit = false;
    for (const char c : text) {
        if (c >= '0' && c <= '9' && numbers.back() < 1'000'000) {
            numbers.back() = 10 * numbers.back() + (c - '0');
            digit = true;
        } else if (c == ':' && digit) {
            numbers.push_back(0);
            digit = false;
        } else {
            return {};
        }
    }
    if (!digit) numbers.clear();
    return numbers;
}

}  // namespace

std::int64_t timeLimitSeconds(const std::string& text) {
    const auto refuse = [&](const std::string& what) {
        return ConfigError("--time: \"" + text + "\" " + what +
                           "; allowed: MINUTES, MINUTES:SECONDS, HOURS:MINUTES:SECONDS, "
                           "DAYS-HOURS, DAYS-HOURS:MINUTES, DAYS-HOURS:MINUTES:SECONDS, e.g. 90, "
                           "12:00:00 or 1-12");
    };
    const std::size_t dash = text.find('-');
    const bool with_days = dash != std::string::npos;
    const std::vector<std::int64_t> days =
        with_days ? numbersOf(text.substr(0, dash)) : std::vector<std::int64_t>{0};
    const std::vector<std::int64_t> rest = numbersOf(with_days ? text.substr(dash + 1) : text);
    if (days.size() != 1 || rest.empty() || rest.size() > 3) throw refuse("is no time limit");
    // With days the first number is hours, without it is hours only where there are three.
    const std::size_t first = with_days ? 0 : rest.size() == 3 ? 0 : 1;
    std::int64_t units[3] = {0, 0, 0};
    for (std::size_t i = 0; i < rest.size(); ++i) units[first + i] = rest[i];
    if ((with_days || first == 0) && (units[1] > 59 || (with_days && units[0] > 23))) {
        throw refuse("has an hour or minute that there is not");
    }
    if (units[2] > 59) throw refuse("has a second that there is not");
    const std::int64_t seconds = days[0] * kDay + units[0] * kHour + units[1] * kMinute + units[2];
    if (seconds < kMinute) throw refuse("is less than a minute");
    if (seconds > kMostSeconds) throw refuse("is more than a year");
    return seconds;
}

std::string timeLimitText(std::int64_t seconds) {
    const std::int64_t minutes = (seconds + kMinute - 1) / kMinute;
    char text[48];
    const int hours = static_cast<int>(minutes / 60 % 24);
    const int rest = static_cast<int>(minutes % 60);
    if (const std::int64_t days = minutes / (24 * 60); days > 0) {
        std::snprintf(text, sizeof text, "%d-%02d:%02d:00", static_cast<int>(days), hours, rest);
    } else {
        std::snprintf(text, sizeof text, "%02d:%02d:00", hours, rest);
    }
    return text;
}

std::int64_t memoryMebibytes(const std::string& text) {
    std::string digits = text;
    std::int64_t unit = 1;
    if (!digits.empty()) {
        switch (digits.back()) {
            case 'M':
            case 'm':
                digits.pop_back();
                break;
            case 'G':
            case 'g':
                unit = 1024;
                digits.pop_back();
                break;
            case 'T':
            case 't':
                unit = 1024 * 1024;
                digits.pop_back();
                break;
            default:
                break;
        }
    }
    const std::vector<std::int64_t> numbers = numbersOf(digits);
    if (numbers.size() != 1 || numbers[0] == 0) {
        throw ConfigError("--memory-per-run: \"" + text +
                          "\" is no amount of memory; allowed: a whole number above 0 and M, G or "
                          "T, e.g. 1500M or 4G; without a letter it is MiB");
    }
    return numbers[0] * unit;
}

int warningSeconds(const JobRequest& request) {
    if (request.seconds == 0) return 120;
    return static_cast<int>(std::clamp<std::int64_t>(request.seconds / 5, 30, 120));
}

void requirePartitionName(const std::string& name) {
    const bool good = !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == ',';
    });
    if (!good) {
        throw ConfigError(
            "--partition: \"" + name +
            "\" is no name of a partition; allowed: letters, digits, _ - . and commas "
            "between several");
    }
}

}  // namespace ballast
