#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "core/results/owned_run.h"

namespace ballast {

/// Another process that has a run in training, or seems to, until it is killed.
class OtherOwner {
public:
    explicit OtherOwner(const std::filesystem::path& run) {
        int ready[2];
        if (::pipe(ready) != 0) return;
        pid_ = ::fork();
        if (pid_ == 0) {
            try {
                OwnedRun owned(run);
                owned.setStatus(RunState::running, static_cast<int>(owned.records().size()), "");
                if (::write(ready[1], "x", 1) == 1) {
                    while (true) ::pause();
                }
            } catch (...) {
            }
            ::_exit(1);
        }
        ::close(ready[1]);
        char byte = 0;
        owns_ = ::read(ready[0], &byte, 1) == 1;
        ::close(ready[0]);
    }
    ~OtherOwner() { kill(); }
    OtherOwner(const OtherOwner&) = delete;
    OtherOwner& operator=(const OtherOwner&) = delete;

    bool owns() const { return owns_; }
    pid_t pid() const { return pid_; }

    void kill() {
        if (killed_ || pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        killed_ = true;
    }

private:
    pid_t pid_ = -1;
    bool owns_ = false;
    bool killed_ = false;
};

}  // namespace ballast
