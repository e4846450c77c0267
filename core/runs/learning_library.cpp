#include "core/runs/learning_library.h"

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "core/base/error.h"
#include "core/runs/benchmarks.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLibrary = "libballast_learning.so";

std::atomic<std::thread::id> loaded_by{};  // the default stands for no thread

/// OpenMP's idle threads spin for milliseconds before they sleep. Where anything else wants the
/// cores (the window, a compiler, another run) this costs up to four fifths of the speed; a short
/// spin costs nothing measurable where nothing does. Set as this library is loaded, before there
/// are threads and before OpenMP reads it; a value that the user has set stays.
[[maybe_unused]] const int kShortSpin = ::setenv("GOMP_SPINCOUNT", "1000", 0);

/// What is wrong with a connection between processes is said by us: LibTorch's own lines, on
/// standard error, come in its log library's words.
[[maybe_unused]] const int kQuietLog =
    ::setenv("GLOG_minloglevel", "3", 0) + ::setenv("TORCH_CPP_LOG_LEVEL", "FATAL", 0);

/// The library beside the one that holds this code, wherever that was installed.
fs::path learningLibraryPath() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&learningLibrary), &info) != 0 && info.dli_fname) {
        return fs::absolute(info.dli_fname).parent_path() / kLibrary;
    }
    return kLibrary;
}

/// LibTorch makes tables while it is loaded; where memory is short, it throws through the loader,
/// which no catch can stop.
[[noreturn]] void endWithoutMemory() {
    constexpr std::string_view kSentence =
        "ballast: there is not enough memory to load the training library\n";
    [[maybe_unused]] const auto written =
        ::write(STDERR_FILENO, kSentence.data(), kSentence.size());
    std::_Exit(static_cast<int>(ExitCode::run_failed));
}

void* loadLibrary() {
    const fs::path path = learningLibraryPath();
    const std::terminate_handler as_before = std::set_terminate(endWithoutMemory);
    void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    std::set_terminate(as_before);
    if (handle == nullptr) {
        throw DeviceError("cannot load the training library: " + std::string(::dlerror()));
    }
    loaded_by = std::this_thread::get_id();
    return handle;
}

/// A symbol of the library. Throws DeviceError where the library or the symbol is missing.
void* learningSymbol(const char* name) {
    static void* const kHandle = loadLibrary();
    void* symbol = ::dlsym(kHandle, name);
    if (symbol == nullptr) {
        throw DeviceError(learningLibraryPath().string() +
                          " is not this version's training library");
    }
    return symbol;
}

/// Passes every call on to the library, which the first one loads.
class LoadedLearning final : public Learning {
public:
    void load() const override { loaded(); }
    std::string libraries() const override { return loaded().libraries(); }
    std::string resolveDevice(const std::string& device) const override {
        return loaded().resolveDevice(device);
    }
    std::vector<std::string> devices() const override { return loaded().devices(); }
    void requireSupport(const RunConfig& config, const std::string& device) const override {
        loaded().requireSupport(config, device);
    }
    RunOutcome train(OwnedRun& run, const TrainingEnvironment& environment, RunControl& control,
                     RunObserver& observer) const override {
        return loaded().train(run, environment, control, observer);
    }
    std::shared_ptr<OtherProcesses> gather(const ProcessRank& rank) const override {
        return loaded().gather(rank);
    }
    void assist(const ProcessRank& rank, const TrainingEnvironment& environment,
                const RunControl& control) const override {
        loaded().assist(rank, environment, control);
    }
    std::int64_t checkpointBytes(const RunConfig& config, std::int64_t classes) const override {
        return loaded().checkpointBytes(config, classes);
    }
    LossResult loss(const LossRequest& request) const override { return loaded().loss(request); }
    CheckpointInfo inspectCheckpoint(const CheckpointSource& source) const override {
        return loaded().inspectCheckpoint(source);
    }
    Evaluation evaluate(const EvaluationRequest& request, const DataStore& store) const override {
        return loaded().evaluate(request, store);
    }
    std::vector<std::string> saveLogits(const LogitsRequest& request, const DataStore& store,
                                        const std::atomic<bool>& cancelled) const override {
        return loaded().saveLogits(request, store, cancelled);
    }
    void adoptCheckpoint(const CheckpointSource& from, const RunConfig& config, int epochs_done,
                         const fs::path& to) const override {
        loaded().adoptCheckpoint(from, config, epochs_done, to);
    }
    CheckpointInfo exportWeights(const CheckpointSource& from, const fs::path& to) const override {
        return loaded().exportWeights(from, to);
    }

private:
    static const Learning& loaded() {
        using Entry = const Learning* (*)();
        static const Learning* const kLoaded =
            reinterpret_cast<Entry>(learningSymbol("ballastLearning"))();
        return *kLoaded;
    }
};

}  // namespace

const Learning& learningLibrary() {
    static const LoadedLearning kLearning;
    return kLearning;
}

std::optional<std::thread::id> learningLoadedBy() {
    const std::thread::id thread = loaded_by;
    return thread == std::thread::id() ? std::nullopt : std::optional(thread);
}

const Benchmarks& benchmarks() {
    using Entry = const Benchmarks* (*)();
    static const Benchmarks* const kLoaded =
        reinterpret_cast<Entry>(learningSymbol("ballastBenchmarks"))();
    return *kLoaded;
}

}  // namespace ballast
