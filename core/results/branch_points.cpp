#include "core/results/branch_points.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/results/run_folder.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolder = "branches";
constexpr const char* kPrefix = "epoch-";
constexpr const char* kFor = "-for-";

struct Request {
    int epochs = 0;
    std::string child;
    fs::path file;
};

std::vector<Request> requests(const fs::path& run_folder) {
    std::vector<Request> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(run_folder / kFolder, error)) {
        const std::string name = entry.path().filename().string();
        const std::size_t middle = name.find(kFor);
        if (!name.starts_with(kPrefix) || middle == std::string::npos) continue;
        found.push_back({std::atoi(name.c_str() + std::strlen(kPrefix)),
                         name.substr(middle + std::strlen(kFor)), entry.path()});
    }
    return found;
}

bool isDone(const fs::path& folder) {
    try {
        return readStatus(folder).state == RunState::finished;
    } catch (const std::exception&) {
        return !fs::exists(folder);  // unreadable: it may be fixed yet
    }
}

void removeQuietly(const fs::path& file) {
    std::error_code ignored;
    fs::remove(file, ignored);
}

}  // namespace

void requestBranchPoint(const fs::path& run_folder, int epochs, const std::string& child) {
    if (!fs::exists(run_folder / "run.json")) {
        throw StorageError("there is no run " + run_folder.string() + " to start from");
    }
    makeFolders(run_folder / kFolder);
    char number[24];
    std::snprintf(number, sizeof number, "%06d", epochs);
    const fs::path file = run_folder / kFolder / (kPrefix + std::string(number) + kFor + child);
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (opened < 0) {
        throw StorageError("cannot write " + file.string() + ": " + std::strerror(errno));
    }
    ::close(opened);
}

void releaseBranchPoints(const fs::path& run_folder, const std::string& child) {
    for (const Request& request : requests(run_folder)) {
        if (request.child == child) removeQuietly(request.file);
    }
}

std::vector<int> branchPoints(const fs::path& run_folder) {
    std::set<int> wanted;
    for (const Request& request : requests(run_folder)) {
        // One that needs it is enough; the others are looked at once that one is done.
        if (wanted.contains(request.epochs)) continue;
        if (isDone(run_folder.parent_path() / request.child)) {
            removeQuietly(request.file);
        } else {
            wanted.insert(request.epochs);
        }
    }
    return {wanted.begin(), wanted.end()};
}

}  // namespace ballast
