#include "core/experiment/epoch_tree.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "core/experiment/class_terms.h"

namespace ballast {
namespace {

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

std::string dataKey(const DataConfig& data, std::span<const std::int64_t> counts) {
    Key key;
    key.add("data").add(data.dataset).add(data.folder).add(data.image_size);
    key.add(data.imbalance.profile);
    key.add(data.imbalance.profile == "none" ? 1.0 : data.imbalance.ratio);
    key.add(static_cast<std::int64_t>(data.imbalance.seed)).add(data.validation_per_class);
    for (const std::int64_t count : counts) key.add(count);
    return key.text();
}

/// What holds for the whole run.
std::string rootKey(const RunConfig& config, int data) {
    const bool calibrates = std::ranges::any_of(config.phases, usesEstimates);
    Key key;
    key.add("run").add(data).add(config.model.name).add(config.model.head);
    key.add(config.loss.name).add(config.loss.reduction);
    key.add(config.loss.name == "focal" ? config.loss.focal_gamma : 0.0);
    key.add(config.optimizer.momentum).add(config.training.batch_size);
    key.add(config.training.augmentation).add(static_cast<std::int64_t>(config.training.seed));
    key.add(config.training.convolution);
    key.add(calibrates ? config.lr_schedule.warmup_epochs : -1);
    return key.text();
}

/// What a phase does in each of its epochs.
std::string phaseKey(const Phase& phase, double weight_decay, int terms) {
    Key key;
    key.add("phase").add(terms).add(weight_decay).add(phase.sam_radius).add(phase.sampling);
    key.add(phase.trainable).add(phase.head_max_norm.value_or(-1.0));
    return key.text();
}

/// What it does to the head before its first epoch.
std::string headStartKey(const Phase& phase, std::size_t index) {
    Key key;
    key.add("head").add(phase.head_start);
    if (phase.head_start == "reinitialise") key.add(static_cast<std::int64_t>(index));
    if (phase.head_start == "tau-normalise") key.add(phase.head_tau);
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

/// The numbers α, β, Δ; of rules that follow the run's estimates the rules themselves.
int EpochTree::termsOf(const Phase& phase, std::span<const std::int64_t> counts, int data) {
    Key rules;
    rules.add("rules").add(data);
    for (const ClassRule* rule : {&phase.alpha, &phase.beta, &phase.delta}) addRule(rules, *rule);
    if (usesEstimates(phase)) return intern(rules.text());
    const auto [found, is_new] = terms_.try_emplace(rules.text(), 0);
    if (is_new) {
        const ClassTerms terms = classTerms(phase, counts);
        Key key;
        key.add("terms").add(std::span<const double>(terms.alpha));
        key.add(std::span<const double>(terms.beta)).add(std::span<const double>(terms.delta));
        key.add(terms.delta_on_true_class ? 1 : 0);
        found->second = intern(key.text());
    }
    return found->second;
}

EpochPath EpochTree::add(const RunConfig& config, std::span<const std::int64_t> class_counts) {
    const int data = intern(dataKey(config.data, class_counts));
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
            what = intern(
                phaseKey(phase, weightDecayAt(config, epoch), termsOf(phase, class_counts, data)));
        }
        int parent = path.back();
        if (epoch == phase.from && phase.head_start != "keep") {
            parent = child({parent, intern(headStartKey(phase, index)), 0.0, false});
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
