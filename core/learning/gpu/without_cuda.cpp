#include "core/learning/gpu/repeated_work.h"

namespace ballast {

struct DeviceStream::Guard {};
DeviceStream::DeviceStream(torch::Device) {}
DeviceStream::~DeviceStream() = default;

struct RepeatedWork::Recordings {};
RepeatedWork::RepeatedWork(Work work, bool recordable)
    : work_(std::move(work)), recordable_(recordable) {}
RepeatedWork::~RepeatedWork() = default;

torch::Tensor RepeatedWork::operator()(const torch::Tensor& images, const torch::Tensor& labels) {
    return work_(images, labels);
}

}  // namespace ballast
