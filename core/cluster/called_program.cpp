#include "core/cluster/called_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>
#include <string_view>
#include <thread>

#include "core/base/error.h"

extern char** environ;

namespace ballast {
namespace {

constexpr auto kLook = std::chrono::milliseconds(5);

/// A file in memory that takes what a program writes, however much.
class Output {
public:
    Output() : descriptor_(::memfd_create("output", MFD_CLOEXEC)) {
        if (descriptor_ < 0) {
            throw StorageError(std::string("cannot start another program: ") +
                               std::strerror(errno));
        }
    }
    ~Output() { ::close(descriptor_); }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    int descriptor() const { return descriptor_; }

    std::string text() const {
        std::string whole;
        std::array<char, 1 << 16> piece{};
        ssize_t count = 0;
        while ((count = ::pread(descriptor_, piece.data(), piece.size(),
                                static_cast<off_t>(whole.size()))) > 0) {
            whole.append(piece.data(), static_cast<std::size_t>(count));
        }
        return whole;
    }

private:
    int descriptor_;
};

}  // namespace

std::string ProgramAnswer::complaint() const {
    std::istringstream lines(err);
    std::string last = "it gave no reason";
    for (std::string line; std::getline(lines, line);) {
        for (const std::string_view mark : {"error: ", "failure: ", "fatal: "}) {
            const auto at = line.find(mark);
            if (at != std::string::npos) line.erase(0, at + mark.size());
        }
        if (!line.empty()) last = line;
    }
    return last;
}

ProgramAnswer answerOf(const std::vector<std::string>& command, int seconds) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);

    const Output out;
    const Output err;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.descriptor(), STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    // A group of its own: a terminal's interrupt is for the caller, who decides what follows.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    pid_t child = 0;
    const int error =
        ::posix_spawnp(&child, words[0], &actions, &attributes, words.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);

    ProgramAnswer answer;
    if (error != 0) {
        answer.there = false;
        answer.err = std::strerror(error);
        return answer;
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    int status = 0;
    while (true) {
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child || (ended < 0 && errno != EINTR)) break;
        if (std::chrono::steady_clock::now() > until) {
            answer.in_time = false;
            ::kill(-child, SIGKILL);
            while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
            }
            break;
        }
        std::this_thread::sleep_for(kLook);
    }
    if (WIFEXITED(status)) answer.exit_code = WEXITSTATUS(status);
    answer.out = out.text();
    answer.err = err.text();
    return answer;
}

}  // namespace ballast
