#include "core/results/config_key.h"

#include <span>

#include "core/base/checksum.h"
#include "core/experiment/config_json.h"

namespace ballast {

std::string configKey(const RunDescription& description) {
    RunConfig config = description.config;
    config.name.clear();
    config.training.seed = 0;
    config.data.folder = dataIdentity(description);  // the images may have moved
    constexpr std::size_t kEnough = 32;  // hexadecimal digits: no two are equal by chance
    const std::string text = identityText(config);
    return sha256Hex(std::as_bytes(std::span(text))).substr(0, kEnough);
}

}  // namespace ballast
