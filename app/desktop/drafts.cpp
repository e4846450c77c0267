#include "app/desktop/drafts.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace ballast {
namespace {

using nlohmann::json;

constexpr std::size_t kMostClosed = 20;

Draft draftOf(const json& config, const std::string& file) {
    Draft draft{EditHistory(config), file, nullptr};
    if (!file.empty()) draft.in_file = config;
    return draft;
}

std::string textIn(const json& object, const char* key) {
    const json value = object.value(key, json());
    return value.is_string() ? value.get<std::string>() : std::string();
}

json savedDraft(const Draft& draft) {
    json saved = {{"config", draft.config()}};
    if (!draft.file.empty()) {
        saved["file"] = draft.file;
        if (draft.differsFromFile()) saved["in_file"] = draft.in_file;
    }
    const ShownPreset& preset = draft.history.preset();
    if (!preset.method.empty()) saved["method"] = preset.method;
    if (!preset.protocol.empty()) saved["protocol"] = preset.protocol;
    return saved;
}

}  // namespace

std::string Draft::name() const {
    if (!file.empty()) return std::filesystem::path(file).stem().string();
    const std::string named = config().is_object() ? textIn(config(), "name") : std::string();
    return named.empty() ? "Untitled" : named;
}

Drafts::Drafts() {
    drafts_.push_back(draftOf(json::object(), {}));
}

void Drafts::choose(std::size_t index) {
    if (index >= drafts_.size()) return;
    current().history.settle();
    current_ = index;
}

void Drafts::move(std::size_t from, std::size_t to) {
    if (from >= drafts_.size() || to >= drafts_.size()) return;
    Draft moved = std::move(drafts_[from]);
    drafts_.erase(drafts_.begin() + static_cast<std::ptrdiff_t>(from));
    drafts_.insert(drafts_.begin() + static_cast<std::ptrdiff_t>(to), std::move(moved));
    if (current_ == from) {
        current_ = to;
    } else {
        if (from < current_) --current_;
        if (to <= current_) ++current_;
    }
}

void Drafts::add(const json& config) {
    current().history.settle();
    drafts_.insert(drafts_.begin() + static_cast<std::ptrdiff_t>(current_) + 1,
                   draftOf(config, {}));
    ++current_;
}

void Drafts::open(const json& config, const std::string& file) {
    const auto same = std::ranges::find_if(drafts_, [&](const Draft& draft) {
        if (!file.empty() && draft.file == file) return !draft.differsFromFile();
        return draft.file == file && draft.config() == config;
    });
    if (same != drafts_.end()) {
        choose(static_cast<std::size_t>(same - drafts_.begin()));
        if (current().config() != config) current() = draftOf(config, file);
        return;
    }
    if (!current().isFresh()) add(config);
    current() = draftOf(config, file);
}

void Drafts::saved(const std::string& file) {
    current().file = file;
    current().in_file = current().config();
    current().history.settle();
}

void Drafts::close(std::size_t index, const json& instead) {
    if (index >= drafts_.size()) return;
    closed_.push_back({std::move(drafts_[index]), index});
    if (closed_.size() > kMostClosed) closed_.erase(closed_.begin());
    drafts_.erase(drafts_.begin() + static_cast<std::ptrdiff_t>(index));
    if (drafts_.empty()) drafts_.push_back(draftOf(instead, {}));
    if (index < current_ || current_ == drafts_.size()) --current_;
}

void Drafts::reopen() {
    if (closed_.empty()) return;
    Closed closed = std::move(closed_.back());
    closed_.pop_back();
    current_ = std::min(closed.index, drafts_.size());
    drafts_.insert(drafts_.begin() + static_cast<std::ptrdiff_t>(current_),
                   std::move(closed.draft));
}

json Drafts::toJson() const {
    json saved = {{"current", current_}, {"drafts", json::array()}, {"closed", json::array()}};
    for (const Draft& draft : drafts_) saved["drafts"].push_back(savedDraft(draft));
    for (const Closed& closed : closed_) saved["closed"].push_back(savedDraft(closed.draft));
    return saved;
}

Drafts Drafts::fromJson(const json& saved) {
    Drafts made;
    if (!saved.is_object()) return made;
    const auto read = [&](const char* key) {
        std::vector<Draft> drafts;
        for (const json& one : saved.value(key, json::array())) {
            if (!one.is_object() || !one.value("config", json()).is_object()) continue;
            Draft draft = draftOf(one["config"], textIn(one, "file"));
            if (!draft.file.empty() && one.contains("in_file")) draft.in_file = one["in_file"];
            draft.history.setPreset({textIn(one, "method"), textIn(one, "protocol")});
            drafts.push_back(std::move(draft));
        }
        return drafts;
    };
    if (std::vector<Draft> drafts = read("drafts"); !drafts.empty()) {
        made.drafts_ = std::move(drafts);
    }
    for (Draft& draft : read("closed")) made.closed_.push_back({std::move(draft), made.size()});
    const json current = saved.value("current", json());
    if (current.is_number_unsigned()) {
        made.current_ = std::min(current.get<std::size_t>(), made.size() - 1);
    }
    return made;
}

}  // namespace ballast
