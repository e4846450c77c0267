#include "core/data/class_folders.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "core/base/error.h"
#include "core/base/text_encoding.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kTaken = {".jpg", ".jpeg", ".png"};
// What PyTorch would take too: passed over in silence, a class would lose images.
constexpr std::array<std::string_view, 7> kRefused = {".bmp", ".gif",  ".pgm", ".ppm",
                                                      ".tif", ".tiff", ".webp"};

[[noreturn]] void refuseReading(const fs::path& path, const std::error_code& error) {
    throw DataError(path.string() + " cannot be read: " + error.message() + ".");
}

bool isHidden(const fs::path& path) {
    return path.filename().native().starts_with('.');
}

bool isFolder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

std::string endingOf(const fs::path& path) {
    std::string ending = path.extension().string();
    for (char& c : ending) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return ending;
}

/// The folders in `folder` that may be classes, links to folders too.
std::vector<std::string> namesOfFolders(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator at(folder, error);
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
        if (isHidden(at->path()) || !isFolder(at->path())) continue;
        names.push_back(at->path().filename().string());
    }
    if (error) refuseReading(folder, error);
    std::ranges::sort(names);  // char's order is that of unsigned bytes in std::string
    return names;
}

/// The images below `folder`; links to folders within it are not followed, which might lead back.
std::vector<fs::path> imagesBelow(const fs::path& folder) {
    std::vector<fs::path> images;
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        const fs::path& path = at->path();
        if (isHidden(path)) {
            at.disable_recursion_pending();
            continue;
        }
        const std::string ending = endingOf(path);
        const bool taken = std::ranges::find(kTaken, ending) != kTaken.end();
        if (!taken && std::ranges::find(kRefused, ending) == kRefused.end()) continue;
        std::error_code ignored;
        if (!fs::is_regular_file(path, ignored)) continue;
        if (!taken) {
            throw DataError(path.string() +
                            " is an image that Ballast cannot read; allowed: .jpg, " +
                            ".jpeg, .png.");
        }
        images.push_back(path);
    }
    if (error) refuseReading(folder, error);
    std::ranges::sort(images, {}, [](const fs::path& path) { return path.native(); });
    return images;
}

}  // namespace

std::vector<std::string> classFolders(const fs::path& split) {
    std::vector<std::string> names = namesOfFolders(split);
    if (names.empty()) {
        throw DataError(split.string() +
                        " holds no folders; expected one for each class, with its images.");
    }
    for (const std::string& name : names) {
        if (!invalidUtf8At(name) && !hasControls(name)) continue;
        throw DataError("the class \"" + cleanedName(name) + "\" in " + split.string() +
                        " cannot be shown: allowed are names in UTF-8 without control characters.");
    }
    return names;
}

ImageList readClassFolders(const fs::path& root, const std::string& split,
                           const std::vector<std::string>& classes, bool every_class) {
    ImageList list;
    list.file = root / split;
    list.folder = root;
    list.class_counts.resize(classes.size());
    for (const std::string& name : namesOfFolders(list.file)) {
        if (std::ranges::binary_search(classes, name)) continue;
        throw DataError((list.file / name).string() + " is no class: train has no folder \"" +
                        asUtf8(name) + "\"; allowed are the folders of " +
                        (root / "train").string() + ".");
    }
    for (std::size_t y = 0; y < classes.size(); ++y) {
        const fs::path folder = list.file / classes[y];
        if (isFolder(folder)) {
            for (const fs::path& image : imagesBelow(folder)) {
                list.paths.push_back(image.lexically_relative(root).string());
                list.labels.push_back(static_cast<std::int32_t>(y));
                ++list.class_counts[y];
            }
        }
        if (every_class && list.class_counts[y] == 0) {
            throw DataError(folder.string() + " holds no image; every class needs one (.jpg, " +
                            ".jpeg or .png).");
        }
    }
    if (list.paths.empty()) {
        throw DataError(list.file.string() + " holds no images; expected .jpg, .jpeg or .png " +
                        "files in a folder for each class.");
    }
    return list;
}

}  // namespace ballast
