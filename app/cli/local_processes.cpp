#include "app/cli/local_processes.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/error.h"
#include "core/base/free_port.h"

namespace ballast {
namespace {

constexpr auto kEndPoll = std::chrono::milliseconds(20);
/// What a launcher of this process may have set.
constexpr std::string_view kRankVariables[] = {
    "MASTER_ADDR", "MASTER_PORT",      "WORLD_SIZE",         "RANK",
    "LOCAL_RANK",  "LOCAL_WORLD_SIZE", "TORCHELASTIC_RUN_ID"};
constexpr auto kEndGrace = std::chrono::seconds(10);

std::vector<std::string> ownArguments() {
    std::ifstream file("/proc/self/cmdline", std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    std::vector<std::string> arguments;
    for (std::size_t at = 0; at < all.size(); at += arguments.back().size() + 1) {
        arguments.emplace_back(all.c_str() + at);
    }
    return arguments;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts) all.push_back(text.data());
    all.push_back(nullptr);
    return all;
}

}  // namespace

LocalProcesses::LocalProcesses(int size) {
    rank_.size = size;
    rank_.local_size = size;
    rank_.address = "127.0.0.1";
    rank_.meeting = "ballast-" + std::to_string(::getpid());
    rank_.port = freePort();
    if (rank_.port == 0) throw ConfigError("--processes: no port of this machine is free");
    std::vector<std::string> arguments = ownArguments();
    for (int rank = 1; rank < size; ++rank) {
        std::vector<std::string> variables;
        for (char** each = environ; *each != nullptr; ++each) {
            const std::string_view variable = *each;
            const auto name = variable.substr(0, variable.find('='));
            // Of two of a name the first one would count.
            if (std::ranges::find(kRankVariables, name) == std::end(kRankVariables)) {
                variables.emplace_back(variable);
            }
        }
        const auto add = [&](const char* name, int value) {
            variables.push_back(std::string(name) + "=" + std::to_string(value));
        };
        variables.push_back("MASTER_ADDR=" + rank_.address);
        variables.push_back("TORCHELASTIC_RUN_ID=" + rank_.meeting);
        add("MASTER_PORT", rank_.port);
        add("WORLD_SIZE", size);
        add("RANK", rank);
        add("LOCAL_RANK", rank);
        add("LOCAL_WORLD_SIZE", size);
        pid_t process = 0;
        const int problem = ::posix_spawn(&process, "/proc/self/exe", nullptr, nullptr,
                                          pointers(arguments).data(), pointers(variables).data());
        if (problem != 0) {
            end();
            throw ConfigError("--processes: process " + std::to_string(rank) +
                              " could not be started: " + std::strerror(problem));
        }
        others_.push_back(process);
    }
}

LocalProcesses::~LocalProcesses() {
    const auto deadline = std::chrono::steady_clock::now() + kEndGrace;
    while (!others_.empty() && std::chrono::steady_clock::now() < deadline) {
        std::erase_if(others_,
                      [](pid_t process) { return ::waitpid(process, nullptr, WNOHANG) != 0; });
        std::this_thread::sleep_for(kEndPoll);
    }
    end();
}

void LocalProcesses::end() {
    for (const pid_t process : others_) {
        ::kill(process, SIGKILL);
        ::waitpid(process, nullptr, 0);
    }
    others_.clear();
}

}  // namespace ballast
