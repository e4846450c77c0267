#include "core/runs/benchmarks.h"

#include <nlohmann/json.hpp>

#include "core/learning/bench/bench_data.h"
#include "core/learning/bench/bench_scale.h"
#include "core/learning/bench/bench_store.h"
#include "core/learning/bench/bench_train.h"
#include "core/learning/torch_errors.h"

namespace ballast {
namespace {

class TorchBenchmarks final : public Benchmarks {
public:
    nlohmann::ordered_json train(const BenchOptions& options) const override {
        return translated([&] { return benchTrain(options); });
    }
    nlohmann::ordered_json scale(const BenchOptions& options,
                                 const ProcessRank& rank) const override {
        return translated([&] { return benchScale(options, rank); });
    }
    nlohmann::ordered_json data(const BenchDataOptions& options,
                                const DataStore& store) const override {
        return translated([&] { return benchData(options, store); });
    }
    nlohmann::ordered_json store(const std::filesystem::path& folder) const override {
        return translated([&] { return benchStore(folder); });
    }
};

}  // namespace
}  // namespace ballast

/// What benchmarks() looks up by name.
extern "C" const ballast::Benchmarks* ballastBenchmarks() {
    static const ballast::TorchBenchmarks kBenchmarks;
    return &kBenchmarks;
}
