#include "core/experiment/field_words.h"

#include <charconv>
#include <optional>

#include "core/experiment/class_rules.h"
#include "core/experiment/config_fields.h"

namespace ballast {
namespace {

std::string labelOf(const Field& field) {
    std::string label(field.label);
    if (!field.symbol.empty()) label += " " + std::string(field.symbol);
    return label;
}

/// ", phase 2" of "/phases/1/from"; "" outside of lists, ", phase" of a pointer to all phases.
std::string placeOf(const std::string& pointer) {
    for (const auto& [list, word] : {std::pair{"/phases/", ", phase "},
                                     std::pair{"/lr_schedule/steps/", ", learning-rate step "}}) {
        const std::string start = list;
        if (!pointer.starts_with(start)) continue;
        int index = 0;
        const char* first = pointer.data() + start.size();
        if (std::from_chars(first, pointer.data() + pointer.size(), index).ec != std::errc()) {
            return "";
        }
        return word + std::to_string(index + 1);
    }
    return "";
}

/// The symbol of a class rule's parameter, or the rule's own part as it is called in configs.
std::string partOf(const Field& owner, const std::string& part) {
    for (const ClassRuleInfo* rule : rulesFor(owner.term)) {
        if (rule->parameter && rule->parameter->name == part) {
            return std::string(rule->parameter->symbol);
        }
    }
    return part;
}

}  // namespace

std::string fieldInWords(const std::string& pointer) {
    if (const Field* field = findField(pointer)) return labelOf(*field) + placeOf(pointer);
    const std::size_t slash = pointer.rfind('/');
    if (slash == std::string::npos || slash == 0) return pointer;
    const Field* owner = findField(pointer.substr(0, slash));
    if (owner == nullptr || owner->type != FieldType::class_rule) return pointer;
    std::string label = labelOf(*owner);
    if (!label.empty() && label[0] >= 'A' && label[0] <= 'Z') {
        label[0] = static_cast<char>(label[0] - 'A' + 'a');
    }
    return partOf(*owner, pointer.substr(slash + 1)) + " of " + label + placeOf(pointer);
}

std::string fieldSymbol(const std::string& pointer) {
    if (const Field* field = findField(pointer)) {
        return std::string(field->symbol.empty() ? field->label : field->symbol);
    }
    const std::string name = pointer.substr(pointer.rfind('/') + 1);
    for (const ClassRuleInfo& rule : classRules()) {
        if (rule.parameter && rule.parameter->name == name) {
            return std::string(rule.parameter->symbol.empty() ? name : rule.parameter->symbol);
        }
    }
    return name;
}

std::string editedInWords(const std::string& pointer) {
    static constexpr std::string_view kInForce = "/phase/";
    static constexpr std::string_view kFirst = ", phase 1";
    if (!pointer.starts_with(kInForce)) return fieldInWords(pointer);
    std::string words = fieldInWords("/phases/0/" + pointer.substr(kInForce.size()));
    if (words.ends_with(kFirst)) words.resize(words.size() - kFirst.size());
    return words;
}

}  // namespace ballast
