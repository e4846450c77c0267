#include "core/interchange/foreign_logs.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"

namespace ballast {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr int kHighestEpoch = 99'999;
constexpr const char* kTrainLog = "log_train.csv";
constexpr const char* kTestLog = "log_test.csv";

/// The learning rate of a printed "lr:", which is a tenth of it, without binary noise.
double usedRate(double printed) {
    char text[40];
    const auto end =
        std::to_chars(text, text + sizeof text, printed * 10.0, std::chars_format::general, 9);
    double rate = kMissing;
    std::from_chars(text, end.ptr, rate);
    return rate;
}

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Reads a text piece by piece; spaces and line ends between pieces do not count.
class Scanner {
public:
    Scanner(std::string_view text, std::string source) : text_(text), source_(std::move(source)) {}

    [[noreturn]] void fail(const std::string& expected) {
        skipSpace();
        std::size_t line = 1;
        std::size_t start = 0;
        for (std::size_t i = 0; i < at_; ++i) {
            if (text_[i] == '\n') {
                ++line;
                start = i + 1;
            }
        }
        std::string found(text_.substr(at_, std::min<std::size_t>(24, text_.size() - at_)));
        found = found.substr(0, found.find_first_of("\r\n"));
        throw DataError(source_ + ", line " + std::to_string(line) + ", column " +
                        std::to_string(at_ - start + 1) + ": expected " + expected + ", found " +
                        (found.empty() ? "the end" : "\"" + found + "\""));
    }

    bool accept(std::string_view literal) {
        skipSpace();
        if (!text_.substr(at_).starts_with(literal)) return false;
        at_ += literal.size();
        return true;
    }
    void expect(std::string_view literal) {
        if (!accept(literal)) fail("\"" + std::string(literal) + "\"");
    }

    template<class Number>
    bool acceptNumber(Number& value) {
        skipSpace();
        const char* const first = text_.data() + at_;
        const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
        if (error != std::errc()) return false;
        at_ += static_cast<std::size_t>(end - first);
        return true;
    }
    int integer() {
        int value = 0;
        if (!acceptNumber(value)) fail("a whole number");
        return value;
    }
    double number() {
        double value = 0.0;
        if (!acceptNumber(value)) fail("a number");
        return value;
    }

    bool atEnd() {
        skipSpace();
        return at_ == text_.size();
    }
    char next() { return at_ < text_.size() ? text_[at_++] : '\0'; }
    char peek() {
        skipSpace();
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    std::string_view word() {
        skipSpace();
        const std::size_t start = at_;
        while (at_ < text_.size() &&
               (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_')) {
            ++at_;
        }
        return text_.substr(start, at_ - start);
    }
    void skipLine() {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    }
    bool ended() const { return at_ == text_.size(); }

private:
    void skipSpace() {
        while (at_ < text_.size() && isSpace(text_[at_])) ++at_;
    }

    std::string_view text_;
    std::string source_;
    std::size_t at_ = 0;
};

json literal(Scanner& scanner, int depth);

std::string quotedText(Scanner& scanner) {
    const char quote = scanner.next();
    std::string text;
    for (;;) {
        if (scanner.ended()) scanner.fail("the end of a text");
        char c = scanner.next();
        if (c == quote) return text;
        if (c == '\\') {
            c = scanner.next();
            c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
        }
        text += c;
    }
}

json sequence(Scanner& scanner, std::string_view end, int depth) {
    json list = json::array();
    while (!scanner.accept(end)) {
        list.push_back(literal(scanner, depth));
        if (!scanner.accept(",")) {
            scanner.expect(end);
            break;
        }
    }
    return list;
}

json literal(Scanner& scanner, int depth) {
    constexpr int kDeepest = 16;
    if (depth > kDeepest) scanner.fail("a value nested less deeply");
    const char first = scanner.peek();
    if (first == '\'' || first == '"') return quotedText(scanner);
    if (scanner.accept("[")) return sequence(scanner, "]", depth + 1);
    if (scanner.accept("(")) return sequence(scanner, ")", depth + 1);
    if (scanner.accept("True")) return true;
    if (scanner.accept("False")) return false;
    if (scanner.accept("None")) return nullptr;
    if (scanner.accept("{")) {
        json object = json::object();
        while (!scanner.accept("}")) {
            const json key = literal(scanner, depth + 1);
            scanner.expect(":");
            object[key.is_string() ? key.get<std::string>() : key.dump()] =
                literal(scanner, depth + 1);
            if (!scanner.accept(",")) {
                scanner.expect("}");
                break;
            }
        }
        return object;
    }
    Scanner as_integer = scanner;
    std::int64_t integer = 0;
    if (as_integer.acceptNumber(integer)) {
        const char after = as_integer.ended() ? ',' : as_integer.next();
        if (after != '.' && after != 'e' && after != 'E') {
            scanner.acceptNumber(integer);
            return integer;
        }
    }
    double value = 0.0;
    if (!scanner.acceptNumber(value)) scanner.fail("a Python value");
    return value;
}

std::string readLog(const fs::path& file) {
    try {
        return readFile(file);
    } catch (const StorageError& error) {
        throw DataError(error.what());
    }
}

/// The epochs of log_train.csv: lines "Epoch: [3][10/97], lr: 1.0e-02 … Loss 1.3 (1.4) …".
std::vector<ForeignEpoch> readTrainLog(const fs::path& file) {
    const std::string text = readLog(file);
    Scanner scanner(text, file.string());
    std::vector<ForeignEpoch> epochs;
    while (!scanner.atEnd()) {
        Scanner line = scanner;
        line.expect("Epoch: [");
        const int epoch = line.integer();
        line.expect("][");
        line.integer();
        line.expect("/");
        line.integer();
        line.expect("], lr:");
        const double printed_rate = line.number();
        for (const char* timer : {"Time", "Data"}) {
            line.expect(timer);
            line.number();
            line.expect("(");
            line.number();
            line.expect(")");
        }
        line.expect("Loss");
        line.number();
        line.expect("(");
        const double mean_loss = line.number();
        line.expect(")");
        const bool first = epochs.empty();
        if (first ? epoch < 0 || epoch > kHighestEpoch
                  : epoch != epochs.back().epoch && epoch != epochs.back().epoch + 1) {
            scanner.fail("a line of epoch " + std::to_string(first ? 0 : epochs.back().epoch) +
                         " or the one after");
        }
        if (first || epoch != epochs.back().epoch) epochs.emplace_back().epoch = epoch;
        epochs.back().learning_rate = usedRate(printed_rate);
        epochs.back().loss = mean_loss;
        line.skipLine();
        scanner = line;
    }
    if (epochs.empty()) scanner.fail("lines that begin with \"Epoch: [0][0/\"");
    return epochs;
}

/// Fills in what log_test.csv says: blocks of "val Results: Prec@1 51.540 …", "val Class Accuracy:
/// [0.948,…]" (over several lines where there are many classes) and "Best Prec@1: 52.330".
void readTestLog(const fs::path& file, std::vector<ForeignEpoch>& epochs) {
    const std::string text = readLog(file);
    Scanner scanner(text, file.string());
    std::size_t done = 0;
    std::size_t classes = 0;
    while (!scanner.atEnd()) {
        if (done == epochs.size()) {
            scanner.fail("no more than the " + std::to_string(done) + " epochs of " + kTrainLog);
        }
        ForeignEpoch& epoch = epochs[done++];
        scanner.expect("val Results: Prec@1");
        const double percent = scanner.number();
        if (!(percent >= 0.0 && percent <= 100.0)) scanner.fail("Prec@1 from 0 to 100");
        epoch.balanced_test_accuracy = percent / 100.0;
        scanner.skipLine();
        scanner.expect("val Class Accuracy: [");
        bool whole = true;
        while (!scanner.accept("]")) {
            if (scanner.accept("...")) {  // NumPy leaves out the middle of more than 1000 numbers
                whole = false;
            } else {
                const double share = scanner.number();
                if (!std::isnan(share) && !(share >= 0.0 && share <= 1.0)) {
                    scanner.fail("a class accuracy from 0 to 1");
                }
                epoch.test_accuracy.push_back(share);
            }
            scanner.accept(",");
        }
        if (!whole) epoch.test_accuracy.clear();
        if (done == 1) classes = epoch.test_accuracy.size();
        if (epoch.test_accuracy.size() != classes) {
            scanner.fail(std::to_string(classes) + " class accuracies, as in the first epoch");
        }
        if (scanner.accept("Best Prec@1:")) scanner.number();
    }
    if (done + 1 < epochs.size()) {
        scanner.fail("results of " + std::to_string(epochs.size()) + " epochs, as in " + kTrainLog +
                     ", not of " + std::to_string(done));
    }
}

}  // namespace

bool hasForeignLogs(const fs::path& folder) {
    return fs::exists(folder / kTrainLog) && fs::exists(folder / kTestLog);
}

std::vector<ForeignEpoch> readForeignLogs(const fs::path& folder) {
    std::vector<ForeignEpoch> epochs = readTrainLog(folder / kTrainLog);
    readTestLog(folder / kTestLog, epochs);
    return epochs;
}

json pythonLiteral(std::string_view text, const std::string& source) {
    Scanner scanner(text, source);
    json value = literal(scanner, 0);
    if (!scanner.atEnd()) scanner.fail("the end");
    return value;
}

json readForeignArguments(const fs::path& file) {
    const std::string text = readLog(file);
    Scanner scanner(text, file.string());
    scanner.expect("Namespace(");
    json arguments = json::object();
    while (!scanner.accept(")")) {
        const std::string name(scanner.word());
        if (name.empty()) scanner.fail("the name of an argument or \")\"");
        scanner.expect("=");
        arguments[name] = literal(scanner, 0);
        if (!scanner.accept(",")) {
            scanner.expect(")");
            break;
        }
    }
    if (!scanner.atEnd()) scanner.fail("nothing after the arguments");
    return arguments;
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
