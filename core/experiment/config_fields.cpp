#include "core/experiment/config_fields.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <sstream>
#include <type_traits>

#include "core/experiment/rule_json.h"

namespace ballast {
namespace {

std::vector<CatalogEntry> entries(std::span<const CatalogEntry> list) {
    return {list.begin(), list.end()};
}

std::vector<CatalogEntry> datasetEntries() {
    std::vector<CatalogEntry> list;
    for (const DatasetInfo& info : datasets()) list.push_back({info.name, info.label, info.help});
    return list;
}

std::vector<std::string_view> listedDatasets() {
    std::vector<std::string_view> names;
    for (const DatasetInfo& info : datasets()) {
        if (info.listed()) names.push_back(info.name);
    }
    return names;
}

constexpr std::string_view kLists[] = {"/phases", "/lr_schedule/steps"};

/// What a path of members begins in: the config itself, or one element of a list.
template<class Owner, class Config>
auto& ownerIn(Config& config, std::size_t index) {
    if constexpr (std::is_same_v<Owner, Phase>) {
        return config.phases.at(index);
    } else if constexpr (std::is_same_v<Owner, LrStep>) {
        return config.lr_schedule.steps.at(index);
    } else {
        return config;
    }
}

auto& follow(auto& object) {
    return object;
}
auto& follow(auto& object, auto member, auto... rest) {
    return follow(object.*member, rest...);
}

template<class T>
nlohmann::ordered_json fieldValueOf(const T& member) {
    if constexpr (std::is_enum_v<T>) {
        return nameOf(member);
    } else if constexpr (std::is_same_v<T, std::optional<double>>) {
        return member ? nlohmann::ordered_json(*member) : nlohmann::ordered_json(nullptr);
    } else if constexpr (std::is_same_v<T, ClassRule>) {
        return toJson(member);
    } else {
        return member;
    }
}

template<class T>
void assign(T& member, const nlohmann::json& value) {
    if (value.is_null()) return;
    if constexpr (std::is_enum_v<T>) {
        member = choiceNamed<T>(value.get_ref<const std::string&>()).value();
    } else if constexpr (std::is_same_v<T, std::optional<double>>) {
        member = value.get<double>();
    } else if constexpr (std::is_same_v<T, ClassRule>) {
        member = classRuleFromJson(value);
    } else if constexpr (std::is_integral_v<T>) {
        member = value.is_number_float() ? static_cast<T>(value.get<double>()) : value.get<T>();
    } else {
        member = value.get<T>();
    }
}

/// Where a field's value is, and what follows from a change.
struct Member {
    FieldAccess access;
    Affects affects;
    SetBy set_by;
};

/// The member at the end of a path from RunConfig, Phase or LrStep.
template<class Owner, class First, class... Rest>
Member member(Affects affects, SetBy set_by, First Owner::*first, Rest... rest) {
    return {{[=](const RunConfig& config, std::size_t index) {
                 return fieldValueOf(follow(ownerIn<Owner>(config, index), first, rest...));
             },
             [=](RunConfig& config, std::size_t index, const nlohmann::json& value) {
                 assign(follow(ownerIn<Owner>(config, index), first, rest...), value);
             }},
            affects,
            set_by};
}

Field fieldOf(std::string_view pointer, Member member, FieldType type) {
    return {.pointer = pointer,
            .access = std::move(member.access),
            .affects = member.affects,
            .set_by = member.set_by,
            .type = type};
}

Field text(std::string_view pointer, Member member, std::string_view label, std::string_view help) {
    Field field = fieldOf(pointer, std::move(member), FieldType::text);
    field.label = label;
    field.help = help;
    return field;
}

Field choice(std::string_view pointer, Member member, std::string_view label, std::string_view help,
             std::vector<CatalogEntry> choices, FieldType type = FieldType::choice) {
    Field field = text(pointer, std::move(member), label, help);
    field.type = type;
    field.choices = std::move(choices);
    return field;
}

struct Words {
    std::string_view label;
    std::string_view symbol;
    std::string_view unit;
    std::string_view help;
};

Field worded(std::string_view pointer, Member member, FieldType type, const Words& words) {
    Field field = fieldOf(pointer, std::move(member), type);
    field.label = words.label;
    field.symbol = words.symbol;
    field.unit = words.unit;
    field.help = words.help;
    return field;
}

Field integer(std::string_view pointer, Member member, const Words& words, double minimum,
              double maximum) {
    Field field = worded(pointer, std::move(member), FieldType::integer, words);
    field.minimum = minimum;
    field.maximum = maximum;
    return field;
}

Field number(std::string_view pointer, Member member, const Words& words, double minimum,
             double maximum, bool above_minimum = false) {
    Field field = worded(pointer, std::move(member), FieldType::number, words);
    field.minimum = minimum;
    field.maximum = maximum;
    field.above_minimum = above_minimum;
    return field;
}

Field classRule(std::string_view pointer, ClassTerm term, ClassRule Phase::*rule,
                const Words& words) {
    Field field = worded(pointer, member(Affects::resolved, SetBy::method, rule),
                         FieldType::class_rule, words);
    field.term = term;
    return field;
}

/// A field that may be left empty, which means `words`.
Field absentMeans(std::string_view words, Field field) {
    field.nullable = true;
    field.absent = words;
    return field;
}

/// A field that counts only while `pointer` has one of `values`.
Field onlyWith(Field field, std::string_view pointer, std::vector<std::string_view> values) {
    field.depends_on = pointer;
    field.depends_values = std::move(values);
    return field;
}

/// A field that configs had not in format 1's first version: see Field::later.
Field later(Field field) {
    field.later = true;
    return field;
}

constexpr std::string_view kTrainablePointer = "/phases/*/trainable";

/// A part's share of the learning rate; it counts in phases that train the part.
Field partFactor(std::string_view pointer, double Phase::*factor, std::string_view label,
                 std::string_view help, std::vector<std::string_view> trained) {
    return later(onlyWith(number(pointer, member(Affects::phase, SetBy::method, factor),
                                 {label, "", "×", help}, 0, 1000, true),
                          kTrainablePointer, std::move(trained)));
}

/// One of the numbers of distillation; it counts in phases with a teacher.
Field ofTeacher(std::string_view pointer, double Phase::*value, const Words& words, double maximum,
                bool above_zero) {
    return later(onlyWith(number(pointer, member(Affects::phase, SetBy::method, value), words, 0,
                                 maximum, above_zero),
                          "/phases/*/targets", {"labels+teacher"}));
}

Field ofDeconfound(Field field) {
    return later(onlyWith(std::move(field), "/model/head", {"deconfound"}));
}

const std::vector<Field>& fields() {
    static const std::vector<Field> kFields = {
        text("/name", member(Affects::nothing, SetBy::method, &RunConfig::name), "Name",
             "How the run is called in lists, legends and tables."),
        choice("/data/dataset",
               member(Affects::data, SetBy::user, &RunConfig::data, &DataConfig::dataset),
               "Data set", "The images. Fetch them with: ballast-cli data get NAME.",
               datasetEntries()),
        onlyWith(
            text("/data/folder",
                 member(Affects::place, SetBy::user, &RunConfig::data, &DataConfig::folder),
                 "Image folder",
                 "Of a data set of list files: where lists and images lie. Empty: the folder named "
                 "like the data set among the data folders; there also relative folders are looked "
                 "for."),
            "/data/dataset", listedDatasets()),
        onlyWith(
            integer("/data/image_size",
                    member(Affects::data, SetBy::user, &RunConfig::data, &DataConfig::image_size),
                    {"Image size", "", "pixels",
                     "Of a data set of list files: both sides of the crop the network sees."},
                    8, 1024),
            "/data/dataset", listedDatasets()),
        choice("/data/imbalance/profile",
               member(Affects::data, SetBy::user, &RunConfig::data, &DataConfig::imbalance,
                      &ImbalanceConfig::profile),
               "Imbalance profile", "How the number of training images falls from class to class.",
               entries(entriesOf<Profile>())),
        onlyWith(number("/data/imbalance/ratio",
                        member(Affects::data, SetBy::user, &RunConfig::data, &DataConfig::imbalance,
                               &ImbalanceConfig::ratio),
                        {"Imbalance ratio", "N₁/N_C", "",
                         "Images of the largest class over the smallest."},
                        1, 1e6),
                 "/data/imbalance/profile", {"long-tailed", "step"}),
        integer("/data/imbalance/seed",
                member(Affects::data, SetBy::user, &RunConfig::data, &DataConfig::imbalance,
                       &ImbalanceConfig::seed),
                {"Subset seed", "", "", "Draws which images stay. The papers use 0 throughout."}, 0,
                4294967295.0),
        integer(
            "/data/validation_per_class",
            member(Affects::data, SetBy::user, &RunConfig::data, &DataConfig::validation_per_class),
            {"Validation images", "", "per class",
             "Held out of the training set before the imbalance is applied; 0: none."},
            0, 1e6),
        choice("/model/name",
               member(Affects::run, SetBy::user, &RunConfig::model, &ModelConfig::name), "Model",
               "Residual network for small images, of any depth 6n+2, or resnet50 for photographs.",
               entries(models()), FieldType::model),
        choice("/model/head",
               member(Affects::run, SetBy::method, &RunConfig::model, &ModelConfig::head), "Head",
               "The last layer, from features to logits.", entries(entriesOf<HeadKind>())),
        onlyWith(
            choice(
                "/model/head_init",
                member(Affects::run, SetBy::protocol, &RunConfig::model, &ModelConfig::head_init),
                "Head's first weights", "Of a linear head, also where a phase reinitialises it.",
                entries(entriesOf<HeadInit>())),
            "/model/head", {"linear"}),
        ofDeconfound(integer(
            "/model/head_parts",
            member(Affects::run, SetBy::method, &RunConfig::model, &ModelConfig::head_parts),
            {"Head's parts", "K", "", "Equal parts of the features, each normalised by itself."}, 1,
            2048)),
        ofDeconfound(number(
            "/model/head_temperature",
            member(Affects::run, SetBy::method, &RunConfig::model, &ModelConfig::head_temperature),
            {"Head's temperature", "τ", "", "Multiplies the normalised logits."}, 0, 1000, true)),
        ofDeconfound(number(
            "/model/head_norm_offset",
            member(Affects::run, SetBy::method, &RunConfig::model, &ModelConfig::head_norm_offset),
            {"Norm's offset", "γ", "",
             "Is added to the norms of class weights before dividing by them."},
            0, 1000)),
        ofDeconfound(number(
            "/model/mean_momentum",
            member(Affects::run, SetBy::method, &RunConfig::model, &ModelConfig::mean_momentum),
            {"Mean's momentum", "μ", "",
             "Of the mean feature: m ← μ m + mean of a batch's features."},
            0, 0.9999)),
        ofDeconfound(number(
            "/model/tde_alpha",
            member(Affects::evaluation, SetBy::method, &RunConfig::model, &ModelConfig::tde_alpha),
            {"TDE's share", "α_TDE", "",
             "How much of the effect along the mean feature evaluation takes off; "
             "it is no part of training, so runs share all of that."},
            0, 100)),
        choice("/loss/name",
               member(Affects::run, SetBy::method, &RunConfig::loss, &LossConfig::name), "Loss",
               "The loss family; its class terms stand in the phases.", entries(losses())),
        choice("/loss/reduction",
               member(Affects::run, SetBy::method, &RunConfig::loss, &LossConfig::reduction),
               "Reduction", "How the losses of a batch become one number.",
               entries(entriesOf<Reduction>())),
        onlyWith(
            number("/loss/focal_gamma",
                   member(Affects::run, SetBy::method, &RunConfig::loss, &LossConfig::focal_gamma),
                   {"Focal γ", "", "", "Of the focal loss: 0 is cross-entropy."}, 0, 10),
            "/loss/name", {"focal"}),
        integer("/phases/*/from", member(Affects::resolved, SetBy::method, &Phase::from),
                {"From epoch", "T₀", "epoch", "The phase holds in this epoch and later, from 0."},
                0, 99999),
        later(integer(
            "/phases/*/plateau", member(Affects::resolved, SetBy::method, &Phase::plateau),
            {"Or after a plateau of", "", "epochs",
             "The phase begins earlier, once the mean B_y(f) of the minority classes has not "
             "risen by 0.1 in so many epochs; 0: at its epoch."},
            0, 99999)),
        classRule("/phases/*/alpha", ClassTerm::alpha, &Phase::alpha,
                  {"Class weight", "α_y", "", "Weighs each class's loss (re-weighting)."}),
        classRule("/phases/*/beta", ClassTerm::beta, &Phase::beta,
                  {"Logit scale", "β_y", "", "Multiplies each class's logit."}),
        classRule("/phases/*/delta", ClassTerm::delta, &Phase::delta,
                  {"Logit shift", "Δ_y", "", "Is added to each class's logit."}),
        later(choice("/phases/*/loss", member(Affects::phase, SetBy::method, &Phase::loss),
                     "Phase's loss", "The loss family of this phase.", entries(phaseLosses()))),
        number("/phases/*/lr_factor", member(Affects::resolved, SetBy::method, &Phase::lr_factor),
               {"Learning-rate factor", "", "", "Multiplies the scheduled learning rate."}, 0, 1000,
               true),
        later(choice("/phases/*/lr_schedule",
                     member(Affects::start, SetBy::method, &Phase::lr_schedule), "Rate's schedule",
                     "Whether the learning rate begins anew with the phase, and momentum with it.",
                     entries(entriesOf<PhaseSchedule>()))),
        absentMeans(
            "inherit",
            number("/phases/*/weight_decay",
                   member(Affects::resolved, SetBy::method, &Phase::weight_decay),
                   {"Weight decay", "", "", "In this phase; empty: the optimiser's."}, 0, 1)),
        number("/phases/*/sam_radius", member(Affects::phase, SetBy::method, &Phase::sam_radius),
               {"SAM radius", "", "", "Sharpness-aware minimisation; 0: plain SGD."}, 0, 10),
        later(choice("/phases/*/targets", member(Affects::phase, SetBy::method, &Phase::targets),
                     "Targets", "What the loss compares the logits with.",
                     entries(entriesOf<Targets>()))),
        ofTeacher("/phases/*/teacher_weight", &Phase::teacher_weight,
                  {"Teacher's weight", "a", "",
                   "The loss is (1 − a) times that of the labels plus a T² times the divergence "
                   "from the teacher."},
                  1, false),
        ofTeacher("/phases/*/student_temperature", &Phase::student_temperature,
                  {"Student's temperature", "T", "",
                   "Divides the logits before the softmax that is compared with the teacher's."},
                  1000, true),
        ofTeacher("/phases/*/teacher_temperature", &Phase::teacher_temperature,
                  {"Teacher's temperature", "T′", "",
                   "Divides the teacher's logits; DiVE's power p is T′ = T / p."},
                  1000, true),
        choice("/phases/*/sampling", member(Affects::phase, SetBy::method, &Phase::sampling),
               "Sampling", "Which training images an epoch sees.", entries(entriesOf<Sampling>())),
        choice("/phases/*/trainable", member(Affects::phase, SetBy::method, &Phase::trainable),
               "Trainable", "Which parameters the phase trains.", entries(entriesOf<Trainable>())),
        partFactor("/phases/*/backbone_lr_factor", &Phase::backbone_lr_factor, "Backbone's rate",
                   "Multiplies the backbone's learning rate.", {"all", "backbone"}),
        partFactor("/phases/*/head_lr_factor", &Phase::head_lr_factor, "Head's rate",
                   "Multiplies the learning rate of the head's weights and bias.",
                   {"all", "head", "head+scale"}),
        partFactor("/phases/*/scale_lr_factor", &Phase::scale_lr_factor, "Scale's rate",
                   "Multiplies the learning rate of the head's scale.",
                   {"head+scale", "head-scale"}),
        later(onlyWith(choice("/phases/*/batch_statistics",
                              member(Affects::phase, SetBy::method, &Phase::batch_statistics),
                              "Batch statistics", "Of the frozen backbone's batch normalisation.",
                              entries(entriesOf<BatchStatistics>())),
                       kTrainablePointer,
                       {"head", "head+scale", "head-scale", "calibration", "gated-calibration"})),
        choice("/phases/*/head_start", member(Affects::start, SetBy::method, &Phase::head_start),
               "Head at start", "What happens to the head at the start.",
               entries(entriesOf<HeadStart>())),
        onlyWith(
            number("/phases/*/head_tau", member(Affects::start, SetBy::method, &Phase::head_tau),
                   {"Normalisation", "τ", "",
                    "Of τ-normalisation: 0 changes nothing, 1 makes all class weights equally "
                    "long."},
                   0, 10),
            "/phases/*/head_start", {"tau-normalise"}),
        absentMeans("no limit", number("/phases/*/head_max_norm",
                                       member(Affects::phase, SetBy::method, &Phase::head_max_norm),
                                       {"Max-norm of head", "", "",
                                        "Class weights are shortened to this norm after every "
                                        "step; empty: no limit."},
                                       0, 1000, true)),
        later(absentMeans(
            "no limit",
            number("/phases/*/head_relative_max_norm",
                   member(Affects::phase, SetBy::method, &Phase::head_relative_max_norm),
                   {"Relative max-norm", "q", "",
                    "Likewise, the limit being min ‖w‖ + q (max ‖w‖ − min ‖w‖) over the classes as "
                    "the phase begins; empty: no limit."},
                   0, 1))),
        number("/optimizer/lr",
               member(Affects::resolved, SetBy::user, &RunConfig::optimizer, &OptimizerConfig::lr),
               {"Learning rate", "η", "", "The base rate of SGD."}, 0, 100, true),
        number("/optimizer/momentum",
               member(Affects::run, SetBy::user, &RunConfig::optimizer, &OptimizerConfig::momentum),
               {"Momentum", "", "", "Of SGD."}, 0, 0.9999),
        later(choice("/optimizer/momentum_form",
                     member(Affects::run, SetBy::protocol, &RunConfig::optimizer,
                            &OptimizerConfig::momentum_form),
                     "Momentum's form", "How a step follows from it.",
                     entries(entriesOf<MomentumForm>()))),
        number("/optimizer/weight_decay",
               member(Affects::resolved, SetBy::protocol, &RunConfig::optimizer,
                      &OptimizerConfig::weight_decay),
               {"Weight decay", "", "", "L2 penalty on all weights, as PyTorch's SGD counts it."},
               0, 1),
        choice("/lr_schedule/kind",
               member(Affects::resolved, SetBy::method, &RunConfig::lr_schedule,
                      &LrScheduleConfig::kind),
               "Schedule", "How the learning rate falls after the warm-up.",
               entries(entriesOf<LrKind>())),
        integer("/lr_schedule/warmup_epochs",
                member(Affects::resolved, SetBy::method, &RunConfig::lr_schedule,
                       &LrScheduleConfig::warmup_epochs),
                {"Warm-up", "", "epochs", "The rate rises linearly over these epochs."}, 0, 99999),
        number("/lr_schedule/warmup_peak",
               member(Affects::resolved, SetBy::protocol, &RunConfig::lr_schedule,
                      &LrScheduleConfig::warmup_peak),
               {"Warm-up's peak", "", "× base rate",
                "What the warm-up rises to; the authors' code reaches 2 in 400 epochs."},
               0, 1000, true),
        integer("/lr_schedule/steps/*/from",
                member(Affects::resolved, SetBy::method, &LrStep::from),
                {"From epoch", "", "epoch", "The step holds in this epoch and later, from 0."}, 0,
                99999),
        number("/lr_schedule/steps/*/factor",
               member(Affects::resolved, SetBy::method, &LrStep::factor),
               {"Factor", "", "", "The rate becomes the base rate times this."}, 0, 1000, true),
        integer(
            "/training/epochs",
            member(Affects::resolved, SetBy::method, &RunConfig::training, &TrainingConfig::epochs),
            {"Epochs", "T", "epochs", "Passes over the training images."}, 1, 100000),
        integer(
            "/training/batch_size",
            member(Affects::run, SetBy::user, &RunConfig::training, &TrainingConfig::batch_size),
            {"Batch size", "m", "images", "Images of one step."}, 1, 65536),
        choice("/training/augmentation",
               member(Affects::run, SetBy::protocol, &RunConfig::training,
                      &TrainingConfig::augmentation),
               "Augmentation", "Random changes of the training images.", entries(augmentations())),
        integer("/training/seed",
                member(Affects::run, SetBy::user, &RunConfig::training, &TrainingConfig::seed),
                {"Training seed", "", "", "Draws weights, order and augmentation."}, 0,
                9007199254740991.0),
        choice("/training/device",
               member(Affects::machine, SetBy::user, &RunConfig::training, &TrainingConfig::device),
               "Device", "auto takes a GPU where there is one.",
               {{"auto", "Automatic", ""}, {"cpu", "CPU", ""}, {"cuda", "GPU (CUDA)", ""}},
               FieldType::device),
        integer(
            "/training/threads",
            member(Affects::machine, SetBy::user, &RunConfig::training, &TrainingConfig::threads),
            {"Threads", "", "threads", "0: all cores. Results depend on the number."}, 0, 1024),
        choice(
            "/training/convolution",
            member(Affects::run, SetBy::user, &RunConfig::training, &TrainingConfig::convolution),
            "Convolutions",
            "How they may be rounded for speed; accuracies differ as between seeds. bfloat16 needs "
            "AVX512_BF16, AMX or a GPU.",
            entries(entriesOf<Convolution>())),
        later(integer(
            "/training/processes",
            member(Affects::run, SetBy::user, &RunConfig::training, &TrainingConfig::processes),
            {"Processes", "", "processes",
             "That divide each batch, on one machine or several; the command line starts them."},
            1, 4096)),
        later(choice("/training/batch_norm_over",
                     member(Affects::run, SetBy::user, &RunConfig::training,
                            &TrainingConfig::batch_norm_over),
                     "Batch normalisation",
                     "Over each process's part of a batch, as the papers' code does, or over all "
                     "of it. One process: the same.",
                     entries(entriesOf<BatchNormOver>()))),
        integer(
            "/training/exact_every",
            member(Affects::resolved, SetBy::user, &RunConfig::training,
                   &TrainingConfig::exact_every),
            {"Exact statistics", "", "epochs",
             "Epochs between evaluations of B_y(f) in evaluation mode; 0: only at phase changes "
             "and at the end."},
            0, 99999),
        choice(
            "/training/selection",
            member(Affects::nothing, SetBy::user, &RunConfig::training, &TrainingConfig::selection),
            "Best epoch by", "The data that choose the best epoch.",
            entries(entriesOf<Selection>())),
        later(text("/training/teacher",
                   member(Affects::resolved, SetBy::method, &RunConfig::training,
                          &TrainingConfig::teacher),
                   "Teacher's method",
                   "Of phases with a teacher: the method by which this very run was trained "
                   "otherwise, as LA or CE; a run of the workspace, or of the same sweep.")),
        later(text("/training/teacher_run",
                   member(Affects::resolved, SetBy::method, &RunConfig::training,
                          &TrainingConfig::teacher_run),
                   "Teacher's run",
                   "Instead of a method: the ID of a finished run of the workspace, on the same "
                   "data set.")),
        later(text("/training/teacher_sha256",
                   member(Affects::resolved, SetBy::method, &RunConfig::training,
                          &TrainingConfig::teacher_sha256),
                   "Teacher's checksum",
                   "SHA-256 of the teacher's last checkpoint, which is then compared; empty: the "
                   "teacher as it is when training begins.")),
    };
    return kFields;
}

bool isIndex(std::string_view token) {
    return !token.empty() && std::all_of(token.begin(), token.end(),
                                         [](unsigned char c) { return std::isdigit(c) != 0; });
}

}  // namespace

std::span<const Field> configFields() {
    return fields();
}

std::string fieldPattern(std::string_view pointer) {
    std::string pattern;
    std::size_t start = 0;
    while (start < pointer.size()) {
        const std::size_t end = std::min(pointer.find('/', start + 1), pointer.size());
        const std::string_view token = pointer.substr(start + 1, end - start - 1);
        pattern += '/';
        pattern += isIndex(token) ? "*" : std::string(token);
        start = end;
    }
    return pattern;
}

const Field* findField(std::string_view pointer) {
    const std::string pattern = fieldPattern(pointer);
    for (const Field& field : fields()) {
        if (field.pointer == pattern) return &field;
    }
    return nullptr;
}

std::span<const std::string_view> configLists() {
    return kLists;
}

std::size_t listSize(const RunConfig& config, std::string_view list) {
    return list == kLists[0] ? config.phases.size() : config.lr_schedule.steps.size();
}

void resizeList(RunConfig& config, std::string_view list, std::size_t size) {
    if (list == kLists[0]) {
        config.phases.resize(size);
    } else {
        config.lr_schedule.steps.resize(size);
    }
}

std::string_view listOf(const Field& field) {
    const std::size_t star = field.pointer.find("/*");
    return star == std::string_view::npos ? "" : field.pointer.substr(0, star);
}

bool fieldCounts(const Field& field, const RunConfig& config, std::size_t index) {
    if (field.depends_on.empty()) return true;
    const auto other = findField(field.depends_on)->access.get(config, index);
    return std::ranges::find(field.depends_values, other.get_ref<const std::string&>()) !=
           field.depends_values.end();
}

std::vector<std::string> childKeys(const std::string& pattern) {
    std::vector<std::string> keys;
    if (pattern.empty()) keys.emplace_back("format");
    for (const Field& field : configFields()) {
        const std::string pointer(field.pointer);
        if (!pointer.starts_with(pattern + "/")) continue;
        const std::size_t start = pattern.size() + 1;
        std::string key = pointer.substr(start, pointer.find('/', start) - start);
        if (std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
    }
    return keys;
}

std::string allowedText(const Field& field) {
    std::ostringstream out;
    out.precision(16);
    switch (field.type) {
        case FieldType::integer:
        case FieldType::number:
            if (field.minimum == field.maximum) {
                out << "only " << field.minimum;
            } else {
                out << (field.above_minimum ? "above " : "") << field.minimum << " … "
                    << field.maximum;
            }
            break;
        case FieldType::choice:
            for (const CatalogEntry& entry : field.choices) {
                out << (&entry == &field.choices.front() ? "" : ", ") << entry.name;
            }
            break;
        case FieldType::model:
            out << "resnet and a depth of 6n+2: resnet8, resnet14, resnet20, resnet26, resnet32, "
                   "…; "
                   "or resnet50, the network for photographs";
            break;
        case FieldType::device:
            out << "auto, cpu, cuda, cuda:N";
            break;
        case FieldType::class_rule:
            out << allowedRules(field.term);
            break;
        case FieldType::text:
            out << "text";
            break;
    }
    return out.str();
}

}  // namespace ballast
