#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ballast {

/// The preset that a config was last: its method, "" where none is known, and the protocol chosen
/// with it, "" where the epochs were kept.
struct ShownPreset {
    std::string method = {};
    std::string protocol = {};
};

/// One config through all its edits, which can be undone and redone. A plain value; it holds the
/// last 500 states as JSON text, some kilobytes each.
class EditHistory {
public:
    explicit EditHistory(nlohmann::json config = nlohmann::json::object());

    const nlohmann::json& current() const { return current_; }

    /// The config is now `config`; what had been undone can no longer be redone. `field` is the
    /// JSON pointer of the only field that was edited: edits of one field in a row are one step
    /// until settle(). "" where it is more than a field: always a step of its own. `words` says
    /// what was done. A config that is the same is no step.
    void record(const nlohmann::json& config, const std::string& field, const std::string& words);

    /// The preset of the current state; those that follow have it too, until it is set again.
    const ShownPreset& preset() const { return states_[at_].preset; }
    void setPreset(ShownPreset preset) { states_[at_].preset = std::move(preset); }

    /// The next edit is a step of its own.
    void settle() { settled_ = true; }

    bool canUndo() const { return at_ > 0; }
    bool canRedo() const { return at_ + 1 < states_.size(); }
    /// Goes a step back or forward, where there is one, and returns the field that it is about,
    /// or "".
    std::string undo();
    std::string redo();
    /// What undo() and redo() would take back and do again, or "".
    std::string undoWords() const { return canUndo() ? states_[at_].words : ""; }
    std::string redoWords() const { return canRedo() ? states_[at_ + 1].words : ""; }

private:
    struct State {
        std::string config;
        std::string field;  // what led to it from the state before
        std::string words;
        ShownPreset preset;
    };
    void go(std::size_t to);

    std::vector<State> states_;  // the first has led from nothing
    std::size_t at_ = 0;         // the current one
    nlohmann::json current_;
    bool settled_ = true;
};

}  // namespace ballast
