#pragma once

#include <QString>
#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/results/run_groups.h"
#include "core/results/run_query.h"

namespace ballast {

/// What stands in a cell, and what it is sorted by.
struct RunCell {
    FieldValue value;
    QString text;
};

/// The cells of a row, one for each column. They are never changed, so rows share them.
using RunCells = std::shared_ptr<const std::vector<RunCell>>;

/// Works out the cells of runs and groups. A run's are remembered until the run or the columns
/// change, so of ten thousand runs only the one that trains costs anything.
class RunCellMaker {
public:
    /// Fields of core/results/run_query.h, or kSeedsColumn. Throws ConfigError: unknown field.
    void setColumns(const std::vector<std::string>& keys);

    RunCells of(const IndexedRun& run);

    /// What the group's runs have in common: a mean ± sample standard deviation, with n where not
    /// all of its runs have the value; a text, or a range.
    RunCells of(const RunGroup& group);

    /// The value of a field, remembered where it is one of the config.
    FieldValue valueOf(const RunField& field, const IndexedRun& run);

    /// Forgets all but these runs.
    void keepOnly(std::span<const IndexedRun* const> runs);

private:
    /// What the cells of a run are made from, but for its config.
    struct Stamp {
        std::size_t epochs = 0;
        std::array<std::byte, sizeof(EpochScalars)> last{};  // as bytes: NaN equals NaN
        RunState state = RunState::queued;
        bool interrupted = false;
        std::string device;
        std::string error;
        RunNotes notes;
        std::int64_t disk_bytes = 0;
        bool operator==(const Stamp&) const = default;
    };
    struct Known {
        RunConfig config;
        std::map<std::string, FieldValue> fields;  // of the config: JSON costs more than all else
        Stamp stamp;
        RunCells cells;
    };

    static Stamp stampOf(const IndexedRun& run);
    Known& known(const IndexedRun& run);
    RunCell cellOf(const RunField& field, const IndexedRun& run);
    RunCell cellOf(std::size_t column, const RunGroup& group);

    std::vector<RunField> columns_;  // of kSeedsColumn one without a function
    std::unordered_map<std::string, Known> known_;
};

}  // namespace ballast
