#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

/// A name that may stand in a config, with what people read about it.
struct CatalogEntry {
    std::string_view name;
    std::string_view label;
    std::string_view help;
};

/// The list files of a data set that is a folder of JPEG files: one "relative/path label" a line.
struct ListFiles {
    std::string_view train;
    std::string_view test;
    int train_images;         // 0: as many as the list says
    std::string_view source;  // where people get images and lists
};

/// A data set Ballast knows. Pixel means and standard deviations are of values scaled to 0 … 1.
struct DatasetInfo {
    std::string_view name;
    std::string_view label;
    std::string_view help;
    int classes;          // 0: as many as the lists say
    int train_per_class;  // 0 for listed data sets: their classes differ in size
    int test_images;      // 0: as many as the list says
    int channels;
    int image_size;
    std::vector<double> mean;
    std::vector<double> standard_deviation;
    std::vector<std::string_view> class_names;  // empty: shown by number
    std::optional<ListFiles> lists = std::nullopt;

    /// Whether it is a folder of JPEG files that list files name.
    bool listed() const { return lists.has_value(); }
    /// 0: as many as the list says.
    int trainImages() const { return lists ? lists->train_images : classes * train_per_class; }
};

/// Which of the three class-dependent terms of Eq. 3 a rule can give.
enum class ClassTerm { alpha, beta, delta };

struct RuleParameter {
    std::string_view name;
    std::string_view symbol;
    std::string_view help;
    double minimum;
    double maximum;
    double default_value;
    bool open = false;  // the bounds themselves are excluded
};

struct ClassRuleInfo {
    std::string_view name;
    std::string_view label;
    std::string_view formula;
    std::vector<ClassTerm> terms;
    std::optional<RuleParameter> parameter;
    bool class_values = false;  // instead of the parameter, one positive number per class will do
};

std::span<const DatasetInfo> datasets();
std::span<const CatalogEntry> profiles();
std::span<const CatalogEntry> models();
std::span<const CatalogEntry> heads();
std::span<const CatalogEntry> losses();
std::span<const CatalogEntry> reductions();
std::span<const CatalogEntry> samplings();
std::span<const CatalogEntry> trainableParts();
std::span<const CatalogEntry> headStarts();
std::span<const CatalogEntry> selections();
std::span<const CatalogEntry> augmentations();
std::span<const CatalogEntry> lrSchedules();
std::span<const CatalogEntry> convolutions();
std::span<const ClassRuleInfo> classRules();

/// The entry of that name, or nullptr.
const DatasetInfo* findDataset(std::string_view name);
const ClassRuleInfo* findClassRule(std::string_view name);

/// Whether images of `dataset` can be augmented so: photographs of list files and small images of
/// one size have augmentations of their own.
bool augmentationFits(std::string_view augmentation, const DatasetInfo& dataset);

/// The rules that can give `term`, in the catalogue's order.
std::vector<const ClassRuleInfo*> rulesFor(ClassTerm term);

/// Depth of a CIFAR residual network's name ("resnet32" -> 32), or nothing where the name is not
/// resnet followed by 6n+2 (n >= 1, depth at most 1202). Depth 50 is left out: "resnet50" is the
/// network for photographs (kImageNetResNet).
std::optional<int> residualDepth(std::string_view model);

/// The ResNet-50 of He et al. for ImageNet.
inline constexpr std::string_view kImageNetResNet = "resnet50";

}  // namespace ballast
