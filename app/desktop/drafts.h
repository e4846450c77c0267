#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/desktop/edit_history.h"

namespace ballast {

/// A config in the making.
struct Draft {
    EditHistory history;
    std::string file;        // it was opened from or saved to; "": none
    nlohmann::json in_file;  // what stands there; null without a file

    const nlohmann::json& config() const { return history.current(); }
    /// The file's name, or that of the config.
    std::string name() const;
    bool differsFromFile() const { return !file.empty() && config() != in_file; }
    /// Nothing was done in it yet.
    bool isFresh() const { return file.empty() && !history.canUndo() && !history.canRedo(); }
};

/// The drafts of the Experiment page, one of them current, and those that were closed, which can be
/// opened again. There is always one. A plain value without threads or files.
class Drafts {
public:
    Drafts();

    std::size_t size() const { return drafts_.size(); }
    const Draft& at(std::size_t index) const { return drafts_.at(index); }
    std::size_t currentIndex() const { return current_; }
    Draft& current() { return drafts_[current_]; }
    const Draft& current() const { return drafts_[current_]; }
    void choose(std::size_t index);
    /// As tabs are dragged; the current draft stays current.
    void move(std::size_t from, std::size_t to);

    /// Adds a draft behind the current one and makes it current.
    void add(const nlohmann::json& config);
    /// Shows a config that comes from elsewhere, perhaps of `file`: a draft that is the same, one
    /// of the same file without edits, a fresh one, or else a new one becomes current.
    void open(const nlohmann::json& config, const std::string& file = {});
    /// The current draft has been written to `file`.
    void saved(const std::string& file);

    /// A last draft that is closed leaves `instead`.
    void close(std::size_t index, const nlohmann::json& instead);
    bool canReopen() const { return !closed_.empty(); }
    /// The draft closed last, with its history, where it was.
    void reopen();

    /// Configs, files and which is current, without the steps to undo, for settings.
    nlohmann::json toJson() const;
    /// What toJson() gave; what cannot be understood is left out.
    static Drafts fromJson(const nlohmann::json& saved);

private:
    struct Closed {
        Draft draft;
        std::size_t index;
    };
    std::vector<Draft> drafts_;
    std::vector<Closed> closed_;  // the last one last
    std::size_t current_ = 0;
};

}  // namespace ballast
