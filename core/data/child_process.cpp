#include "core/data/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <sstream>
#include <thread>

#include "core/data/fetch_step.h"

extern char** environ;

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr auto kPoll = std::chrono::milliseconds(50);

// The lines that say what went wrong, of what a program wrote to its standard error.
std::string complaint(int errors) {
    std::string text(1 << 16, '\0');
    const ssize_t count = ::pread(errors, text.data(), text.size(), 0);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    std::istringstream stream(text);
    std::string marked;
    std::string last = "it gave no reason";
    for (std::string line; std::getline(stream, line);) {
        if (line.empty()) continue;
        last = line;
        for (const std::string_view mark : {"npm ERR! ", "npm error "}) {
            const bool useful = line.starts_with(mark) && line.find("log of this run") == line.npos;
            if (useful && marked.size() < 300) {
                marked += (marked.empty() ? "" : "; ") + line.substr(mark.size());
            }
        }
    }
    return marked.empty() ? last : marked;
}

bool isFull(const fs::path& folder) {
    std::error_code error;
    const fs::space_info space = fs::space(folder, error);
    return !error && space.available < (1 << 20);
}

}  // namespace

void runProgram(const std::vector<std::string>& command, const fs::path& folder,
                const std::atomic<bool>& cancelled, const std::function<void()>& while_running) {
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);

    // Kept in memory, so that a full disk can be complained about.
    const int errors = ::memfd_create("stderr", MFD_CLOEXEC);
    if (errors < 0) throwUnwritable(folder, errno);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    posix_spawnattr_init(&attributes);
    // A group of its own, so that cancelling reaches its children, and with signals as they come.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    pid_t child = 0;
    const int error =
        ::posix_spawnp(&child, arguments[0], &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    while (error == 0) {
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child || (ended < 0 && errno != EINTR)) break;
        if (cancelled) {
            ::kill(-child, SIGKILL);
            while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
            }
            break;
        }
        if (while_running) while_running();
        std::this_thread::sleep_for(kPoll);
    }
    const std::string why = error == 0 ? complaint(errors) : std::strerror(error);
    ::close(errors);
    if (error == ENOENT) throw DataError("the program " + command[0] + " is not installed.");
    if (error == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
    stopIfCancelled(cancelled);
    if (isFull(folder)) throwUnwritable(folder, ENOSPC);
    throw DataError(command[0] + " failed: " + why + (why.ends_with('.') ? "" : "."));
}

}  // namespace ballast
