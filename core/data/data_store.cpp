#include "core/data/data_store.h"

#include <cstdlib>

#include <numeric>

#include "core/base/checksum.h"
#include "core/base/error.h"
#include "core/data/class_folders.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr DataFile kFashionMnistFiles[] = {
    {"train-images-idx3-ubyte", Split::train, 47040016,
     "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
    {"train-labels-idx1-ubyte", Split::train, 60008,
     "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
    {"t10k-images-idx3-ubyte", Split::test, 7840016,
     "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
    {"t10k-labels-idx1-ubyte", Split::test, 10008,
     "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
};

constexpr DataFile kCifar10Files[] = {
    {"data_batch_1.bin", Split::train, 30730000,
     "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"},
    {"data_batch_2.bin", Split::train, 30730000,
     "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"},
    {"data_batch_3.bin", Split::train, 30730000,
     "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"},
    {"data_batch_4.bin", Split::train, 30730000,
     "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"},
    {"data_batch_5.bin", Split::train, 30730000,
     "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"},
    {"test_batch.bin", Split::test, 30730000,
     "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"},
};

constexpr DataFile kCifar100Files[] = {
    {"train.bin", Split::train, 153700000,
     "f31298fc616915fa142368359df1c4ca2ae984d6915ca468b998a5ec6aeebf29"},
    {"test.bin", Split::test, 30740000,
     "d8b1e6b7b3bee4020055f0699b111f60b1af1e262aeb93a0b659061746f8224a"},
};

bool isIdx(const DataFile& file) {
    return file.name.ends_with("-ubyte");
}
int idxDimensions(const DataFile& file) {
    return file.name.find("idx3") != file.name.npos ? 3 : 1;
}

const CifarFormat& cifarFormat(const DatasetInfo& dataset) {
    return dataset.name == "cifar100" ? kCifar100 : kCifar10;
}

// The file as it lies in `folder`: plain, or for IDX gzipped. Does not exist where neither does.
fs::path pathOf(const DataFile& file, const fs::path& folder) {
    std::error_code ignored;
    const fs::path plain = folder / file.name;
    if (!isIdx(file) || fs::exists(plain, ignored)) return plain;
    return folder / (std::string(file.name) + ".gz");
}

/// What names the images of a listed data set's splits: list files, or folders of classes.
struct SplitNames {
    bool folders = false;
    std::string train;
    std::string test;
    std::string validation;  // "": not there
};

/// Those in `folder`; nothing where it does not hold the data set.
std::optional<SplitNames> splitsIn(const DatasetInfo& dataset, const fs::path& folder) {
    const ListFiles& lists = *dataset.lists;
    const auto isFile = [&](std::string_view name) {
        std::error_code ignored;
        return !name.empty() && fs::is_regular_file(folder / name, ignored);
    };
    const auto isFolder = [&](const char* name) {
        std::error_code ignored;
        return fs::is_directory(folder / name, ignored);
    };
    if (isFile(lists.train) && isFile(lists.test)) {
        return SplitNames{false, std::string(lists.train), std::string(lists.test),
                          std::string(isFile(lists.validation) ? lists.validation : "")};
    }
    if (!lists.class_folders || isFile(lists.train) || isFile(lists.test) || !isFolder("train")) {
        return std::nullopt;
    }
    if (isFolder("test")) return SplitNames{true, "train", "test", isFolder("val") ? "val" : ""};
    if (isFolder("val")) return SplitNames{true, "train", "val", ""};
    return std::nullopt;
}

const std::string& nameIn(const SplitNames& names, Split split) {
    switch (split) {
        case Split::train:
            return names.train;
        case Split::test:
            return names.test;
        case Split::validation:
            break;
    }
    return names.validation;
}

/// The list of a split that is there.
ImageList readSplit(const DatasetInfo& dataset, const fs::path& folder, const SplitNames& names,
                    Split split) {
    const std::string& name = nameIn(names, split);
    const bool train = split == Split::train;
    if (names.folders) {
        return readClassFolders(folder, name, classFolders(folder / names.train), train);
    }
    int classes = dataset.classes;
    if (!train && classes == 0) {
        classes =
            static_cast<int>(readImageList(folder / names.train, folder, 0).class_counts.size());
    }
    return readImageList(folder / name, folder, classes, train);
}

bool hasAllFiles(const DatasetInfo& dataset, const fs::path& folder) {
    if (dataset.listed()) return splitsIn(dataset, folder).has_value();
    for (const DataFile& file : officialFiles(dataset)) {
        std::error_code ignored;
        if (!fs::is_regular_file(pathOf(file, folder), ignored)) return false;
    }
    return true;
}

const DatasetInfo& infoOf(const DataConfig& data) {
    if (const DatasetInfo* info = findDataset(data.dataset)) return *info;
    throw ConfigError("unknown data set \"" + data.dataset + "\"");
}

// What the folder of a data set may be called: its name, or what its archive unpacks to.
std::vector<std::string_view> folderNames(const DatasetInfo& dataset) {
    if (dataset.name == "cifar10") return {"cifar10", "cifar-10-batches-bin"};
    if (dataset.name == "cifar100") return {"cifar100", "cifar-100-binary"};
    return {dataset.name};
}

void checkSum(const DataFile& file, std::span<const std::uint8_t> bytes, const fs::path& path) {
    const std::string found = sha256Hex(std::as_bytes(bytes));
    if (found == file.sha256) return;
    throw DataError(path.string() + " is not the official file: its content has SHA-256 " + found +
                    ", expected " + std::string(file.sha256) + ". Delete it and fetch it again.");
}

IdxFile readOfficialIdx(const DataFile& file, const fs::path& path) {
    IdxFile idx = readIdx(path, idxDimensions(file), file.bytes);
    if (static_cast<std::int64_t>(idx.bytes.size()) != file.bytes) {
        throw DataError(path.string() + " unpacks to " + std::to_string(idx.bytes.size()) +
                        " bytes, expected " + std::to_string(file.bytes) + ".");
    }
    return idx;
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace

std::string sourceText(const DatasetInfo& dataset) {
    const ListFiles& lists = *dataset.lists;
    std::string text = std::string(dataset.label) + " needs " + std::string(lists.source) +
                       ". Put them into one folder: " + std::string(lists.train) + " and " +
                       std::string(lists.test);
    if (!lists.validation.empty()) {
        text += ", for a validation split also " + std::string(lists.validation);
    }
    text +=
        " (one \"relative/path label\" a line, labels from 0) and the JPEG files at the paths that "
        "the lists name";
    if (lists.class_folders) {
        text +=
            "; or, without lists, folders train and test (for a validation split also val), each "
            "with a folder of JPEG or PNG files for every class, called like the class";
    }
    return text + ". Call the folder " + std::string(dataset.name) +
           " and put it into a data folder, or name it in the config's /data/folder";
}

std::span<const DataFile> officialFiles(const DatasetInfo& dataset) {
    if (dataset.name == "fashion-mnist") return kFashionMnistFiles;
    if (dataset.name == "cifar10") return kCifar10Files;
    if (dataset.name == "cifar100") return kCifar100Files;
    throw DataError("Ballast knows no files of the data set " + std::string(dataset.name) + ".");
}

void checkDataFile(const DataFile& file, const fs::path& folder) {
    const fs::path path = pathOf(file, folder);
    if (isIdx(file)) return checkSum(file, readOfficialIdx(file, path).bytes, path);
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (error) throw DataError(path.string() + " cannot be read: " + error.message() + ".");
    if (static_cast<std::int64_t>(size) != file.bytes) {
        throw DataError(path.string() + " has " + std::to_string(size) + " bytes, expected " +
                        std::to_string(file.bytes) + ".");
    }
    const std::string found = sha256OfFile(path);
    if (found != file.sha256) {
        throw DataError(path.string() + " has SHA-256 " + found + ", expected " +
                        std::string(file.sha256) + ".");
    }
}

DataStore::DataStore(std::vector<fs::path> folders)
    : folders_(std::move(folders)), given_(folders_.size()) {
    if (const std::string named = environment("BALLAST_DATA"); !named.empty()) {
        folders_.emplace_back(named);
    }
    if (const std::string data = environment("XDG_DATA_HOME"); data.starts_with('/')) {
        folders_.push_back(fs::path(data) / "ballast/data");
    } else {
        folders_.push_back(fs::path(environment("HOME")) / ".local/share/ballast/data");
    }
    folders_.emplace_back("/usr/share/datasets");
}

fs::path DataStore::home() const {
    return folders_.front();
}

std::optional<fs::path> DataStore::find(const DatasetInfo& dataset) const {
    for (const fs::path& folder : folders_) {
        for (const std::string_view name : folderNames(dataset)) {
            if (hasAllFiles(dataset, folder / name)) return folder / name;
        }
    }
    return std::nullopt;
}

std::optional<fs::path> DataStore::find(const DataConfig& data) const {
    const DatasetInfo& dataset = infoOf(data);
    if (!dataset.listed() || data.folder.empty()) return find(dataset);
    for (const fs::path& folder : folders_) {
        const fs::path named = folder / data.folder;  // an absolute one replaces `folder`
        if (hasAllFiles(dataset, named)) return named;
    }
    fs::path gone = fs::path(data.folder).lexically_normal();
    if (!gone.is_absolute()) return std::nullopt;
    if (!gone.has_filename()) gone = gone.parent_path();  // it ended with a slash
    for (std::size_t i = 0; i < given_; ++i) {
        const fs::path moved = folders_[i] / gone.filename();
        if (hasAllFiles(dataset, moved)) return moved;
        if (hasAllFiles(dataset, folders_[i])) return folders_[i];
    }
    return std::nullopt;
}

std::string DataStore::searched() const {
    std::string text;
    for (const fs::path& folder : folders_) {
        text += (text.empty() ? "" : ", ") + folder.string();
    }
    return text;
}

fs::path DataStore::locate(const DataConfig& data) const {
    if (const auto folder = find(data)) return *folder;
    const DatasetInfo& dataset = infoOf(data);
    if (data.folder.empty()) return locate(dataset);
    throw DataError("/data/folder: \"" + data.folder + "\" does not hold " +
                    std::string(dataset.lists->train) + " and " + std::string(dataset.lists->test) +
                    (dataset.lists->class_folders ? ", nor folders train and test" : "") +
                    (fs::path(data.folder).is_absolute()
                         ? "; where it has moved, say where to with --data"
                         : " (looked in " + searched() + ")") +
                    ". " + sourceText(dataset) + ".");
}

ImageList DataStore::list(const DataConfig& data, Split split) const {
    const fs::path folder = locate(data);
    const DatasetInfo& dataset = infoOf(data);
    const SplitNames names = splitsIn(dataset, folder).value_or(SplitNames{});
    if (split == Split::validation && names.validation.empty()) {
        const std::string_view file = dataset.lists->validation;
        throw DataError(file.empty() ? std::string(dataset.label) + " has no validation list."
                        : names.folders
                            ? (folder / "val").string() +
                                  ", the validation split, is not there beside train and test."
                            : "the validation list " + (folder / file).string() + " is not there.");
    }
    return readSplit(dataset, folder, names, split);
}

bool DataStore::hasValidationList(const DataConfig& data) const {
    const DatasetInfo& dataset = infoOf(data);
    if (!dataset.listed()) return false;
    const auto names = splitsIn(dataset, locate(data));
    return names && !names->validation.empty();
}

std::vector<std::string> DataStore::classNames(const DataConfig& data) const {
    const DatasetInfo& dataset = infoOf(data);
    if (dataset.listed() && dataset.lists->class_folders) {
        const fs::path folder = locate(data);
        const auto names = splitsIn(dataset, folder);
        if (names && names->folders) return classFolders(folder / names->train);
    }
    return {dataset.class_names.begin(), dataset.class_names.end()};
}

std::vector<std::int64_t> DataStore::classCounts(const DataConfig& data) const {
    if (!infoOf(data).listed()) return ballast::classCounts(data);
    return list(data, Split::train).class_counts;
}

DataSplit DataStore::split(const DataConfig& data, std::span<const std::int64_t> counts) const {
    const DatasetInfo& dataset = infoOf(data);
    if (!dataset.listed()) {
        return splitIndices(labels(dataset, Split::train), counts, data);
    }
    const auto images = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    std::vector<std::int64_t> all(static_cast<std::size_t>(images));
    std::iota(all.begin(), all.end(), std::int64_t{0});
    return {std::move(all), {}};
}

fs::path DataStore::locate(const DatasetInfo& dataset) const {
    if (const auto folder = find(dataset)) return *folder;
    if (dataset.listed()) {
        throw DataError(std::string(dataset.label) + " is not on this machine (looked for a " +
                        "folder " + std::string(dataset.name) + " with its lists in " + searched() +
                        "). " + sourceText(dataset) + ".");
    }
    throw DataError(std::string(dataset.label) + " is not on this machine (looked for a folder " +
                    std::string(dataset.name) + " with all its files in " + searched() +
                    "). Fetch it with: ballast-cli data get " + std::string(dataset.name));
}

std::vector<std::int32_t> DataStore::labels(const DatasetInfo& dataset, Split split) const {
    const fs::path folder = locate(dataset);
    std::vector<std::int32_t> labels;
    for (const DataFile& file : officialFiles(dataset)) {
        if (file.split != split) continue;
        const fs::path path = pathOf(file, folder);
        if (!isIdx(file)) {
            const CifarFormat& format = cifarFormat(dataset);
            appendCifarLabels(path, format, file.bytes / format.recordBytes(), labels);
        } else if (idxDimensions(file) == 1) {
            labels = idxLabels(readOfficialIdx(file, path), dataset.classes, path);
        }
    }
    return labels;
}

ImageSet DataStore::read(const DatasetInfo& dataset, Split split) const {
    const fs::path folder = locate(dataset);
    ImageSet images;
    if (split == Split::train) {
        // Once, for all batches: the appends below would move all pixels five times over.
        images.pixels.reserve(static_cast<std::size_t>(dataset.classes) *
                              static_cast<std::size_t>(dataset.train_per_class) *
                              static_cast<std::size_t>(dataset.channels) *
                              static_cast<std::size_t>(dataset.image_size * dataset.image_size));
    }
    for (const DataFile& file : officialFiles(dataset)) {
        if (file.split != split) continue;
        const fs::path path = pathOf(file, folder);
        if (!isIdx(file)) {
            const CifarFormat& format = cifarFormat(dataset);
            const auto bytes = readCifar(path, format, file.bytes / format.recordBytes());
            checkSum(file, bytes, path);
            appendCifar(bytes, format, path, images);
            continue;
        }
        const IdxFile idx = readOfficialIdx(file, path);
        checkSum(file, idx.bytes, path);
        if (idxDimensions(file) == 1) {
            images.labels = idxLabels(idx, dataset.classes, path);
        } else {
            images.channels = 1;
            images.height = static_cast<int>(idx.shape[1]);
            images.width = static_cast<int>(idx.shape[2]);
            images.pixels.assign(idx.values().begin(), idx.values().end());
        }
    }
    return images;
}

std::string DataStore::contentSha256(const DatasetInfo& dataset) {
    std::string sums;
    for (const DataFile& file : officialFiles(dataset)) {
        sums += std::string(file.sha256) + "  " + std::string(file.name) + "\n";
    }
    return sha256Hex(std::as_bytes(std::span(sums)));
}

std::string DataStore::sumOfLists(const DataConfig& data, bool with_validation) const {
    const DatasetInfo& dataset = infoOf(data);
    const fs::path folder = locate(data);
    const SplitNames names = splitsIn(dataset, folder).value_or(SplitNames{});
    std::vector<Split> splits = {Split::train, Split::test};
    if (with_validation) splits.push_back(Split::validation);
    std::string sums;
    for (const Split split : splits) {
        const std::string& name = nameIn(names, split);
        std::string sum;
        if (names.folders) {
            const ImageList list = readSplit(dataset, folder, names, split);
            std::string lines;
            for (std::size_t i = 0; i < list.paths.size(); ++i) {
                lines += list.paths[i] + " " + std::to_string(list.labels[i]) + "\n";
            }
            sum = sha256Hex(std::as_bytes(std::span(lines)));
        } else {
            sum = sha256OfFile(folder / name);
        }
        sums += sum + "  " + name + "\n";
    }
    return sha256Hex(std::as_bytes(std::span(sums)));
}

std::string DataStore::contentSha256(const DataConfig& data) const {
    const DatasetInfo& dataset = infoOf(data);
    if (!dataset.listed()) return contentSha256(dataset);
    return sumOfLists(data, hasValidationList(data));
}

bool DataStore::hasContent(const DataConfig& data, const std::string& sha256) const {
    if (contentSha256(data) == sha256) return true;
    return infoOf(data).listed() && hasValidationList(data) && sumOfLists(data, false) == sha256;
}

}  // namespace ballast
