#include <cstdlib>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <utility>
#include <vector>

#include "core/base/error.h"
#include "core/learning/parallel/process_group.h"

namespace ballast {
namespace {

using c10d::ProcessGroupGloo;

std::string thisProcess(const ProcessRank& where) {
    return "process " + std::to_string(where.rank) + " of " + std::to_string(where.size);
}

/// Newer versions would use a library for sockets that not every build has.
template<class Options>
void useOwnSockets(Options& options) {
    if constexpr (requires { options.useLibUV; }) options.useLibUV = false;
}

std::shared_ptr<gloo::transport::Device> networkDevice(const std::string& address) {
    if (const char* interface = std::getenv("GLOO_SOCKET_IFNAME")) {
        return ProcessGroupGloo::createDeviceForInterface(interface);
    }
    const bool local = address == "localhost" || address.starts_with("127.");
    return local ? ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                 : ProcessGroupGloo::createDefaultDevice();
}

class GlooGroup final : public ProcessGroup {
public:
    GlooGroup(const c10::intrusive_ptr<c10d::Store>& store, ProcessRank where)
        : where_(std::move(where)) {
        auto options = ProcessGroupGloo::Options::create(std::chrono::seconds(where_.patience));
        options->devices.push_back(networkDevice(where_.address));
        options->threads = 1;
        group_ = c10::make_intrusive<ProcessGroupGloo>(store, where_.rank, where_.size, options);
    }

    void combine(torch::Tensor& values, Combination how) override {
        c10d::AllreduceOptions options;
        options.reduceOp = how == Combination::sum     ? c10d::ReduceOp::SUM
                           : how == Combination::least ? c10d::ReduceOp::MIN
                                                       : c10d::ReduceOp::MAX;
        std::vector<torch::Tensor> tensors{values};
        orLost([&] { group_->allreduce(tensors, options)->wait(); });
    }

    void fromFirst(torch::Tensor& values) override {
        std::vector<torch::Tensor> tensors{values};
        orLost([&] { group_->broadcast(tensors, c10d::BroadcastOptions())->wait(); });
    }

private:
    template<class Exchange>
    void orLost(Exchange exchange) const {
        try {
            exchange();
        } catch (const std::exception&) {
            throw Error(thisProcess(where_) +
                            ": another process of this run has ended, or did not answer for " +
                            std::to_string(where_.patience) +
                            " s. Start all of them again: the run resumes from its last "
                            "checkpoint",
                        ExitCode::run_failed);
        }
    }

    const ProcessRank where_;
    c10::intrusive_ptr<ProcessGroupGloo> group_;
};

class TcpMeetingPlace final : public MeetingPlace {
public:
    explicit TcpMeetingPlace(ProcessRank where) : where_(std::move(where)) {
        c10d::TCPStoreOptions options;
        options.port = static_cast<std::uint16_t>(where_.port);
        options.isServer = where_.rank == 0;
        options.numWorkers = static_cast<std::size_t>(where_.size);
        options.waitWorkers = true;
        options.timeout = std::chrono::seconds(where_.joining);
        useOwnSockets(options);
        orAlone([&] { store_ = c10::make_intrusive<c10d::TCPStore>(where_.address, options); });
    }

    std::string fromFirst(const std::string& text) override {
        constexpr const char* kText = "text";
        std::string said = text;
        orAlone([&] {
            if (where_.rank == 0) {
                store_->set(kText, std::vector<std::uint8_t>(text.begin(), text.end()));
            } else {
                const std::vector<std::uint8_t> bytes = store_->get(kText);
                said.assign(bytes.begin(), bytes.end());
            }
        });
        return said;
    }

    std::unique_ptr<ProcessGroup> join() override {
        std::unique_ptr<ProcessGroup> group;
        orAlone([&] {
            const auto ready = [](int rank) { return "ready/" + std::to_string(rank); };
            std::vector<std::string> all;
            for (int rank = 0; rank < where_.size; ++rank) all.push_back(ready(rank));
            store_->set(ready(where_.rank), std::vector<std::uint8_t>{1});
            store_->wait(all);
            group = std::make_unique<GlooGroup>(store_, where_);
        });
        return group;
    }

private:
    template<class Work>
    void orAlone(Work work) const {
        try {
            work();
        } catch (const std::exception&) {
            throw Error(thisProcess(where_) + ": not all processes have met at " + where_.address +
                            ":" + std::to_string(where_.port) + " within " +
                            std::to_string(where_.joining) +
                            " s (MASTER_ADDR and MASTER_PORT; the port must be free on the first "
                            "process's machine)",
                        ExitCode::run_failed);
        }
    }

    const ProcessRank where_;
    c10::intrusive_ptr<c10d::TCPStore> store_;
};

}  // namespace

bool hasProcessGroups() {
    return true;
}

std::unique_ptr<MeetingPlace> openMeetingPlace(const ProcessRank& where) {
    return std::make_unique<TcpMeetingPlace>(where);
}

}  // namespace ballast
