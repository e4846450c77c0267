#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace ballast {

/// Another process, which has taken something and holds it until it is killed.
class OtherProcess {
public:
    /// `take` is called in that process; what it returns is what it holds. It may throw.
    template<class Take>
    explicit OtherProcess(const Take& take) {
        int ready[2];
        if (::pipe(ready) != 0) return;
        pid_ = ::fork();
        if (pid_ == 0) {
            try {
                [[maybe_unused]] const auto held = take();
                if (::write(ready[1], "x", 1) == 1) {
                    while (true) ::pause();
                }
            } catch (...) {
            }
            ::_exit(1);
        }
        ::close(ready[1]);
        char byte = 0;
        holds_ = ::read(ready[0], &byte, 1) == 1;
        ::close(ready[0]);
    }
    ~OtherProcess() { kill(); }
    OtherProcess(const OtherProcess&) = delete;
    OtherProcess& operator=(const OtherProcess&) = delete;

    bool holds() const { return holds_; }
    pid_t pid() const { return pid_; }

    void kill() {
        if (killed_ || pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        killed_ = true;
    }

private:
    pid_t pid_ = -1;
    bool holds_ = false;
    bool killed_ = false;
};

}  // namespace ballast
