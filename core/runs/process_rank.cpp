#include "core/runs/process_rank.h"

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/base/error.h"

namespace ballast {
namespace {

using Variable = std::function<const char*(const char*)>;

/// The first of `names` that is set, as a whole number of the range.
std::optional<int> variableAsNumber(const Variable& variable, const std::vector<const char*>& names,
                                    int least, int most) {
    for (const char* name : names) {
        const char* text = variable(name);
        if (text == nullptr || *text == '\0') continue;
        const std::string_view digits = text;
        int value = 0;
        const auto [end, problem] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (problem != std::errc() || end != digits.data() + digits.size() || value < least ||
            value > most) {
            throw ConfigError(std::string("the environment variable ") + name + ": \"" + text +
                              "\" is not allowed; allowed: whole numbers from " +
                              std::to_string(least) + " to " + std::to_string(most));
        }
        return value;
    }
    return std::nullopt;
}

}  // namespace

std::optional<ProcessRank> processRank(const Variable& variable) {
    constexpr int kMost = 4096;
    const char* address = variable("MASTER_ADDR");
    if (address == nullptr || *address == '\0') return std::nullopt;
    ProcessRank found;
    found.address = address;
    const auto size = variableAsNumber(variable, {"WORLD_SIZE", "SLURM_NTASKS"}, 1, kMost);
    if (!size) {
        throw ConfigError(
            "MASTER_ADDR is set, but not how many processes train the run: WORLD_SIZE and RANK "
            "are missing. Set them, or unset MASTER_ADDR to train with one process");
    }
    found.size = *size;
    if (found.size == 1) return std::nullopt;
    const auto rank = variableAsNumber(variable, {"RANK", "SLURM_PROCID"}, 0, found.size - 1);
    if (!rank) {
        throw ConfigError("WORLD_SIZE is " + std::to_string(found.size) +
                          ", but RANK is not set: this process's number, from 0 to " +
                          std::to_string(found.size - 1));
    }
    found.rank = *rank;
    found.local_rank =
        variableAsNumber(variable, {"LOCAL_RANK", "SLURM_LOCALID"}, 0, kMost).value_or(0);
    found.local_size = variableAsNumber(variable, {"LOCAL_WORLD_SIZE"}, 1, kMost).value_or(1);
    found.port = variableAsNumber(variable, {"MASTER_PORT"}, 1, 65535).value_or(found.port);
    found.patience =
        variableAsNumber(variable, {"BALLAST_PATIENCE"}, 1, 86400).value_or(found.patience);
    for (const char* name : {"TORCHELASTIC_RUN_ID", "SLURM_JOB_ID"}) {
        const char* text = variable(name);
        if (text != nullptr && found.meeting.empty()) found.meeting = text;
    }
    return found;
}

void requireOneProcess(const RunConfig& config) {
    const int processes = config.training.processes;
    if (processes == 1) return;
    throw ConfigError("/training/processes: " + std::to_string(processes) +
                      " is for runs that the command line starts (ballast-cli run); allowed in "
                      "sweeps and in the window: 1");
}

std::optional<ProcessRank> processRankOfEnvironment() {
    return processRank([](const char* name) { return std::getenv(name); });
}

}  // namespace ballast
