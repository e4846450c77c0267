#include "core/experiment/config_fields.h"

#include <algorithm>
#include <cctype>
#include <sstream>

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

Field text(std::string_view pointer, std::string_view label, std::string_view help) {
    return {.pointer = pointer, .type = FieldType::text, .label = label, .help = help};
}

Field choice(std::string_view pointer, std::string_view label, std::string_view help,
             std::vector<CatalogEntry> choices, FieldType type = FieldType::choice) {
    Field field{.pointer = pointer, .type = type, .label = label, .help = help};
    field.choices = std::move(choices);
    return field;
}

struct Words {
    std::string_view label;
    std::string_view symbol;
    std::string_view unit;
    std::string_view help;
};

Field worded(std::string_view pointer, FieldType type, const Words& words) {
    return {.pointer = pointer,
            .type = type,
            .label = words.label,
            .symbol = words.symbol,
            .unit = words.unit,
            .help = words.help};
}

Field integer(std::string_view pointer, const Words& words, double minimum, double maximum) {
    Field field = worded(pointer, FieldType::integer, words);
    field.minimum = minimum;
    field.maximum = maximum;
    return field;
}

Field number(std::string_view pointer, const Words& words, double minimum, double maximum,
             bool above_minimum = false, bool nullable = false) {
    Field field = worded(pointer, FieldType::number, words);
    field.minimum = minimum;
    field.maximum = maximum;
    field.above_minimum = above_minimum;
    field.nullable = nullable;
    return field;
}

Field classRule(std::string_view pointer, const Words& words, ClassTerm term) {
    Field field = worded(pointer, FieldType::class_rule, words);
    field.term = term;
    return field;
}

Field absentMeans(std::string_view words, Field field) {
    field.absent = words;
    return field;
}

/// A field that counts only while `pointer` has one of `values`.
Field onlyWith(Field field, std::string_view pointer, std::vector<std::string_view> values) {
    field.depends_on = pointer;
    field.depends_values = std::move(values);
    return field;
}

std::vector<std::string_view> listedDatasets() {
    std::vector<std::string_view> names;
    for (const DatasetInfo& info : datasets()) {
        if (info.listed()) names.push_back(info.name);
    }
    return names;
}

const std::vector<Field>& fields() {
    static const std::vector<Field> kFields = {
        text("/name", "Name", "How the run is called in lists, legends and tables."),
        choice("/data/dataset", "Data set",
               "The images. Fetch them with: ballast-cli data get NAME.", datasetEntries()),
        onlyWith(
            text("/data/folder", "Image folder",
                 "Of a data set of list files: where lists and images lie. Empty: the folder named "
                 "like the data set among the data folders; there also relative folders are looked "
                 "for."),
            "/data/dataset", listedDatasets()),
        onlyWith(integer("/data/image_size",
                         {"Image size", "", "pixels",
                          "Of a data set of list files: both sides of the crop the network sees."},
                         8, 1024),
                 "/data/dataset", listedDatasets()),
        choice("/data/imbalance/profile", "Imbalance profile",
               "How the number of training images falls from class to class.", entries(profiles())),
        number("/data/imbalance/ratio",
               {"Imbalance ratio", "N₁/N_C", "", "Images of the largest class over the smallest."},
               1, 1e6),
        integer("/data/imbalance/seed",
                {"Subset seed", "", "", "Draws which images stay. The papers use 0 throughout."}, 0,
                4294967295.0),
        integer("/data/validation_per_class",
                {"Validation images", "", "per class",
                 "Held out of the training set before the imbalance is applied; 0: none."},
                0, 1e6),
        choice("/model/name", "Model",
               "Residual network for small images, of any depth 6n+2, or resnet50 for photographs.",
               entries(models()), FieldType::model),
        choice("/model/head", "Head", "The last layer, from features to logits.", entries(heads())),
        choice("/loss/name", "Loss", "The loss family; its class terms stand in the phases.",
               entries(losses())),
        choice("/loss/reduction", "Reduction", "How the losses of a batch become one number.",
               entries(reductions())),
        onlyWith(number("/loss/focal_gamma",
                        {"Focal γ", "", "", "Of the focal loss: 0 is cross-entropy."}, 0, 10),
                 "/loss/name", {"focal"}),
        integer("/phases/*/from",
                {"From epoch", "T₀", "epoch", "The phase holds in this epoch and later, from 0."},
                0, 99999),
        classRule("/phases/*/alpha",
                  {"Class weight", "α_y", "", "Weighs each class's loss (re-weighting)."},
                  ClassTerm::alpha),
        classRule("/phases/*/beta", {"Logit scale", "β_y", "", "Multiplies each class's logit."},
                  ClassTerm::beta),
        classRule("/phases/*/delta", {"Logit shift", "Δ_y", "", "Is added to each class's logit."},
                  ClassTerm::delta),
        number("/phases/*/lr_factor",
               {"Learning-rate factor", "", "", "Multiplies the scheduled learning rate."}, 0, 1000,
               true),
        number("/phases/*/weight_decay",
               {"Weight decay", "", "", "In this phase; empty: the optimiser's."}, 0, 1, false,
               true),
        number("/phases/*/sam_radius",
               {"SAM radius", "", "", "Sharpness-aware minimisation; 0: plain SGD."}, 0, 10),
        choice("/phases/*/sampling", "Sampling", "Which training images an epoch sees.",
               entries(samplings())),
        choice("/phases/*/trainable", "Trains", "Which parameters the phase trains.",
               entries(trainableParts())),
        choice("/phases/*/head_start", "Head at start", "What happens to the head at the start.",
               entries(headStarts())),
        onlyWith(number("/phases/*/head_tau",
                        {"Normalisation", "τ", "",
                         "Of τ-normalisation: 0 changes nothing, 1 makes all class weights equally "
                         "long."},
                        0, 10),
                 "/phases/*/head_start", {"tau-normalise"}),
        absentMeans("no limit", number("/phases/*/head_max_norm",
                                       {"Max-norm of head", "", "",
                                        "Class weights are shortened to this norm after every "
                                        "step; empty: no limit."},
                                       0, 1000, true, true)),
        number("/optimizer/lr", {"Learning rate", "η", "", "The base rate of SGD."}, 0, 100, true),
        number("/optimizer/momentum", {"Momentum", "", "", "Of SGD."}, 0, 0.9999),
        number("/optimizer/weight_decay",
               {"Weight decay", "", "", "L2 penalty on all weights, as PyTorch's SGD counts it."},
               0, 1),
        choice("/lr_schedule/kind", "Schedule", "How the learning rate falls after the warm-up.",
               entries(lrSchedules())),
        integer("/lr_schedule/warmup_epochs",
                {"Warm-up", "", "epochs", "The rate rises linearly over these epochs."}, 0, 99999),
        integer("/lr_schedule/steps/*/from",
                {"From epoch", "", "epoch", "The step holds in this epoch and later, from 0."}, 0,
                99999),
        number("/lr_schedule/steps/*/factor",
               {"Factor", "", "", "The rate becomes the base rate times this."}, 0, 1000, true),
        integer("/training/epochs", {"Epochs", "T", "epochs", "Passes over the training images."},
                1, 100000),
        integer("/training/batch_size", {"Batch size", "m", "images", "Images of one step."}, 1,
                65536),
        choice("/training/augmentation", "Augmentation", "Random changes of the training images.",
               entries(augmentations())),
        integer("/training/seed",
                {"Training seed", "", "", "Draws weights, order and augmentation."}, 0,
                9007199254740991.0),
        choice("/training/device", "Device", "auto takes a GPU where there is one.",
               {{"auto", "Automatic", ""}, {"cpu", "CPU", ""}, {"cuda", "GPU (CUDA)", ""}},
               FieldType::device),
        integer("/training/threads",
                {"Threads", "", "threads", "0: all cores. Results depend on the number."}, 0, 1024),
        choice("/training/convolution", "Convolutions",
               "How they may be rounded for speed. Accuracies differ as between seeds.",
               entries(convolutions())),
        integer(
            "/training/exact_every",
            {"Exact statistics", "", "epochs",
             "Epochs between evaluations of B_y(f) in evaluation mode; 0: only at phase changes "
             "and at the end."},
            0, 99999),
        choice("/training/selection", "Best epoch by", "The data that choose the best epoch.",
               entries(selections())),
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
        case FieldType::class_rule: {
            for (const ClassRuleInfo* rule : rulesFor(field.term)) {
                if (rule->name != "values") out << rule->name << ", ";
            }
            out << "or a list with one number per class";
            break;
        }
        case FieldType::text:
            out << "text";
            break;
    }
    return out.str();
}

}  // namespace ballast
