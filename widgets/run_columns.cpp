#include "widgets/run_columns.h"

#include <QCoreApplication>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.h"
#include "core/experiment/class_rules.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "core/results/run_query.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

using nlohmann::json;

struct ColumnWords {
    Q_DECLARE_TR_FUNCTIONS(ColumnWords)
};

bool isText(const std::string& key) {
    static constexpr std::string_view kTexts[] = {
        "id",    "name",      "method", "data", "state",  "created", "device",
        "error", "chosen-on", "tags",   "note", "pinned", "archived"};
    if (std::ranges::find(kTexts, key) != std::end(kTexts)) return true;
    const Field* field = findField(key);
    return field != nullptr && field->type != FieldType::integer &&
           field->type != FieldType::number;
}

/// "Phase 2" of a pointer into the second phase, or nothing.
QString phaseOf(const std::string& pointer) {
    if (!pointer.starts_with("/phases/")) return {};
    return ColumnWords::tr("phase %1").arg(std::atoi(pointer.c_str() + 8) + 1);
}

RunColumn configColumn(const std::string& pointer) {
    RunColumn column;
    column.key = pointer;
    column.is_text = isText(pointer);
    QString symbol;
    const Field* field = findField(pointer);
    if (field != nullptr) {
        column.label = text(field->label);
        symbol = text(field->symbol);
        column.help = text(field->help);
    } else {
        const std::size_t slash = pointer.rfind('/');
        const std::string part = pointer.substr(slash + 1);
        const Field* owner = findField(pointer.substr(0, slash));
        column.label = text(owner->label);
        symbol = text(owner->symbol);
        for (const ClassRuleInfo* rule : rulesFor(owner->term)) {
            if (!rule->parameter || rule->parameter->name != part) continue;
            symbol = text(rule->parameter->symbol);
            column.help = text(rule->parameter->help);
        }
    }
    column.title = symbol.isEmpty() ? column.label : symbol;
    if (!symbol.isEmpty()) column.label += QLatin1Char(' ') + symbol;
    if (const QString phase = phaseOf(pointer); !phase.isEmpty()) {
        column.title += QStringLiteral(" · ") + phase;
        column.label += QStringLiteral(" · ") + phase;
    }
    column.help =
        column.help.isEmpty() ? column.label : column.label + QLatin1Char('\n') + column.help;
    return column;
}

}  // namespace

RunColumn runColumn(const std::string& key) {
    if (key != kSeedsColumn) runField(key);  // throws
    if (key.starts_with('/')) return configColumn(key);
    const auto tr = [](const char* words) { return ColumnWords::tr(words); };
    if (key == kSeedsColumn)
        return {key, tr("Runs"), tr("Runs"), tr("Runs of the group that count")};
    if (key.starts_with("at:")) {
        const QString title = ColumnWords::tr("% at %1").arg(QString::fromStdString(key.substr(3)));
        return {key, title, title, tr("Balanced test accuracy after that many epochs")};
    }
    struct Words {
        std::string_view key;
        const char* title;
    };
    static constexpr Words kTitles[] = {{"id", "ID"},
                                        {"name", "Run"},
                                        {"method", "Method"},
                                        {"data", "Data"},
                                        {"state", "State"},
                                        {"created", "Created"},
                                        {"device", "Device"},
                                        {"epochs", "Epochs"},
                                        {"best", "Best %"},
                                        {"best-epoch", "at epoch"},
                                        {"chosen-on", "chosen on"},
                                        {"last", "Last %"},
                                        {"validation", "Validation %"},
                                        {"loss", "Loss"},
                                        {"majority", "Majority %"},
                                        {"minority", "Minority %"},
                                        {"many", "Many %"},
                                        {"medium", "Medium %"},
                                        {"few", "Few %"},
                                        {"tags", "Tags"},
                                        {"note", "Note"},
                                        {"pinned", "Pinned"},
                                        {"archived", "Archived"},
                                        {"disk", "Disk"},
                                        {"error", "Error"}};
    const auto found = std::ranges::find(kTitles, key, &Words::key);
    const auto info = std::ranges::find(resultFields(), key, &ResultFieldInfo::name);
    const QString title =
        found == std::end(kTitles) ? QString::fromStdString(key) : tr(found->title);
    QString help = info == resultFields().end() ? QString() : text(info->help);
    if (!help.isEmpty()) help[0] = help[0].toUpper();
    if (key == "majority" || key == "minority") help += tr("; ~ while it was trained");
    const QString label = key == "best-epoch"  ? tr("Best at epoch")
                          : key == "chosen-on" ? tr("Best chosen on")
                                               : title;
    return {key, title, label, help, isText(key)};
}

namespace {

/// Without those that are no field of a run, in the order in which people read them.
std::vector<std::string> readable(std::vector<std::string> fields) {
    std::ranges::sort(fields);
    fields.erase(std::ranges::unique(fields).begin(), fields.end());
    std::erase_if(fields, [](const std::string& pointer) {
        if (pointer == "/name") return true;
        try {
            runField(pointer);
            return false;
        } catch (const ConfigError&) {  // one number of a list
            return true;
        }
    });
    const auto all = configFields();
    std::ranges::stable_sort(fields, {}, [&](const std::string& pointer) {
        const Field* field = findField(pointer);
        if (field == nullptr) field = findField(pointer.substr(0, pointer.rfind('/')));
        return field - all.data();
    });
    return fields;
}

/// A class rule is text, or an object with its name; the whole rule is one column.
std::string shownPointer(const std::string& pointer) {
    return pointer.ends_with("/rule") ? pointer.substr(0, pointer.size() - 5) : pointer;
}

}  // namespace

std::vector<std::string> fieldsOfConfigs(std::span<const IndexedRun* const> runs) {
    std::set<std::string> seen;
    std::set<std::string> fields;
    for (const IndexedRun* run : runs) {
        if (!run->error.empty()) continue;
        // A field that one run of a method has, all have.
        const RunConfig& config = run->description.config;
        std::string shape = std::to_string(config.phases.size()) + " " +
                            std::to_string(config.lr_schedule.steps.size());
        for (const Phase& phase : config.phases) {
            shape += " " + phase.alpha.rule + " " + phase.beta.rule + " " + phase.delta.rule;
        }
        if (!seen.insert(shape).second) continue;
        const json flat = json(toJson(config)).flatten();
        for (const auto& [pointer, value] : flat.items()) fields.insert(shownPointer(pointer));
    }
    return readable({fields.begin(), fields.end()});
}

std::vector<std::string> differingFields(std::span<const IndexedRun* const> runs) {
    struct Seen {
        json value;
        std::size_t configs = 0;  // that have the field
        bool differs = false;
    };
    std::map<std::string, Seen> seen;
    std::size_t configs = 0;
    const RunConfig* last = nullptr;
    for (const IndexedRun* run : runs) {
        if (!run->error.empty()) continue;
        const RunConfig& config = run->description.config;
        if (last != nullptr && config == *last) continue;
        last = &config;
        ++configs;
        const json fields = json(toJson(config)).flatten();
        for (const auto& [pointer, value] : fields.items()) {
            Seen& field = seen[pointer];
            if (field.configs++ == 0) field.value = value;
            field.differs = field.differs || field.value != value;
        }
    }
    std::vector<std::string> fields;
    for (const auto& [pointer, field] : seen) {
        const std::string shown_as = shownPointer(pointer);
        const Field* info = findField(shown_as);
        const bool is_rule = info != nullptr && info->type == FieldType::class_rule;
        // Of a phase that only some have, its start and its rules count, and not all its defaults.
        const bool some = field.configs < configs && (is_rule || pointer.ends_with("/from"));
        if (field.differs || some) fields.push_back(shown_as);
    }
    return readable(std::move(fields));
}

}  // namespace ballast
