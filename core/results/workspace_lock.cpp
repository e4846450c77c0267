#include "core/results/workspace_lock.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/results/run_folder.h"
#include "core/results/workspace.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

/// "process 4711", "process 4711 on another-host"; "" where the file does not say.
std::string holderOf(const fs::path& file) {
    std::ifstream stream(file);
    const auto holder = nlohmann::json::parse(stream, nullptr, false);
    if (!holder.is_object() || !holder.contains("pid") || !holder.contains("host")) return "";
    std::string words = "process " + holder["pid"].dump();
    if (holder["host"] != thisProcess().host) words += " on " + holder["host"].dump();
    return words;
}

FileLock lockedFile(const fs::path& workspace) {
    if (!fs::exists(workspace / "runs")) refuseNested(workspace);
    makeFolders(workspace);
    if (::access(workspace.c_str(), W_OK | X_OK) != 0) {
        throw StorageError(workspace.string() + " cannot be written to: " + std::strerror(errno));
    }
    const fs::path file = WorkspaceLock::fileOf(workspace);
    std::optional<FileLock> lock = FileLock::tryFor(file);
    if (!lock) {
        const std::string holder = holderOf(file);
        throw StorageError("another window has " + workspace.string() + " open" +
                           (holder.empty() ? "" : " (" + holder + ")"));
    }
    // Written in place: a file that is replaced would be another one than the one that is locked.
    const RunOwner owner = thisProcess();
    std::ofstream(file, std::ios::trunc)
        << nlohmann::ordered_json{{"pid", owner.pid}, {"host", owner.host}}.dump() << '\n';
    return std::move(*lock);
}

}  // namespace

WorkspaceLock::WorkspaceLock(const fs::path& workspace) : lock_(lockedFile(workspace)) {}

fs::path WorkspaceLock::fileOf(const fs::path& workspace) {
    return workspace / "window.lock";
}

}  // namespace ballast
