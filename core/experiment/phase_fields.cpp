#include "core/experiment/field_makers.h"
#include "core/experiment/field_table.h"

namespace ballast::field_table {
namespace {

Field classRule(std::string_view pointer, ClassTerm term, ClassRule Phase::*rule,
                const Words& words) {
    Field field = worded(pointer, member(Affects::resolved, SetBy::method, rule),
                         FieldType::class_rule, words);
    field.term = term;
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

/// One of the numbers of mixing; it counts in phases that mix so.
Field ofMixing(std::string_view pointer, double Phase::*value, const Words& words, double maximum,
               bool above_zero, std::vector<std::string_view> mixings) {
    return later(onlyWith(number(pointer, member(Affects::phase, SetBy::method, value), words, 0,
                                 maximum, above_zero),
                          "/phases/*/mixing", std::move(mixings)));
}

/// An end of label smoothing's range; it counts in phases that smooth.
Field ofSmoothing(std::string_view pointer, double Phase::*value, const Words& words) {
    return later(
        onlyWith(number(pointer, member(Affects::resolved, SetBy::method, value), words, 0, 1),
                 "/phases/*/smoothing", {"concave", "linear", "convex"}));
}

}  // namespace

std::vector<Field> phaseFields() {
    return {
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
        later(
            choice("/phases/*/smoothing",
                   member(Affects::resolved, SetBy::method, &Phase::smoothing), "Label smoothing",
                   "A part ε_y of a label is shared by all classes, the more the larger its class "
                   "is (label-aware).",
                   entries(entriesOf<Smoothing>()))),
        ofSmoothing("/phases/*/smoothing_head", &Phase::smoothing_head,
                    {"Largest class's", "ε", "", "ε_y of the class with the most images."}),
        ofSmoothing("/phases/*/smoothing_tail", &Phase::smoothing_tail,
                    {"Smallest class's", "ε", "", "ε_y of the class with the fewest images."}),
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
        later(choice("/phases/*/mixing", member(Affects::phase, SetBy::method, &Phase::mixing),
                     "Mixing", "Whether the images of a batch are mixed in pairs.",
                     entries(entriesOf<Mixing>()))),
        ofMixing(
            "/phases/*/mixing_beta", &Phase::mixing_beta,
            {"Mixing's parameter", "a", "",
             "λ ~ Beta(a, a): 1 makes every λ as likely, near 0 one image outweighs the other."},
            100, true, {"mixup", "remix"}),
        ofMixing("/phases/*/remix_ratio", &Phase::remix_ratio,
                 {"Remix ratio", "κ", "",
                  "How many times as many images as the rarer class the other one must have."},
                 1e6, true, {"remix"}),
        ofMixing("/phases/*/remix_share", &Phase::remix_share,
                 {"Remix share", "τ", "",
                  "The most that the more frequent class's image may have of the mixture."},
                 1, false, {"remix"}),
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
    };
}

}  // namespace ballast::field_table
