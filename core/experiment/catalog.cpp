#include "core/experiment/catalog.h"

#include <charconv>

namespace ballast {
namespace {

constexpr std::string_view kPhotoAugmentation = "resized-crop-jitter";

const std::vector<DatasetInfo> kDatasets = {
    {"fashion-mnist",
     "Fashion-MNIST",
     "60,000 + 10,000 grey 28×28 pictures of clothes, 10 classes.",
     10,
     6000,
     10000,
     1,
     28,
     {0.2860},
     {0.3530},
     {"T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
      "Ankle boot"}},
    {"cifar10",
     "CIFAR-10",
     "50,000 + 10,000 colour 32×32 pictures, 10 classes.",
     10,
     5000,
     10000,
     3,
     32,
     {0.4914, 0.4822, 0.4465},
     {0.2023, 0.1994, 0.2010},
     {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}},
    {"cifar100",
     "CIFAR-100",
     "50,000 + 10,000 colour 32×32 pictures, 100 classes.",
     100,
     500,
     10000,
     3,
     32,
     {0.4914, 0.4822, 0.4465},
     {0.2023, 0.1994, 0.2010},
     {}},
    {"imagenet-lt",
     "ImageNet-LT",
     "115,846 + 50,000 photographs, 1,000 classes of 5 to 1,280; a folder of JPEG files.",
     1000,
     0,
     50000,
     3,
     224,
     {0.485, 0.456, 0.406},
     {0.229, 0.224, 0.225},
     {},
     ListFiles{"ImageNet_LT_train.txt", "ImageNet_LT_test.txt", 115846,
               "the images of ILSVRC 2012 (folders train and val) from image-net.org, the lists "
               "from github.com/zhmiao/OpenLongTailRecognition-OLTR"}},
    {"places-lt",
     "Places-LT",
     "62,500 + 36,500 photographs, 365 classes of 5 to 4,980; a folder of JPEG files.",
     365,
     0,
     36500,
     3,
     224,
     {0.485, 0.456, 0.406},
     {0.229, 0.224, 0.225},
     {},
     ListFiles{"Places_LT_train.txt", "Places_LT_test.txt", 62500,
               "the images of Places365-Standard from places2.csail.mit.edu, the lists from "
               "github.com/zhmiao/OpenLongTailRecognition-OLTR"}},
    {"inaturalist2018",
     "iNaturalist 2018",
     "437,513 + 24,426 photographs, 8,142 classes of 2 to 1,000; a folder of JPEG files.",
     8142,
     0,
     24426,
     3,
     224,
     {0.485, 0.456, 0.406},
     {0.229, 0.224, 0.225},
     {},
     ListFiles{"iNaturalist18_train.txt", "iNaturalist18_val.txt", 437513,
               "the images (folder train_val2018) from github.com/visipedia/inat_comp, the lists "
               "from github.com/facebookresearch/classifier-balancing"}},
    {"image-folder",
     "Image folder",
     "Your own JPEG files, with lists train.txt and test.txt; as many classes as they say.",
     0,
     0,
     0,
     3,
     224,
     {0.485, 0.456, 0.406},
     {0.229, 0.224, 0.225},
     {},
     ListFiles{"train.txt", "test.txt", 0, "files of your own"}},
};

constexpr CatalogEntry kProfiles[] = {
    {"long-tailed", "Long-tailed", "N_y falls exponentially from the first class to the last."},
    {"step", "Step", "The first half of the classes keeps every image, the second half 1/ratio."},
    {"none", "Balanced", "Every class keeps every image."},
};

constexpr CatalogEntry kModels[] = {
    {"resnet8", "ResNet-8", "0.08 M parameters; seconds an epoch on two cores."},
    {"resnet14", "ResNet-14", "0.18 M parameters."},
    {"resnet20", "ResNet-20", "0.27 M parameters."},
    {"resnet32", "ResNet-32", "0.46 M parameters; the paper's network for CIFAR."},
    {"resnet44", "ResNet-44", "0.66 M parameters."},
    {"resnet56", "ResNet-56", "0.85 M parameters."},
    {"resnet110", "ResNet-110", "1.7 M parameters."},
    {kImageNetResNet, "ResNet-50", "25.6 M parameters; the network for photographs of 224 pixels."},
};

constexpr CatalogEntry kHeads[] = {
    {"linear", "Linear", "Weights and bias."},
    {"cosine", "Cosine", "Cosine of the angle between features and class weights; no bias."},
};

constexpr CatalogEntry kLosses[] = {
    {"vs", "Vector scaling (VS)",
     "Eq. 3: α, β and Δ per class. CE, CB, LA, CDT and LDAM are its special cases."},
    {"ce", "Cross-entropy (CE)", "Eq. 3 with β = 1 and Δ = 0: class weights α only."},
    {"focal", "Focal",
     "(1 − exp(−α ℓ))^γ · α ℓ with ℓ of Eq. 3: images that are already right count less."},
};

constexpr CatalogEntry kReductions[] = {
    {"weighted-mean", "Weighted mean",
     "Σ α ℓ / Σ α over the batch, as in the authors' code: the scale of α cancels."},
    {"mean", "Mean",
     "Σ α ℓ / m over the batch, as in the paper's Algorithm 1: the scale of α counts."},
};

constexpr CatalogEntry kSamplings[] = {
    {"instance", "Every image once", "Each training image once an epoch, in random order."},
    {"square-root", "Square root", "As many draws, each class with probability ∝ √N_y."},
    {"class-balanced", "Class-balanced", "As many draws, every class equally likely."},
};

constexpr CatalogEntry kTrainable[] = {
    {"all", "Everything", "Backbone and head."},
    {"head", "Head only", "The backbone and its batch statistics are frozen (cRT, WB)."},
    {"head-scale", "Head's scale only",
     "One factor per class on the frozen head's logits is learnt (LWS)."},
    {"none", "Nothing", "No training: statistics and accuracies only (τ-normalisation)."},
};

constexpr CatalogEntry kHeadStarts[] = {
    {"keep", "Go on", "The head goes on from where it is."},
    {"reinitialise", "Start anew",
     "The head gets new random weights, and its momentum is cleared."},
    {"tau-normalise", "τ-normalise",
     "Class weights become w_y / ‖w_y‖^τ and the bias 0, and momentum is cleared."},
};

constexpr CatalogEntry kConvolutions[] = {
    {"exact", "Exact", "Sums in single precision as they stand."},
    {"fast", "Fast",
     "Winograd's algorithm on a CPU with AVX-512 and oneDNN 2, bfloat16 on a GPU; else exact."}};

constexpr CatalogEntry kSelections[] = {
    {"test", "Test set",
     "The best epoch is the one with the highest balanced test accuracy, as in "
     "the papers."},
    {"validation", "Validation split",
     "The best epoch is the one with the highest balanced validation accuracy."},
};

constexpr CatalogEntry kAugmentations[] = {
    {"none", "None", "Images as they are."},
    {"crop-flip", "Crop and flip",
     "Random crop after 4 pixels of zero padding, random horizontal flip."},
    {"autoaugment-cutout", "AutoAugment + Cutout",
     "Crop and flip, AutoAugment's CIFAR-10 policy, and a Cutout of 16 × 16 pixels."},
    {kPhotoAugmentation, "Resized crop, flip, jitter",
     "For photographs: random crop of 8 to 100 % of the area, resized; random horizontal flip; "
     "brightness, contrast and saturation times 0.6 to 1.4."},
};

constexpr CatalogEntry kLrSchedules[] = {
    {"steps", "Steps", "The base rate, times a factor from certain epochs on."},
    {"cosine", "Cosine", "Half a cosine from the base rate to almost 0 at the end."},
};

const std::vector<ClassRuleInfo> kClassRules = {
    {"one", "One", "1", {ClassTerm::alpha, ClassTerm::beta}, std::nullopt},
    {"constant",
     "Constant",
     "the same scale for every class",
     {ClassTerm::beta},
     RuleParameter{"scale", "s", "LDAM's scale of cosine logits is 30.", 0.0, 1000.0, 30.0, true}},
    {"zero", "Zero", "0", {ClassTerm::delta}, std::nullopt},
    {"inverse", "Balanced", "π_y⁻¹, normalised to sum C", {ClassTerm::alpha}, std::nullopt},
    {"power",
     "Power (ADRW)",
     "π_y^(−ν), normalised to sum C",
     {ClassTerm::alpha},
     RuleParameter{"nu", "ν", "0 weighs all images alike, 1 all classes.", 0.0, 5.0, 0.5}},
    {"effective-number",
     "Class-balanced (CB)",
     "(1−p) / (1−p^N_y), normalised to sum C",
     {ClassTerm::alpha},
     RuleParameter{"p", "p", "Closer to 1 weighs small classes more.", 0.0, 1.0, 0.9999, true}},
    {"cdt",
     "Temperature (CDT)",
     "(N_y / N_1)^γ",
     {ClassTerm::beta},
     RuleParameter{"gamma", "γ", "CDT γ: 0 leaves every scale at 1.", 0.0, 5.0, 0.05}},
    {"la",
     "Logit adjustment (LA)",
     "τ log π_y",
     {ClassTerm::delta},
     RuleParameter{"tau", "τ", "0 leaves every shift at 0; 1 is Fisher consistent.", 0.0, 10.0,
                   1.0}},
    {"ldam",
     "Margin (LDAM)",
     "−β_y m_y on the true class only, m_y = max m · (N_min / N_y)^¼",
     {ClassTerm::delta},
     RuleParameter{"max_margin", "max m", "Margin of the smallest class, in units of the logit.",
                   0.0, 10.0, 0.5}},
    {"fisher",
     "Fisher consistent (Eq. 4)",
     "δ_y = π_y^s (or one number per class): weight δ_y / π_y, shift log δ_y",
     {ClassTerm::alpha, ClassTerm::delta},
     RuleParameter{"exponent", "s", "0 is the balanced loss, 1 logit adjustment with τ = 1.", -5.0,
                   5.0, 0.5},
     true},
    {"cvs-scale",
     "Calibrated scale (CVS)",
     "π_y^γ / κ_y, κ_y estimated from the run every epoch",
     {ClassTerm::beta},
     RuleParameter{"gamma", "γ", "CVS γ: 0 leaves only the calibration.", 0.0, 5.0, 0.05}},
    {"cvs-shift",
     "Calibrated shift (CVS)",
     "τ log(π_y / κ_y), κ_y estimated from the run every epoch",
     {ClassTerm::delta},
     RuleParameter{"tau", "τ", "0 leaves every shift at 0.", 0.0, 10.0, 1.0}},
    {"values",
     "Values",
     "one number per class",
     {ClassTerm::alpha, ClassTerm::beta, ClassTerm::delta},
     std::nullopt},
};

}  // namespace

std::span<const DatasetInfo> datasets() {
    return kDatasets;
}
std::span<const CatalogEntry> profiles() {
    return kProfiles;
}
std::span<const CatalogEntry> models() {
    return kModels;
}
std::span<const CatalogEntry> heads() {
    return kHeads;
}
std::span<const CatalogEntry> losses() {
    return kLosses;
}
std::span<const CatalogEntry> reductions() {
    return kReductions;
}
std::span<const CatalogEntry> samplings() {
    return kSamplings;
}
std::span<const CatalogEntry> trainableParts() {
    return kTrainable;
}
std::span<const CatalogEntry> headStarts() {
    return kHeadStarts;
}
std::span<const CatalogEntry> selections() {
    return kSelections;
}
std::span<const CatalogEntry> augmentations() {
    return kAugmentations;
}
std::span<const CatalogEntry> lrSchedules() {
    return kLrSchedules;
}
std::span<const CatalogEntry> convolutions() {
    return kConvolutions;
}
std::span<const ClassRuleInfo> classRules() {
    return kClassRules;
}

const DatasetInfo* findDataset(std::string_view name) {
    for (const DatasetInfo& info : kDatasets) {
        if (info.name == name) return &info;
    }
    return nullptr;
}

const ClassRuleInfo* findClassRule(std::string_view name) {
    for (const ClassRuleInfo& info : kClassRules) {
        if (info.name == name) return &info;
    }
    return nullptr;
}

bool augmentationFits(std::string_view augmentation, const DatasetInfo& dataset) {
    return augmentation == "none" || (augmentation == kPhotoAugmentation) == dataset.listed();
}

std::vector<const ClassRuleInfo*> rulesFor(ClassTerm term) {
    std::vector<const ClassRuleInfo*> rules;
    for (const ClassRuleInfo& info : kClassRules) {
        for (ClassTerm allowed : info.terms) {
            if (allowed == term) rules.push_back(&info);
        }
    }
    return rules;
}

std::optional<int> residualDepth(std::string_view model) {
    constexpr std::string_view kPrefix = "resnet";
    if (!model.starts_with(kPrefix)) return std::nullopt;
    const std::string_view digits = model.substr(kPrefix.size());
    int depth = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), depth);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.starts_with('0')) {
        return std::nullopt;
    }
    if (depth < 8 || depth > 1202 || depth % 6 != 2 || depth == 50) return std::nullopt;
    return depth;
}

}  // namespace ballast
