#include "core/cluster/node_learning.h"

#include "core/base/error.h"

namespace ballast {

std::string NodeLearning::resolveDevice(const std::string& device) const {
    if (device == "cpu" || (device == "auto" && gpus_ == 0)) return "cpu";
    if (gpus_ == 0) {
        throw DeviceError("/training/device: \"" + device +
                          "\" is a GPU, and --gpus-per-run is 0; allowed: auto, cpu, or "
                          "--gpus-per-run 1");
    }
    if (device == "auto" || device == "cuda" || device == "cuda:0") return "cuda:0";
    throw DeviceError("/training/device: \"" + device +
                      "\" is not on a node that gives a run one GPU; allowed: auto, cpu, cuda");
}

std::vector<std::string> NodeLearning::devices() const {
    if (gpus_ == 0) return {"cpu"};
    return {"cpu", "cuda:0"};
}

}  // namespace ballast
