#include "core/learning/kernels/conv_plan.h"

#include <ATen/Parallel.h>
#include <omp.h>
#include <sys/mman.h>

#include <cstdlib>
#include <mutex>

#include "core/learning/part_times.h"

namespace ballast {
namespace {

// Numbers of one activation of a chunk. Small chunks stay in a core's cache from one step to the
// next; Winograd's transforms pay better for larger ones.
constexpr std::int64_t kChunk = 64 * 1024;
constexpr std::int64_t kWinogradChunk = 2 * kChunk;

constexpr std::size_t kHugePage = 2 * 1024 * 1024;

torch::Tensor bytesInHugePages(std::size_t bytes) {
    const auto count = static_cast<std::int64_t>(bytes);
    if (bytes < kHugePage) return torch::empty({count}, torch::kUInt8);
    const std::size_t pages = (bytes + kHugePage - 1) / kHugePage;
    void* memory = std::aligned_alloc(kHugePage, pages * kHugePage);
    if (memory == nullptr) throw std::bad_alloc();
    ::madvise(memory, pages * kHugePage, MADV_HUGEPAGE);  // a wish
    return torch::from_blob(
        memory, {count}, [](void* it) { std::free(it); }, torch::kUInt8);
}

}  // namespace

UnitGraph::UnitGraph(const std::vector<ConvUnit>& units)
    : keeps(units.size(), false), last_use(units.size()) {
    for (std::size_t k = 0; k < units.size(); ++k) {
        last_use[k] = k + 1;
        if (units[k].shortcut == ConvUnit::kNone) continue;
        const auto from = static_cast<std::size_t>(units[k].shortcut);
        keeps[from] = keeps[k] = true;
        last_use[from] = k;
    }
    keeps.back() = true;
}

ConvPlan::ConvPlan(const std::vector<ConvUnit>& units, std::int64_t images, std::int64_t side,
                   PassMode mode, Convolution rounding)
    : images_(images) {
    const bool winograd = mode == PassMode::training && rounding == Convolution::fast;
    for (const ConvUnit& unit : units) {
        const auto& options = unit.convolution->options;
        const bool first = units_.empty();
        ConvolutionShape shape;
        shape.images = images;
        shape.in_channels = options.in_channels();
        shape.out_channels = options.out_channels();
        shape.in_side = first ? side : units_.back().side;
        shape.kernel = options.kernel_size()->at(0);
        shape.stride = options.stride()->at(0);
        shape.in_block = winograd && !first ? 16 : shape.in_channels;
        shape.out_block = winograd ? 16 : shape.out_channels;
        const std::int64_t out_side = shape.outSide();
        Unit& planned = units_.emplace_back();
        planned.grid = {images, shape.out_channels, out_side * out_side, shape.out_block};
        planned.side = out_side;
        const std::int64_t floats = shape.out_channels * out_side * out_side;
        const auto chunk = [&](std::int64_t all) {
            return std::max<std::int64_t>(1, all / floats);
        };
        if (mode == PassMode::training) {
            planned.training.emplace(shape, chunk(winograd ? kWinogradChunk : kChunk), rounding,
                                     !first);
        } else {
            planned.inference.emplace(shape, chunk(kChunk), unit.shortcut != ConvUnit::kNone);
        }
    }
}

void ConvPlan::inTeam(const std::function<void(Team&, Workbench&)>& program) {
    const int wanted = omp_in_parallel() != 0 ? 1 : at::get_num_threads();
    if (benches_.size() < static_cast<std::size_t>(wanted)) {
        benches_.resize(static_cast<std::size_t>(wanted));
    }
    PartTimes* const times = PartTimes::active();
    std::mutex adding;
    std::optional<Team> team;
#pragma omp parallel num_threads(wanted)
    {
#pragma omp single
        team.emplace(omp_get_num_threads());
        std::optional<PartTimes> own;
        if (times != nullptr) own.emplace();
        program(*team, benches_[static_cast<std::size_t>(omp_get_thread_num())]);
        if (own) {
            const std::lock_guard lock(adding);
            times->add(*own, 1.0 / omp_get_num_threads());
        }
    }
    team->rethrow();
}

torch::Tensor Buffers::take(std::size_t bytes) {
    for (const torch::Tensor& each : all_) {
        if (each.use_count() == 1 && each.nbytes() >= bytes && each.nbytes() < 2 * bytes) {
            return each;
        }
    }
    return all_.emplace_back(bytesInHugePages(bytes));
}

}  // namespace ballast
