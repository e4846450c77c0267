#include "core/learning/device.h"

#include <dlfcn.h>

#include "core/base/error.h"

namespace ballast {

torch::Device resolveDevice(const std::string& name, const std::string& field) {
    if (name == "cpu") return torch::kCPU;
    const auto gpus = static_cast<int>(torch::cuda::device_count());
    if (name == "auto")
        return gpus > 0 ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
    const int index = name == "cuda" ? 0 : std::stoi(name.substr(std::string("cuda:").size()));
    if (index >= gpus) {
        throw DeviceError(field + ": \"" + name + "\" is not on this machine, which has " +
                          (gpus == 0 ? std::string("no GPU that this LibTorch can use")
                                     : std::to_string(gpus) +
                                           " GPU(s), cuda:0 to cuda:" + std::to_string(gpus - 1)) +
                          "; allowed here: auto, cpu");
    }
    return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}

void prepareThread(int threads) {
    // A thread's first look at their number sets it to what another thread may have set last.
    (void)torch::get_num_threads();
    torch::set_num_threads(threads);
    using SetThreads = void (*)(int);
    if (const auto set =
            reinterpret_cast<SetThreads>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"))) {
        set(threads);
    }
    at::globalContext().setDeterministicCuDNN(true);
    at::globalContext().setBenchmarkCuDNN(false);
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
}

}  // namespace ballast
