#include <cstdio>

#include "core/experiment/catalog.h"
#include "core/experiment/preset_method.h"
#include "core/experiment/preset_values.h"
#include "core/experiment/presets.h"

namespace ballast {
namespace {

std::string shownNumber(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

std::string dataWords(std::string_view dataset, Profile profile, double ratio) {
    const DatasetInfo* info = findDataset(dataset);
    const std::string label(info != nullptr ? info->label : dataset);
    if (profile == Profile::none) return label + " balanced";
    return label + " " + std::string(nameOf(profile)) + " " + shownNumber(ratio);
}
std::string dataWords(const DataConfig& data) {
    return dataWords(data.dataset, data.imbalance.profile, data.imbalance.ratio);
}

/// Where a rival follows its authors' code, and where not.
void noteRival(std::string_view base, std::vector<std::string>& notes) {
    if (base == "cRT" || base == "LWS") {
        notes.push_back(
            "the second stage is that of the authors' code: the base rate anew along a cosine, " +
            std::string(base == "cRT" ? "10" : "5") +
            " epochs after 90 or more, weight decay 5e-4, moving batch statistics; images are "
            "drawn "
            "with replacement, there from shuffled cycles");
    } else if (base == "DisAlign") {
        notes.emplace_back(
            "the second stage is that of the authors' code with a linear head: ν = 1.2, the base "
            "rate "
            "anew along a cosine, 10 epochs after 90 or more (iNaturalist: 30), weight decay 5e-4, "
            "moving batch statistics; they publish no number for CIFAR");
    } else if (base == "De-confound") {
        notes.emplace_back(
            "on small images rate 0.2, batches of 256, weight decay 5e-4 and the drops are the "
            "authors'; their warm-up begins at 7/15 of the rate, ours at 1/5, and their network "
            "has "
            "two last blocks side by side, 128 features. A config that takes the preset over keeps "
            "its own rate and batch size");
    } else if (base == "DiVE") {
        notes.emplace_back(
            "a = 0.5, T = 2 and the power 0.5 (T′ = 4) are those of the authors' group's code "
            "(BagofTricks-LT); the paper has T = 3. Its rate drops at 120 and 160 of 200 epochs "
            "with Nesterov momentum, here as all methods of the protocol. Needs a run of LA with "
            "the same settings, trained before or in the same sweep");
    } else if (base == "NCM") {
        notes.emplace_back(
            "the paper's cosine to the mean features of the training images as they are; the "
            "authors' code has variants of it: distances or inner products, to means of features "
            "of "
            "length 1, centred or not");
    } else if (base == "Mixup" || base == "Remix") {
        notes.emplace_back(
            "Beta(1, 1)" + std::string(base == "Remix" ? ", κ = 3 and τ = 0.5 are" : " is") +
            " that of BagofTricks-LT, which trains Remix for 400 epochs; on photographs Beta(0.2, "
            "0.2) is MiSLAS's");
    } else if (base == "MiSLAS") {
        notes.emplace_back(
            "both stages are those of the authors' code: Beta(1, 1), on photographs Beta(0.2, "
            "0.2); "
            "then 10 epochs after 200 or more, the base rate anew along a cosine, the head at a "
            "part of it, ε, that part and whether batch statistics adapt by data set and ratio, "
            "the "
            "nearest known. Images are drawn with replacement, there from shuffled cycles; they "
            "train photographs for 180 epochs");
    } else if (base == "Progressive") {
        notes.emplace_back(
            "the classes' shares go from π_y to 1/C in equal steps from the first epoch to the "
            "last, "
            "as in the authors' code (classifier-balancing), and images are drawn with "
            "replacement, "
            "there from shuffled cycles; a first stage of theirs for photographs");
    } else if (base == "LAS") {
        notes.emplace_back(
            "ε from 0.1 (smallest class) to 0.4 (largest) along a sine are those of "
            "BagofTricks-LT, "
            "which trains the loss from the start; its authors use it in the second stage of "
            "MiSLAS "
            "only");
    } else if (base == "KD") {
        notes.emplace_back(
            "a = 0.9 and T = 4 are those that comparisons of distillation use (mdistiller); the "
            "teacher is the same network, trained by CE with the same settings, before or in the "
            "same sweep");
    } else if (base == "WB") {
        notes.emplace_back(
            "both stages are those of the authors' notebooks, which train a ResNet-34 on "
            "CIFAR-100: "
            "rate 0.01 along a cosine, batches of 64, 10 epochs after 200 or more, binary "
            "cross-entropy of the softmax; a config that takes the preset over keeps its own batch "
            "size and base rate, of which the factor 0.1 makes 0.01 where it is 0.1");
    }
}

/// The notes of one preset on small images, in order.
class SmallImageNotes {
public:
    SmallImageNotes(const PresetMethod& method, const DataConfig& data, bool authors)
        : method_(method),
          data_(data),
          authors_(authors),
          row_(authorsRowFor(data)),
          values_(presetValues(method, authors ? "authors-400" : "paper-200", data)) {}

    std::vector<std::string> all() {
        const bool takes_row =
            authors_ || method_.base == "VS" || method_.base == "CVS" ||
            (method_.sam && adjustsLogits(method_)) ||
            ((method_.base == "LA" || method_.base == "DiVE") && method_.weighting == "ADRW");
        if (takes_row && !isOf(row_, data_)) {
            add("the authors' script has no values for " + dataWords(data_) + "; those for " +
                dataWords(row_.dataset, row_.profile, row_.ratio) + " are the nearest and taken");
        }
        if (authors_) {
            ofTheAuthors();
        } else {
            ofThePaper();
        }
        if (method_.weighting == "ADRW" && !(adjustsLogits(method_) && method_.base != "CDT")) {
            add("ν = " + shownNumber(values_.nu) +
                " is Ballast's: the paper tunes ν for this method and prints no value");
        }
        if (method_.weighting == "Auto-ADRW") {
            add("experimental, and not the paper's: the run itself chooses ν at T₀");
        }
        if (method_.weighting == "Auto-LA") {
            add("experimental, and not the paper's: the run itself chooses τ at T₀");
        }
        noteRival(method_.base, notes_);
        return std::move(notes_);
    }

private:
    void add(std::string_view note) { notes_.emplace_back(note); }

    void ofTheAuthors() {
        add("as the authors' code ran: the warm-up rises to twice the base rate, and AutoAugment "
            "turns one way only and shears bicubically");
        if (!method_.sam) {
            add("the authors' script trains with SAM throughout; its run is " + method_.name() +
                "+SAM");
        }
        if (method_.base == "LDAM" && method_.weighting != "DRW") {
            add("the script runs LDAM+DRW only; its values are taken");
        }
        if (method_.base == "VS" && method_.tla) ofAlgorithm1();
    }

    void ofAlgorithm1() {
        const AuthorsRow::Deferred& later = row_.algorithm1;
        add("until T₀ it is the run of VS that the script's command resumes, with the γ, τ and "
            "weight decay of VS");
        if (later.weight_decay != row_.vs.weight_decay) {
            add("weight decay from T₀ on is " + shownNumber(row_.vs.weight_decay) +
                ", as it ran: the command names " + shownNumber(later.weight_decay) +
                ", but the resumed optimiser restores that of VS");
        }
        if (method_.sam && later.resumed_sam_radius != row_.vs.sam_radius) {
            add("the SAM radius until T₀ is " + shownNumber(later.resumed_sam_radius) +
                ", that of the run which the command resumes; the command of VS itself has " +
                shownNumber(row_.vs.sam_radius));
        }
    }

    void ofThePaper() {
        if (method_.base == "VS" || method_.base == "CVS") {
            add("the paper prints no γ, τ and ν for 200 epochs; those of the authors' script for "
                "400 epochs are taken");
        }
        if (method_.sam) ofSamRadius();
    }

    void ofSamRadius() {
        if (adjustsLogits(method_)) {
            return add("no SAM radius is published for " + method_.name() +
                       " at 200 epochs; that of the authors' script for 400 epochs is taken");
        }
        const bool plain = method_.weighting.empty();
        const std::string published = method_.base == "LDAM" ? "LDAM+DRW" : plain ? "CE" : "CE+DRW";
        const std::string known(row_.dataset);
        DataConfig of;
        of.dataset = known;
        const bool exact = published + "+SAM" == method_.name() && data_.dataset == known &&
                           data_.imbalance.profile == Profile::long_tailed &&
                           data_.imbalance.ratio == 100.0;
        add("SAM radius " + shownNumber(values_.sam_radius[0]) + " is that of Saddle-LongTail's " +
            published + "+SAM on " + dataWords(of) +
            (exact ? "" : "; none is published for " + method_.name() + " on " + dataWords(data_)));
    }

    const PresetMethod& method_;
    const DataConfig& data_;
    const bool authors_;
    const AuthorsRow& row_;
    const PresetValues values_;
    std::vector<std::string> notes_;
};

}  // namespace

std::vector<std::string> presetNotes(const PresetRequest& request) {
    const RunConfig config = presetConfig(request);
    const PresetMethod method = methodNamed(request.method);
    const std::string protocol = presetProtocol(request);
    if (protocol == "paper-200" || protocol == "authors-400") {
        return SmallImageNotes(method, config.data, protocol == "authors-400").all();
    }
    std::vector<std::string> notes;
    const bool published = config.name == "CE+DRW+SAM" || config.name == "LDAM+DRW+SAM";
    if (method.sam && !published) {
        notes.push_back("no SAM radii are published for " + config.name + "; those of " +
                        (method.base == "LDAM" ? "LDAM" : "CE") + "+DRW+SAM are taken");
    }
    if (adjustsLogits(method)) {
        notes.push_back("no γ, τ and ν are published for " + config.name +
                        " on photographs; those of the authors' script for CIFAR-10 are taken");
    }
    noteRival(method.base, notes);
    return notes;
}

}  // namespace ballast
