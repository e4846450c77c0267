#include "core/results/workspace.h"

#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/base/error.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

/// Whether there are runs in it.
bool isWorkspace(const fs::path& folder) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder / "runs", error)) {
        if (fs::exists(entry.path() / "run.json", error)) return true;
    }
    return false;
}

}  // namespace

void refuseNested(const fs::path& workspace) {
    const fs::path whole = fs::weakly_canonical(fs::absolute(workspace));
    for (fs::path above = whole; above.has_relative_path(); above = above.parent_path()) {
        if (fs::exists(above / "run.json") && fs::exists(above / "status.json")) {
            throw StorageError("the workspace " + whole.string() + " would lie in the run " +
                               above.string() + "; choose a folder outside of it");
        }
        if (above != whole && isWorkspace(above)) {
            throw StorageError("the workspace " + whole.string() + " would lie in the workspace " +
                               above.string() + "; choose that one, or a folder outside of it");
        }
    }
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(whole, error)) {
        if (!entry.is_directory(error) || entry.path().filename() == "runs") continue;
        if (isWorkspace(entry.path())) {
            throw StorageError("the folder " + whole.string() + " has a workspace in it, " +
                               entry.path().string() + "; choose that one, or another folder");
        }
    }
}

std::string diskWarning(const fs::path& workspace) {
    fs::path there = fs::absolute(workspace);
    while (!fs::exists(there) && there.has_relative_path()) there = there.parent_path();
    struct ::statfs info {};
    if (::statfs(there.c_str(), &info) != 0) return "";
    constexpr std::array<unsigned long, 5> kNetworkDisks = {0x6969, 0xff534d42, 0xfe534d42, 0x517b,
                                                            0x01021997};  // NFS, CIFS, SMB, 9P
    const auto type = static_cast<unsigned long>(info.f_type) & 0xffffffffUL;
    if (std::ranges::find(kNetworkDisks, type) == kNetworkDisks.end()) return "";
    return there.string() +
           " is on a network disk. Runs are protected there only if it honours "
           "file locks; let one machine train them";
}

std::vector<RunSummary> readWorkspace(const fs::path& workspace) {
    std::vector<fs::path> folders;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(workspace / "runs", error)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with('.') && entry.is_directory(error)) folders.push_back(entry.path());
    }
    std::vector<RunSummary> runs;
    runs.reserve(folders.size());
    for (const fs::path& folder : folders) runs.push_back(readRun(folder));
    std::ranges::sort(runs, [](const RunSummary& a, const RunSummary& b) {
        return std::tie(a.description.created, a.id) < std::tie(b.description.created, b.id);
    });
    return runs;
}

fs::path defaultWorkspace() {
    if (const char* given = std::getenv("BALLAST_WORKSPACE"); given && *given) return given;
    if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data) {
        return fs::path(data) / "ballast" / "workspace";
    }
    const char* home = std::getenv("HOME");
    return fs::path(home && *home ? home : ".") / ".local" / "share" / "ballast" / "workspace";
}

}  // namespace ballast
