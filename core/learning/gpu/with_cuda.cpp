#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <vector>

#include "core/learning/gpu/repeated_work.h"

namespace ballast {
namespace {

// Libraries choose their algorithms and take their workspaces in a shape's first calls.
constexpr int kCallsBeforeRecording = 3;
constexpr std::size_t kCallsAhead = 8;

/// Whoever records, replays or destroys a graph: all of a GPU's graphs are registered with its one
/// random generator, which refuses replays during a recording.
std::mutex using_graphs;

/// Set by a failed recording, which leaves LibTorch's generator and allocator in the midst of it:
/// from then on no graph can be recorded or replayed in this process.
std::atomic<bool> graphs_failed{false};

/// Other threads may continue allocating memory meanwhile, where LibTorch lets one say so.
template<class Graph>
void beginRecording(Graph& graph) {
    if constexpr (
        requires {
            graph.capture_begin(at::cuda::MempoolId_t{0, 0}, cudaStreamCaptureModeThreadLocal);
        }) {
        graph.capture_begin(at::cuda::MempoolId_t{0, 0}, cudaStreamCaptureModeThreadLocal);
    } else {
        graph.capture_begin();
    }
}

/// Work on batches of one shape.
struct Recording {
    torch::Tensor images;  // where the graph finds its batch
    torch::Tensor labels;
    torch::Tensor answer;  // where it leaves its answer
    int calls = 0;
    std::unique_ptr<at::cuda::CUDAGraph> graph;
};

}  // namespace

struct DeviceStream::Guard {
    explicit Guard(torch::Device device)
        : stream(c10::cuda::getStreamFromPool(false, device.index())) {}
    c10::cuda::CUDAStreamGuard stream;
};

DeviceStream::DeviceStream(torch::Device device) {
    if (device.is_cuda()) guard_ = std::make_unique<Guard>(device);
}

DeviceStream::~DeviceStream() = default;

struct RepeatedWork::Recordings {
    std::map<std::vector<std::int64_t>, Recording> of_shape;
    std::array<at::cuda::CUDAEvent, kCallsAhead> done;  // of the latest calls
    std::size_t calls = 0;

    Recordings() = default;
    ~Recordings() {
        const std::lock_guard lock(using_graphs);
        of_shape.clear();
    }
    Recordings(const Recordings&) = delete;
    Recordings& operator=(const Recordings&) = delete;

    /// Waits for the call that was made kCallsAhead calls ago.
    void keepPace() {
        at::cuda::CUDAEvent& event = done[calls++ % kCallsAhead];
        if (event.isCreated()) event.synchronize();
        event.record();
    }

    void record(Recording& recording, const Work& work) {
        const std::lock_guard lock(using_graphs);
        if (graphs_failed) return;
        c10::cuda::getCurrentCUDAStream().synchronize();
        // The graph takes memory of its own: what the calls before it took is not needed any more.
        c10::cuda::CUDACachingAllocator::emptyCache();
        recording.graph = std::make_unique<at::cuda::CUDAGraph>();
        try {
            beginRecording(*recording.graph);
            recording.answer = work(recording.images, recording.labels);
            recording.graph->capture_end();
        } catch (const c10::Error& error) {
            giveUp(recording, error);
        }
    }

    /// Whether it was done.
    static bool replay(Recording& recording, const torch::Tensor& images,
                       const torch::Tensor& labels) {
        recording.images.copy_(images);
        recording.labels.copy_(labels);
        const std::lock_guard lock(using_graphs);
        if (graphs_failed) return false;
        recording.graph->replay();
        return true;
    }

private:
    static void giveUp(Recording& recording, const c10::Error& error) {
        graphs_failed = true;
        recording.answer = torch::Tensor();
        try {
            recording.graph->capture_end();
        } catch (const c10::Error&) {  // what was recorded is void: it says so again
        }
        (void)recording.graph.release();  // LibTorch's allocator may still refer to it
        TORCH_WARN("training continues without a CUDA graph, slower: ",
                   error.what_without_backtrace());
    }
};

RepeatedWork::RepeatedWork(Work work, bool recordable)
    : work_(std::move(work)), recordable_(recordable) {}

RepeatedWork::~RepeatedWork() {
    if (!recordings_) return;
    (void)cudaStreamSynchronize(c10::cuda::getCurrentCUDAStream());  // graphs may still run
}

torch::Tensor RepeatedWork::operator()(const torch::Tensor& images, const torch::Tensor& labels) {
    if (!recordable_ || !images.is_cuda()) return work_(images, labels);
    if (!recordings_) recordings_ = std::make_unique<Recordings>();
    Recording& recording = recordings_->of_shape[images.sizes().vec()];
    torch::Tensor answer;
    if (!graphs_failed && !recording.graph && ++recording.calls > kCallsBeforeRecording) {
        recording.images = torch::empty_like(images);
        recording.labels = torch::empty_like(labels);
        recordings_->record(recording, work_);
    }
    if (recording.graph && recordings_->replay(recording, images, labels)) {
        answer = recording.answer;
    } else {
        answer = work_(images, labels);
    }
    recordings_->keepPace();
    return answer;
}

}  // namespace ballast
