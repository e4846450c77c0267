#include "core/experiment/epoch_tree.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "core/experiment/class_terms.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/teacher.h"

namespace ballast {
namespace {

constexpr std::string_view kPhases = "/phases";

/// A text that two values share where they are the same, made of their bytes.
class Key {
public:
    Key& add(const std::string& text) {
        add(static_cast<std::int64_t>(text.size()));
        text_ += text;
        return *this;
    }
    Key& add(const char* text) { return add(std::string(text)); }
    Key& add(double value) { return bytes(value == 0.0 ? 0.0 : value); }  // −0 is 0
    Key& add(std::int64_t value) { return bytes(value); }
    Key& add(int value) { return bytes(static_cast<std::int64_t>(value)); }
    Key& add(std::span<const double> values) {
        add(static_cast<std::int64_t>(values.size()));
        for (const double value : values) add(value);
        return *this;
    }
    const std::string& text() const { return text_; }

private:
    template<class T>
    Key& bytes(T value) {
        char raw[sizeof value];
        std::memcpy(raw, &value, sizeof value);
        text_.append(raw, sizeof value);
        return *this;
    }
    std::string text_;
};

void addRule(Key& key, const ClassRule& rule) {
    key.add(rule.rule).add(std::span<const double>(rule.values));
    for (const auto& [name, value] : rule.parameters) key.add(name).add(value);
}

/// The values of all fields with that effect, of one phase or outside the phases; a field that
/// does not count adds nothing.
void addFields(Key& key, const RunConfig& config, Affects affects, std::string_view list = "",
               std::size_t index = 0) {
    for (const Field& field : configFields()) {
        if (field.affects != affects || listOf(field) != list) continue;
        key.add(std::string(field.pointer));
        if (!fieldCounts(field, config, index)) continue;
        const nlohmann::ordered_json value = field.access.get(config, index);
        if (value.is_string()) {
            key.add(value.get_ref<const std::string&>());
        } else if (value.is_number_integer()) {
            key.add(value.get<std::int64_t>());
        } else if (value.is_number()) {
            key.add(value.get<double>());
        } else {
            key.add(value.dump());
        }
    }
}

std::string dataKey(const RunConfig& config, std::span<const std::int64_t> counts,
                    const std::string& images) {
    Key key;
    key.add("data").add(images);
    addFields(key, config, Affects::data);
    for (const std::int64_t count : counts) key.add(count);
    return key.text();
}

/// What holds for the whole run.
std::string rootKey(const RunConfig& config, int data) {
    const bool calibrates = std::ranges::any_of(config.phases, usesEstimates);
    Key key;
    key.add("run").add(data);
    addFields(key, config, Affects::run);
    key.add(calibrates ? config.lr_schedule.warmup_epochs : -1);
    return key.text();
}

/// What a phase does in each of its epochs.
std::string phaseKey(const RunConfig& config, std::size_t index, double weight_decay, int terms,
                     int teacher) {
    Key key;
    key.add("phase").add(terms).add(weight_decay);
    addFields(key, config, Affects::phase, kPhases, index);
    if (learnsFromTeacher(config.phases[index])) key.add("teacher").add(teacher);
    // How the classes' shares of its draws change from epoch to epoch.
    if (config.phases[index].sampling == Sampling::progressive) key.add(config.training.epochs);
    // Whether the next phase may begin in any of its epochs.
    if (index + 1 < config.phases.size() && config.phases[index + 1].plateau > 0) {
        key.add("until a plateau").add(std::int64_t{config.phases[index + 1].plateau});
        key.add(std::int64_t{std::max(config.phases[index].from,
                                      config.lr_schedule.warmup_epochs)});  // looked at from there
    }
    return key.text();
}

bool doesSomethingFirst(const Phase& phase) {
    return phase.head_start != HeadStart::keep || phase.lr_schedule != PhaseSchedule::continued;
}

/// What it does before its first epoch. A head's new weights are drawn by the phase's number.
std::string startKey(const RunConfig& config, std::size_t index) {
    Key key;
    key.add("start");
    addFields(key, config, Affects::start, kPhases, index);
    if (config.phases[index].head_start == HeadStart::reinitialise) {
        key.add(static_cast<std::int64_t>(index));
    }
    return key.text();
}

}  // namespace

std::size_t EpochTree::EdgeHash::operator()(const Edge& edge) const {
    std::size_t hash = 0;
    const auto mix = [&](std::size_t value) {
        hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
    };
    mix(std::hash<int>{}(edge.parent));
    mix(std::hash<int>{}(edge.what));
    mix(std::hash<double>{}(edge.learning_rate));
    mix(edge.measured ? 1U : 0U);
    return hash;
}

int EpochTree::intern(const std::string& key) {
    return interned_.try_emplace(key, static_cast<int>(interned_.size())).first->second;
}

int EpochTree::child(const Edge& edge) {
    const auto [found, is_new] = edges_.try_emplace(edge, size_);
    if (is_new) ++size_;
    return found->second;
}

/// The numbers α, β, Δ, ε; of rules that follow what the run measures the rules themselves.
int EpochTree::termsOf(const Phase& phase, std::span<const std::int64_t> counts, int data) {
    Key rules;
    rules.add("rules").add(data);
    for (const ClassRule* rule : {&phase.alpha, &phase.beta, &phase.delta}) addRule(rules, *rule);
    if (phase.smoothing != Smoothing::none) {
        rules.add(std::string(nameOf(phase.smoothing)));
        rules.add(phase.smoothing_head).add(phase.smoothing_tail);
    }
    if (usesEstimates(phase) || choosesWeights(phase) || choosesShifts(phase)) {
        return intern(rules.text());
    }
    const auto [found, is_new] = terms_.try_emplace(rules.text(), 0);
    if (is_new) {
        const ClassTerms terms = classTerms(phase, counts);
        Key key;
        key.add("terms").add(std::span<const double>(terms.alpha));
        key.add(std::span<const double>(terms.beta)).add(std::span<const double>(terms.delta));
        key.add(terms.delta_on_true_class ? 1 : 0);
        key.add(std::span<const double>(terms.epsilon));
        found->second = intern(key.text());
    }
    return found->second;
}

int EpochTree::endOfTeacher(const RunConfig& config, std::span<const std::int64_t> class_counts,
                            const std::string& images) {
    if (!learnsFromTeacher(config) || !config.training.teacher_run.empty()) return -1;
    return add(teacherConfig(config), class_counts, images).back();
}

/// Two runs learn from the same: where its weights' checksum is said by that, else by the run's ID
/// or by what it trains.
int EpochTree::teacherOf(const RunConfig& config, std::span<const std::int64_t> counts,
                         const std::string& images) {
    if (!learnsFromTeacher(config)) return -1;
    const TrainingConfig& training = config.training;
    Key key;
    key.add("teacher").add(training.teacher_sha256);
    if (training.teacher_sha256.empty()) {
        key.add(training.teacher_run).add(endOfTeacher(config, counts, images));
    }
    return intern(key.text());
}

EpochPath EpochTree::add(const RunConfig& config, std::span<const std::int64_t> class_counts,
                         const std::string& images) {
    const int data = intern(dataKey(config, class_counts, images));
    const int of_teacher = teacherOf(config, class_counts, images);
    const int epochs = config.training.epochs;
    EpochPath path;
    path.reserve(static_cast<std::size_t>(epochs) + 1);
    path.push_back(child({-1, intern(rootKey(config, data)), 0.0, false}));
    int what = -1;
    std::size_t of_phase = config.phases.size();
    for (int epoch = 0; epoch < epochs; ++epoch) {
        const std::size_t index = phaseIndexAt(config.phases, epoch);
        const Phase& phase = config.phases[index];
        if (index != of_phase) {
            of_phase = index;
            what = intern(phaseKey(config, index, weightDecayAt(config, epoch),
                                   termsOf(phase, class_counts, data), of_teacher));
        }
        int parent = path.back();
        if (epoch == phase.from && doesSomethingFirst(phase)) {
            parent = child({parent, intern(startKey(config, index)), 0.0, false});
        }
        const bool measured = epoch > 0 && exactIsDue(config, epoch - 1);
        path.push_back(child({parent, what, learningRateAt(config, epoch), measured}));
    }
    return path;
}

int sharedEpochs(const EpochPath& a, const EpochPath& b) {
    if (a.empty() || b.empty() || a.front() != b.front()) return 0;
    // Once apart, paths never meet again.
    std::size_t same = 0;
    std::size_t apart = std::min(a.size(), b.size());
    while (apart - same > 1) {
        const std::size_t middle = same + (apart - same) / 2;
        (a[middle] == b[middle] ? same : apart) = middle;
    }
    return static_cast<int>(same);
}

}  // namespace ballast
