#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/experiment/config.h"

namespace ballast {

/// One field and what it becomes.
struct Setting {
    std::string pointer;
    nlohmann::json value;
    bool operator==(const Setting&) const = default;
};

/// One line of an edit's contract: a field of the config, or (empty pointer) a part of the run's
/// state.
struct ContractRow {
    enum class Kind {
        inherited,  // as before
        changed,    // another value from epoch `from` on
        reset       // not taken over: made or trained anew
    };
    Kind kind = Kind::inherited;
    std::string label;      // "Phase 2 · SAM radius"
    std::string pointer;    // into the new config, of what is gone into the old one
    nlohmann::json before;  // null: was not there
    nlohmann::json after;   // null: is gone
    int from = 0;           // first epoch, from 0, for which it holds
    std::string note;       // one sentence, or empty
};

/// A config that trains like another one before `epoch` and otherwise from there on.
struct ConfigEdit {
    RunConfig config;
    std::vector<ContractRow>
        contract;  // every field in the order of configFields(), then the state
};

/// The plain config that says: like `config` for `epoch` epochs, then with `settings`. Trained from
/// the start it does exactly what `config` did before that (EpochTree), so it can start from the
/// checkpoint after `epoch` epochs, 0 … config.training.epochs.
///
/// Pointers are those of `config`. "/phase/…" is the phase that holds from `epoch` on; so is its
/// own number. Where that phase began before, it is split, and only its second part changes.
/// "/optimizer/lr" becomes learning-rate factors and "/optimizer/weight_decay" the weight decay of
/// the phases from `epoch` on (of those that have none of their own). Phases and learning-rate
/// steps that begin later, the number of epochs, the selection and the name change as they are.
/// `next_phase_now`: the next phase begins at `epoch`, and a learning-rate step at its start moves
/// along, in place of the steps between.
///
/// Throws ConfigError with every problem, pointers as given: unknown fields, values that are not
/// allowed, and what the epochs before depend on (the seed, the network, a phase that is over).
ConfigEdit editedFrom(const RunConfig& config, std::span<const std::int64_t> class_counts,
                      int epoch, std::span<const Setting> settings, bool next_phase_now = false);

}  // namespace ballast
