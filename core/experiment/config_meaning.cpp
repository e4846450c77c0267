#include "core/experiment/config_meaning.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/experiment/catalog.h"
#include "core/experiment/class_terms.h"
#include "core/experiment/imbalance.h"
#include "core/experiment/teacher.h"

namespace ballast {
namespace {

/// A calibration is on the logits that are trained, with a gate or without.
void checkCalibration(const RunConfig& config, std::size_t index, std::vector<Problem>& problems) {
    const std::string pointer = "/phases/" + std::to_string(index) + "/trainable";
    const std::string name = "\"" + std::string(nameOf(config.phases[index].trainable)) + "\"";
    if (config.model.head == HeadKind::deconfound) {
        problems.push_back({pointer, name +
                                         " does not fit the head \"deconfound\", whose logits are "
                                         "others in evaluation; allowed with linear, cosine"});
    }
    for (std::size_t before = 0; before < index; ++before) {
        const TrainedParts other = parts(config.phases[before].trainable);
        if (!other.calibration || other.gate == parts(config.phases[index].trainable).gate)
            continue;
        problems.push_back({pointer, name + " does not fit phase " + std::to_string(before + 1) +
                                         ": a run's calibration has a gate or none"});
        return;
    }
}

/// Whether the features can be cut into the head's parts.
void checkHeadParts(const RunConfig& config, std::vector<Problem>& problems) {
    const double alpha = config.model.tde_alpha;
    if (config.model.head != HeadKind::deconfound && alpha != ModelConfig{}.tde_alpha) {
        problems.push_back({"/model/tde_alpha",
                            nlohmann::json(alpha).dump() +
                                " needs the head \"deconfound\", which has a mean feature; allowed "
                                "with others: " +
                                nlohmann::json(ModelConfig{}.tde_alpha).dump()});
    }
    const int features = featuresOf(config.model.name);
    if (config.model.head != HeadKind::deconfound || features % config.model.head_parts == 0)
        return;
    problems.push_back({"/model/head_parts", std::to_string(config.model.head_parts) +
                                                 " equal parts cannot be made of the " +
                                                 std::to_string(features) + " features of " +
                                                 config.model.name +
                                                 "; allowed: a divisor, as 1, 2, 4"});
}

/// Labels are smoothed by losses that are a mean over their distribution.
void checkSmoothing(const Phase& phase, const std::string& loss, const std::string& pointer,
                    std::vector<Problem>& problems) {
    if (phase.smoothing == Smoothing::none || loss == "vs" || loss == "ce") return;
    problems.push_back({pointer + "/smoothing",
                        "\"" + std::string(nameOf(phase.smoothing)) +
                            "\" does not fit the loss \"" + loss +
                            "\", which has no smoothed labels; allowed: none, or the losses vs "
                            "and ce"});
}

/// What a run chooses or estimates presumes images and labels as they are: that the model's answers
/// tend to known multiples of the probabilities, that training images show how sure it is.
void checkUnchanged(const std::vector<Phase>& phases, std::vector<Problem>& problems) {
    const bool estimates =
        std::ranges::any_of(phases, [](const Phase& phase) { return usesEstimates(phase); });
    for (std::size_t i = 0; i < phases.size(); ++i) {
        const auto chooses = [&](std::size_t k) {
            return k < phases.size() && (choosesWeights(phases[k]) || choosesShifts(phases[k]));
        };
        const std::size_t by = chooses(i) ? i : i + 1;
        const std::string of_phase =
            " does not fit phase " + std::to_string(by + 1) + ", where the run chooses its ";
        const auto refuse = [&](const char* key, std::string_view name, const std::string& why) {
            problems.push_back({"/phases/" + std::to_string(i) + key,
                                "\"" + std::string(name) + "\"" + why + "; allowed: none"});
        };
        const Phase& phase = phases[i];
        if (chooses(by)) {
            const std::string what = choosesWeights(phases[by]) ? "weights" : "shifts";
            if (phase.smoothing != Smoothing::none) {
                refuse("/smoothing", nameOf(phase.smoothing),
                       of_phase + what + ": that is known for labels as they are");
            }
            if (phase.mixing != Mixing::none) {
                refuse("/mixing", nameOf(phase.mixing),
                       of_phase + what + ": that is known for images as they are");
            }
        } else if (estimates && phase.mixing != Mixing::none) {
            refuse(
                "/mixing", nameOf(phase.mixing),
                " does not fit rules that follow the run's estimates of κ_y, which are of images "
                "as they are");
        }
    }
}

/// What a second stage asks of the head it is given.
void checkHeads(const RunConfig& config, std::vector<Problem>& problems) {
    for (std::size_t i = 0; i < config.phases.size(); ++i) {
        const Phase& phase = config.phases[i];
        const std::string at = "/phases/" + std::to_string(i);
        const std::string needs_lengths = " needs the head \"linear\": the class weights of \"" +
                                          std::string(nameOf(config.model.head)) +
                                          "\" have no length that counts";
        const bool linear = config.model.head == HeadKind::linear;
        if (phase.head_start == HeadStart::tau_normalise && !linear) {
            problems.push_back({at + "/head_start", "\"tau-normalise\"" + needs_lengths});
        }
        if (phase.head_start == HeadStart::class_means &&
            config.model.head == HeadKind::deconfound) {
            problems.push_back({at + "/head_start",
                                "\"class-means\" does not fit the head \"deconfound\", which "
                                "compares features part by part; allowed with linear, cosine"});
        }
        if (parts(phase.trainable).calibration) checkCalibration(config, i, problems);
        if (!phase.head_relative_max_norm) continue;
        if (!linear) problems.push_back({at + "/head_relative_max_norm", "it" + needs_lengths});
        if (phase.head_max_norm) {
            problems.push_back({at + "/head_relative_max_norm",
                                "the phase already has the limit /head_max_norm; allowed: one of "
                                "them"});
        }
    }
}

/// Where fields belong to data sets of another kind.
void checkDataset(const RunConfig& config, const DatasetInfo& dataset,
                  std::vector<Problem>& problems) {
    const std::string label(dataset.label);
    const DataConfig& data = config.data;
    if (dataset.listed() && data.imbalance.profile != Profile::none) {
        problems.push_back(
            {"/data/imbalance/profile", "\"" + std::string(nameOf(data.imbalance.profile)) +
                                            "\" does not fit " + label +
                                            ", whose lists already are imbalanced; allowed: none"});
    }
    if (!dataset.listed() && !data.folder.empty()) {
        problems.push_back({"/data/folder", "\"" + data.folder + "\" does not fit " + label +
                                                ": only data sets of list files have a folder of "
                                                "their own; allowed: empty"});
    }
    if (!dataset.listed() && data.image_size != DataConfig{}.image_size) {
        problems.push_back({"/data/image_size",
                            std::to_string(data.image_size) + " does not fit " + label +
                                ", whose images have " + std::to_string(dataset.image_size) +
                                " pixels; allowed: " + std::to_string(DataConfig{}.image_size) +
                                ", which stands for them"});
    }
    if (!augmentationFits(config.training.augmentation, dataset)) {
        std::string allowed;
        for (const CatalogEntry& entry : augmentations()) {
            if (!augmentationFits(entry.name, dataset)) continue;
            allowed += (allowed.empty() ? "" : ", ") + std::string(entry.name);
        }
        problems.push_back({"/training/augmentation", "\"" + config.training.augmentation +
                                                          "\" does not fit " + label +
                                                          "; allowed: " + allowed});
    }
}

/// Whether the best epoch can be chosen so; a validation list may still be missing.
void checkSelection(const RunConfig& config, const DatasetInfo& dataset,
                    std::vector<Problem>& problems) {
    if (config.training.selection != Selection::validation) return;
    if (dataset.listed() && dataset.lists->validation.empty()) {
        problems.push_back(
            {"/training/selection", "\"validation\" does not fit " + std::string(dataset.label) +
                                        ", which has no validation list; allowed: test"});
    } else if (!dataset.listed() && config.data.validation_per_class == 0) {
        problems.push_back({"/training/selection",
                            "\"validation\" needs a validation split; /data/validation_per_class "
                            "is 0"});
    }
}

}  // namespace

void checkPhases(const std::vector<Phase>& phases, const LossConfig& loss, int epochs,
                 std::vector<Problem>& problems) {
    if (phases.empty()) {
        problems.push_back({"/phases", "is empty; at least one phase, from epoch 0, is needed"});
    }
    for (std::size_t i = 0; i < phases.size(); ++i) {
        const Phase& phase = phases[i];
        const std::string pointer = "/phases/" + std::to_string(i);
        const std::string from = std::to_string(phase.from);
        if (i == 0 && phase.from != 0) {
            problems.push_back(
                {pointer + "/from", "the first phase begins at epoch 0, not " + from});
        } else if (i > 0 && phase.from <= phases[i - 1].from) {
            problems.push_back({pointer + "/from", "phases are out of order: " + from +
                                                       " must be above " +
                                                       std::to_string(phases[i - 1].from)});
        } else if (i > 0 && phase.from >= epochs) {
            problems.push_back({pointer + "/from",
                                from + " is beyond the last epoch; with " + std::to_string(epochs) +
                                    " epochs, allowed: below " + std::to_string(epochs)});
        }
        if (i == 0 && phase.plateau > 0) {
            problems.push_back({pointer + "/plateau",
                                "the first phase begins at epoch 0, not after a plateau of " +
                                    std::to_string(phase.plateau) + " epochs; allowed: 0"});
        }
        if (phase.plateau > 0 && phase.lr_schedule != PhaseSchedule::continued) {
            problems.push_back(
                {pointer + "/plateau",
                 "a phase with a learning-rate schedule of its own must begin at its "
                 "epoch, to which the schedule before it leads; allowed: 0"});
        }
        if (i == 0 && choosesWeights(phase)) {
            problems.push_back({pointer + "/alpha",
                                "there is no epoch before the first phase to choose ν̂ from; "
                                "allowed from the second phase on"});
        }
        if (i == 0 && choosesShifts(phase)) {
            problems.push_back({pointer + "/delta",
                                "there is no epoch before the first phase to choose τ̂ from; "
                                "allowed from the second phase on"});
        }
        if (choosesWeights(phase) && choosesShifts(phase)) {
            problems.push_back({pointer + "/delta",
                                "a phase whose weights are chosen cannot choose its shifts too: "
                                "either does what the other would; allowed: \"la\" with a τ, or "
                                "\"power\" with a ν for its weights"});
        }
        checkSmoothing(phase, lossOf(loss, phase).name, pointer, problems);
        const bool plain = lossOf(loss, phase).name == "ce";
        if (plain && phase.beta.rule != "one") {
            problems.push_back(
                {pointer + "/beta",
                 "the loss \"ce\" has no logit scale; use \"vs\" for " + phase.beta.rule});
        }
        if (plain && phase.delta.rule != "zero") {
            problems.push_back(
                {pointer + "/delta",
                 "the loss \"ce\" has no logit shift; use \"vs\" for " + phase.delta.rule});
        }
    }
    checkUnchanged(phases, problems);
}

std::vector<Problem> checkClassWeights(const RunConfig& config) {
    std::vector<Problem> problems;
    if (config.loss.reduction != Reduction::weighted_mean) return problems;
    for (std::size_t i = 0; i < config.phases.size(); ++i) {
        const ClassRule& alpha = config.phases[i].alpha;
        if (alpha.rule != "values" || std::ranges::find(alpha.values, 0.0) == alpha.values.end()) {
            continue;
        }
        problems.push_back({"/phases/" + std::to_string(i) + "/alpha",
                            "a class has the weight 0: a batch of such images alone would have the "
                            "loss 0/0 under the reduction \"" +
                                std::string(nameOf(Reduction::weighted_mean)) +
                                "\"; allowed: weights above 0, or the reduction \"" +
                                std::string(nameOf(Reduction::mean)) + "\""});
    }
    return problems;
}

std::vector<Problem> checkClassLists(const RunConfig& config, std::size_t classes,
                                     std::string_view dataset) {
    std::vector<Problem> problems;
    for (std::size_t i = 0; i < config.phases.size(); ++i) {
        const Phase& phase = config.phases[i];
        const std::pair<const char*, const ClassRule*> rules[] = {
            {"/alpha", &phase.alpha}, {"/beta", &phase.beta}, {"/delta", &phase.delta}};
        for (const auto& [key, rule] : rules) {
            if (rule->rule == "values" && rule->values.size() != classes) {
                problems.push_back({"/phases/" + std::to_string(i) + key,
                                    "the list has " + std::to_string(rule->values.size()) +
                                        " numbers; " + std::string(dataset) + " has " +
                                        std::to_string(classes) + " classes"});
            }
        }
    }
    return problems;
}

void checkMeaning(const RunConfig& config, std::vector<Problem>& problems) {
    checkPhases(config.phases, config.loss, config.training.epochs, problems);
    checkHeads(config, problems);
    checkHeadParts(config, problems);
    checkTeacher(config, problems);
    const std::vector<LrStep>& steps = config.lr_schedule.steps;
    for (std::size_t i = 1; i < steps.size(); ++i) {
        if (steps[i].from <= steps[i - 1].from) {
            problems.push_back({"/lr_schedule/steps/" + std::to_string(i) + "/from",
                                "steps are out of order: " + std::to_string(steps[i].from) +
                                    " must be above " + std::to_string(steps[i - 1].from)});
        }
    }
    if (config.lr_schedule.kind == LrKind::cosine && !steps.empty()) {
        problems.push_back({"/lr_schedule/steps", "a cosine schedule has no steps; allowed: none"});
    }
    const DatasetInfo* dataset = findDataset(config.data.dataset);
    if (dataset == nullptr) return;
    checkDataset(config, *dataset, problems);
    if (dataset->classes > 0) {
        const auto found =
            checkClassLists(config, static_cast<std::size_t>(dataset->classes), dataset->label);
        problems.insert(problems.end(), found.begin(), found.end());
    }
    checkSelection(config, *dataset, problems);
    if (dataset->listed()) {
        if (config.data.validation_per_class > 0) {
            problems.push_back({"/data/validation_per_class",
                                std::to_string(config.data.validation_per_class) +
                                    ": images can be held out of data sets in memory only; "
                                    "allowed for list files and folders: 0"});
        }
        return;
    }
    try {
        classCounts(config.data);
    } catch (const ConfigError& error) {
        problems.insert(problems.end(), error.problems().begin(), error.problems().end());
    }
}

}  // namespace ballast
