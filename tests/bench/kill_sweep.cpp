#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <stdexcept>
#include <thread>

#include "tests/app/cli/sweep_runs.h"

// kill_sweep CLI [KILLS [SEED [MINUTES]]]
// Kills ballast-cli at random moments of a sweep of sixteen runs on two workers and starts it
// again, until the sweep is done; then another sweep, until so many kills are reached (1,000) or so
// many minutes are over (60). After each kill every run must be readable; in the end each sweep has
// the records and last weights of one that ran undisturbed, byte for byte.

using namespace ballast;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr double kShare = 8.0;  // kills come up to this share of the undisturbed time after a start

using Command = std::vector<std::string>;

pid_t start(const Command& command) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, 0);
    ::dup2(nothing, 1);
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
}

void require(bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error(what);
}

int codeOf(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::map<std::string, std::string> resultsIn(const fs::path& workspace) {
    std::map<std::string, std::string> results;
    for (const auto& [name, run] : runsByName(workspace)) {
        require(run.status.state == RunState::finished, run.folder.string() + " is not finished");
        results[name] = resultsOf(run);
    }
    return results;
}

struct Kills {
    int all = 0;
    int in_training = 0;  // of a process that had begun to train a run and was not done with it
};

/// Kills and restarts the command until it ends by itself, or until there were `most` kills: then
/// it is left to its end. A kill comes up to so many microseconds after the start.
Kills killUntilDone(const Command& command, const fs::path& workspace, std::mt19937_64& random,
                    int most, unsigned longest_us) {
    for (Kills kills;; ++kills.all) {
        const pid_t child = start(command);
        int status = 0;
        if (kills.all < most) {
            const auto moment = Clock::now() + std::chrono::microseconds(random() % longest_us);
            while (Clock::now() < moment && ::waitpid(child, &status, WNOHANG) == 0) {
                std::this_thread::sleep_for(std::chrono::microseconds(500));
            }
            if (::kill(child, SIGKILL) == 0) ::waitpid(child, &status, 0);
        } else {
            ::waitpid(child, &status, 0);
        }
        bool in_training = false;
        for (const RunSummary& run : readWorkspace(workspace)) {
            require(run.error.empty(), run.error);
            in_training |= run.status.owner && run.status.owner->pid == child;
        }
        if (in_training) ++kills.in_training;
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) continue;
        require(codeOf(status) == 0, "ballast-cli ended with " + std::to_string(codeOf(status)));
        return kills;
    }
}

int run(const std::string& cli, int wanted, unsigned seed, int minutes) {
    const JpegFolder images{{.train_counts = {40, 150, 20, 90, 60}, .pixels = 40}};
    const QTemporaryDir made;
    const fs::path folder = made.path().toStdString();
    replaceFile(folder / "sweep.json", tinySweep(images).dump());
    const auto command = [&](const fs::path& workspace) {
        return Command{cli,
                       "sweep",
                       (folder / "sweep.json").string(),
                       "--workspace",
                       workspace.string(),
                       "--jobs",
                       "2",
                       "--threads",
                       "2"};
    };
    std::mt19937_64 random(seed);
    const auto began = Clock::now();
    killUntilDone(command(folder / "undisturbed"), folder / "undisturbed", random, 0, 1);
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    const auto undisturbed = resultsIn(folder / "undisturbed");
    require(undisturbed.size() == 16, "the undisturbed sweep has not made its sixteen runs");
    std::printf("undisturbed: %.1f s\n", seconds);
    const auto longest_us = static_cast<unsigned>(1e6 * seconds / kShare);
    Kills kills;
    int sweeps = 0;
    while (kills.all < wanted && Clock::now() - began < std::chrono::minutes(minutes)) {
        const fs::path workspace = folder / "killed";
        fs::remove_all(workspace);
        const Kills more =
            killUntilDone(command(workspace), workspace, random, wanted - kills.all, longest_us);
        kills.all += more.all;
        kills.in_training += more.in_training;
        require(resultsIn(workspace) == undisturbed,
                "the results of sweep " + std::to_string(sweeps) + " differ");
        ++sweeps;
        std::printf("%d kills over %d sweeps, %d of them in training; all equal; %.0f s\n",
                    kills.all, sweeps, kills.in_training,
                    std::chrono::duration<double>(Clock::now() - began).count());
        std::fflush(stdout);
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: kill_sweep CLI [KILLS [SEED [MINUTES]]]\n");
        return 2;
    }
    try {
        const auto number = [&](int at, int otherwise) {
            return argc > at ? std::atoi(argv[at]) : otherwise;
        };
        return run(argv[1], number(2, 1000), static_cast<unsigned>(number(3, 1)), number(4, 60));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "kill_sweep: %s\n", error.what());
        return 1;
    }
}
