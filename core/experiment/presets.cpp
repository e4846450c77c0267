#include "core/experiment/presets.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "core/base/error.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "core/experiment/preset_method.h"
#include "core/experiment/preset_stages.h"
#include "core/experiment/preset_values.h"

namespace ballast {
namespace {

constexpr PresetInfo kPresets[] = {
    {"CE", "Baselines", "Cross-entropy."},
    {"Balanced", "Baselines", "α = 1/π from the start."},
    {"CB", "Baselines", "Class-balanced: effective-number weights, p = 0.9999, from the start."},
    {"Focal", "Baselines", "Focal loss, γ = 1."},
    {"LA", "Baselines", "Logit adjustment, Δ = τ log π."},
    {"Balanced Softmax", "Baselines", "Another name of LA, with τ = 1."},
    {"LAS", "Baselines",
     "Label-aware smoothing: cross-entropy of labels that are smoothed the more, the larger their "
     "class; 0.4 to 0.1 along a sine, as in BagofTricks-LT."},
    {"Progressive", "Baselines",
     "Cross-entropy; each class is drawn as often as it has images at first, all equally often in "
     "the last epoch (progressively-balanced sampling)."},
    {"Mixup", "Baselines",
     "Cross-entropy of images mixed in pairs, λ ~ Beta(1, 1) (photographs: Beta(0.2, 0.2))."},
    {"Remix", "Baselines",
     "As Mixup; a rare class has the whole label where it has half of the mixture, κ = 3."},
    {"KD", "Baselines",
     "Cross-entropy and distillation from the same run by CE, which must be trained too."},
    {"DiVE", "Baselines",
     "Logit adjustment and distillation from the same run by LA, which must be trained too."},
    {"CDT", "Baselines", "Class-dependent temperatures, β = (N_y/N_1)^γ."},
    {"LDAM", "Baselines", "Margin 0.5, scale 30, cosine head."},
    {"VS", "Baselines", "Vector scaling: β of CDT and Δ of LA."},
    {"CE+DRW", "Deferred re-weighting", "Effective-number weights from T₀ on."},
    {"LDAM+DRW", "Deferred re-weighting", "Effective-number weights from T₀ on."},
    {"VS+DRW", "Deferred re-weighting", "Effective-number weights from T₀ on."},
    {"CE+ADRW", "The paper's", "α ∝ π^−ν from T₀ on."},
    {"LDAM+ADRW", "The paper's", "α ∝ π^−ν from T₀ on."},
    {"VS+TLA+DRW", "The paper's", "β = 1 and effective-number weights from T₀ on."},
    {"VS+TLA+ADRW", "The paper's", "Algorithm 1: β = 1 and α ∝ π^−ν from T₀ on."},
    {"CE+Auto-ADRW", "Experimental", "As CE+ADRW; the run chooses ν at T₀."},
    {"VS+TLA+Auto-ADRW", "Experimental", "Algorithm 1; the run chooses ν at T₀."},
    {"CE+Auto-LA", "Experimental", "CE; logit adjustment from T₀ on, whose τ the run chooses."},
    {"CVS", "The paper's", "Journal version: scales and shifts calibrated by the run itself."},
    {"CE+DRW+SAM", "With SAM", "As without, with sharpness-aware minimisation."},
    {"LDAM+DRW+SAM", "With SAM", "As without, with sharpness-aware minimisation."},
    {"VS+SAM", "With SAM", "As without, with sharpness-aware minimisation."},
    {"CE+ADRW+SAM", "With SAM", "As without, with sharpness-aware minimisation."},
    {"LDAM+ADRW+SAM", "With SAM", "As without, with sharpness-aware minimisation."},
    {"VS+TLA+ADRW+SAM", "With SAM", "Algorithm 1 with sharpness-aware minimisation."},
    {"cRT", "Second stage", "CE, then a new head on the frozen backbone, class-balanced draws."},
    {"LWS", "Second stage",
     "CE, then one learnt factor per class on the frozen head, class-balanced draws."},
    {"tau-norm", "Second stage", "CE, then class weights divided by their norm^τ; no training."},
    {"NCM", "Second stage",
     "CE, then the nearest class mean of the features by cosine; no training."},
    {"MiSLAS", "Second stage",
     "Mixup, then head and factors per class with label-aware smoothing, class-balanced draws."},
    {"WB", "Second stage",
     "Weight balancing: strong weight decay, then the head with class-balanced weights, "
     "weight decay and max-norm."},
    {"DisAlign", "Second stage",
     "CE, then a factor and a shift per class on the frozen head, gated image by image, weighted."},
    {"De-confound", "Second stage",
     "CE with a head normalised in two parts; evaluation takes off what lies along the mean "
     "feature "
     "(TDE)."},
    {"cRT-plain", "Second stage",
     "As cRT, with the backbone's batch statistics kept, at a tenth of the rate."},
    {"LWS-plain", "Second stage",
     "As LWS, with the backbone's batch statistics kept, at a tenth of the rate."},
    {"WB-plain", "Second stage",
     "As WB under one protocol with the others: its rates and batches, cross-entropy, max-norm 1."},
};

constexpr ProtocolInfo kProtocols[] = {
    {"paper-200", "200 epochs, crop and flip, weight decay 2e-4; the paper's Table 1."},
    {"authors-400",
     "400 epochs as the authors' code runs their script: AutoAugment and Cutout as theirs, a "
     "warm-up "
     "of 10 epochs to twice the base rate, their weight decay."},
    {"imagenet-lt",
     "ResNet-50 as Saddle-LongTail trains it: 90 epochs, batch 256, cosine from 0.2, T₀ = 60."},
    {"inaturalist", "As imagenet-lt, with cosine from 0.1."},
};

constexpr double kEffectiveP = 0.9999;
constexpr double kCdtGamma = 0.1;

ClassRule rule(const char* name, const char* parameter, double value) {
    return {name, {{parameter, value}}, {}};
}

void setTeacher(Phase& phase, double weight, double temperature, double of_teacher) {
    phase.targets = Targets::labels_and_teacher;
    phase.teacher_weight = weight;
    phase.student_temperature = temperature;
    phase.teacher_temperature = of_teacher;
}

/// The method's first phase.
Phase firstPhase(const PresetMethod& method, const PresetValues& values) {
    Phase phase;
    if (method.base == "Balanced") phase.alpha = {"inverse", {}, {}};
    if (method.base == "CB" || method.weighting == "RW") {
        phase.alpha = rule("effective-number", "p", kEffectiveP);
    }
    if (method.base == "CDT") phase.beta = rule("cdt", "gamma", kCdtGamma);
    if (method.base == "VS" && values.gamma > 0.0) {
        phase.beta = rule("cdt", "gamma", values.gamma);
    }
    if (method.base == "LA" || method.base == "DiVE") phase.delta = rule("la", "tau", 1.0);
    if (method.base == "DiVE") setTeacher(phase, 0.5, 2.0, 4.0);
    if (method.base == "Progressive") phase.sampling = Sampling::progressive;
    if (method.base == "LAS") phase.smoothing = Smoothing::concave;
    if (method.base == "KD") setTeacher(phase, 0.9, 4.0, 4.0);
    if (method.base == "VS") phase.delta = rule("la", "tau", values.tau[0]);
    if (method.base == "LDAM") {
        phase.beta = rule("constant", "scale", 30.0);
        phase.delta = rule("ldam", "max_margin", 0.5);
    }
    if (method.sam) phase.sam_radius = values.sam_radius[0];
    return phase;
}

/// What changes at T₀, from the first phase.
Phase deferredPhase(const PresetMethod& method, const PresetValues& values, Phase phase) {
    if (method.tla) phase.beta = {"one", {}, {}};
    if (method.base == "VS") phase.delta = rule("la", "tau", values.tau[1]);
    if (method.weighting == "DRW") phase.alpha = rule("effective-number", "p", kEffectiveP);
    if (method.weighting == "ADRW") phase.alpha = rule("power", "nu", values.nu);
    if (method.weighting == "Auto-ADRW") phase.alpha = {"power-auto", {}, {}};
    if (method.weighting == "Auto-LA") phase.delta = {"la-auto", {}, {}};
    if (method.sam) phase.sam_radius = values.sam_radius[1];
    return phase;
}

/// Three phases: plain until the warm-up is over, then calibrated scales, then calibrated shifts
/// and weights.
std::vector<Phase> cvsPhases(const PresetMethod& method, const PresetValues& values, int warmup,
                             int switch_epoch) {
    Phase plain;
    if (method.sam) plain.sam_radius = values.sam_radius[0];
    Phase scaled = plain;
    scaled.from = warmup;
    scaled.beta = rule("cvs-scale", "gamma", values.gamma);
    Phase shifted = plain;
    shifted.from = switch_epoch;
    shifted.alpha = rule("power", "nu", values.nu);
    shifted.delta = rule("cvs-shift", "tau", values.tau[1]);
    if (method.sam) shifted.sam_radius = values.sam_radius[1];
    return {plain, scaled, shifted};
}

/// The protocol a data set has where none is asked for.
std::string usualProtocol(const DatasetInfo& dataset) {
    if (!dataset.listed()) return "paper-200";
    return dataset.name == "inaturalist2018" ? "inaturalist" : "imagenet-lt";
}

bool isForPhotographs(const std::string& protocol) {
    return protocol == "imagenet-lt" || protocol == "inaturalist";
}

void setPhotographs(const std::string& protocol, int epochs, RunConfig& config) {
    config.model.name = "resnet50";
    config.data.imbalance.profile = Profile::none;
    config.optimizer.lr = protocol == "inaturalist" ? 0.1 : 0.2;
    config.training.epochs = epochs > 0 ? epochs : 90;
    config.training.batch_size = 256;
    config.training.augmentation = "resized-crop-jitter";
    config.lr_schedule.kind = LrKind::cosine;
    config.lr_schedule.warmup_epochs = 0;
    config.model.head_init = HeadInit::uniform;  // Saddle-LongTail's, whose protocol it is
}

/// SAM's radius on photographs rises in steps, which divide the phases further.
void stepSamRadius(const PhotographRadii& radii, RunConfig& config) {
    const std::pair<int, double> steps[] = {
        {0, radii.radius[0]}, {5, radii.radius[1]}, {60, radii.radius[2]}, {75, radii.radius[3]}};
    std::map<int, Phase> phases;
    for (const Phase& phase : config.phases) phases[phase.from] = phase;
    const auto epochOf = [&](int of_90) { return of_90 * config.training.epochs / 90; };
    for (const auto& [from, radius] : steps) {
        Phase phase = phaseAt(config, epochOf(from));
        phase.from = epochOf(from);
        phases.insert({phase.from, phase});
    }
    config.phases.clear();
    for (auto& [from, phase] : phases) {
        for (const auto& [begins, radius] : steps) {
            if (epochOf(begins) <= from) phase.sam_radius = radius;
        }
        config.phases.push_back(phase);
    }
}

void setProtocol(const std::string& protocol, int epochs, RunConfig& config) {
    if (isForPhotographs(protocol)) return setPhotographs(protocol, epochs, config);
    const bool longer = protocol == "authors-400";
    config.training.epochs = epochs > 0 ? epochs : longer ? 400 : 200;
    config.training.augmentation = longer ? "autoaugment-cutout-authors" : "crop-flip";
    const int total = config.training.epochs;
    const int warmup = std::max(2, static_cast<int>(std::lround(total / 40.0)));
    config.lr_schedule.warmup_epochs = std::min(warmup, total / 2);
    if (longer) config.lr_schedule.warmup_peak = 2.0;  // a fault of that code
    const int drop = total * 8 / 10;
    const int last = std::max(drop + 1, total * 9 / 10);
    if (drop > 0) config.lr_schedule.steps = {{drop, 0.01}, {last, 0.0001}};
}

/// Long-Tailed Recognition's causal_norm configs; photographs keep their protocol.
void setDeconfound(RunConfig& config, bool photographs) {
    config.model.head = HeadKind::deconfound;
    config.model.tde_alpha = photographs ? 3.0 : config.data.dataset == "cifar100" ? 1.5 : 1.0;
    if (photographs) return;
    config.optimizer.lr = 0.2;
    config.optimizer.weight_decay = 5e-4;
    config.training.batch_size = 256;
    const int total = config.training.epochs;
    const int drop = total * 119 / 200;
    if (drop > 0)
        config.lr_schedule.steps = {{drop, 0.01}, {std::max(drop + 1, total * 159 / 200), 0.0001}};
}

bool givesPresetOf(const RunConfig& config, std::string_view name, const std::string& protocol,
                   int epochs) {
    const DataConfig& data = config.data;
    try {
        RunConfig preset = presetConfig({std::string(name), data.dataset,
                                         std::string(nameOf(data.imbalance.profile)),
                                         data.imbalance.ratio, protocol, epochs});
        // When phases change is the user's; what they change to is the method.
        if (preset.phases.size() != config.phases.size()) return false;
        for (std::size_t i = 0; i < preset.phases.size(); ++i) {
            preset.phases[i].from = config.phases[i].from;
            preset.phases[i].plateau = config.phases[i].plateau;
        }
        return preset.phases == config.phases && preset.loss == config.loss &&
               preset.model.head == config.model.head;
    } catch (const ConfigError&) {
        return false;
    }
}

}  // namespace

std::span<const PresetInfo> presets() {
    return kPresets;
}

std::span<const ProtocolInfo> protocols() {
    return kProtocols;
}

std::string presetGrammar() {
    return "BASE[+TLA][+RW|+DRW|+ADRW|+Auto-ADRW|+Auto-LA|+None][+SAM] with BASE one of CE, "
           "Balanced, CB, Focal, LA, CDT, LDAM, VS, De-confound, DiVE, KD, LAS, Progressive, "
           "Mixup, Remix (TLA with CDT and "
           "VS), "
           "or CVS, "
           "cRT, LWS, tau-norm, NCM, WB, DisAlign, MiSLAS, cRT-plain, LWS-plain, WB-plain with "
           "[+SAM]";
}

std::string presetProtocol(const PresetRequest& request) {
    const DatasetInfo* dataset = findDataset(request.dataset);
    if (dataset == nullptr) {
        std::vector<std::string> names;
        for (const DatasetInfo& info : datasets()) names.emplace_back(info.name);
        throwUnknown("data set", request.dataset, names);
    }
    const std::string protocol =
        request.protocol.empty() ? usualProtocol(*dataset) : request.protocol;
    std::vector<std::string> known;
    for (const ProtocolInfo& info : kProtocols) known.emplace_back(info.name);
    if (std::ranges::find(known, protocol) == known.end())
        throwUnknown("protocol", protocol, known);
    return protocol;
}

RunConfig presetConfig(const PresetRequest& request) {
    const PresetMethod method = methodNamed(request.method);
    RunConfig config;
    config.name = method.name();
    config.data.dataset = request.dataset;
    if (!request.profile.empty()) {
        const std::optional<Profile> profile = choiceNamed<Profile>(request.profile);
        if (!profile) {
            std::vector<std::string> names;
            for (const CatalogEntry& entry : entriesOf<Profile>()) names.emplace_back(entry.name);
            throwUnknown("imbalance profile", request.profile, names);
        }
        config.data.imbalance.profile = *profile;
    }
    if (request.ratio > 0.0) config.data.imbalance.ratio = request.ratio;
    const std::string protocol = presetProtocol(request);
    setProtocol(protocol, request.epochs, config);
    const PresetValues values = presetValues(method, protocol, config.data);
    config.optimizer.weight_decay = values.weight_decay;
    if (method.base == "Focal") config.loss = {"focal", Reduction::mean, 1.0};
    if (method.base == "LDAM") config.model.head = HeadKind::cosine;
    if (method.base == "DiVE") config.training.teacher = "LA";
    if (method.base == "KD") config.training.teacher = "CE";
    if (method.base == "De-confound") setDeconfound(config, isForPhotographs(protocol));

    const int total = config.training.epochs;
    const bool photographs = isForPhotographs(protocol);
    const int switch_epoch = std::max(1, photographs ? total * 60 / 90 : total * 8 / 10);
    if (method.base == "CVS") {
        config.phases = cvsPhases(method, values, config.lr_schedule.warmup_epochs, switch_epoch);
    } else {
        const Phase first = firstPhase(method, values);
        Phase deferred = deferredPhase(method, values, first);
        config.phases = {first};
        if (!(deferred == first) && !method.isSecondStage() &&
            switch_epoch < config.training.epochs) {
            deferred.from = switch_epoch;
            config.phases.push_back(deferred);
        }
    }
    if (photographs && method.base == "LDAM") {
        for (Phase& phase : config.phases) phase.delta.parameters["max_margin"] = 0.3;
    }
    if (method.base == "Mixup" || method.base == "Remix" || method.base == "MiSLAS") {
        for (Phase& phase : config.phases) {
            phase.mixing = method.base == "Remix" ? Mixing::remix : Mixing::mixup;
            if (photographs) phase.mixing_beta = 0.2;  // MiSLAS's
        }
    }
    if (photographs && method.sam) stepSamRadius(photographRadii(method, protocol), config);
    if (method.isSecondStage()) addSecondStage(method.base, config);
    const std::vector<Problem> problems = checkConfig(nlohmann::json(toJson(config)));
    if (!problems.empty()) {
        throw ConfigError("the preset \"" + config.name + "\" does not fit", problems);
    }
    return config;
}

RunConfig takenOver(const RunConfig& before, RunConfig preset, bool with_protocol) {
    for (const Field& field : configFields()) {
        const bool stays =
            field.set_by == SetBy::user || (field.set_by == SetBy::protocol && !with_protocol);
        if (stays) field.access.set(preset, 0, field.access.get(before, 0));
    }
    return preset;
}

bool givesPreset(const RunConfig& config, std::string_view name) {
    const int epochs = isSecondStage(name) ? config.phases.back().from : config.training.epochs;
    if (epochs <= 0) return false;
    const DatasetInfo* dataset = findDataset(config.data.dataset);
    if (dataset == nullptr) return false;
    const std::string own = usualProtocol(*dataset);
    const auto gives = [&](const std::string& protocol) {
        return givesPresetOf(config, name, protocol, epochs);
    };
    if (gives(own)) return true;
    // Protocols for one kind of images part in nothing of a method but SAM's radii.
    const bool sam =
        std::ranges::any_of(config.phases, [](const Phase& p) { return p.sam_radius > 0.0; });
    return sam && std::ranges::any_of(kProtocols, [&](const ProtocolInfo& info) {
               const std::string other(info.name);
               return other != own && isForPhotographs(other) == isForPhotographs(own) &&
                      gives(other);
           });
}

std::string presetOf(const RunConfig& config) {
    for (const PresetInfo& info : kPresets) {
        if (givesPreset(config, info.name)) return std::string(info.name);
    }
    return "";
}

}  // namespace ballast
