#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/image_files.h"
#include "core/data/image_lists.h"
#include "core/experiment/catalog.h"
#include "core/experiment/config.h"
#include "core/experiment/imbalance.h"

namespace ballast {

enum class Split { train, test, validation };

/// One official file of a data set, unpacked.
struct DataFile {
    std::string_view name;
    Split split;
    std::int64_t bytes;
    std::string_view sha256;
};

/// The files of a data set that is not listed; of each split images before labels, batches in
/// order.
std::span<const DataFile> officialFiles(const DatasetInfo& dataset);

/// Where data sets lie on disk. A data set is a folder of its official files, unpacked or (IDX)
/// gzipped, named like the data set or its archive's folder, in one of the folders searched: those
/// given, $BALLAST_DATA, the user's data folder, /usr/share/datasets. A listed data set is a folder
/// of its list files and the images they name; one that may be in folders of classes is train/CLASS
/// with test/CLASS, val/CLASS or both: test is then the test split and val the validation split,
/// or val the test split where it is alone.
/// Cheap to copy; thread-safe.
class DataStore {
public:
    explicit DataStore(std::vector<std::filesystem::path> folders = {});

    /// Where downloaded data sets go: the first folder given, or $BALLAST_DATA, or the user's data
    /// folder $XDG_DATA_HOME/ballast/data (~/.local/share/ballast/data).
    std::filesystem::path home() const;

    /// The folder of a data set, where all its files are there; nothing is opened.
    std::optional<std::filesystem::path> find(const DatasetInfo& dataset) const;

    /// The folder of a config's data set: as above, or for a listed one the folder that the config
    /// names (a relative one is looked for in the folders searched), where its lists are there. An
    /// absolute one that has moved is looked for by its own name in the folders given, and these
    /// may be it.
    std::optional<std::filesystem::path> find(const DataConfig& data) const;

    /// Training images of each class of a config's data set; a listed one's list is read.
    /// Throws ConfigError (the profile leaves a class empty), DataError (missing or wrong list).
    std::vector<std::int64_t> classCounts(const DataConfig& data) const;

    /// What a config trains on and holds out, as indices into all training images: the papers'
    /// subset, class by class, or for a listed data set all, in the list's order. `counts` as
    /// classCounts() gives.
    DataSplit split(const DataConfig& data, std::span<const std::int64_t> counts) const;

    /// The list of a split of a listed data set, checked; whether the images are there is not.
    /// The others have the classes of the training list, but need not have images of all. Throws
    /// DataError, also where there is no validation list, naming the file or folder.
    ImageList list(const DataConfig& data, Split split) const;

    /// Whether a listed data set that is there has a validation list. Throws DataError.
    bool hasValidationList(const DataConfig& data) const;

    /// What the classes of a config's data set are called; empty: they have numbers only. Throws
    /// DataError.
    std::vector<std::string> classNames(const DataConfig& data) const;

    /// Classes of all images of a split, read without its pixels. Sizes are checked, checksums not.
    /// Throws DataError: missing (with the command that fetches it), truncated, bad labels.
    std::vector<std::int32_t> labels(const DatasetInfo& dataset, Split split) const;

    /// A whole split. Every file is checked against its SHA-256 (of the unpacked content for IDX).
    /// Throws DataError naming the file and what is wrong.
    ImageSet read(const DatasetInfo& dataset, Split split) const;

    /// SHA-256 over the official checksums of the data set's files: a name for its exact content.
    static std::string contentSha256(const DatasetInfo& dataset);

    /// The same for a config's data set; for a listed one over its lists, not the images, and only
    /// over those of training and test images where there is no validation list. Throws DataError.
    std::string contentSha256(const DataConfig& data) const;

    /// Whether contentSha256(data) is `sha256`, or would be without the validation list: that may
    /// have come later than a run. Throws DataError.
    bool hasContent(const DataConfig& data, const std::string& sha256) const;

    /// The data folders: all that are searched, in order.
    const std::vector<std::filesystem::path>& folders() const { return folders_; }

    /// The data folders, for messages: "/a, /b".
    std::string searched() const;

private:
    std::filesystem::path locate(const DatasetInfo& dataset) const;
    std::filesystem::path locate(const DataConfig& data) const;

    std::string sumOfLists(const DataConfig& data, bool with_validation) const;

    std::vector<std::filesystem::path> folders_;  // all that are searched, in order
    std::size_t given_ = 0;                       // how many of them, the first, were given
};

/// Where people get a listed data set and how its folder must look.
std::string sourceText(const DatasetInfo& dataset);

/// Checks one official file in `folder` (IDX also gzipped): its size and SHA-256.
/// Throws DataError naming the file, what was found and what is expected.
void checkDataFile(const DataFile& file, const std::filesystem::path& folder);

}  // namespace ballast
