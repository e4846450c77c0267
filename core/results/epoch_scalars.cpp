#include "core/results/epoch_scalars.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/json_text.h"

namespace ballast {
namespace {

// Longer numbers and exponents of three digits are left to the JSON library, which refuses those
// that no double can hold.
constexpr std::ptrdiff_t kLongestNumber = 40;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// Walks along a line; every function says whether the line continues as asked.
class Cursor {
public:
    explicit Cursor(std::string_view line) : at_(line.data()), end_(at_ + line.size()) {}

    bool atEnd() const { return at_ == end_; }

    bool word(std::string_view expected) {
        if (!std::string_view(at_, left()).starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }

    bool whole(int& value) {
        const char* start = at_;
        if (!skipNumber()) return false;
        const auto read = std::from_chars(start, at_, value);
        return read.ec == std::errc() && read.ptr == at_;
    }

    bool number(double& value) {
        if (word("null")) {
            value = kMissing;
            return true;
        }
        const char* start = at_;
        if (!skipNumber()) return false;
        if (std::string_view(start, static_cast<std::size_t>(at_ - start)) == "-0") return false;
        const auto read = std::from_chars(start, at_, value);
        return read.ec == std::errc() && read.ptr == at_;
    }

    bool number(std::string_view key, double& value) { return word(key) && number(value); }

    /// The rows of a confusion matrix, if confusionFrom would read them.
    bool skipConfusion() {
        if (!word("[")) return false;
        if (word("]")) return true;
        int rows = 0;
        int largest = ConfusionMatrix::kNoClass;
        do {
            ++rows;
            if (!word("[")) return false;
            if (word("]")) continue;
            int last = ConfusionMatrix::kNoClass - 1;
            do {
                int predicted = 0;
                int images = 0;
                if (!whole(predicted) || !word(",") || !whole(images)) return false;
                if (predicted <= last || images < 1) return false;
                last = predicted;
            } while (word(","));
            largest = std::max(largest, last);
            if (!word("]")) return false;
        } while (word(","));
        return largest < rows && word("]");
    }

    bool skipNumbers(std::string_view key) {
        if (!word(key) || !word("[")) return false;
        if (word("]")) return true;
        do {
            if (!skipNumber() && !word("null")) return false;
        } while (word(","));
        return word("]");
    }

private:
    std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    bool digits() {
        const char* start = at_;
        while (at_ != end_ && isDigit(*at_)) ++at_;
        return at_ != start;
    }

    /// A number by JSON's grammar; stays where there is none.
    bool skipNumber() {
        const char* start = at_;
        if (at_ != end_ && *at_ == '-') ++at_;
        const char* first = at_;
        bool good = digits() && !(*first == '0' && at_ - first > 1);
        if (good && at_ != end_ && *at_ == '.') {
            ++at_;
            good = digits();
        }
        if (good && at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
            ++at_;
            if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
            const char* exponent = at_;
            good = digits() && at_ - exponent <= 2;
        }
        good = good && at_ - start <= kLongestNumber;
        if (!good) at_ = start;
        return good;
    }

    const char* at_;
    const char* end_;
};

bool skipStatistics(Cursor& at, double& majority, double& minority) {
    double ratio = kMissing;  // follows from the two
    return at.skipNumbers("{\"accuracy\":") && at.skipNumbers(",\"min_logit\":") &&
           at.skipNumbers(",\"min_margin\":") && at.skipNumbers(",\"lipschitz\":") &&
           at.skipNumbers(",\"observed_lipschitz\":") && at.skipNumbers(",\"bound_terms\":") &&
           at.number(",\"majority_accuracy\":", majority) &&
           at.number(",\"minority_accuracy\":", minority) &&
           at.number(",\"accuracy_ratio\":", ratio) && at.word("}");
}

}  // namespace

EpochScalars scalarsOf(const EpochRecord& record) {
    EpochScalars scalars;
    scalars.learning_rate = record.learning_rate;
    scalars.weight_decay = record.weight_decay;
    scalars.loss = record.loss;
    scalars.balanced_test_accuracy = record.balanced_test_accuracy;
    scalars.balanced_validation_accuracy = record.balanced_validation_accuracy;
    scalars.many = record.shots.many;
    scalars.medium = record.shots.medium;
    scalars.few = record.shots.few;
    scalars.nu = record.nu;
    scalars.tau = record.tau;
    scalars.majority_accuracy = record.streaming.majority_accuracy;
    scalars.minority_accuracy = record.streaming.minority_accuracy;
    if (record.exact) {
        scalars.exact_majority_accuracy = record.exact->majority_accuracy;
        scalars.exact_minority_accuracy = record.exact->minority_accuracy;
    }
    return scalars;
}

EpochRecord recordOf(const EpochScalars& scalars, int epoch) {
    EpochRecord record;
    record.epoch = epoch;
    record.learning_rate = scalars.learning_rate;
    record.weight_decay = scalars.weight_decay;
    record.loss = scalars.loss;
    record.balanced_test_accuracy = scalars.balanced_test_accuracy;
    record.balanced_validation_accuracy = scalars.balanced_validation_accuracy;
    record.shots = {scalars.many, scalars.medium, scalars.few};
    record.nu = scalars.nu;
    record.tau = scalars.tau;
    record.streaming.majority_accuracy = scalars.majority_accuracy;
    record.streaming.minority_accuracy = scalars.minority_accuracy;
    if (!std::isnan(scalars.exact_majority_accuracy) ||
        !std::isnan(scalars.exact_minority_accuracy)) {
        record.exact.emplace();
        record.exact->majority_accuracy = scalars.exact_majority_accuracy;
        record.exact->minority_accuracy = scalars.exact_minority_accuracy;
    }
    return record;
}

std::optional<ScannedRecord> scanOwnShape(std::string_view line) {
    Cursor at(line);
    ScannedRecord record;
    EpochScalars& scalars = record.scalars;
    int phase = 0;
    double tde_alpha = kMissing;
    const auto optional = [&](std::string_view key, double& value) {
        at.number(key, value);
        return true;
    };
    const bool good =
        at.word("{\"format\":1,\"epoch\":") && at.whole(record.epoch) && at.word(",\"phase\":") &&
        at.whole(phase) && at.number(",\"learning_rate\":", scalars.learning_rate) &&
        at.number(",\"weight_decay\":", scalars.weight_decay) &&
        at.number(",\"loss\":", scalars.loss) &&
        at.number(",\"balanced_test_accuracy\":", scalars.balanced_test_accuracy) &&
        at.skipNumbers(",\"test_accuracy\":") && at.number(",\"many\":", scalars.many) &&
        at.number(",\"medium\":", scalars.medium) && at.number(",\"few\":", scalars.few) &&
        at.number(",\"balanced_validation_accuracy\":", scalars.balanced_validation_accuracy) &&
        at.skipNumbers(",\"validation_accuracy\":") && at.skipNumbers(",\"kappa\":") &&
        at.word(",\"streaming\":") &&
        skipStatistics(at, scalars.majority_accuracy, scalars.minority_accuracy) &&
        at.word(",\"exact\":") &&
        (at.word("null") ||
         skipStatistics(at, scalars.exact_majority_accuracy, scalars.exact_minority_accuracy)) &&
        (!at.word(",\"test_confusion\":") || at.skipConfusion()) &&
        optional(",\"nu\":", scalars.nu) && optional(",\"tau\":", scalars.tau) &&
        optional(",\"tde_alpha\":", tde_alpha) &&
        (at.word("}") || (at.skipNumbers(",\"teacher_mean\":") && at.word("}"))) && at.atEnd();
    if (!good) return std::nullopt;
    return record;
}

std::optional<ScannedRecord> scanRecord(std::string_view line, std::string_view file,
                                        std::size_t epoch) {
    if (auto record = scanOwnShape(line)) return record;
    const auto value = jsonOrDiscarded(line);
    if (value.is_discarded()) return std::nullopt;
    const EpochRecord record = recordFromJson(value, recordSource(file, epoch));
    return ScannedRecord{record.epoch, scalarsOf(record)};
}

}  // namespace ballast
