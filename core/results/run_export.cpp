#include "core/results/run_export.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/experiment/catalog.h"
#include "core/results/table_text.h"

namespace ballast {
namespace {

// The columns of numbers, in order; those of the run, the epoch and the class stand before.
enum ScalarColumn {
    accuracy,
    min_logit,
    min_margin,
    lipschitz,
    observed_lipschitz,
    bound_term,
    kappa,
    nu,
    tau,
    majority_accuracy,
    minority_accuracy,
    accuracy_ratio,
    learning_rate,
    weight_decay,
    loss,
    balanced_test_accuracy,
    many,
    medium,
    few,
    balanced_validation_accuracy,
    teacher_mean,
    kColumns
};
constexpr const char* kNames[kColumns] = {"accuracy",
                                          "min_logit",
                                          "min_margin",
                                          "lipschitz",
                                          "observed_lipschitz",
                                          "bound_term",
                                          "kappa",
                                          "nu",
                                          "tau",
                                          "majority_accuracy",
                                          "minority_accuracy",
                                          "accuracy_ratio",
                                          "learning_rate",
                                          "weight_decay",
                                          "loss",
                                          "balanced_test_accuracy",
                                          "many",
                                          "medium",
                                          "few",
                                          "balanced_validation_accuracy",
                                          "teacher_mean"};

using Numbers = std::array<double, kColumns>;

Numbers noNumbers() {
    Numbers numbers;
    numbers.fill(kMissing);
    return numbers;
}

/// The shortest text that reads back as the same number; "" for a missing one.
std::string exactNumber(double value) {
    if (!std::isfinite(value)) return "";
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

/// Writes the rows of one run.
class Rows {
public:
    Rows(const RunSummary& run, std::ostream& out) : run_(run), out_(out) {
        const RunConfig& config = run.description.config;
        const ImbalanceConfig& imbalance = config.data.imbalance;
        prefix_ = escaped(run.id, TableFormat::csv) + "," + escaped(config.name, TableFormat::csv) +
                  "," + escaped(config.data.dataset, TableFormat::csv) + "," +
                  std::string(nameOf(imbalance.profile)) + "," + exactNumber(imbalance.ratio) +
                  "," + std::to_string(config.training.seed) + ",";
    }

    void add(const EpochRecord& record) {
        epoch_ = prefix_ + std::to_string(record.epoch) + "," + std::to_string(record.phase) + ",";
        Numbers numbers = noNumbers();
        numbers[learning_rate] = record.learning_rate;
        numbers[weight_decay] = record.weight_decay;
        numbers[loss] = record.loss;
        numbers[balanced_test_accuracy] = record.balanced_test_accuracy;
        numbers[many] = record.shots.many;
        numbers[medium] = record.shots.medium;
        numbers[few] = record.shots.few;
        numbers[balanced_validation_accuracy] = record.balanced_validation_accuracy;
        row("epoch,,", numbers, "");
        training("streaming", record.streaming);
        if (record.exact) training("exact", *record.exact);
        classes("test", {{accuracy, &record.test_accuracy}});
        classes("validation", {{accuracy, &record.validation_accuracy}});
        chosenTerms(record);
        classes("terms", {{kappa, &record.kappa}});
        classes("teacher", {{teacher_mean, &record.teacher_mean}});
    }

private:
    struct ClassColumn {
        ScalarColumn column;
        const std::vector<double>* values;
    };

    void training(const std::string& source, const ClassStatistics& statistics) {
        Numbers numbers = noNumbers();
        numbers[majority_accuracy] = statistics.majority_accuracy;
        numbers[minority_accuracy] = statistics.minority_accuracy;
        numbers[accuracy_ratio] = statistics.accuracyRatio();
        row(source + ",,", numbers, "");
        classes(source, {{accuracy, &statistics.accuracy},
                         {min_logit, &statistics.min_logit},
                         {min_margin, &statistics.min_margin},
                         {lipschitz, &statistics.lipschitz},
                         {observed_lipschitz, &statistics.observed_lipschitz},
                         {bound_term, &statistics.bound_terms}});
    }

    void chosenTerms(const EpochRecord& record) {
        if (std::isnan(record.nu) && std::isnan(record.tau)) return;
        Numbers numbers = noNumbers();
        numbers[nu] = record.nu;
        numbers[tau] = record.tau;
        row("terms,,", numbers, "");
    }

    void classes(const std::string& source, const std::vector<ClassColumn>& columns) {
        std::size_t count = 0;
        for (const ClassColumn& column : columns) count = std::max(count, column.values->size());
        const std::vector<std::int64_t>& images = run_.description.class_counts;
        for (std::size_t y = 0; y < count; ++y) {
            Numbers numbers = noNumbers();
            for (const ClassColumn& column : columns) {
                if (y < column.values->size()) numbers[column.column] = (*column.values)[y];
            }
            row(source + "," + std::to_string(y) + "," +
                    (y < images.size() ? std::to_string(images[y]) : ""),
                numbers, escaped(className(run_.description, y), TableFormat::csv));
        }
    }

    void row(const std::string& where, const Numbers& numbers, const std::string& class_name) {
        std::string line = epoch_ + where;
        for (const double number : numbers) line += "," + exactNumber(number);
        out_ << line << ',' << class_name << '\n';
    }

    const RunSummary& run_;
    std::ostream& out_;
    std::string prefix_;
    std::string epoch_;
};

}  // namespace

void writeCsvHeader(std::ostream& out) {
    out << "run,name,dataset,profile,ratio,seed,epoch,phase,source,class,class_images";
    for (const char* name : kNames) out << ',' << name;
    out << ",class_name\n";
}

void writeCsv(const RunSummary& run, std::ostream& out) {
    Rows rows(run, out);
    for (const EpochRecord& record : run.records) rows.add(record);
}

}  // namespace ballast
