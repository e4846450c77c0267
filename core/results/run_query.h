#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/results/run_index.h"

namespace ballast {

/// What a field says of a run: nothing, a number, or text.
using FieldValue = std::variant<std::monostate, double, std::string>;

/// Something by which runs are chosen, sorted and shown.
struct RunField {
    std::string name;
    std::function<FieldValue(const IndexedRun&)> of;
};

struct ResultFieldInfo {
    std::string_view name;
    std::string_view help;
};

/// The fields that are no part of a config, such as "best" and "state". Accuracies are shares.
std::span<const ResultFieldInfo> resultFields();

/// Whether a field is an accuracy, a share of 1.
bool isAccuracyField(std::string_view name);

/// The field of that name: one of resultFields(), "at:EPOCH" (balanced test accuracy after that
/// many epochs), or a JSON pointer into the config ("/phases/1/alpha/nu"; also "/phases/1/alpha",
/// whose value is then "power(nu=0.5)"). Throws ConfigError with the nearest known name.
RunField runField(const std::string& name);

/// "best>0.6" as a question to a run. Operators: = != < <= > >= and ~ (contains). Numbers compare
/// as numbers, text as text; "null" stands for a missing value, which no other comparison than !=
/// holds of. Throws ConfigError: unknown field or operator; the predicate itself throws it where
/// a number meets something that is none. `field_of`: which fields there are.
using FieldLookup = std::function<RunField(const std::string& name)>;
std::function<bool(const IndexedRun&)> runCondition(const std::string& text,
                                                    const FieldLookup& field_of = runField);

/// Plain words as a question to a run: each is part of its name, method, tags or note, in capitals
/// or not. May be kept: it remembers the methods it has found.
std::function<bool(const IndexedRun&)> runWords(const std::string& words);

/// What people type to find runs, conditions and plain words mixed, joined by "and" or ";":
/// "drw best>0.6 and state=finished". Words before a condition need no "and". Throws ConfigError.
std::function<bool(const IndexedRun&)> runFilter(const std::string& typed);

/// What stands between "and" and ";" of a filter, without empty parts.
std::vector<std::string> filterParts(const std::string& typed);

/// Pointers to those runs for which all conditions hold, in their order. Throws ConfigError.
std::vector<const IndexedRun*> runsWhere(std::span<const IndexedRun> runs,
                                         const std::vector<std::string>& conditions);

/// Sorts by the fields in turn, largest first where a name begins with "-". Numbers come before
/// text, missing values last; equals keep their order. Throws ConfigError.
void sortRuns(std::vector<const IndexedRun*>& runs, const std::vector<std::string>& keys);

/// The order of sortRuns between two values: negative, zero or positive.
int compareValues(const FieldValue& a, const FieldValue& b, bool largest_first);

/// A value for people: numbers with at most `digits` decimals (negative: all of them), "" for none.
std::string valueText(const FieldValue& value, int digits = -1);

/// "CIFAR-10 LT 100": data set, profile and imbalance ratio.
std::string dataText(const DataConfig& data);

/// The method's name: of a run of a sweep its base's; else the config's own without a trailing seed
/// ("CE+DRW seed 3", "ce_s3") where that is a preset that gives this config; otherwise the name of
/// a preset that does; otherwise its own all the same. Takes milliseconds.
std::string methodName(const RunConfig& config);

}  // namespace ballast
