#include "core/experiment/edit_contract.h"

#include <algorithm>

#include "core/experiment/class_terms.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"

namespace ballast {
namespace {

using nlohmann::json;
using RowKind = ContractRow::Kind;

/// A list of the config, its elements called `element` by people.
struct List {
    std::string pointer;
    const char* element;
    const std::vector<int>& origins;
};

class Contract {
public:
    explicit Contract(const EditSides& sides)
        : sides_(sides), old_(toJson(sides.before)), new_(toJson(sides.after)) {}

    std::vector<ContractRow> make() {
        const List lists[] = {{"/phases", "Phase", sides_.origins.phases},
                              {"/lr_schedule/steps", "Step", sides_.origins.steps}};
        std::string last;
        for (const Field& field : configFields()) {
            const std::string pointer(field.pointer);
            const std::size_t star = pointer.find("/*/");
            if (star == std::string::npos) {
                single(field);
                continue;
            }
            const std::string list = pointer.substr(0, star);
            if (list == last) continue;  // all its fields are there already
            last = list;
            for (const List& candidate : lists) {
                if (candidate.pointer == list) elements(candidate);
            }
        }
        inForce();
        state();
        return std::move(rows_);
    }

private:
    void add(RowKind kind, const std::string& label, int from, const std::string& note = "") {
        rows_.push_back({kind, label, "", {}, {}, from, note});
    }

    void single(const Field& field) {
        const json::json_pointer at{std::string(field.pointer)};
        const bool same = old_.at(at) == new_.at(at);
        rows_.push_back({same ? RowKind::inherited : RowKind::changed, std::string(field.label),
                         std::string(field.pointer), old_.at(at), new_.at(at),
                         same ? 0 : sides_.epoch, ""});
    }

    void elements(const List& list) {
        const json& before = old_.at(json::json_pointer(list.pointer));
        const json& after = new_.at(json::json_pointer(list.pointer));
        for (std::size_t i = 0; i < after.size(); ++i) {
            const int origin = list.origins[i];
            for (const Field& field : fieldsOf(list)) {
                const std::string key = keyOf(field);
                ContractRow row;
                row.label = label(list, i, field);
                row.pointer = list.pointer + "/" + std::to_string(i) + "/" + key;
                row.before =
                    origin < 0
                        ? json()
                        : valueOf(field, before[static_cast<std::size_t>(origin)][key], old_);
                row.after = valueOf(field, after[i][key], new_);
                row.from = after[i]["from"].get<int>();
                const bool second_part = i > 0 && origin >= 0 && list.origins[i - 1] == origin;
                if (second_part) asSecondPart(key, row);
                row.kind = row.before == row.after ? RowKind::inherited : RowKind::changed;
                const bool moved = origin >= 0 && static_cast<std::size_t>(origin) != i;
                if (moved && key == "head_start" && row.after == "reinitialise" && !second_part) {
                    row.kind = RowKind::changed;
                    row.note =
                        "The new head's weights are drawn by the phase's number, which was " +
                        std::to_string(origin + 1) + " and is " + std::to_string(i + 1) + ".";
                }
                rows_.push_back(std::move(row));
            }
        }
        for (std::size_t o = 0; o < before.size(); ++o) {
            if (std::ranges::find(list.origins, static_cast<int>(o)) != list.origins.end())
                continue;
            for (const Field& field : fieldsOf(list)) {
                const std::string key = keyOf(field);
                rows_.push_back({RowKind::changed, label(list, o, field),
                                 list.pointer + "/" + std::to_string(o) + "/" + key,
                                 valueOf(field, before[o][key], old_), json(), sides_.epoch,
                                 "It is passed over."});
            }
        }
    }

    /// A phase that was split begins, and continues with the head and the schedule it has.
    void asSecondPart(const std::string& key, ContractRow& row) const {
        if (key == "from") {
            row.before = json();
            row.note = "Here the phase is split.";
        } else if (key == "head_start") {
            row.before = "keep";
        } else if (key == "lr_schedule") {
            row.before = "continue";
        }
    }

    static std::vector<Field> fieldsOf(const List& list) {
        std::vector<Field> fields;
        for (const Field& field : configFields()) {
            if (field.pointer.starts_with(list.pointer + "/*/")) fields.push_back(field);
        }
        return fields;
    }

    static std::string keyOf(const Field& field) {
        return std::string(field.pointer.substr(field.pointer.rfind('/') + 1));
    }

    static std::string label(const List& list, std::size_t index, const Field& field) {
        return list.element + (" " + std::to_string(index + 1)) + " · " + std::string(field.label);
    }

    /// What a field that says nothing means: the optimiser's weight decay, or words.
    static json valueOf(const Field& field, const json& value, const json& config) {
        if (!value.is_null()) return value;
        if (keyOf(field) == "weight_decay") return config["optimizer"]["weight_decay"];
        return std::string(field.absent);
    }

    void inForce() {
        const int epoch = sides_.epoch;
        if (epoch >= sides_.before.training.epochs || epoch >= sides_.after.training.epochs) return;
        const json before = learningRateAt(sides_.before, epoch);
        const json after = learningRateAt(sides_.after, epoch);
        rows_.push_back({before == after ? RowKind::inherited : RowKind::changed,
                         "Learning rate in epoch " + std::to_string(epoch), "", before, after,
                         epoch, ""});
    }

    void state() {
        const int epoch = sides_.epoch;
        const int epochs = sides_.after.training.epochs;
        add(RowKind::inherited, "Random numbers", 0,
            "They are functions of seed, epoch and image, so the rest of the run draws what it "
            "would have drawn.");
        if (epoch == 0) {
            add(RowKind::reset, "Weights, batch-norm statistics and momentum", 0,
                "The run begins with the first epoch.");
            add(RowKind::reset, "Records", 0, "All epochs are trained.");
            return;
        }
        const std::string after_epochs =
            "As after " + std::to_string(epoch) + (epoch == 1 ? " epoch." : " epochs.");
        add(RowKind::inherited, "Weights", 0, after_epochs);
        add(RowKind::inherited, "Batch-norm statistics", 0, after_epochs);
        const Phase& begun = phaseAt(sides_.after, epoch);
        if (begun.from == epoch && begun.lr_schedule != PhaseSchedule::continued) {
            add(RowKind::reset, "All momentum", epoch,
                "It is cleared as the phase begins a schedule of its own.");
        } else {
            add(RowKind::inherited, "Momentum", 0, after_epochs);
        }
        if (std::ranges::any_of(sides_.after.phases, usesEstimates)) {
            add(RowKind::inherited, "Estimates of κ_y", 0, after_epochs);
        }
        if (begun.from == epoch && begun.head_start != HeadStart::keep) {
            add(RowKind::reset, "Head's weights and momentum", epoch,
                begun.head_start == HeadStart::reinitialise
                    ? "They are reinitialised as the phase begins."
                : begun.head_start == HeadStart::class_means
                    ? "They become the classes' mean features as the phase begins; momentum is "
                      "cleared."
                    : "τ-normalised as the phase begins; momentum "
                      "is cleared.");
        }
        add(RowKind::inherited, "Records of epochs 0–" + std::to_string(epoch - 1), 0);
        const bool was_exact = exactIsDue(sides_.before, epoch - 1);
        if (exactIsDue(sides_.after, epoch - 1) != was_exact) {
            rows_.push_back({RowKind::reset,
                             "Exact statistics of epoch " + std::to_string(epoch - 1), "",
                             was_exact, !was_exact, epoch - 1,
                             "Exact statistics are taken on both sides of a phase change and in "
                             "the last epoch."});
        }
        if (epoch < epochs) {
            add(RowKind::reset,
                "Records of epochs " + std::to_string(epoch) + "–" + std::to_string(epochs - 1),
                epoch, "They are trained with these settings.");
        }
    }

    const EditSides& sides_;
    const json old_;
    const json new_;
    std::vector<ContractRow> rows_;
};

}  // namespace

std::vector<ContractRow> editContract(const EditSides& sides) {
    return Contract(sides).make();
}

}  // namespace ballast
