#include "core/interchange/foreign_logs.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/interchange/foreign_arguments.h"
#include "core/interchange/foreign_text.h"
#include "core/interchange/printed_rates.h"
#include "core/interchange/text_scanner.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr int kHighestEpoch = 99'999;
constexpr const char* kTrainLog = "log_train.csv";
constexpr const char* kTestLog = "log_test.csv";

/// A rate without the binary noise that a multiplication leaves.
double rounded(double rate) {
    char text[40];
    const auto end = std::to_chars(text, text + sizeof text, rate, std::chars_format::general, 9);
    double value = kMissing;
    std::from_chars(text, end.ptr, value);
    return value;
}

/// The text's lines, with what is torn or skipped of them.
class LogLines {
public:
    LogLines(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

    /// The next line that is not blank; false after the last.
    bool next() {
        while (end_ < text_.size()) {
            begin_ = end_;
            end_ = std::min(text_.find('\n', begin_), text_.size() - 1) + 1;
            if (text_.find_first_not_of(" \t\r\n", begin_) >= end_) continue;
            return true;
        }
        begin_ = end_;
        return false;
    }
    bool startsWith(std::string_view words) const {
        const std::size_t first = text_.find_first_not_of(" \t", begin_);
        return text_.substr(first).starts_with(words);
    }
    std::size_t begin() const { return begin_; }
    /// Without its line break.
    std::size_t end() const { return text_[end_ - 1] == '\n' ? end_ - 1 : end_; }
    void continueAt(std::size_t position) { end_ = position; }

    /// Whether nothing follows on the line, and it has no line break: the program was killed in it.
    bool isTorn() const { return end_ == text_.size() && !text_.ends_with('\n'); }

    /// Counts the line among those of a kind that is not known. What is indented continues another.
    void skip() {
        if (text_[begin_] == ' ' || text_[begin_] == '\t') return;
        constexpr std::size_t kLongest = 40;
        std::string_view kind = text_.substr(begin_, end_ - begin_);
        kind = kind.substr(0, kind.find_first_of(":=[0123456789\t\r\n"));
        if (kind.size() > kLongest) kind = "…";
        std::string name = cleanedName(kind);
        while (name.ends_with(' ')) name.pop_back();
        const auto known = std::ranges::find(kinds_, name, &Kind::name);
        if (known != kinds_.end()) {
            ++known->lines;
        } else if (kinds_.size() < kMostKinds) {
            kinds_.push_back({name, 1});
        } else {
            ++other_lines_;
        }
    }

    /// What was skipped, for a user.
    void saySkipped(std::vector<std::string>& notes) const {
        for (const Kind& kind : kinds_) say(notes, kind.lines, " \"" + kind.name + "\"");
        if (other_lines_ > 0) say(notes, other_lines_, " of other kinds");
    }

private:
    static constexpr std::size_t kMostKinds = 8;
    struct Kind {
        std::string name;
        int lines;
    };

    void say(std::vector<std::string>& notes, int lines, const std::string& which) const {
        notes.push_back(name_ + ": " + std::to_string(lines) + (lines == 1 ? " line" : " lines") +
                        which + (lines == 1 ? " was" : " were") +
                        " skipped; nothing here reads such");
    }

    std::string_view text_;
    std::string name_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::vector<Kind> kinds_;
    int other_lines_ = 0;
};

/// A line "Epoch: [3][10/97], lr: 1.0e-02 … Loss 1.3 (1.4) …"; the rate may be missing.
struct TrainLine {
    int epoch = 0;
    std::optional<PrintedNumber> rate;
    double mean_loss = kMissing;
};

TrainLine trainLine(std::string_view text, TextScanner line) {
    TrainLine read;
    line.expect("Epoch: [");
    read.epoch = line.integer();
    line.expect("][");
    line.integer();
    line.expect("/");
    line.integer();
    line.expect("]");
    if (line.accept(", lr:")) {
        line.peek();  // to where the number begins
        const std::size_t begin = line.position();
        if (std::isfinite(line.number())) {
            read.rate = printedNumber(text.substr(begin, line.position() - begin));
        }
    }
    while (!line.accept("Loss")) {
        if (line.atEnd()) line.fail("\"Loss\"");
        line.next();
    }
    line.number();
    line.expect("(");
    read.mean_loss = line.number();
    line.expect(")");
    return read;
}

/// The epochs of log_train.csv, with the rates as they are printed.
std::vector<ForeignEpoch> readTrainLog(const fs::path& file, std::vector<PrintedRate>& rates,
                                       std::vector<std::string>& notes) {
    const std::string text = readForeignText(file, notes);
    LogLines lines(text, kTrainLog);
    std::vector<ForeignEpoch> epochs;
    while (lines.next()) {
        if (!lines.startsWith("Epoch: [")) {
            lines.skip();
            continue;
        }
        const TextScanner scanner(std::string_view(text).substr(0, lines.end()), file.string(),
                                  lines.begin());
        TrainLine line;
        try {
            line = trainLine(text, scanner);
        } catch (const DataError&) {
            if (!lines.isTorn()) throw;
            notes.push_back(std::string(kTrainLog) + ": its last line is torn and was left out");
            break;
        }
        const bool first = epochs.empty();
        if (first ? line.epoch < 0 || line.epoch > kHighestEpoch
                  : line.epoch != epochs.back().epoch && line.epoch != epochs.back().epoch + 1) {
            TextScanner(scanner).fail("a line of epoch " +
                                      std::to_string(first ? 0 : epochs.back().epoch) +
                                      " or the one after");
        }
        if (first || line.epoch != epochs.back().epoch) epochs.emplace_back().epoch = line.epoch;
        if (line.rate) {
            if (rates.empty() || rates.back().epoch != line.epoch)
                rates.push_back({line.epoch, {}});
            rates.back().number = *line.rate;
        }
        epochs.back().loss = line.mean_loss;
    }
    if (epochs.empty()) {
        TextScanner(text, file.string()).fail("lines that begin with \"Epoch: [0][0/\"");
    }
    lines.saySkipped(notes);
    return epochs;
}

/// "[0.948,…]", over several lines where there are many classes; empty where NumPy has left out the
/// middle of more than 1000 numbers.
std::vector<double> classAccuracy(TextScanner& scanner) {
    std::vector<double> shares;
    bool whole = true;
    while (!scanner.accept("]")) {
        if (scanner.accept("...")) {
            whole = false;
        } else {
            const double share = scanner.number();
            if (!std::isnan(share) && !(share >= 0.0 && share <= 1.0)) {
                scanner.fail("a class accuracy from 0 to 1");
            }
            shares.push_back(share);
        }
        scanner.accept(",");
    }
    if (!whole) shares.clear();
    return shares;
}

/// What one block of log_test.csv says.
struct TestBlock {
    double balanced_accuracy = kMissing;
    std::vector<double> class_accuracy;
};

/// Reads a block "val Results: Prec@1 51.540 …", "val Class Accuracy: […]".
TestBlock testBlock(TextScanner& scanner) {
    TestBlock block;
    scanner.expect("val Results: Prec@1");
    const double percent = scanner.number();
    if (!(percent >= 0.0 && percent <= 100.0)) scanner.fail("Prec@1 from 0 to 100");
    block.balanced_accuracy = percent / 100.0;
    scanner.skipLine();
    scanner.expect("val Class Accuracy: [");
    block.class_accuracy = classAccuracy(scanner);
    return block;
}

/// Fills in what log_test.csv says: blocks as above, one for each epoch, and "Best Prec@1: 52.330".
void readTestLog(const fs::path& file, std::vector<ForeignEpoch>& epochs,
                 std::vector<std::string>& notes) {
    const std::string text = readForeignText(file, notes);
    LogLines lines(text, kTestLog);
    std::size_t done = 0;
    bool torn = false;
    bool any = false;
    while (!torn && lines.next()) {
        any = true;
        if (!lines.startsWith("val Results:")) {
            if (!lines.startsWith("Best Prec@1:")) lines.skip();
            continue;
        }
        TextScanner scanner(text, file.string(), lines.begin());
        if (done == epochs.size()) {
            scanner.fail("no more than the " + std::to_string(done) + " epochs of " + kTrainLog);
        }
        TestBlock block;
        try {
            block = testBlock(scanner);
        } catch (const DataError&) {
            // Whether the text ends where something else was expected, or within that line.
            const bool at_end = scanner.atEnd();
            const bool last_line = text.find('\n', scanner.position()) == std::string::npos;
            if (!at_end && !last_line) throw;
            notes.push_back(std::string(kTestLog) +
                            ": its last results are torn and were left out");
            torn = true;
            continue;
        }
        const std::size_t classes =
            done == 0 ? block.class_accuracy.size() : epochs.front().test_accuracy.size();
        if (block.class_accuracy.size() != classes) {
            scanner.fail(std::to_string(classes) + " class accuracies, as in the first epoch");
        }
        epochs[done].balanced_test_accuracy = block.balanced_accuracy;
        epochs[done].test_accuracy = std::move(block.class_accuracy);
        ++done;
        lines.continueAt(scanner.position());
    }
    TextScanner end(text, file.string(), text.size());
    if (done == 0 && any && !torn) {
        TextScanner(text, file.string()).fail("lines that begin with \"val Results: Prec@1\"");
    }
    if (done + (torn ? 2 : 1) < epochs.size()) {
        end.fail("results of " + std::to_string(epochs.size()) + " epochs, as in " + kTrainLog +
                 ", not of " + std::to_string(done));
    }
    lines.saySkipped(notes);
}

/// "epoch 3" or "the epochs 3 to 7", counted from 0 as in the log.
std::string epochsInLog(int first, int last) {
    return first == last ? "epoch " + std::to_string(first)
                         : "the epochs " + std::to_string(first) + " to " + std::to_string(last);
}

/// Says, of consecutive epochs with the same rate, where it is unknown or known roughly only.
void sayDoubts(ForeignLogs& logs) {
    constexpr double kRough = 0.1;
    const std::vector<ForeignEpoch>& epochs = logs.epochs;
    for (std::size_t i = 0; i < epochs.size();) {
        const double rate = epochs[i].learning_rate;
        std::size_t next = i + 1;
        while (next < epochs.size() &&
               (epochs[next].learning_rate == rate ||
                (std::isnan(rate) && std::isnan(epochs[next].learning_rate)))) {
            ++next;
        }
        const std::string which =
            "the learning rate of " + epochsInLog(epochs[i].epoch, epochs[next - 1].epoch);
        if (std::isnan(rate)) {
            logs.notes.push_back(which + " is unknown: the log does not print it, or rounded to 0");
        } else if (epochs[i].rate_error > kRough * rate) {
            char range[80];
            std::snprintf(range, sizeof range, " is rounded, to %g from between %g and %g", rate,
                          rate - epochs[i].rate_error, rate + epochs[i].rate_error);
            logs.notes.push_back(which + range);
        }
        i = next;
    }
}

/// Gives the epochs their rates, which are unknown where none was printed or it was rounded to 0.
void setRates(std::span<const PrintedRate> printed, const ExpectedRates& expected,
              ForeignLogs& logs) {
    const RateScale scale = rateScale(printed, expected);
    logs.notes.push_back(scale.said);
    auto rate = printed.begin();
    for (ForeignEpoch& epoch : logs.epochs) {
        if (rate == printed.end() || rate->epoch != epoch.epoch) continue;
        const PrintedNumber number = (rate++)->number;
        if (number.value == 0.0) continue;
        epoch.learning_rate = rounded(scale.factor * number.value);
        epoch.rate_error = scale.factor * number.error;
    }
    sayDoubts(logs);
}

}  // namespace

bool hasForeignLogs(const fs::path& folder) {
    return fs::exists(folder / kTrainLog) && fs::exists(folder / kTestLog);
}

ForeignLogs readForeignLogs(const fs::path& folder) {
    ExpectedRates expected;
    if (fs::exists(folder / kArgumentsFile)) {
        const nlohmann::json arguments = readForeignArguments(folder / kArgumentsFile).values;
        const auto number = [&](const char* name, double otherwise) {
            const auto found = arguments.find(name);
            return found != arguments.end() && found->is_number() && found->get<double>() > 0.0
                       ? found->get<double>()
                       : otherwise;
        };
        expected.base = number("lr", expected.base);
        expected.warmup_epochs =
            static_cast<int>(std::min(1e6, number("warmup_epochs", expected.warmup_epochs)));
    }
    ForeignLogs logs;
    std::vector<PrintedRate> rates;
    logs.epochs = readTrainLog(folder / kTrainLog, rates, logs.notes);
    readTestLog(folder / kTestLog, logs.epochs, logs.notes);
    setRates(rates, expected, logs);
    return logs;
}

std::vector<EpochRecord> recordsFromLogs(std::span<const ForeignEpoch> logged, int epochs,
                                         std::span<const std::int64_t> class_counts) {
    std::vector<EpochRecord> records(static_cast<std::size_t>(std::max(0, epochs)));
    for (std::size_t e = 0; e < records.size(); ++e) {
        records[e].epoch = static_cast<int>(e);
        records[e].learning_rate = kMissing;
        records[e].weight_decay = kMissing;
    }
    for (const ForeignEpoch& epoch : logged) {
        if (epoch.epoch >= epochs) continue;
        if (!epoch.test_accuracy.empty() && epoch.test_accuracy.size() != class_counts.size()) {
            throw DataError(std::string(kTestLog) + " has the accuracies of " +
                            std::to_string(epoch.test_accuracy.size()) + " classes, not of " +
                            std::to_string(class_counts.size()));
        }
        EpochRecord& record = records[static_cast<std::size_t>(epoch.epoch)];
        record.learning_rate = epoch.learning_rate;
        record.loss = epoch.loss;
        record.balanced_test_accuracy = epoch.balanced_test_accuracy;
        record.test_accuracy = epoch.test_accuracy;
        record.shots = shotAccuracy(record.test_accuracy, class_counts);
    }
    return records;
}

}  // namespace ballast
