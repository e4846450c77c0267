#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/catalog.h"

namespace ballast {

enum class FieldType { text, integer, number, choice, model, device, class_rule };

/// One field of a run's config: everything that validation, the JSON Schema, --set and the form
/// need to know about it. Defaults are those of the structs in config.h.
struct Field {
    std::string_view pointer = {};  // JSON pointer; "*" stands for any array index
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
    // Where given, the field counts only while another of the same object has one of these values.
    std::string_view depends_on = {};  // pointer, "*" as in this field's
    std::vector<std::string_view> depends_values = {};
};

/// All fields, in the order in which people read them.
std::span<const Field> configFields();

/// The field that a concrete pointer ("/phases/1/alpha") belongs to, or nullptr.
const Field* findField(std::string_view pointer);

/// "Any pointer": replaces array indices by "*", e.g. "/phases/1/from" -> "/phases/*/from".
std::string fieldPattern(std::string_view pointer);

/// The keys that may follow `pattern` in a config ("" is its top); {"*"} where it is a list.
std::vector<std::string> childKeys(const std::string& pattern);

/// What the field allows, for messages and help: "1 … 10000", "cpu, cuda, …".
std::string allowedText(const Field& field);

}  // namespace ballast
