#include "core/results/plateau.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/experiment/config_json.h"

namespace ballast {

bool minorityIsOnPlateau(std::span<const EpochRecord> records, const std::vector<bool>& majority,
                         int patience) {
    const auto recent = static_cast<std::size_t>(std::max(patience, 1));
    if (records.size() <= recent) return false;
    const auto best = [&](std::span<const EpochRecord> epochs) {
        double most = kMissing;
        for (const EpochRecord& record : epochs) {
            most = std::fmax(most, groupMeans(record.streaming.min_logit, majority).minority);
        }
        return most;
    };
    const std::size_t before = records.size() - recent;
    return best(records.subspan(before)) < best(records.first(before)) + kPlateauRise;
}

std::string plateauInWords(int patience) {
    char text[96];
    std::snprintf(text, sizeof text,
                  "B_y(f) of the minority classes has not risen by %.1f in %d epoch%s",
                  kPlateauRise, patience, patience == 1 ? "" : "s");
    return text;
}

std::optional<RunConfig> configBeforePlateaus(const RunDescription& run) {
    const auto by_plateau = [](const nlohmann::json& edit) { return edit.contains("plateau"); };
    if (run.edits.empty() || !std::ranges::all_of(run.edits, by_plateau)) return std::nullopt;
    return configFromJson(run.config_as_given, "config_as_given");
}

}  // namespace ballast
