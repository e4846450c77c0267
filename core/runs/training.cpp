#include "core/runs/training.h"

#include <algorithm>
#include <thread>

namespace ballast {

int threadsOfSlot(const TrainingEnvironment& environment, std::size_t slots) {
    const int cores = environment.threads > 0
                          ? environment.threads
                          : static_cast<int>(std::thread::hardware_concurrency());
    return std::max(1, cores / static_cast<int>(std::max<std::size_t>(1, slots)));
}

}  // namespace ballast
