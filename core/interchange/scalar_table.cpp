#include "core/interchange/scalar_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <optional>
#include <set>

#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/interchange/foreign_text.h"

namespace ballast {
namespace {

constexpr std::string_view kOfRun = " - ";  // between run and number in a column of W&B's

/// The rows of a CSV file, cell by cell.
class Cells {
public:
    Cells(std::string_view text, char separator, std::string file)
        : text_(text), separator_(separator), file_(std::move(file)) {}

    /// The next row that is not empty; false at the end.
    bool next(std::vector<std::string>& row) {
        do {
            row.clear();
            if (at_ >= text_.size()) return false;
            row_line_ = line_;
            do row.push_back(cell());
            while (at_ <= text_.size() && text_[at_ - 1] == separator_);
        } while (row.size() == 1 && row.front().empty());
        return true;
    }

    int line() const { return row_line_; }

    [[noreturn]] void fail(const std::string& what) const {
        throw DataError(file_ + ", line " + std::to_string(row_line_) + ": " + what);
    }

private:
    /// One cell, and the separator or line end behind it.
    std::string cell() {
        std::string value;
        bool quoted = at_ < text_.size() && text_[at_] == '"';
        if (quoted) ++at_;
        while (at_ < text_.size()) {
            const char c = text_[at_++];
            if (quoted && c == '"' && at_ < text_.size() && text_[at_] == '"') {
                value += '"';
                ++at_;
            } else if (quoted && c == '"') {
                quoted = false;
            } else if (!quoted && c == separator_) {
                return value;
            } else if (c == '\n') {
                ++line_;
                if (!quoted) {
                    if (value.ends_with('\r')) value.pop_back();
                    return value;
                }
                value += c;
            } else {
                value += c;
            }
        }
        if (quoted) fail("a quote is not closed");
        ++at_;  // as if the text ended in a line end
        return value;
    }

    std::string_view text_;
    char separator_;
    std::string file_;
    std::size_t at_ = 0;
    int line_ = 1;
    int row_line_ = 1;
};

std::string lowerCased(std::string_view text) {
    std::string result;
    for (const char c : text) result += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return result;
}

std::optional<std::size_t> columnNamed(const std::vector<std::string>& header,
                                       std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        for (std::size_t i = 0; i < header.size(); ++i) {
            if (lowerCased(header[i]) == name) return i;
        }
    }
    return std::nullopt;
}

std::optional<double> numberIn(std::string_view cell) {
    while (!cell.empty() && (cell.front() == ' ' || cell.front() == '+')) cell.remove_prefix(1);
    while (!cell.empty() && (cell.back() == ' ' || cell.back() == '%')) cell.remove_suffix(1);
    double value = 0.0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
    return value;
}

/// The separator of which the header has most.
char separatorOf(std::string_view text) {
    const std::string_view header = text.substr(0, text.find('\n'));
    char best = ',';
    for (const char candidate : {',', ';', '\t'}) {
        if (std::ranges::count(header, candidate) > std::ranges::count(header, best)) {
            best = candidate;
        }
    }
    return best;
}

/// Runs by name, in the order in which they came.
class Runs {
public:
    LoggedScalars& named(const std::string& name) {
        for (LoggedScalars& run : runs) {
            if (run.name == name) return run;
        }
        runs.push_back({name, {}, {}});
        return runs.back();
    }
    std::vector<LoggedScalars> runs;
};

class Table {
public:
    Table(std::string_view text, const std::filesystem::path& file)
        : cells_(text, separatorOf(text), file.string()), name_(cleanedName(file.stem().string())) {
        if (!cells_.next(header_)) throw DataError(file.string() + " is empty");
        for (std::string& name : header_) name = cleanedName(name);
        step_ = columnNamed(header_, {"epoch", "step", "_step", "global_step", "iteration"});
    }

    std::vector<LoggedScalars> read() {
        const auto number = columnNamed(header_, {"metric", "key", "tag"});
        const auto value = columnNamed(header_, {"value"});
        const bool is_long = number && value && header_.size() > 2;
        std::vector<std::string> row;
        for (std::int64_t i = 0; cells_.next(row); ++i) {
            if (row.size() != header_.size()) {
                cells_.fail(std::to_string(row.size()) + " cells, where the header has " +
                            std::to_string(header_.size()));
            }
            const std::int64_t step = stepIn(row, i);
            if (is_long) {
                addLong(row, *number, *value, step);
            } else {
                addWide(row, step);
            }
        }
        for (LoggedScalars& run : runs_.runs) {
            for (const std::size_t column : of_text_) {
                const auto [name, of_text] = splitName(column);
                if (name != run.name) continue;
                run.series.erase(of_text);
                run.notes.push_back("the column \"" + header_[column] +
                                    "\" holds more than numbers; it is left out");
            }
        }
        std::erase_if(runs_.runs, [](const LoggedScalars& run) { return run.series.empty(); });
        if (runs_.runs.empty()) cells_.fail("there is no column of numbers");
        return std::move(runs_.runs);
    }

private:
    std::int64_t stepIn(const std::vector<std::string>& row, std::int64_t otherwise) const {
        if (!step_) return otherwise;
        const std::optional<double> step = numberIn(row[*step_]);
        if (!step || *step < 0.0 || *step > 1e15 || *step != std::floor(*step)) {
            cells_.fail(header_[*step_] + " is \"" + row[*step_] +
                        "\"; it must be a whole number from 0");
        }
        return static_cast<std::int64_t>(*step);
    }

    void addLong(const std::vector<std::string>& row, std::size_t number, std::size_t value,
                 std::int64_t step) {
        const auto run = columnNamed(header_, {"run", "run_id", "run id", "run_name", "run name"});
        const std::optional<double> found = numberIn(row[value]);
        if (!found) cells_.fail(header_[value] + " is \"" + row[value] + "\", which is no number");
        if (std::isnan(*found)) return;
        runs_.named(run ? cleanedName(row[*run]) : name_).series[cleanedName(row[number])][step] =
            *found;
    }

    void addWide(const std::vector<std::string>& row, std::int64_t step) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i == step_ || row[i].empty() || of_text_.contains(i)) continue;
            const std::optional<double> value = numberIn(row[i]);
            const auto [run, number] = splitName(i);
            if (number.ends_with("__MIN") || number.ends_with("__MAX")) continue;
            if (!value) {
                of_text_.insert(i);
            } else if (!std::isnan(*value)) {
                runs_.named(run).series[number][step] = *value;
            }
        }
    }

    /// Run and number of a column.
    std::pair<std::string, std::string> splitName(std::size_t column) const {
        const std::string& name = header_[column];
        const std::size_t at = name.rfind(kOfRun);
        const bool of_wandb = step_ && header_[*step_] == "Step";
        if (at == std::string::npos || !of_wandb) return {name_, name};
        return {name.substr(0, at), name.substr(at + kOfRun.size())};
    }

    Cells cells_;
    std::string name_;
    std::vector<std::string> header_;
    std::optional<std::size_t> step_;
    std::set<std::size_t> of_text_;
    Runs runs_;
};

}  // namespace

std::vector<LoggedScalars> readScalarTable(const std::filesystem::path& file) {
    std::vector<std::string> notes;
    const std::string text = readForeignText(file, notes);
    std::vector<LoggedScalars> runs = Table(text, file).read();
    for (LoggedScalars& run : runs) {
        run.notes.insert(run.notes.begin(), notes.begin(), notes.end());
    }
    return runs;
}

}  // namespace ballast
