#include "core/runs/saved_sweeps.h"

#include <algorithm>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/experiment/sweep.h"

namespace ballast {
namespace fs = std::filesystem;

std::vector<std::string> savedSweepNames(const fs::path& workspace) {
    std::vector<std::string> names;
    std::error_code none;
    for (const fs::directory_entry& entry : fs::directory_iterator(workspace / "sweeps", none)) {
        if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
    }
    std::ranges::sort(names);
    return names;
}

nlohmann::json savedSweep(const fs::path& workspace, const std::string& name) {
    const fs::path file = workspace / "sweeps" / (name + ".json");
    const nlohmann::json saved = parseJson(readFile(file), file.string());
    if (!saved.is_object() || !saved.value("sweep", nlohmann::json()).is_object()) {
        throw ConfigError(file.string() + " holds no sweep");
    }
    const nlohmann::json format = saved.value("format", nlohmann::json());
    if (!format.is_number_integer() || format > kSweepFormat) {
        throw ConfigError(file.string() + " has format " + shownJson(format) +
                          "; this version reads up to " + std::to_string(kSweepFormat));
    }
    nlohmann::json sweep = saved["sweep"];
    sweepFromJson(sweep, file.string());  // throws
    // By its name it is found again and extended, not made a second time.
    if (!sweep.contains("name")) sweep["name"] = saved.value("name", nlohmann::json(name));
    return sweep;
}

}  // namespace ballast
