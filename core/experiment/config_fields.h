#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/catalog.h"
#include "core/experiment/class_rules.h"

namespace ballast {

enum class FieldType { text, integer, number, choice, model, device, class_rule };

/// Which epochs give other numbers where a field is changed: what runs may share follows from it
/// (EpochTree), and TrunkStore compares the rest.
enum class Affects {
    nothing,     // none: it names the run or chooses among its epochs
    machine,     // where it is trained; the numbers are compared as equal only on equal machines
    evaluation,  // none: but what is measured after each of them
    place,       // none while the images are the same: where they lie
    data,        // all: which images there are
    run,         // all
    phase,       // all of its phase
    start,       // what happens before the first epoch of its phase
    resolved,    // those in which it resolves to another rate, class term, weight decay or
                 // measurement
};

/// Who sets a field when a preset is taken over into a config.
enum class SetBy {
    user,      // the preset leaves it as it was
    protocol,  // only a chosen protocol sets it
    method,    // every preset sets it
};

/// Reads and writes the member that a field stands for; `index` is the element's in the field's
/// list, 0 outside lists. `set` takes a valid value; null leaves the member as it is.
struct FieldAccess {
    std::function<nlohmann::ordered_json(const RunConfig&, std::size_t index)> get;
    std::function<void(RunConfig&, std::size_t index, const nlohmann::json&)> set;
};

/// One field of a run's config: everything that JSON in both directions, validation, the JSON
/// Schema, --set, the form, queries, presets and the epoch tree need to know about it. Defaults are
/// those of the structs in config.h.
struct Field {
    std::string_view pointer = {};  // JSON pointer; "*" stands for any array index
    FieldAccess access = {};
    Affects affects = Affects::run;
    SetBy set_by = SetBy::user;
    FieldType type = FieldType::text;
    std::string_view label = {};
    std::string_view symbol = {};  // the paper's, or empty
    std::string_view unit = {};    // or empty
    std::string_view help = {};
    double minimum = 0.0;                    // integer and number
    double maximum = 0.0;                    // integer and number
    bool above_minimum = false;              // the minimum itself is excluded
    bool nullable = false;                   // null, or leaving it out, means `absent`
    std::string_view absent = "inherit";     // what an empty nullable field says
    std::vector<CatalogEntry> choices = {};  // choice and model (where others may be typed too)
    ClassTerm term = ClassTerm::alpha;       // class_rule
    // Younger than runs there are: a default says nothing, and stays out of a config's identity.
    bool later = false;
    // Where given, the field counts only while another of the same object has one of these values.
    std::string_view depends_on = {};  // pointer, "*" as in this field's
    std::vector<std::string_view> depends_values = {};
};

/// All fields, in the order in which people read them.
std::span<const Field> configFields();

/// The field that a concrete pointer ("/phases/1/alpha") belongs to, or nullptr.
const Field* findField(std::string_view pointer);

/// The lists of a config, by their pointers: "/phases", "/lr_schedule/steps".
std::span<const std::string_view> configLists();
/// How many elements the list has in `config`, and makes it so many.
std::size_t listSize(const RunConfig& config, std::string_view list);
void resizeList(RunConfig& config, std::string_view list, std::size_t size);

/// The list that a field's elements stand in, or "".
std::string_view listOf(const Field& field);

/// Whether the field counts in `config`: false where it depends on another that has none of the
/// values it depends on.
bool fieldCounts(const Field& field, const RunConfig& config, std::size_t index = 0);

/// "Any pointer": replaces array indices by "*", e.g. "/phases/1/from" -> "/phases/*/from".
std::string fieldPattern(std::string_view pointer);

/// The keys that may follow `pattern` in a config ("" is its top); {"*"} where it is a list.
std::vector<std::string> childKeys(const std::string& pattern);

/// What the field allows, for messages and help: "1 … 10000", "cpu, cuda, …".
std::string allowedText(const Field& field);

}  // namespace ballast
