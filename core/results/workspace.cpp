#include "core/results/workspace.h"

#include <algorithm>
#include <cstdlib>

namespace ballast {

namespace fs = std::filesystem;

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
