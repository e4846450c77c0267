#include "app/desktop/edit_history.h"

namespace ballast {
namespace {

constexpr std::size_t kMostStates = 500;

}  // namespace

EditHistory::EditHistory(nlohmann::json config) : current_(std::move(config)) {
    states_.push_back({current_.dump(), {}, {}, {}});
}

void EditHistory::record(const nlohmann::json& config, const std::string& field,
                         const std::string& words) {
    std::string text = config.dump();
    if (text == states_[at_].config) return;
    current_ = config;
    states_.resize(at_ + 1);
    const bool merges = !settled_ && at_ > 0 && !field.empty() && states_[at_].field == field;
    if (merges) {
        states_[at_].config = std::move(text);
    } else {
        states_.push_back({std::move(text), field, words, preset()});
        if (states_.size() > kMostStates) states_.erase(states_.begin());
        at_ = states_.size() - 1;
    }
    settled_ = false;
}

std::string EditHistory::undo() {
    if (!canUndo()) return {};
    std::string field = states_[at_].field;
    go(at_ - 1);
    return field;
}

std::string EditHistory::redo() {
    if (!canRedo()) return {};
    go(at_ + 1);
    return states_[at_].field;
}

void EditHistory::go(std::size_t to) {
    at_ = to;
    current_ = nlohmann::json::parse(states_[at_].config);
    settled_ = true;
}

}  // namespace ballast
