#pragma once

#include <torch/torch.h>

#include <functional>
#include <memory>

namespace ballast {

/// The calling thread's stream on a GPU while an object of this class lives, so that runs that
/// share one GPU do not wait for each other. On a CPU it does nothing.
class DeviceStream {
public:
    explicit DeviceStream(torch::Device device);
    ~DeviceStream();
    DeviceStream(const DeviceStream&) = delete;
    DeviceStream& operator=(const DeviceStream&) = delete;

private:
    struct Guard;
    std::unique_ptr<Guard> guard_;
};

/// Work that is the same for every batch of one shape. On a CPU each call does it. On a GPU the
/// first calls of a shape do it, the next records it as a CUDA graph, and from then on one launch
/// replays all of its kernels on the new batch; the host runs at most a few calls ahead of the GPU
/// and never waits for the latest. The sums are the same either way.
///
/// So the work may read and write nothing but its arguments and tensors that stay where they are
/// (changed in place only), and must not wait for the GPU or depend on its results. Numbers that
/// are not in tensors are recorded as they are. Once a work could not be recorded, which a warning
/// on standard error says, each call of any work does it. Each for one thread, under one
/// DeviceStream.
class RepeatedWork {
public:
    /// Images [B, …] and labels [B] of a batch -> a tensor of interest, for instance logits.
    using Work =
        std::function<torch::Tensor(const torch::Tensor& images, const torch::Tensor& labels)>;

    /// Work that is not `recordable` is done by each call everywhere.
    explicit RepeatedWork(Work work, bool recordable = true);
    ~RepeatedWork();
    RepeatedWork(const RepeatedWork&) = delete;
    RepeatedWork& operator=(const RepeatedWork&) = delete;

    /// What the work returns; on a GPU the next call with a batch of this shape writes over it.
    torch::Tensor operator()(const torch::Tensor& images, const torch::Tensor& labels);

private:
    struct Recordings;
    const Work work_;
    const bool recordable_;
    std::unique_ptr<Recordings> recordings_;  // nullptr until a batch is on a GPU
};

}  // namespace ballast
