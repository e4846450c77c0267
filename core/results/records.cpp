#include "core/results/records.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json_place.h"

namespace ballast {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kRecordFormat = 1;
constexpr const char* kStateNames[] = {"queued",  "running",  "paused", "finished",
                                       "stopped", "diverged", "failed"};

ordered_json recordNumber(double value) {
    return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json numbers(const std::vector<double>& values) {
    ordered_json list = ordered_json::array();
    for (const double value : values) list.push_back(recordNumber(value));
    return list;
}

double numberFrom(const JsonPlace& place) {
    return place.isNull() ? kMissing : place.number();
}

std::vector<double> numbersFrom(const JsonPlace& list) {
    std::vector<double> values;
    values.reserve(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) values.push_back(numberFrom(list.at(i)));
    return values;
}

ordered_json statisticsJson(const ClassStatistics& statistics) {
    return {{"accuracy", numbers(statistics.accuracy)},
            {"min_logit", numbers(statistics.min_logit)},
            {"min_margin", numbers(statistics.min_margin)},
            {"lipschitz", numbers(statistics.lipschitz)},
            {"observed_lipschitz", numbers(statistics.observed_lipschitz)},
            {"bound_terms", numbers(statistics.bound_terms)},
            {"majority_accuracy", recordNumber(statistics.majority_accuracy)},
            {"minority_accuracy", recordNumber(statistics.minority_accuracy)},
            {"accuracy_ratio", recordNumber(statistics.accuracyRatio())}};
}

ClassStatistics statisticsFrom(const JsonPlace& object) {
    ClassStatistics statistics;
    statistics.accuracy = numbersFrom(object.at("accuracy"));
    statistics.min_logit = numbersFrom(object.at("min_logit"));
    statistics.min_margin = numbersFrom(object.at("min_margin"));
    statistics.lipschitz = numbersFrom(object.at("lipschitz"));
    statistics.observed_lipschitz = numbersFrom(object.at("observed_lipschitz"));
    statistics.bound_terms = numbersFrom(object.at("bound_terms"));
    statistics.majority_accuracy = numberFrom(object.at("majority_accuracy"));
    statistics.minority_accuracy = numberFrom(object.at("minority_accuracy"));
    return statistics;
}

double mean(double sum, int count) {
    return count == 0 ? kMissing : sum / count;
}

}  // namespace

double ClassStatistics::accuracyRatio() const {
    if (!(majority_accuracy > 0.0)) return kMissing;
    return minority_accuracy / majority_accuracy;
}

const char* stateName(RunState state) {
    return kStateNames[static_cast<int>(state)];
}

std::optional<RunState> stateFromName(std::string_view name) {
    for (int i = 0; i < static_cast<int>(std::size(kStateNames)); ++i) {
        if (name == kStateNames[i]) return static_cast<RunState>(i);
    }
    return std::nullopt;
}

GroupMeans groupMeans(std::span<const double> per_class, const std::vector<bool>& majority) {
    if (majority.size() != per_class.size()) return {};
    double sums[2] = {0.0, 0.0};
    int counts[2] = {0, 0};
    for (std::size_t y = 0; y < per_class.size(); ++y) {
        sums[majority[y] ? 0 : 1] += per_class[y];
        ++counts[majority[y] ? 0 : 1];
    }
    return {mean(sums[0], counts[0]), mean(sums[1], counts[1])};
}

double balancedAccuracy(std::span<const double> per_class) {
    double sum = 0.0;
    int count = 0;
    for (const double accuracy : per_class) {
        if (std::isnan(accuracy)) continue;
        sum += accuracy;
        ++count;
    }
    return mean(sum, count);
}

ShotAccuracy shotAccuracy(std::span<const double> test_accuracy,
                          std::span<const std::int64_t> class_counts) {
    double sums[3] = {0.0, 0.0, 0.0};
    int counts[3] = {0, 0, 0};
    for (std::size_t y = 0; y < test_accuracy.size(); ++y) {
        if (std::isnan(test_accuracy[y])) continue;
        const int group = class_counts[y] > 100 ? 0 : class_counts[y] >= 20 ? 1 : 2;
        sums[group] += test_accuracy[y];
        ++counts[group];
    }
    return {mean(sums[0], counts[0]), mean(sums[1], counts[1]), mean(sums[2], counts[2])};
}

ClassEstimates estimatesOf(const EpochRecord& record) {
    ClassEstimates estimates{record.kappa};
    if (!std::isnan(record.nu)) estimates.nu = record.nu;
    if (!std::isnan(record.tau)) estimates.tau = record.tau;
    return estimates;
}

const EpochRecord* bestRecord(std::span<const EpochRecord> records, Selection selection) {
    const auto score = selection == Selection::validation
                           ? &EpochRecord::balanced_validation_accuracy
                           : &EpochRecord::balanced_test_accuracy;
    const EpochRecord* best = nullptr;
    for (const EpochRecord& record : records) {
        if (std::isnan(record.*score)) continue;
        if (best == nullptr || record.*score > best->*score) best = &record;
    }
    return best;
}

ordered_json toJson(const EpochRecord& record) {
    ordered_json json = {
        {"format", kRecordFormat},
        {"epoch", record.epoch},
        {"phase", record.phase},
        {"learning_rate", recordNumber(record.learning_rate)},
        {"weight_decay", recordNumber(record.weight_decay)},
        {"loss", recordNumber(record.loss)},
        {"balanced_test_accuracy", recordNumber(record.balanced_test_accuracy)},
        {"test_accuracy", numbers(record.test_accuracy)},
        {"many", recordNumber(record.shots.many)},
        {"medium", recordNumber(record.shots.medium)},
        {"few", recordNumber(record.shots.few)},
        {"balanced_validation_accuracy", recordNumber(record.balanced_validation_accuracy)},
        {"validation_accuracy", numbers(record.validation_accuracy)},
        {"kappa", numbers(record.kappa)},
        {"streaming", statisticsJson(record.streaming)},
        {"exact", record.exact ? statisticsJson(*record.exact) : ordered_json(nullptr)}};
    if (!record.test_confusion.empty()) json["test_confusion"] = toJson(record.test_confusion);
    if (!std::isnan(record.nu)) json["nu"] = record.nu;
    if (!std::isnan(record.tau)) json["tau"] = record.tau;
    if (!std::isnan(record.tde_alpha)) json["tde_alpha"] = record.tde_alpha;
    if (!record.teacher_mean.empty()) json["teacher_mean"] = numbers(record.teacher_mean);
    return json;
}

std::string recordSource(std::string_view file, std::size_t epoch) {
    return std::string(file) + ", line " + std::to_string(epoch + 1) + ",";
}

EpochRecord recordFromJson(const json& value, std::string_view source) {
    const JsonPlace object(value, source);
    if (const int format = object.at("format").integer(); format > kRecordFormat) {
        throw StorageError(std::string(source) + " has format " + std::to_string(format) +
                           ", newer than this version of Ballast, which reads up to " +
                           std::to_string(kRecordFormat));
    }
    EpochRecord record;
    record.epoch = object.at("epoch").integer();
    record.phase = object.at("phase").integer();
    record.learning_rate = numberFrom(object.at("learning_rate"));
    record.weight_decay = numberFrom(object.at("weight_decay"));
    record.loss = numberFrom(object.at("loss"));
    record.balanced_test_accuracy = numberFrom(object.at("balanced_test_accuracy"));
    record.test_accuracy = numbersFrom(object.at("test_accuracy"));
    record.shots = {numberFrom(object.at("many")), numberFrom(object.at("medium")),
                    numberFrom(object.at("few"))};
    if (object.has("validation_accuracy")) {  // later than format 1's first records
        record.balanced_validation_accuracy = numberFrom(object.at("balanced_validation_accuracy"));
        record.validation_accuracy = numbersFrom(object.at("validation_accuracy"));
        record.kappa = numbersFrom(object.at("kappa"));
    }
    record.streaming = statisticsFrom(object.at("streaming"));
    if (const JsonPlace exact = object.at("exact"); !exact.isNull()) {
        record.exact = statisticsFrom(exact);
    }
    if (object.has("test_confusion")) {
        record.test_confusion = confusionFrom(object.at("test_confusion"));
    }
    if (object.has("nu")) record.nu = numberFrom(object.at("nu"));
    if (object.has("tau")) record.tau = numberFrom(object.at("tau"));
    if (object.has("teacher_mean")) {
        record.teacher_mean = numbersFrom(object.at("teacher_mean"));
    }
    if (object.has("tde_alpha")) record.tde_alpha = numberFrom(object.at("tde_alpha"));
    return record;
}

namespace {

EpochRecord withoutMeasurement(EpochRecord record) {
    record.tde_alpha = kMissing;
    record.exact.reset();
    record.test_confusion = {};
    record.shots = {};
    std::ranges::fill(record.test_accuracy, kMissing);
    record.balanced_test_accuracy = kMissing;
    std::ranges::fill(record.validation_accuracy, kMissing);
    record.balanced_validation_accuracy = kMissing;
    return record;
}

}  // namespace

EpochRecord recordFor(const RunConfig& config, EpochRecord record) {
    record.phase = static_cast<int>(phaseIndexAt(config.phases, record.epoch));
    if (!exactIsDue(config, record.epoch)) {
        record.exact.reset();
        record.test_confusion = {};
    }
    const bool measured_so =
        config.model.head != HeadKind::deconfound || record.tde_alpha == config.model.tde_alpha;
    return measured_so ? record : withoutMeasurement(std::move(record));
}

bool lacksMeasurement(const RunConfig& config, const EpochRecord& record) {
    return config.model.head == HeadKind::deconfound && std::isnan(record.tde_alpha);
}

}  // namespace ballast
