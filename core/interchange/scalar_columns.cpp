#include "core/interchange/scalar_columns.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>

#include "core/base/error.h"
#include "core/base/nearest_word.h"

namespace ballast {
namespace {

using Series = std::map<std::int64_t, double>;

/// A column, what people call it (letters and digits alone, in order of preference), and where a
/// record has it.
struct KnownColumn {
    TrackedColumn column;
    std::vector<std::string_view> usual;
    double& (*place)(EpochRecord&);
};

const std::vector<KnownColumn>& knownColumns() {
    static const std::vector<KnownColumn> kColumns = {
        {{"test", "Balanced test accuracy", true},
         {"testbalancedaccuracy", "testbalancedacc", "balancedtestaccuracy", "balancedaccuracy",
          "balancedacc", "acctesttop1", "testtop1", "testaccuracy", "testacc", "acctest",
          "accuracytest", "evalaccuracy", "evalacc", "valaccuracy", "valacc", "accval", "acc",
          "accuracy"},
         [](EpochRecord& record) -> double& { return record.balanced_test_accuracy; }},
        {{"validation", "Balanced validation accuracy", true},
         {"validationbalancedaccuracy", "balancedvalidationaccuracy", "validationaccuracy"},
         [](EpochRecord& record) -> double& { return record.balanced_validation_accuracy; }},
        {{"many", "Test accuracy of classes with many images", true},
         {"testmany", "many", "manyshot", "manyacc", "testmanyshot", "headacc"},
         [](EpochRecord& record) -> double& { return record.shots.many; }},
        {{"medium", "Test accuracy of classes of medium size", true},
         {"testmedium", "medium", "mediumshot", "median", "mediumacc", "testmediumshot"},
         [](EpochRecord& record) -> double& { return record.shots.medium; }},
        {{"few", "Test accuracy of classes with few images", true},
         {"testfew", "few", "fewshot", "low", "fewacc", "testfewshot", "tailacc"},
         [](EpochRecord& record) -> double& { return record.shots.few; }},
        {{"loss", "Training loss", false},
         {"trainingloss", "trainloss", "losstrain", "loss"},
         [](EpochRecord& record) -> double& { return record.loss; }},
        {{"learning-rate", "Learning rate", false},
         {"schedulelearningrate", "learningrate", "lr", "trainlr", "lrgroup0"},
         [](EpochRecord& record) -> double& { return record.learning_rate; }},
        {{"majority", "Training accuracy of the majority classes", true},
         {"trainingmajorityaccuracy", "majorityaccuracy"},
         [](EpochRecord& record) -> double& { return record.streaming.majority_accuracy; }},
        {{"minority", "Training accuracy of the minority classes", true},
         {"trainingminorityaccuracy", "minorityaccuracy"},
         [](EpochRecord& record) -> double& { return record.streaming.minority_accuracy; }}};
    return kColumns;
}

std::string lettersOf(std::string_view name) {
    std::string letters;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) letters += c;
    }
    return letters;
}

std::string seriesNames(const LoggedScalars& scalars) {
    std::string names;
    for (const auto& [name, series] : scalars.series) {
        names += (names.empty() ? "\"" : ", \"") + name + "\"";
    }
    return names;
}

const Series& seriesNamed(const LoggedScalars& scalars, const std::string& name) {
    const auto found = scalars.series.find(name);
    if (found != scalars.series.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [other, series] : scalars.series) known.push_back(other);
    const std::string nearest = nearestWord(name, known);
    throw DataError("there are no numbers called \"" + name + "\"" +
                    (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?") +
                    "; there are: " + seriesNames(scalars));
}

/// Throws DataError where a series is no accuracy. Returns its largest value.
double largestAccuracy(const Series& series, const std::string& name) {
    double most = 0.0;
    for (const auto& [step, value] : series) {
        if (!(value >= 0.0 && value <= 100.0)) {
            throw DataError("\"" + name + "\" is " + std::to_string(value) + " at step " +
                            std::to_string(step) +
                            "; an accuracy is 0 to 1, or 0 to 100 in percent");
        }
        most = std::max(most, value);
    }
    return most;
}

/// The epoch, from 0, that ends at each step where `test` was measured.
std::vector<int> epochsOf(const Series& test, int planned, std::vector<std::string>& notes) {
    std::vector<std::int64_t> steps;
    for (const auto& [step, value] : test) steps.push_back(step);
    const std::int64_t first = steps.front();
    const std::int64_t last = steps.back();
    const auto count = static_cast<std::int64_t>(steps.size());
    const bool consecutive = (first == 0 || first == 1) && last - first == count - 1;
    const bool to_the_end = first >= 0 && (last == planned || last == planned - 1);
    std::vector<int> epochs;
    if (consecutive || to_the_end) {
        const std::int64_t offset = consecutive ? first : last == planned ? 1 : 0;
        for (const std::int64_t step : steps) epochs.push_back(static_cast<int>(step - offset));
        if (epochs.front() >= 0) return epochs;
        epochs.clear();
    }
    notes.push_back("the steps of the test accuracy, " + std::to_string(first) + " to " +
                    std::to_string(last) + ", are no epochs; each of its " + std::to_string(count) +
                    " measurements is taken for the end of an epoch");
    for (std::int64_t i = 0; i < count; ++i) epochs.push_back(static_cast<int>(i));
    return epochs;
}

}  // namespace

std::span<const TrackedColumn> trackedColumns() {
    static const std::vector<TrackedColumn> kAll = [] {
        std::vector<TrackedColumn> all;
        for (const KnownColumn& known : knownColumns()) all.push_back(known.column);
        return all;
    }();
    return kAll;
}

ColumnChoice suggestedColumns(const LoggedScalars& scalars) {
    ColumnChoice choice;
    for (const KnownColumn& known : knownColumns()) {
        for (const std::string_view usual : known.usual) {
            for (const auto& [name, series] : scalars.series) {
                if (lettersOf(name) == usual)
                    choice.try_emplace(std::string(known.column.name), name);
            }
        }
    }
    if (scalars.series.size() == 1 && choice.empty()) {
        choice = {{"test", scalars.series.begin()->first}};
    }
    return choice;
}

std::vector<EpochRecord> recordsFromScalars(const LoggedScalars& scalars,
                                            const ColumnChoice& choice, const RunConfig& config,
                                            std::vector<std::string>& notes) {
    std::string names;
    for (const TrackedColumn& column : trackedColumns()) {
        names += (names.empty() ? "" : ", ") + std::string(column.name);
    }
    for (const auto& [column, series] : choice) {
        if (std::ranges::find(trackedColumns(), column, &TrackedColumn::name) ==
            trackedColumns().end()) {
            throw ConfigError("unknown column \"" + column + "\"; known: " + names);
        }
    }
    if (!choice.contains("test")) {
        throw DataError("which of these is the balanced test accuracy? There are: " +
                        seriesNames(scalars));
    }
    Series test = seriesNamed(scalars, choice.at("test"));
    if (test.size() > 1 && test.begin()->first == 0 &&
        test.rbegin()->first == config.training.epochs) {
        notes.push_back("the test accuracy at step 0, before training, is left out");
        test.erase(test.begin());
    }
    const std::vector<int> epochs = epochsOf(test, config.training.epochs, notes);
    std::vector<EpochRecord> records(static_cast<std::size_t>(epochs.back()) + 1);
    for (std::size_t e = 0; e < records.size(); ++e) {
        records[e].epoch = static_cast<int>(e);
        records[e].phase = static_cast<int>(phaseIndexAt(config.phases, records[e].epoch));
    }
    double most = 0.0;  // of all accuracies: a program writes them in one unit
    for (const KnownColumn& known : knownColumns()) {
        const auto chosen = choice.find(std::string(known.column.name));
        if (chosen == choice.end() || !known.column.is_accuracy) continue;
        most =
            std::max(most, largestAccuracy(seriesNamed(scalars, chosen->second), chosen->second));
    }
    for (const KnownColumn& known : knownColumns()) {
        const auto chosen = choice.find(std::string(known.column.name));
        if (chosen == choice.end()) continue;
        const Series& series = seriesNamed(scalars, chosen->second);
        const double whole = known.column.is_accuracy && most > 1.0 ? 100.0 : 1.0;
        notes.push_back(std::string(known.column.label) + " is \"" + chosen->second + "\"" +
                        (whole > 1.0 ? ", in percent" : ""));
        auto value = series.begin();
        auto end = test.begin();
        for (const int epoch : epochs) {
            std::optional<double> latest;
            for (; value != series.end() && value->first <= end->first; ++value) {
                latest = value->second;
            }
            ++end;
            if (latest) known.place(records[static_cast<std::size_t>(epoch)]) = *latest / whole;
        }
    }
    return records;
}

}  // namespace ballast
