#include "core/experiment/catalog.h"

#include <charconv>

namespace ballast {
namespace {

constexpr std::string_view kPhotoAugmentation = "resized-crop-jitter";
constexpr std::string_view kSmallAugmentation = "autoaugment-cutout";

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
     ListFiles{"ImageNet_LT_train.txt", "ImageNet_LT_test.txt", "ImageNet_LT_val.txt", 115846,
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
     ListFiles{"Places_LT_train.txt", "Places_LT_test.txt", "Places_LT_val.txt", 62500,
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
     ListFiles{"iNaturalist18_train.txt", "iNaturalist18_val.txt", "", 437513,
               "the images (folder train_val2018) from github.com/visipedia/inat_comp, the lists "
               "from github.com/facebookresearch/classifier-balancing"}},
    {"image-folder",
     "Image folder",
     "Your own JPEG and PNG files, with lists train.txt and test.txt or in folders train/CLASS and "
     "test/CLASS.",
     0,
     0,
     0,
     3,
     224,
     {0.485, 0.456, 0.406},
     {0.229, 0.224, 0.225},
     {},
     ListFiles{"train.txt", "test.txt", "val.txt", 0, "files of your own", true}},
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
    {"deconfound", "Normalised in parts (De-confound)",
     "τ/K Σ ⟨w, z⟩ / ((‖w‖ + γ) ‖z‖) over K parts; in evaluation without what lies along the mean "
     "feature."},
};

constexpr CatalogEntry kHeadInits[] = {
    {"kaiming-normal", "Kaiming-normal", "Normal with variance 2/F, F the number of features."},
    {"uniform", "Uniform",
     "Uniform in ±1/√F, PyTorch's default; Saddle-LongTail's ResNet-50 begins so."},
};

constexpr CatalogEntry kLosses[] = {
    {"vs", "Vector scaling (VS)",
     "Eq. 3: α, β and Δ per class. CE, CB, LA, CDT and LDAM are its special cases."},
    {"ce", "Cross-entropy (CE)", "Eq. 3 with β = 1 and Δ = 0: class weights α only."},
    {"focal", "Focal",
     "(1 − exp(−α ℓ))^γ · α ℓ with ℓ of Eq. 3: images that are already right count less."},
    {"softmax-bce", "Binary CE of softmax",
     "α/C · (−log p_y − Σ_{j≠y} log(1 − p_j)), p the softmax of Eq. 3: weight balancing's loss."},
};

constexpr CatalogEntry kPhaseLosses[] = {
    {"inherit", "The run's", "The loss family of the whole run."},
    kLosses[0],
    kLosses[1],
    kLosses[3],
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
    {"progressive", "Progressive",
     "As many draws, each class with probability (1 − s) π_y + s/C, where s rises from 0 in the "
     "run's first epoch to 1 in its last (progressively-balanced)."},
};

constexpr CatalogEntry kTrainable[] = {
    {"all", "All", "Backbone and head."},
    {"backbone", "Backbone", "The head is frozen."},
    {"head", "Head", "The backbone is frozen (cRT, WB)."},
    {"head+scale", "Head and scale", "The head and one factor per class on its logits."},
    {"head-scale", "Head's scale",
     "One factor per class on the frozen head's logits is learnt (LWS)."},
    {"calibration", "Calibration",
     "a and b of each class on the frozen head's logits, (1 + a) f + b, are learnt."},
    {"gated-calibration", "Gated calibration",
     "(1 + σ a) f + σ b, where σ is one number an image, learnt from its features (DisAlign)."},
    {"none", "None", "No training: statistics and accuracies only (τ-normalisation)."},
};

constexpr CatalogEntry kTargets[] = {
    {"labels", "Labels", "The loss is of the labels alone."},
    {"labels+teacher", "Labels and teacher",
     "The loss is also of a trained run's answers to the same images (distillation)."},
};

constexpr CatalogEntry kSmoothings[] = {
    {"none", "None", "The labels as they are."},
    {"concave", "Concave", "ε rises with N_y along a sine, fast from the smallest class on."},
    {"linear", "Linear", "ε rises with N_y along a line."},
    {"convex", "Convex", "ε rises with N_y along a cosine, fast up to the largest class."},
};

constexpr CatalogEntry kMixings[] = {
    {"none", "None", "Images as they are."},
    {"mixup", "Mixup",
     "λ x_i + (1 − λ) x_j of two images of the batch, with λ and 1 − λ of the losses of their "
     "labels; λ ~ Beta(a, a), one a batch."},
    {"remix", "Remix",
     "As mixup, but the label is the rarer class's alone where the other has κ times as many "
     "images "
     "and less than τ of the mixture."},
};

constexpr CatalogEntry kBatchStatistics[] = {
    {"kept", "Kept", "The running statistics normalise, and stay as they are."},
    {"adapting", "Adapting",
     "Each batch is normalised by its own, and the running ones follow, as in the code of cRT, LWS "
     "and WB."},
};

constexpr CatalogEntry kHeadStarts[] = {
    {"keep", "Keep", "The head keeps its weights."},
    {"reinitialise", "Reinitialise",
     "The head gets new random weights, and its momentum is cleared."},
    {"tau-normalise", "τ-normalise",
     "Class weights become w_y / ‖w_y‖^τ and the bias 0, and momentum is cleared."},
    {"class-means", "Class means",
     "Class weights become the directions of the classes' mean features over the training images, "
     "the bias 0, and momentum is cleared: the nearest class mean by cosine (NCM)."},
};

constexpr CatalogEntry kConvolutions[] = {
    {"exact", "Exact", "Sums in single precision as they stand."},
    {"fast", "Fast",
     "Winograd's algorithm on a CPU with AVX-512 and oneDNN 2, bfloat16 on a GPU; else exact."},
    {"bfloat16", "bfloat16", "Features in 16 bits, weights and all sums in single precision."}};

constexpr CatalogEntry kBatchNormOver[] = {
    {"process", "Each process's part", "As if each process's part were a batch of its own."},
    {"batch", "The whole batch", "Synchronised: as one process has it, by LibTorch's operators."}};

constexpr CatalogEntry kSelections[] = {
    {"test", "Test set",
     "The best epoch is the one with the highest balanced test accuracy, as in "
     "the papers."},
    {"validation", "Validation split",
     "The best epoch is the one with the highest balanced validation accuracy, on images held out "
     "or on the data set's validation list."},
};

constexpr CatalogEntry kAugmentations[] = {
    {"none", "None", "Images as they are."},
    {"crop-flip", "Crop and flip",
     "Random crop after 4 pixels of zero padding, random horizontal flip; of photographs, their "
     "middle at the image size."},
    {kSmallAugmentation, "AutoAugment + Cutout",
     "Crop and flip, AutoAugment's CIFAR-10 policy, and a Cutout of 16 × 16 pixels."},
    {"autoaugment-cutout-authors", "The authors' AutoAugment + Cutout",
     "The same as the authors' code does it: rotations turn one way only, and shears are resampled "
     "bicubically."},
    {kPhotoAugmentation, "Resized crop, flip, jitter",
     "For photographs: random crop of 8 to 100 % of the area, resized; random horizontal flip; "
     "brightness, contrast and saturation times 0.6 to 1.4."},
};

constexpr CatalogEntry kLrSchedules[] = {
    {"steps", "Steps", "The base rate, times a factor from certain epochs on."},
    {"cosine", "Cosine", "Half a cosine from the base rate to almost 0 at the end."},
};

constexpr CatalogEntry kPhaseSchedules[] = {
    {"continue", "Continue", "The schedule that holds so far."},
    {"constant", "Constant", "From here on the base rate; momentum is cleared."},
    {"cosine", "Cosine anew",
     "From here on half a cosine from the base rate to almost 0, where the next schedule begins or "
     "training ends; momentum is cleared."},
};

constexpr CatalogEntry kMomentumForms[] = {
    {"heavy-ball", "Plain", "θ ← θ − η v with v ← m v + g, as PyTorch's SGD."},
    {"nesterov", "Nesterov", "θ ← θ − η (g + m v) with v ← m v + g, as PyTorch's SGD."},
};

}  // namespace

std::span<const DatasetInfo> datasets() {
    return kDatasets;
}
std::span<const CatalogEntry> models() {
    return kModels;
}
std::span<const CatalogEntry> losses() {
    return kLosses;
}
std::span<const CatalogEntry> phaseLosses() {
    return kPhaseLosses;
}
std::span<const CatalogEntry> augmentations() {
    return kAugmentations;
}

template<>
std::span<const CatalogEntry> entriesOf<Profile>() {
    return kProfiles;
}
template<>
std::span<const CatalogEntry> entriesOf<HeadKind>() {
    return kHeads;
}
template<>
std::span<const CatalogEntry> entriesOf<HeadInit>() {
    return kHeadInits;
}
template<>
std::span<const CatalogEntry> entriesOf<Reduction>() {
    return kReductions;
}
template<>
std::span<const CatalogEntry> entriesOf<Sampling>() {
    return kSamplings;
}
template<>
std::span<const CatalogEntry> entriesOf<Trainable>() {
    return kTrainable;
}
template<>
std::span<const CatalogEntry> entriesOf<Targets>() {
    return kTargets;
}
template<>
std::span<const CatalogEntry> entriesOf<Smoothing>() {
    return kSmoothings;
}
template<>
std::span<const CatalogEntry> entriesOf<Mixing>() {
    return kMixings;
}
template<>
std::span<const CatalogEntry> entriesOf<BatchStatistics>() {
    return kBatchStatistics;
}
template<>
std::span<const CatalogEntry> entriesOf<PhaseSchedule>() {
    return kPhaseSchedules;
}
template<>
std::span<const CatalogEntry> entriesOf<MomentumForm>() {
    return kMomentumForms;
}
template<>
std::span<const CatalogEntry> entriesOf<HeadStart>() {
    return kHeadStarts;
}
template<>
std::span<const CatalogEntry> entriesOf<LrKind>() {
    return kLrSchedules;
}
template<>
std::span<const CatalogEntry> entriesOf<Convolution>() {
    return kConvolutions;
}
template<>
std::span<const CatalogEntry> entriesOf<BatchNormOver>() {
    return kBatchNormOver;
}
template<>
std::span<const CatalogEntry> entriesOf<Selection>() {
    return kSelections;
}

const DatasetInfo* findDataset(std::string_view name) {
    for (const DatasetInfo& info : kDatasets) {
        if (info.name == name) return &info;
    }
    return nullptr;
}

bool augmentationFits(std::string_view augmentation, const DatasetInfo& dataset) {
    // The authors' own AutoAugment is one of the small ones too.
    return dataset.listed() ? !augmentation.starts_with(kSmallAugmentation)
                            : augmentation != kPhotoAugmentation;
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

int featuresOf(std::string_view model) {
    return model == kImageNetResNet ? 2048 : 64;
}

}  // namespace ballast
