#include "core/experiment/config_fields.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "core/experiment/field_table.h"
#include "core/experiment/rule_json.h"

namespace ballast {
namespace {

constexpr std::string_view kLists[] = {"/phases", "/lr_schedule/steps"};

const std::vector<Field>& fields() {
    static const std::vector<Field> kFields = field_table::allFields();
    return kFields;
}

bool isIndex(std::string_view token) {
    return !token.empty() && std::all_of(token.begin(), token.end(),
                                         [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::span<const Field> configFields() {
    return fields();
}

std::string fieldPattern(std::string_view pointer) {
    std::string pattern;
    std::size_t start = 0;
    while (start < pointer.size()) {
        const std::size_t end = std::min(pointer.find('/', start + 1), pointer.size());
        const std::string_view token = pointer.substr(start + 1, end - start - 1);
        pattern += '/';
        pattern += isIndex(token) ? "*" : std::string(token);
        start = end;
    }
    return pattern;
}

const Field* findField(std::string_view pointer) {
    const std::string pattern = fieldPattern(pointer);
    for (const Field& field : fields()) {
        if (field.pointer == pattern) return &field;
    }
    return nullptr;
}

std::span<const std::string_view> configLists() {
    return kLists;
}

std::size_t listSize(const RunConfig& config, std::string_view list) {
    return list == kLists[0] ? config.phases.size() : config.lr_schedule.steps.size();
}

void resizeList(RunConfig& config, std::string_view list, std::size_t size) {
    if (list == kLists[0]) {
        config.phases.resize(size);
    } else {
        config.lr_schedule.steps.resize(size);
    }
}

std::string_view listOf(const Field& field) {
    const std::size_t star = field.pointer.find("/*");
    return star == std::string_view::npos ? "" : field.pointer.substr(0, star);
}

bool fieldCounts(const Field& field, const RunConfig& config, std::size_t index) {
    if (field.depends_on.empty()) return true;
    const auto other = findField(field.depends_on)->access.get(config, index);
    return std::ranges::find(field.depends_values, other.get_ref<const std::string&>()) !=
           field.depends_values.end();
}

std::vector<std::string> childKeys(const std::string& pattern) {
    std::vector<std::string> keys;
    if (pattern.empty()) keys.emplace_back("format");
    for (const Field& field : configFields()) {
        const std::string pointer(field.pointer);
        if (!pointer.starts_with(pattern + "/")) continue;
        const std::size_t start = pattern.size() + 1;
        std::string key = pointer.substr(start, pointer.find('/', start) - start);
        if (std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
    }
    return keys;
}

std::string allowedText(const Field& field) {
    std::ostringstream out;
    out.precision(16);
    switch (field.type) {
        case FieldType::integer:
        case FieldType::number:
            if (field.minimum == field.maximum) {
                out << "only " << field.minimum;
            } else {
                out << (field.above_minimum ? "above " : "") << field.minimum << " … "
                    << field.maximum;
            }
            break;
        case FieldType::choice:
            for (const CatalogEntry& entry : field.choices) {
                out << (&entry == &field.choices.front() ? "" : ", ") << entry.name;
            }
            break;
        case FieldType::model:
            out << "resnet and a depth of 6n+2: resnet8, resnet14, resnet20, resnet26, resnet32, "
                   "…; "
                   "or resnet50, the network for photographs";
            break;
        case FieldType::device:
            out << "auto, cpu, cuda, cuda:N";
            break;
        case FieldType::class_rule:
            out << allowedRules(field.term);
            break;
        case FieldType::text:
            out << "text";
            break;
    }
    return out.str();
}

}  // namespace ballast
