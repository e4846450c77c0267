#include "core/experiment/presets.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>

#include "core/base/error.h"
#include "core/base/nearest_word.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"

namespace ballast {
namespace {

constexpr PresetInfo kPresets[] = {
    {"CE", "Baselines", "Cross-entropy."},
    {"Balanced", "Baselines", "α = 1/π from the start."},
    {"CB", "Baselines", "Class-balanced: effective-number weights, p = 0.9999, from the start."},
    {"Focal", "Baselines", "Focal loss, γ = 1."},
    {"LA", "Baselines", "Logit adjustment, Δ = τ log π."},
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
    {"CVS", "The paper's", "Journal version: scales and shifts calibrated by the run itself."},
    {"CE+DRW+SAM", "With SAM", "As without, with sharpness-aware minimisation."},
    {"LDAM+DRW+SAM", "With SAM", "As without, with sharpness-aware minimisation."},
    {"VS+SAM", "With SAM", "As without, with sharpness-aware minimisation."},
    {"CE+ADRW+SAM", "With SAM", "As without, with sharpness-aware minimisation."},
    {"LDAM+ADRW+SAM", "With SAM", "As without, with sharpness-aware minimisation."},
    {"VS+TLA+ADRW+SAM", "With SAM", "Algorithm 1 with sharpness-aware minimisation."},
    {"cRT", "Second stage", "CE, then a new head on the frozen backbone, class-balanced draws."},
    {"LWS", "Second stage", "CE, then one learnt factor per class on the frozen head."},
    {"tau-norm", "Second stage", "CE, then class weights divided by their norm^τ; no training."},
    {"WB", "Second stage",
     "Weight balancing: strong weight decay, then the head with class-balanced weights, "
     "weight decay and max-norm."},
};

constexpr ProtocolInfo kProtocols[] = {
    {"paper-200", "200 epochs, crop and flip, weight decay 2e-4; the paper's Table 1."},
    {"authors-400", "400 epochs, AutoAugment and Cutout, weight decay as in the authors' script."},
    {"imagenet-lt", "ResNet-50, 90 epochs, batch 256, cosine from 0.2, T₀ = 60."},
    {"inaturalist", "As imagenet-lt, with cosine from 0.1."},
};

/// What the authors' script sets for VS and for Algorithm 1 on one kind of data. Before T₀
/// Algorithm 1 has the γ of VS: the script trains VS first and starts from its checkpoint with γ =
/// 0.
struct Settings {
    double gamma;  // β_y = (N_y/N_1)^γ
    double tau;    // Δ_y = τ log π_y
    double sam_radius[2];
    double weight_decay;
};
struct TunedFor {
    std::string_view dataset;
    Profile profile;
    double ratio;
    Settings vs;
    Settings algorithm1;  // its γ and τ hold before T₀
    double nu;
};
constexpr TunedFor kTuned[] = {
    {"cifar10",
     Profile::long_tailed,
     100,
     {0.05, 1.0, {0.1, 0.1}, 2e-4},
     {0.05, 1.0, {0.1, 0.2}, 2e-4},
     0.15},
    {"cifar10",
     Profile::long_tailed,
     10,
     {0.1, 1.0, {0.1, 0.1}, 1e-4},
     {0.1, 1.0, {0.1, 0.1}, 1e-4},
     0.1},
    {"cifar10",
     Profile::step,
     100,
     {0.0, 1.25, {0.1, 0.1}, 1e-4},
     {0.0, 1.0, {0.1, 0.2}, 5e-5},
     0.1},
    {"cifar10", Profile::step, 10, {0.0, 1.0, {0.1, 0.1}, 1e-4}, {0.0, 1.0, {0.1, 0.1}, 1e-4}, 0.1},
    {"cifar100",
     Profile::long_tailed,
     100,
     {0.05, 1.0, {0.3, 0.3}, 2e-4},
     {0.05, 0.75, {0.2, 0.4}, 5e-4},
     0.25},
    {"cifar100",
     Profile::long_tailed,
     10,
     {0.05, 0.5, {0.1, 0.1}, 1e-4},
     {0.05, 0.75, {0.1, 0.5}, 1e-4},
     0.1},
    {"cifar100",
     Profile::step,
     100,
     {0.0, 1.0, {0.2, 0.2}, 1e-4},
     {0.0, 1.0, {0.2, 0.2}, 4e-4},
     0.1},
    {"cifar100",
     Profile::step,
     10,
     {0.0, 1.0, {0.1, 0.1}, 1e-4},
     {0.0, 1.0, {0.1, 0.3}, 3e-4},
     0.05},
};
constexpr Settings kCe{0.0, 0.0, {0.1, 0.1}, 1e-4};
constexpr Settings kLdam{0.0, 0.0, {0.4, 0.4}, 5e-5};

constexpr double kEffectiveP = 0.9999;
constexpr double kNuWithoutShift = 0.5;  // the paper tunes ν and prints no value for CE and LDAM
constexpr double kCdtGamma = 0.1;

/// The row for this data; of another ratio that of the nearest, of another data set CIFAR-10's.
const TunedFor& tunedFor(const DataConfig& data) {
    const auto distance = [&](const TunedFor& row) {
        return (row.dataset == data.dataset ? 0.0
                : row.dataset == "cifar10"  ? 100.0
                                            : 1000.0) +
               (row.profile == data.imbalance.profile ? 0.0 : 10.0) +
               std::abs(std::log(row.ratio / data.imbalance.ratio));
    };
    return *std::ranges::min_element(kTuned, {}, distance);
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

/// A method's name taken apart.
struct Method {
    std::string base;
    bool tla = false;
    std::string weighting;  // "" | RW | DRW | ADRW
    bool sam = false;

    std::string name() const {
        return base + (tla ? "+TLA" : "") + (weighting.empty() ? "" : "+" + weighting) +
               (sam ? "+SAM" : "");
    }
};

constexpr std::string_view kBases[] = {"CE", "Balanced", "CB",  "Focal", "LA",       "CDT", "LDAM",
                                       "VS", "CVS",      "cRT", "LWS",   "tau-norm", "WB"};
constexpr std::string_view kSecondStages[] = {"cRT", "LWS", "tau-norm", "WB"};

bool isSecondStage(std::string_view base) {
    return std::ranges::find(kSecondStages, base) != std::end(kSecondStages);
}

[[noreturn]] void unknown(const std::string& what, const std::string& word,
                          const std::vector<std::string>& known) {
    const std::string nearest = nearestWord(word, known);
    std::string text = "unknown " + what + " \"" + word + "\"";
    if (!nearest.empty()) text += "; did you mean \"" + nearest + "\"?";
    text += "; known: ";
    for (const std::string& name : known) text += (&name == &known.front() ? "" : ", ") + name;
    throw ConfigError(text);
}

Method parse(const std::string& name) {
    Method method;
    if (lower(name) == "algorithm 1") return {"VS", true, "ADRW", false};
    std::size_t start = 0;
    while (start <= name.size()) {
        const std::size_t end = std::min(name.find('+', start), name.size());
        const std::string word = name.substr(start, end - start);
        const std::string token = lower(word);
        if (start == 0) {
            for (const std::string_view base : kBases) {
                if (lower(base) == token) method.base = base;
            }
            if (method.base.empty())
                unknown("method", word, {std::begin(kBases), std::end(kBases)});
        } else if (token == "tla") {
            method.tla = true;
        } else if (token == "sam") {
            method.sam = true;
        } else if (token == "rw" || token == "drw" || token == "adrw") {
            method.weighting = token == "rw" ? "RW" : token == "drw" ? "DRW" : "ADRW";
        } else if (token != "none") {
            unknown("part of a method", word, {"None", "RW", "DRW", "ADRW", "TLA", "SAM"});
        }
        start = end + 1;
    }
    const bool has_scale = method.base == "CDT" || method.base == "VS";
    if (method.tla && !has_scale) {
        throw ConfigError("\"" + name + "\": TLA puts the logit scale back to 1, and " +
                          method.base + " has none; allowed with CDT and VS");
    }
    if ((isSecondStage(method.base) || method.base == "CVS") && !method.weighting.empty()) {
        throw ConfigError("\"" + name + "\": " + method.base + " has its own phases; allowed: " +
                          method.base + " and " + method.base + "+SAM");
    }
    return method;
}

ClassRule rule(const char* name, const char* parameter, double value) {
    return {name, {{parameter, value}}, {}};
}

const Settings& settingsOf(const Method& method, const TunedFor& tuned) {
    if (method.base == "LDAM") return kLdam;
    if (method.base == "VS" && method.tla) return tuned.algorithm1;
    const bool adjusted =
        method.base == "VS" || method.base == "LA" || method.base == "CDT" || method.base == "CVS";
    return adjusted ? tuned.vs : kCe;
}

/// The method's first phase.
Phase firstPhase(const Method& method, const Settings& settings) {
    Phase phase;
    if (method.base == "Balanced") phase.alpha = {"inverse", {}, {}};
    if (method.base == "CB" || method.weighting == "RW") {
        phase.alpha = rule("effective-number", "p", kEffectiveP);
    }
    if (method.base == "CDT") phase.beta = rule("cdt", "gamma", kCdtGamma);
    if (method.base == "VS" && settings.gamma > 0.0) {
        phase.beta = rule("cdt", "gamma", settings.gamma);
    }
    if (method.base == "LA") phase.delta = rule("la", "tau", 1.0);
    if (method.base == "VS") phase.delta = rule("la", "tau", settings.tau);
    if (method.base == "LDAM") {
        phase.beta = rule("constant", "scale", 30.0);
        phase.delta = rule("ldam", "max_margin", 0.5);
    }
    if (method.sam) phase.sam_radius = settings.sam_radius[0];
    return phase;
}

/// What changes at T₀, from the first phase.
Phase deferredPhase(const Method& method, const Settings& settings, double nu, Phase phase) {
    if (method.tla) phase.beta = {"one", {}, {}};
    if (method.weighting == "DRW") phase.alpha = rule("effective-number", "p", kEffectiveP);
    if (method.weighting == "ADRW") phase.alpha = rule("power", "nu", nu);
    if (method.sam) phase.sam_radius = settings.sam_radius[1];
    return phase;
}

/// Three phases: plain until the warm-up is over, then calibrated scales, then calibrated shifts
/// and weights.
std::vector<Phase> cvsPhases(const Method& method, const Settings& settings, double nu, int warmup,
                             int switch_epoch) {
    Phase plain;
    if (method.sam) plain.sam_radius = settings.sam_radius[0];
    Phase scaled = plain;
    scaled.from = warmup;
    scaled.beta = rule("cvs-scale", "gamma", settings.gamma);
    Phase shifted = plain;
    shifted.from = switch_epoch;
    shifted.alpha = rule("power", "nu", nu);
    shifted.delta = rule("cvs-shift", "tau", settings.tau);
    if (method.sam) shifted.sam_radius = settings.sam_radius[1];
    return {plain, scaled, shifted};
}

/// A short second phase on the trained backbone, after all epochs of the first.
void addSecondStage(const Method& method, RunConfig& config) {
    TrainingConfig& training = config.training;
    Phase stage = config.phases.back();
    stage.from = training.epochs;
    training.epochs += method.base == "tau-norm" ? 1 : std::max(1, training.epochs / 10);
    if (method.base == "tau-norm") {
        stage.trainable = Trainable::none;
        stage.head_start = HeadStart::tau_normalise;
        stage.head_tau = 0.7;
    } else {
        config.lr_schedule.steps.push_back({stage.from, 0.1});
        stage.trainable = method.base == "LWS" ? Trainable::head_scale : Trainable::head;
    }
    if (method.base == "cRT") stage.head_start = HeadStart::reinitialise;
    if (method.base == "cRT" || method.base == "LWS") stage.sampling = Sampling::class_balanced;
    if (method.base == "WB") {
        config.phases.front().weight_decay = 5e-3;
        stage.alpha = rule("effective-number", "p", kEffectiveP);
        stage.weight_decay = 0.1;
        stage.head_max_norm = 1.0;
    }
    config.phases.push_back(stage);
}

/// The protocol a data set has where none is asked for.
std::string protocolOf(const DatasetInfo& dataset) {
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
}

/// SAM's radius on photographs rises in steps, which divide the phases further.
void stepSamRadius(const std::string& protocol, RunConfig& config) {
    const bool inaturalist = protocol == "inaturalist";
    const std::pair<int, double> steps[] = {
        {0, 0.05}, {5, 0.1}, {60, inaturalist ? 0.1 : 0.5}, {75, inaturalist ? 0.2 : 0.5}};
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
    config.training.augmentation = longer ? "autoaugment-cutout" : "crop-flip";
    const int total = config.training.epochs;
    const int warmup = std::max(2, static_cast<int>(std::lround(total / 40.0)));
    config.lr_schedule.warmup_epochs = std::min(warmup, total / 2);
    const int drop = total * 8 / 10;
    const int last = std::max(drop + 1, total * 9 / 10);
    if (drop > 0) config.lr_schedule.steps = {{drop, 0.01}, {last, 0.0001}};
}

}  // namespace

std::span<const PresetInfo> presets() {
    return kPresets;
}

std::span<const ProtocolInfo> protocols() {
    return kProtocols;
}

std::string presetGrammar() {
    return "BASE[+TLA][+RW|+DRW|+ADRW|+None][+SAM] with BASE one of CE, Balanced, CB, Focal, LA, "
           "CDT, "
           "LDAM, VS (TLA with CDT and VS), or CVS, cRT, LWS, tau-norm, WB with [+SAM]";
}

RunConfig presetConfig(const PresetRequest& request) {
    const Method method = parse(request.method);
    RunConfig config;
    config.name = method.name();
    config.data.dataset = request.dataset;
    if (!request.profile.empty()) {
        const std::optional<Profile> profile = choiceNamed<Profile>(request.profile);
        if (!profile) {
            std::vector<std::string> names;
            for (const CatalogEntry& entry : entriesOf<Profile>()) names.emplace_back(entry.name);
            unknown("imbalance profile", request.profile, names);
        }
        config.data.imbalance.profile = *profile;
    }
    if (request.ratio > 0.0) config.data.imbalance.ratio = request.ratio;
    const DatasetInfo* dataset = findDataset(request.dataset);
    if (dataset == nullptr) {
        std::vector<std::string> names;
        for (const DatasetInfo& info : datasets()) names.emplace_back(info.name);
        unknown("data set", request.dataset, names);
    }
    const std::string protocol = request.protocol.empty() ? protocolOf(*dataset) : request.protocol;
    std::vector<std::string> known;
    for (const ProtocolInfo& info : kProtocols) known.emplace_back(info.name);
    if (std::ranges::find(known, protocol) == known.end()) unknown("protocol", protocol, known);

    setProtocol(protocol, request.epochs, config);
    const TunedFor& tuned = tunedFor(config.data);
    const Settings& settings = settingsOf(method, tuned);
    config.optimizer.weight_decay = protocol == "authors-400" ? settings.weight_decay : 2e-4;
    if (method.base == "Focal") config.loss = {"focal", Reduction::mean, 1.0};
    if (method.base == "LDAM") config.model.head = HeadKind::cosine;

    const bool shifts = method.base == "VS" || method.base == "LA" || method.base == "CVS";
    const double nu = shifts ? tuned.nu : kNuWithoutShift;
    const int total = config.training.epochs;
    const bool photographs = isForPhotographs(protocol);
    const int switch_epoch = std::max(1, photographs ? total * 60 / 90 : total * 8 / 10);
    if (method.base == "CVS") {
        config.phases =
            cvsPhases(method, settings, nu, config.lr_schedule.warmup_epochs, switch_epoch);
    } else {
        const Phase first = firstPhase(method, settings);
        Phase deferred = deferredPhase(method, settings, nu, first);
        config.phases = {first};
        if (!(deferred == first) && !isSecondStage(method.base) &&
            switch_epoch < config.training.epochs) {
            deferred.from = switch_epoch;
            config.phases.push_back(deferred);
        }
    }
    if (photographs && method.base == "LDAM") {
        for (Phase& phase : config.phases) phase.delta.parameters["max_margin"] = 0.3;
        if (protocol == "inaturalist") config.optimizer.weight_decay = 1e-4;
    }
    if (photographs && method.sam) stepSamRadius(protocol, config);
    if (isSecondStage(method.base)) addSecondStage(method, config);
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
    const DataConfig& data = config.data;
    try {
        RunConfig preset = presetConfig({std::string(name), data.dataset,
                                         std::string(nameOf(data.imbalance.profile)),
                                         data.imbalance.ratio, "", epochs});
        // When phases change is the user's; what they change to is the method.
        if (preset.phases.size() != config.phases.size()) return false;
        for (std::size_t i = 0; i < preset.phases.size(); ++i) {
            preset.phases[i].from = config.phases[i].from;
        }
        return preset.phases == config.phases && preset.loss == config.loss &&
               preset.model.head == config.model.head;
    } catch (const ConfigError&) {
        return false;
    }
}

std::string presetOf(const RunConfig& config) {
    for (const PresetInfo& info : kPresets) {
        if (givesPreset(config, info.name)) return std::string(info.name);
    }
    return "";
}

}  // namespace ballast
