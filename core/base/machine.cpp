#include "core/base/machine.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "core/base/error.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

fs::path nearestThere(const fs::path& folder) {
    fs::path there = fs::absolute(folder);
    std::error_code ignored;
    while (!fs::exists(there, ignored) && there.has_relative_path()) there = there.parent_path();
    return there;
}

}  // namespace

MemoryUse memoryUseOf(const std::string& meminfo) {
    std::istringstream lines(meminfo);
    std::string line;
    std::int64_t total = 0;
    std::int64_t available = 0;
    while (std::getline(lines, line)) {
        std::istringstream words(line);
        std::string name;
        std::int64_t kibibytes = 0;
        if (!(words >> name >> kibibytes)) continue;
        if (name == "MemTotal:") total = kibibytes * 1024;
        if (name == "MemAvailable:") available = kibibytes * 1024;
    }
    if (total <= 0) return {};
    return {total - std::clamp<std::int64_t>(available, 0, total), total};
}

MemoryUse memoryUse() {
    std::ifstream file("/proc/meminfo");
    return memoryUseOf({std::istreambuf_iterator<char>(file), {}});
}

std::int64_t peakMemory() {
    struct ::rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

std::int64_t freeBytes(const fs::path& folder) {
    const fs::path there = nearestThere(folder);
    std::error_code error;
    const fs::space_info space = fs::space(there, error);
    if (error) {
        throw StorageError("cannot tell how much is free in " + there.string() + ": " +
                           error.message());
    }
    return static_cast<std::int64_t>(space.available);
}

}  // namespace ballast
