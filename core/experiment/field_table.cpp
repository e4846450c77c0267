#include "core/experiment/field_table.h"

#include <algorithm>
#include <iterator>

#include "core/experiment/field_makers.h"

namespace ballast::field_table {
namespace {

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

Field ofDeconfound(Field field) {
    return later(onlyWith(std::move(field), "/model/head", {"deconfound"}));
}

std::vector<Field> fieldsBeforePhases() {
    return {
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
    };
}

std::vector<Field> fieldsAfterPhases() {
    return {
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
}

}  // namespace

std::vector<Field> allFields() {
    std::vector<Field> table = fieldsBeforePhases();
    for (auto* part : {phaseFields, fieldsAfterPhases}) {
        std::ranges::move(part(), std::back_inserter(table));
    }
    return table;
}

}  // namespace ballast::field_table
