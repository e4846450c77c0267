#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// A number as it was printed, and how far the true one may be from it: half of the last digit.
struct PrintedNumber {
    double value = 0.0;
    double error = 0.0;
};

/// Of "0.02000" or "1.0e-02".
PrintedNumber printedNumber(std::string_view text);

/// The learning rate that the log printed for an epoch.
struct PrintedRate {
    int epoch = 0;
    PrintedNumber number;
};

/// What args.txt lets one expect of the learning rates.
struct ExpectedRates {
    double base = 0.1;
    int warmup_epochs = 5;
};

/// What printed rates must be multiplied with: LDAM-DRW and its descendants print a tenth of the
/// rate, VS-Loss the rate itself. That is told from which of the two rises to the base rate in the
/// warm-up, stays there, and drops to a hundredth and a ten-thousandth of it as all of this code
/// does, and never exceeds it; `said` is what was found. A tenth where the log shows neither.
struct RateScale {
    double factor = 10.0;
    std::string said;
};
RateScale rateScale(std::span<const PrintedRate> printed, const ExpectedRates& expected);

}  // namespace ballast
