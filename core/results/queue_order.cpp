#include "core/results/queue_order.h"

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/json_place.h"
#include "core/base/json_text.h"

namespace ballast {
namespace {

constexpr int kQueueFormat = 1;

}  // namespace

std::filesystem::path queueOrderFile(const std::filesystem::path& workspace) {
    return workspace / "queue.json";
}

std::vector<std::string> readQueueOrder(const std::filesystem::path& workspace) {
    const std::filesystem::path file = queueOrderFile(workspace);
    if (!std::filesystem::exists(file)) return {};
    const std::string name = file.string();
    const nlohmann::json parsed = jsonOrDiscarded(readFile(file));
    if (parsed.is_discarded()) throw DamagedFileError(name + " is damaged: not valid JSON");
    const JsonPlace object(parsed, name);
    if (const int format = object.at("format").integer(); format != kQueueFormat) {
        throw StorageError(name + " has format " + std::to_string(format) +
                           "; this version of Ballast reads format " +
                           std::to_string(kQueueFormat) + " and leaves the file as it is");
    }
    const JsonPlace runs = object.at("runs");
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < runs.size(); ++i) ids.push_back(runs.at(i).text());
    return ids;
}

void writeQueueOrder(const std::filesystem::path& workspace, const std::vector<std::string>& runs) {
    makeFolders(workspace);
    const nlohmann::ordered_json object = {{"format", kQueueFormat}, {"runs", runs}};
    replaceFile(queueOrderFile(workspace), object.dump(2) + "\n");
}

}  // namespace ballast
