#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace ballast {

/// Gives this process, and those it starts, mounts of their own, which go with it. Call it before
/// there are threads. False where the system does not let it.
inline bool ownMounts() {
    const uid_t user = ::geteuid();
    const gid_t group = ::getegid();
    if (::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) return false;
    if (user != 0) {
        std::ofstream("/proc/self/setgroups") << "deny";
        std::ofstream("/proc/self/uid_map") << "0 " << user << " 1";
        std::ofstream("/proc/self/gid_map") << "0 " << group << " 1";
    }
    return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

/// A disk of so many MiB in memory, on an empty folder, as long as this lives.
class SmallDisk {
public:
    SmallDisk(const std::filesystem::path& folder, int mega) : folder_(folder) {
        std::filesystem::create_directories(folder);
        const std::string options = "size=" + std::to_string(mega) + "m";
        mounted_ = ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) == 0;
    }
    ~SmallDisk() {
        if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    bool mounted() const { return mounted_; }

private:
    const std::filesystem::path folder_;
    bool mounted_ = false;
};

/// Writes a file until there is no room for another byte.
inline void fillDisk(const std::filesystem::path& file) {
    const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const std::string block(1 << 20, 'x');
    for (std::size_t size = block.size(); size > 0; size /= 2) {
        while (::write(out, block.data(), size) > 0) {
        }
    }
    ::close(out);
}

}  // namespace ballast
