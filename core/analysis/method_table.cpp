#include "core/analysis/method_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "core/base/human_text.h"
#include "core/experiment/catalog.h"
#include "core/experiment/presets.h"
#include "core/results/run_groups.h"

namespace ballast {
namespace {

/// What a column's runs are trained on, in the order of the paper: data set, LT before step, large
/// ratios first.
struct ColumnData {
    std::string dataset;
    Profile profile = Profile::none;
    double ratio = 0.0;

    auto order() const {
        const auto listed = std::ranges::find(datasets(), dataset, &DatasetInfo::name);
        return std::tuple(listed - datasets().begin(), dataset, profile, -ratio);
    }
    bool operator<(const ColumnData& other) const { return order() < other.order(); }

    std::string label() const {
        const DatasetInfo* info = findDataset(dataset);
        return info == nullptr ? dataset : std::string(info->label);
    }
    std::string ratioText() const { return profile == Profile::none ? "" : valueText(ratio); }
    std::string profileText() const {
        return profile == Profile::long_tailed ? "LT"
               : profile == Profile::step      ? "Step"
                                               : "balanced";
    }
};

ColumnData dataOf(const RunConfig& config) {
    const ImbalanceConfig& imbalance = config.data.imbalance;
    return {config.data.dataset, imbalance.profile,
            imbalance.profile == Profile::none ? 1.0 : imbalance.ratio};
}

/// A row's place: without SAM first, then the presets' order, then the name.
struct RowPlace {
    bool sam = false;
    std::ptrdiff_t preset = 0;
    std::string name;

    bool operator<(const RowPlace& other) const {
        if (sam != other.sam) return other.sam;
        if (preset != other.preset) return preset < other.preset;
        return naturallyBefore(name, other.name);
    }
};

RowPlace placeOfRow(const RunConfig& config, const std::string& name) {
    const std::string method = name.substr(0, name.find(" ("));
    const auto preset = std::ranges::find(presets(), method, &PresetInfo::name);
    const bool sam =
        std::ranges::any_of(config.phases, [](const Phase& phase) { return phase.sam_radius > 0; });
    return {sam, preset - presets().begin(), name};
}

RunField valueField(TableValue value) {
    if (value.kind == TableValue::after) return runField("at:" + std::to_string(value.epochs_done));
    return runField(value.kind == TableValue::best ? "best" : "last");
}

/// The groups of the runs that count, each at its place.
struct Gathered {
    std::map<RowPlace, std::map<ColumnData, RunGroup>> rows;
    std::set<ColumnData> columns;
    std::optional<Selection> selection;  // nothing: not the same for all
};

Gathered gather(std::span<const IndexedRun* const> runs, TableValue value, GroupTable& table) {
    std::vector<const IndexedRun*> counted;
    for (const IndexedRun* run : runs) {
        if (!run->error.empty()) continue;
        const bool enough = value.kind == TableValue::after
                                ? !std::isnan(run->after(value.epochs_done))
                                : run->complete();
        if (enough) {
            counted.push_back(run);
        } else {
            ++table.unfinished;
        }
    }
    const std::vector<RunGroup> groups = groupRuns(counted, true);
    const std::vector<std::string> names = groupNames(groups);
    const RunField field = valueField(value);
    Gathered gathered;
    std::set<Selection> selections;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        table.shown += groups[i].runs.size();
        table.repeated += groups[i].repeated.size();
        if (statisticsOf(groups[i], field).n == 0) continue;
        const RunConfig& config = groups[i].config();
        const ColumnData data = dataOf(config);
        gathered.columns.insert(data);
        gathered.rows[placeOfRow(config, names[i])].insert_or_assign(data, groups[i]);
        selections.insert(config.training.selection);
    }
    if (selections.size() == 1) gathered.selection = *selections.begin();
    return gathered;
}

TableCell cellOf(const RunGroup& group, const RunField& field) {
    TableCell cell;
    for (const IndexedRun* run : group.runs) {
        const FieldValue value = field.of(*run);
        if (const double* number = std::get_if<double>(&value)) {
            cell.values.push_back({run->description.config.training.seed, *number});
        }
    }
    return cell;
}

std::string selectionText(const Gathered& gathered, TableValue value) {
    if (value.kind == TableValue::last) return "last epoch";
    if (value.kind == TableValue::after) {
        return "after " + std::to_string(value.epochs_done) +
               (value.epochs_done == 1 ? " epoch" : " epochs");
    }
    if (gathered.selection == Selection::validation) {
        return "best epoch, selected on validation data";
    }
    if (gathered.selection == Selection::test) {
        return "best epoch, selected on the test set as in the papers";
    }
    return "best epoch, selected on test or validation data as each config says";
}

/// What CSV says of the selection.
std::string selectionKey(const Gathered& gathered, TableValue value) {
    if (value.kind != TableValue::best) return "";
    return gathered.selection ? std::string(nameOf(*gathered.selection)) : "mixed";
}

/// Fills the rows with the groups' numbers, `fields` of them for each data.
void fillRows(CrossTable& table, const Gathered& gathered, std::span<const RunField> fields) {
    const bool blocks = !gathered.rows.empty() &&
                        gathered.rows.begin()->first.sam != gathered.rows.rbegin()->first.sam;
    for (const auto& [place, groups] : gathered.rows) {
        TableRow row;
        row.name = place.name;
        row.keys = {place.name};
        if (blocks) row.block = place.sam ? "w/ SAM" : "w/o SAM";
        for (const ColumnData& data : gathered.columns) {
            const auto group = groups.find(data);
            for (const RunField& field : fields) {
                row.cells.push_back(group == groups.end() ? TableCell()
                                                          : cellOf(group->second, field));
            }
        }
        table.rows.push_back(std::move(row));
    }
    rankCells(table);
}

}  // namespace

GroupTable methodTable(std::span<const IndexedRun* const> runs, TableValue value) {
    GroupTable made;
    const Gathered gathered = gather(runs, value, made);
    CrossTable& table = made.table;
    table.row_title = "Method";
    table.header = {"Data set", "Imbalance type", "Imbalance ratio"};
    table.row_keys = {"method"};
    table.column_keys = {"dataset", "profile", "ratio", "value", "selected_on"};
    table.subject = "Balanced test accuracy in %, " + selectionText(gathered, value);
    const std::string kind = value.kind == TableValue::best ? "best"
                             : value.kind == TableValue::last
                                 ? "last"
                                 : "after " + std::to_string(value.epochs_done);
    for (const ColumnData& data : gathered.columns) {
        TableColumn column;
        column.titles = {data.label(), data.profileText(), data.ratioText()};
        column.keys = {data.dataset, std::string(nameOf(data.profile)), data.ratioText(), kind,
                       selectionKey(gathered, value)};
        table.columns.push_back(column);
    }
    const RunField field = valueField(value);
    fillRows(table, gathered, {&field, 1});
    return made;
}

GroupTable shotsTable(std::span<const IndexedRun* const> runs) {
    constexpr std::pair<const char*, const char*> kShots[] = {
        {"many", "Many"}, {"medium", "Medium"}, {"few", "Few"}, {"best", "All"}};
    GroupTable made;
    const Gathered gathered = gather(runs, {}, made);
    CrossTable& table = made.table;
    table.row_title = "Method";
    table.header = {"Data set", "Classes"};
    table.row_keys = {"method"};
    table.column_keys = {"dataset", "profile", "ratio", "value", "selected_on"};
    table.subject =
        "Test accuracy in % of the classes with more than 100 training images (many), "
        "20 to 100 (medium) and fewer (few), and balanced over all, " +
        selectionText(gathered, {});
    std::vector<RunField> fields;
    for (const auto& [name, title] : kShots) fields.push_back(runField(name));
    for (const ColumnData& data : gathered.columns) {
        const std::string imbalance =
            data.profile == Profile::none ? "" : " " + data.profileText() + " " + data.ratioText();
        for (const auto& [name, title] : kShots) {
            TableColumn column;
            column.titles = {data.label() + imbalance, title};
            column.keys = {data.dataset, std::string(nameOf(data.profile)), data.ratioText(), name,
                           selectionKey(gathered, {})};
            table.columns.push_back(column);
        }
    }
    fillRows(table, gathered, fields);
    return made;
}

}  // namespace ballast
