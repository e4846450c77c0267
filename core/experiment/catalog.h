#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/experiment/choices.h"

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
    std::string_view validation;  // may be missing; "": there is none
    int train_images;             // 0: as many as the list says
    std::string_view source;      // where people get images and lists
    bool class_folders = false;   // or, without lists, a folder for each class (PyTorch's layout)
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

    /// Whether it is a folder of JPEG files that list files, or folders, sort into classes.
    bool listed() const { return lists.has_value(); }
    /// 0: as many as the list says.
    int trainImages() const { return lists ? lists->train_images : classes * train_per_class; }
};

std::span<const DatasetInfo> datasets();
std::span<const CatalogEntry> models();
std::span<const CatalogEntry> losses();
/// What a phase may name as its loss: "inherit", or a loss without parameters of its own.
std::span<const CatalogEntry> phaseLosses();
std::span<const CatalogEntry> augmentations();

/// The entries of a closed choice (core/experiment/choices.h), in the order of its enumerators.
template<class Choice>
std::span<const CatalogEntry> entriesOf();

/// What a choice is called in configs.
template<class Choice>
std::string_view nameOf(Choice choice) {
    return entriesOf<Choice>()[static_cast<std::size_t>(choice)].name;
}

/// The choice that configs call so, or nothing.
template<class Choice>
std::optional<Choice> choiceNamed(std::string_view name) {
    const std::span<const CatalogEntry> entries = entriesOf<Choice>();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].name == name) return static_cast<Choice>(i);
    }
    return std::nullopt;
}

/// The data set of that name, or nullptr.
const DatasetInfo* findDataset(std::string_view name);

/// Whether images of `dataset` can be augmented so: photographs and small images of one size have
/// augmentations of their own, but both can be cropped and mirrored.
bool augmentationFits(std::string_view augmentation, const DatasetInfo& dataset);

/// Depth of a CIFAR residual network's name ("resnet32" -> 32), or nothing where the name is not
/// resnet followed by 6n+2 (n >= 1, depth at most 1202). Depth 50 is left out: "resnet50" is the
/// network for photographs (kImageNetResNet).
std::optional<int> residualDepth(std::string_view model);

/// How many features a model gives its head.
int featuresOf(std::string_view model);

/// The ResNet-50 of He et al. for ImageNet.
inline constexpr std::string_view kImageNetResNet = "resnet50";

}  // namespace ballast
