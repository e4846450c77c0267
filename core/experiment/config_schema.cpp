#include "core/experiment/config_schema.h"

#include <string>
#include <vector>

#include "core/experiment/catalog.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"

namespace ballast {
namespace {

using nlohmann::ordered_json;

ordered_json ruleSchema(const Field& field) {
    ordered_json alternatives = ordered_json::array();
    ordered_json names = ordered_json::array();
    for (const ClassRuleInfo* rule : rulesFor(field.term)) {
        if (rule->name == "values") continue;
        names.push_back(rule->name);
        ordered_json properties = {
            {"rule",
             {{"const", rule->name}, {"title", rule->label}, {"description", rule->formula}}}};
        if (rule->parameter) {
            const RuleParameter& p = *rule->parameter;
            ordered_json number = {{"type", "number"},
                                   {"title", p.symbol},
                                   {"description", p.help},
                                   {"default", p.default_value}};
            number[p.open ? "exclusiveMinimum" : "minimum"] = p.minimum;
            number[p.open ? "exclusiveMaximum" : "maximum"] = p.maximum;
            properties[std::string(p.name)] = number;
        }
        if (rule->class_values) {
            properties["values"] = {{"type", "array"},
                                    {"items", {{"type", "number"}, {"exclusiveMinimum", 0}}},
                                    {"description", "in the parameter's place, one per class"}};
        }
        alternatives.push_back({{"type", "object"},
                                {"properties", properties},
                                {"required", {"rule"}},
                                {"additionalProperties", false}});
    }
    // Spelt out: a bare list in braces would be inserted element by element.
    alternatives.insert(alternatives.begin(), ordered_json{{"type", "string"}, {"enum", names}});
    alternatives.push_back({{"type", "array"},
                            {"items", {{"type", "number"}}},
                            {"description", "one number per class"}});
    return {{"anyOf", alternatives}};
}

ordered_json fieldSchema(const Field& field) {
    ordered_json schema;
    switch (field.type) {
        case FieldType::text:
            schema = {{"type", "string"}};
            break;
        case FieldType::integer:
        case FieldType::number: {
            const char* type = field.type == FieldType::integer ? "integer" : "number";
            if (field.nullable) {
                schema["type"] = {type, "null"};
            } else {
                schema["type"] = type;
            }
            schema[field.above_minimum ? "exclusiveMinimum" : "minimum"] = field.minimum;
            schema["maximum"] = field.maximum;
            break;
        }
        case FieldType::choice: {
            schema["enum"] = ordered_json::array();
            for (const CatalogEntry& entry : field.choices) schema["enum"].push_back(entry.name);
            break;
        }
        case FieldType::model:
            schema = {{"type", "string"}, {"pattern", "^resnet[1-9][0-9]*$"}};
            schema["examples"] = ordered_json::array();
            for (const CatalogEntry& entry : field.choices)
                schema["examples"].push_back(entry.name);
            break;
        case FieldType::device:
            schema = {{"type", "string"}, {"pattern", "^(auto|cpu|cuda(:[0-9]+)?)$"}};
            break;
        case FieldType::class_rule:
            schema = ruleSchema(field);
            break;
    }
    std::string title(field.label);
    if (!field.symbol.empty()) title += " (" + std::string(field.symbol) + ")";
    schema["title"] = title;
    std::string help(field.help);
    if (!field.unit.empty()) help += " Unit: " + std::string(field.unit) + ".";
    schema["description"] = help;
    return schema;
}

ordered_json schemaAt(const std::string& pattern, const ordered_json& defaults) {
    if (const Field* field = findField(pattern)) {
        ordered_json schema = fieldSchema(*field);
        if (!defaults.is_discarded()) schema["default"] = defaults;
        return schema;
    }
    const std::vector<std::string> keys = childKeys(pattern);
    if (keys == std::vector<std::string>{"*"}) {
        const bool known = defaults.is_array() && !defaults.empty();
        ordered_json element = known ? defaults[0] : ordered_json(ordered_json::value_t::discarded);
        ordered_json schema = {{"type", "array"}, {"items", schemaAt(pattern + "/*", element)}};
        if (pattern == "/phases") {
            schema["minItems"] = 1;
            schema["description"] =
                "A phase is Fisher consistent (Eq. 4) where beta is 1 and log(alpha_y pi_y) - "
                "delta_y is the same for every class; `ballast-cli data show` and `loss` say "
                "whether it is, for given class counts.";
        }
        return schema;
    }
    ordered_json properties;
    for (const std::string& key : keys) {
        if (pattern.empty() && key == "format") {
            properties[key] = {{"const", kConfigFormat}};
            continue;
        }
        const bool known = defaults.is_object() && defaults.contains(key);
        properties[key] =
            schemaAt(pattern + "/" + key,
                     known ? defaults.at(key) : ordered_json(ordered_json::value_t::discarded));
    }
    return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
}

}  // namespace

ordered_json configSchema() {
    const RunConfig defaults;
    ordered_json schema = schemaAt("", toJson(defaults));
    schema.erase("title");
    ordered_json head = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                         {"title", "Ballast run config"}};
    head.update(schema);
    return head;
}

}  // namespace ballast
