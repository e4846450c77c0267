#include <net/if.h>

#include <cstdlib>
#include <thread>
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

/// "lo, eth0": those of this machine.
std::string networkInterfaces() {
    std::string names;
    struct if_nameindex* all = ::if_nameindex();
    if (all == nullptr) return names;
    for (const struct if_nameindex* each = all; each->if_name != nullptr; ++each) {
        names += (names.empty() ? "" : ", ") + std::string(each->if_name);
    }
    ::if_freenameindex(all);
    return names;
}

using NetworkDevice = std::shared_ptr<gloo::transport::Device>;

/// Through which the others of `where` reach this process. Throws ConfigError.
NetworkDevice networkDevice(const ProcessRank& where) {
    constexpr const char* kVariable = "GLOO_SOCKET_IFNAME";
    const char* interface = std::getenv(kVariable);
    if (interface != nullptr && ::if_nametoindex(interface) == 0) {
        throw ConfigError(
            std::string("the environment variable ") + kVariable + ": \"" + interface +
            "\" is no network interface of this machine; allowed: " + networkInterfaces());
    }
    const bool local = where.address == "localhost" || where.address.starts_with("127.");
    try {
        if (interface != nullptr) return ProcessGroupGloo::createDeviceForInterface(interface);
        return local ? ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                     : ProcessGroupGloo::createDefaultDevice();
    } catch (const std::exception&) {
        throw ConfigError(
            thisProcess(where) + ": " +
            (interface != nullptr
                 ? std::string("the network interface ") + interface + " has no address"
                 : std::string("this machine's own name does not stand for an address of it")) +
            "; name an interface that has one in the environment variable " + kVariable + ": " +
            networkInterfaces());
    }
}

class GlooGroup final : public ProcessGroup {
public:
    GlooGroup(const c10::intrusive_ptr<c10d::Store>& store, ProcessRank where,
              const NetworkDevice& device)
        : where_(std::move(where)) {
        auto options = ProcessGroupGloo::Options::create(std::chrono::seconds(where_.patience));
        options->devices.push_back(device);
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

/// Where all of them look for what the others say, in c10d's store of keys and values; the first
/// process serves it. Nobody waits inside the store: it cannot be told that another one has left.
class TcpMeetingPlace final : public MeetingPlace {
public:
    explicit TcpMeetingPlace(ProcessRank where)
        : where_(std::move(where)), device_(networkDevice(where_)) {
        c10d::TCPStoreOptions options;
        options.port = static_cast<std::uint16_t>(where_.port);
        options.isServer = first();
        options.numWorkers = static_cast<std::size_t>(where_.size);
        options.waitWorkers = false;
        options.timeout = std::chrono::seconds(where_.joining);
        useOwnSockets(options);
        const std::string port = std::to_string(where_.port);
        try {
            store_ = c10::make_intrusive<c10d::TCPStore>(where_.address, options);
        } catch (const std::exception&) {
            fail(first() ? "port " + port +
                               " of this machine cannot be used; is it taken? MASTER_PORT names "
                               "another one, in all processes"
                         : "the first process was not found at " + where_.address + ":" + port +
                               " within " + std::to_string(where_.joining) +
                               " s (MASTER_ADDR and MASTER_PORT)");
        }
    }

    ~TcpMeetingPlace() override {
        if (joined_) return;
        try {
            if (!store_->check({left_})) set(left_, std::to_string(where_.rank));
            store_->add(gone_, first() ? 0 : 1);
            const auto deadline = std::chrono::steady_clock::now() + kFarewell;
            while (first() && store_->add(gone_, 0) < where_.size - 1 &&
                   std::chrono::steady_clock::now() < deadline) {
                std::this_thread::sleep_for(kPoll);
            }
        } catch (const std::exception&) {  // the first one is gone
        }
    }

    std::optional<std::string> fromFirst(const std::string& text) override {
        if (first()) {
            set(text_, text);
            return text;
        }
        const bool said = await({text_}, [](int who) { return who == 0; });
        return said ? std::optional(get(text_)) : std::nullopt;
    }

    std::unique_ptr<ProcessGroup> join() override {
        std::vector<std::string> all;
        for (int rank = 0; rank < where_.size; ++rank) all.push_back(ready(rank));
        orGone([&] { set(ready(where_.rank), "1"); });
        await(all, [](int) { return false; });
        std::unique_ptr<ProcessGroup> group;
        try {
            group = std::make_unique<GlooGroup>(store_, where_, device_);
        } catch (const std::exception&) {
            fail(
                "the others cannot be reached, though all have met; GLOO_SOCKET_IFNAME names the "
                "network interface that connects them (" +
                networkInterfaces() + ")");
        }
        joined_ = true;
        return group;
    }

private:
    static constexpr auto kPoll = std::chrono::milliseconds(20);
    static constexpr auto kFarewell = std::chrono::seconds(20);

    /// A run of others may use the port by mistake: it has other keys.
    std::string key(const std::string& name) const {
        return where_.meeting + "/" + std::to_string(where_.size) + "/" + name;
    }
    std::string ready(int rank) const { return key("ready/" + std::to_string(rank)); }
    bool first() const { return where_.rank == 0; }

    void set(const std::string& key, const std::string& text) {
        store_->set(key, std::vector<std::uint8_t>(text.begin(), text.end()));
    }
    std::string get(const std::string& key) {
        const std::vector<std::uint8_t> bytes = store_->get(key);
        return {bytes.begin(), bytes.end()};
    }

    [[noreturn]] void fail(const std::string& problem) const {
        throw Error(thisProcess(where_) + ": " + problem, ExitCode::run_failed);
    }

    template<class Work>
    void orGone(Work work) const {
        try {
            work();
        } catch (const std::exception&) {
            fail("the first process has ended before the run began");
        }
    }

    /// Until all keys are there; false where a process has left that `may`.
    template<class May>
    bool await(const std::vector<std::string>& keys, May may) {
        const auto deadline =
            std::chrono::steady_clock::now() + std::chrono::seconds(where_.joining);
        for (;;) {
            bool all = false;
            int left = -1;
            orGone([&] {
                all = store_->check(keys);
                if (!all && store_->check({left_})) left = std::stoi(get(left_));
            });
            if (all) return true;
            if (left >= 0 && may(left)) return false;
            if (left >= 0) {
                fail("process " + std::to_string(left) +
                     " has ended before the run began; it says why");
            }
            if (std::chrono::steady_clock::now() > deadline) {
                fail("not all processes have met at " + where_.address + ":" +
                     std::to_string(where_.port) + " within " + std::to_string(where_.joining) +
                     " s; are " + std::to_string(where_.size) + " of them started?");
            }
            std::this_thread::sleep_for(kPoll);
        }
    }

    const ProcessRank where_;
    const std::string text_ = key("text");
    const std::string left_ = key("left");  // which process cannot go on
    const std::string gone_ = key("gone");  // how many others have seen that
    const NetworkDevice device_;
    c10::intrusive_ptr<c10d::TCPStore> store_;
    bool joined_ = false;
};

}  // namespace

bool hasProcessGroups() {
    return true;
}

std::unique_ptr<MeetingPlace> openMeetingPlace(const ProcessRank& where) {
    return std::make_unique<TcpMeetingPlace>(where);
}

}  // namespace ballast
