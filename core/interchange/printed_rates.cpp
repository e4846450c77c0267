#include "core/interchange/printed_rates.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace ballast {
namespace {

constexpr double kTenth = 10.0;
constexpr double kAsPrinted = 1.0;

bool near(double value, double wanted, double error) {
    return std::abs(value - wanted) <= 1.001 * error + 1e-6 * std::abs(wanted);
}

/// Whether the rate of an epoch is one that this code has then.
bool isExpected(int epoch, double rate, double error, const ExpectedRates& expected) {
    if (near(rate, expected.base, error)) return true;
    if (epoch < expected.warmup_epochs) {
        return near(rate, expected.base * (epoch + 1) / expected.warmup_epochs, error);
    }
    return near(rate, expected.base * 1e-2, error) || near(rate, expected.base * 1e-4, error);
}

struct Fit {
    bool exceeds = false;
    int matches = 0;
};

Fit fitOf(std::span<const PrintedRate> printed, double factor, const ExpectedRates& expected) {
    Fit fit;
    for (const PrintedRate& rate : printed) {
        const double value = factor * rate.number.value;
        const double error = factor * rate.number.error;
        if (value <= error) continue;  // rounded to nothing
        fit.exceeds = fit.exceeds || value - error > 1.001 * expected.base;
        if (isExpected(rate.epoch, value, error, expected)) ++fit.matches;
    }
    return fit;
}

}  // namespace

PrintedNumber printedNumber(std::string_view text) {
    PrintedNumber number;
    std::from_chars(text.data(), text.data() + text.size(), number.value);
    const std::size_t e = text.find_first_of("eE");
    int exponent = 0;
    if (e != std::string_view::npos) {
        std::string_view digits = text.substr(e + 1);
        if (digits.starts_with('+')) digits.remove_prefix(1);
        std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    }
    const std::string_view mantissa = text.substr(0, e);
    const std::size_t point = mantissa.find('.');
    const auto decimals =
        point == std::string_view::npos ? 0 : static_cast<int>(mantissa.size() - point - 1);
    number.error = 0.5 * std::pow(10.0, exponent - decimals);
    return number;
}

RateScale rateScale(std::span<const PrintedRate> printed, const ExpectedRates& expected) {
    char base[32];
    std::snprintf(base, sizeof base, "%g", expected.base);
    if (printed.empty()) return {kTenth, "the log prints no learning rates"};
    const Fit tenth = fitOf(printed, kTenth, expected);
    const Fit plain = fitOf(printed, kAsPrinted, expected);
    const bool decided = tenth.exceeds != plain.exceeds;
    if (!decided && tenth.matches == plain.matches) {
        return {kTenth, std::string("whether the log prints learning rates or a tenth of them does "
                                    "not show against lr=") +
                            base + "; a tenth is assumed, as in the authors' code"};
    }
    if (decided ? tenth.exceeds : plain.matches > tenth.matches) {
        return {kAsPrinted,
                std::string("the learning rates are taken as the log prints them, which fits lr=") +
                    base};
    }
    return {
        kTenth,
        std::string("the learning rates are ten times what the log prints, which fits lr=") + base};
}

}  // namespace ballast
