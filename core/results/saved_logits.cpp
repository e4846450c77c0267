#include "core/results/saved_logits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/half_float.h"
#include "core/base/safetensors.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr int kLogitsFormat = 1;
constexpr const char* kOtherHead = "other";  // its logits do not follow from norms and bias
constexpr const char* kClassEffects = "head.class_effects";
constexpr const char* kTdeAlpha = "head.tde_alpha";
constexpr const char* kEffects = ".effects";
constexpr std::string_view kLogitTypes[] = {"F16", "F32", "I64"};
constexpr std::array kSplits = {LogitSplit::test, LogitSplit::validation, LogitSplit::train};
constexpr std::array<std::string_view, 3> kSplitNames = {"test", "validation", "train"};

/// The index of the largest, the first of equals.
std::size_t topOf(const float* row, std::size_t classes) {
    return static_cast<std::size_t>(std::max_element(row, row + classes) - row);
}

/// One image's logits as float16.
void roundRow(const float* row, std::size_t classes, std::uint16_t* bits) {
    for (std::size_t j = 0; j < classes; ++j) bits[j] = halfBits(row[j]);
    const std::size_t top = topOf(row, classes);
    const float rounded = fromHalfBits(bits[top]);
    const bool shared = std::any_of(
        bits, bits + top, [&](std::uint16_t other) { return fromHalfBits(other) == rounded; });
    if (!shared || rounded >= 65504.0F) return;
    const bool negative = rounded < 0.0F;
    bits[top] = rounded == 0.0F ? std::uint16_t{1}
                                : static_cast<std::uint16_t>(bits[top] + (negative ? -1 : 1));
}

std::vector<std::uint16_t> halvesOf(const Logits& logits) {
    const auto classes = static_cast<std::size_t>(logits.classes);
    std::vector<std::uint16_t> bits(logits.values.size());
    for (std::size_t i = 0; i < logits.images(); ++i) {
        roundRow(&logits.values[i * classes], classes, &bits[i * classes]);
    }
    return bits;
}

template<class T>
RawTensor rawTensor(const char* type, std::vector<std::int64_t> shape,
                    const std::vector<T>& values) {
    return {type, std::move(shape), std::as_bytes(std::span(values))};
}

/// K of De-confound's head, or 0.
std::int64_t partsOf(const SavedLogits& saved) {
    const std::size_t values = saved.head.class_effects.size();
    return values == 0 ? 0 : static_cast<std::int64_t>(values / saved.class_counts.size());
}

/// The tensors and words of a file, taken out one by one.
class LogitsReader {
public:
    LogitsReader(const fs::path& file, const Safetensors& content)
        : file_(file), content_(content) {}

    [[noreturn]] void fail(const std::string& what) const {
        throw DamagedFileError(file_.string() + " is damaged: " + what);
    }

    std::string word(const std::string& key) const {
        const auto found = content_.metadata.find(key);
        if (found == content_.metadata.end()) fail("its metadata have no " + key);
        return found->second;
    }

    int number(const std::string& key) const {
        const std::string text = word(key);
        int value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size() || value < 0) {
            fail(key + " is \"" + text + "\", not a whole number");
        }
        return value;
    }

    bool has(const std::string& name) const { return content_.tensors.contains(name); }

    /// The elements of a tensor of that type and shape; −1: any size.
    template<class T>
    std::vector<T> values(const std::string& name, const std::string& type,
                          const std::vector<std::int64_t>& shape) const {
        const auto found = content_.tensors.find(name);
        if (found == content_.tensors.end()) fail("it has no tensor " + name);
        const RawTensor& tensor = found->second;
        const bool fits = std::ranges::equal(
            tensor.shape, shape, [](auto size, auto due) { return due == -1 || size == due; });
        if (tensor.type != type || !fits) {
            fail(name + " is " + tensor.type + " of shape " + tensorShapeText(tensor.shape));
        }
        std::vector<T> values(tensor.bytes.size() / sizeof(T));
        if (!values.empty()) {
            std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
        }
        return values;
    }

private:
    const fs::path& file_;
    const Safetensors& content_;
};

/// `parts`: of De-confound's head, or 0.
Logits logitsOf(const LogitsReader& reader, const std::string& split, int classes,
                std::int64_t parts) {
    Logits logits;
    logits.classes = classes;
    logits.labels = reader.values<std::int64_t>(split + ".labels", "I64", {-1});
    for (const std::int64_t label : logits.labels) {
        if (label < 0 || label >= classes) {
            reader.fail(split + ".labels holds " + std::to_string(label) + "; allowed: 0 to " +
                        std::to_string(classes - 1));
        }
    }
    const auto images = static_cast<std::int64_t>(logits.labels.size());
    const auto halves =
        reader.values<std::uint16_t>(split + ".logits", "F16", {images, std::int64_t{classes}});
    logits.values.resize(halves.size());
    std::ranges::transform(halves, logits.values.begin(), fromHalfBits);
    if (parts > 0 && reader.has(split + kEffects)) {
        logits.effects = reader.values<float>(split + kEffects, "F32", {images, parts});
    }
    return logits;
}

SavedLogits savedLogitsFrom(const LogitsReader& reader) {
    SavedLogits saved;
    saved.epochs_done = reader.number("epochs_done");
    saved.dataset = reader.word("dataset");
    saved.data_identity = reader.word("data_identity");
    saved.subset_sha256 = reader.word("subset_sha256");
    saved.class_counts = reader.values<std::int64_t>("class_counts", "I64", {-1});
    if (saved.class_counts.size() < 2 || saved.class_counts.size() > 1'000'000 ||
        std::ranges::min(saved.class_counts) < 1) {
        reader.fail("class_counts must be those of two classes or more, each with images");
    }
    const std::string head = reader.word("head");
    if (head != "linear" && head != "cosine" && head != kOtherHead) {
        reader.fail("head is \"" + head + "\"; allowed: linear, cosine, " + kOtherHead);
    }
    const auto classes = static_cast<std::int64_t>(saved.class_counts.size());
    saved.head.kind = head == "cosine" ? HeadKind::cosine : HeadKind::linear;
    saved.head.other = head == kOtherHead;
    if (head == "linear") {
        saved.head.norms = reader.values<float>("head.norms", "F32", {classes});
        saved.head.bias = reader.values<float>("head.bias", "F32", {classes});
    }
    if (reader.has(kClassEffects)) {
        saved.head.class_effects = reader.values<float>(kClassEffects, "F32", {classes, -1});
        saved.head.tde_alpha = reader.values<float>(kTdeAlpha, "F32", {1}).front();
    }
    const std::int64_t parts = partsOf(saved);
    for (const LogitSplit split : kSplits) {
        const std::string name(nameOf(split));
        if (reader.has(name + ".logits")) {
            saved.of(split) = logitsOf(reader, name, saved.classes(), parts);
        }
    }
    return saved;
}

}  // namespace

std::string_view nameOf(LogitSplit split) {
    return kSplitNames[static_cast<std::size_t>(split)];
}

std::optional<LogitSplit> logitSplitFrom(std::string_view name) {
    for (const LogitSplit split : kSplits) {
        if (nameOf(split) == name) return split;
    }
    return std::nullopt;
}

const std::optional<Logits>& SavedLogits::of(LogitSplit split) const {
    return split == LogitSplit::test ? test : split == LogitSplit::validation ? validation : train;
}

std::optional<Logits>& SavedLogits::of(LogitSplit split) {
    return split == LogitSplit::test ? test : split == LogitSplit::validation ? validation : train;
}

fs::path savedLogitsPath(const fs::path& run_folder, int epochs_done) {
    return run_folder / "logits" / checkpointName(epochs_done);
}

std::vector<int> savedLogitEpochs(const fs::path& run_folder) {
    std::vector<int> epochs;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(run_folder / "logits", error)) {
        const std::string name = entry.path().filename().string();
        const std::size_t digit = name.find_first_of("0123456789");
        if (digit == std::string::npos) continue;
        int epoch = 0;
        std::from_chars(name.data() + digit, name.data() + name.size(), epoch);
        if (epoch > 0 && name == checkpointName(epoch)) epochs.push_back(epoch);
    }
    std::ranges::sort(epochs);
    return epochs;
}

std::int64_t savedLogitsBytes(std::int64_t images, std::int64_t classes) {
    return images * (2 * classes + 8);
}

void roundToHalf(Logits& logits) {
    std::ranges::transform(halvesOf(logits), logits.values.begin(), fromHalfBits);
}

void writeSavedLogits(const fs::path& file, const SavedLogits& saved) {
    Safetensors content;
    content.metadata = {{"logits_format", std::to_string(kLogitsFormat)},
                        {"epochs_done", std::to_string(saved.epochs_done)},
                        {"dataset", saved.dataset},
                        {"data_identity", saved.data_identity},
                        {"subset_sha256", saved.subset_sha256},
                        {"head", saved.head.other                      ? kOtherHead
                                 : saved.head.kind == HeadKind::cosine ? "cosine"
                                                                       : "linear"}};
    const auto classes = static_cast<std::int64_t>(saved.class_counts.size());
    content.tensors["class_counts"] = rawTensor("I64", {classes}, saved.class_counts);
    if (saved.head.kind == HeadKind::linear && !saved.head.other) {
        content.tensors["head.norms"] = rawTensor("F32", {classes}, saved.head.norms);
        content.tensors["head.bias"] = rawTensor("F32", {classes}, saved.head.bias);
    }
    const std::vector<float> alpha{static_cast<float>(saved.head.tde_alpha)};
    const std::int64_t parts = partsOf(saved);
    if (parts > 0) {
        content.tensors[kClassEffects] =
            rawTensor("F32", {classes, parts}, saved.head.class_effects);
        content.tensors[kTdeAlpha] = rawTensor("F32", {1}, alpha);
    }
    std::array<std::vector<std::uint16_t>, kSplits.size()> halves;  // that the bytes are of
    for (std::size_t i = 0; i < kSplits.size(); ++i) {
        const std::optional<Logits>& logits = saved.of(kSplits[i]);
        if (!logits) continue;
        halves[i] = halvesOf(*logits);
        const std::string name(nameOf(kSplits[i]));
        const auto images = static_cast<std::int64_t>(logits->images());
        content.tensors[name + ".logits"] = rawTensor("F16", {images, classes}, halves[i]);
        content.tensors[name + ".labels"] = rawTensor("I64", {images}, logits->labels);
        if (!logits->effects.empty()) {
            content.tensors[name + kEffects] = rawTensor("F32", {images, parts}, logits->effects);
        }
    }
    makeFolders(file.parent_path());
    writeSafetensors(file, content);
}

SavedLogits readSavedLogits(const fs::path& file) {
    const std::string text = readFile(file);
    try {
        const Safetensors content = parseSafetensors(text, kLogitTypes, false);
        const LogitsReader reader(file, content);
        if (const int format = reader.number("logits_format"); format > kLogitsFormat) {
            throw StorageError(file.string() + " has logits of format " + std::to_string(format) +
                               ", newer than this version of Ballast");
        }
        return savedLogitsFrom(reader);
    } catch (const SafetensorsError& error) {
        throw DamagedFileError(file.string() + " " + error.what());
    }
}

SavedLogits readSavedLogits(const fs::path& run_folder, const RunDescription& description,
                            int epochs_done) {
    const fs::path file = savedLogitsPath(run_folder, epochs_done);
    SavedLogits saved = readSavedLogits(file);
    const auto refuse = [&](const std::string& has, const std::string& wanted) {
        throw StorageError(file.string() + " holds logits of " + has + ", not of " + wanted +
                           " as its run; remove the file to make them again");
    };
    const std::string& dataset = description.config.data.dataset;
    if (saved.dataset != dataset) refuse("the data set " + saved.dataset, dataset);
    if (saved.class_counts.size() != description.class_counts.size()) {
        refuse(std::to_string(saved.class_counts.size()) + " classes",
               std::to_string(description.class_counts.size()));
    }
    if (const std::string data = dataIdentity(description); saved.data_identity != data) {
        refuse("other lists of images (" + saved.data_identity + ")", data);
    }
    if (saved.subset_sha256 != description.subset_sha256 ||
        saved.class_counts != description.class_counts) {
        refuse("the subset " + saved.subset_sha256.substr(0, 16),
               description.subset_sha256.substr(0, 16));
    }
    if (saved.epochs_done != epochs_done) {
        refuse(std::to_string(saved.epochs_done) + " epochs", std::to_string(epochs_done));
    }
    return saved;
}

}  // namespace ballast
