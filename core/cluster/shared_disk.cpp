#include "core/cluster/shared_disk.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/file_lock.h"
#include "core/results/run_folder.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

/// mountinfo writes blanks and backslashes as three octal digits.
std::string unescaped(std::string_view word) {
    std::string text;
    for (std::size_t i = 0; i < word.size(); ++i) {
        const auto digit = [&](std::size_t k) { return word[i + k] >= '0' && word[i + k] <= '7'; };
        if (word[i] == '\\' && i + 3 < word.size() && digit(1) && digit(2) && digit(3)) {
            text += static_cast<char>((word[i + 1] - '0') * 64 + (word[i + 2] - '0') * 8 +
                                      (word[i + 3] - '0'));
            i += 3;
        } else {
            text += word[i];
        }
    }
    return text;
}

bool liesIn(const fs::path& path, const fs::path& folder) {
    const auto [end, ignored] = std::ranges::mismatch(folder, path);
    return end == folder.end() || end->empty() || folder == "/";
}

bool hasOption(const std::string& options, std::string_view wanted) {
    std::istringstream words(options);
    for (std::string word; std::getline(words, word, ',');) {
        if (word == wanted) return true;
    }
    return false;
}

}  // namespace

MountedDisk diskOf(const fs::path& path, std::string_view mountinfo) {
    MountedDisk found;
    std::istringstream lines{std::string(mountinfo)};
    for (std::string line; std::getline(lines, line);) {
        // 36 35 98:0 /root /folder options [tags…] - kind source super-options
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        std::istringstream before(line.substr(0, dash));
        std::istringstream after(line.substr(dash + 3));
        std::string skipped;
        std::string folder;
        std::string options;
        std::string kind;
        std::string super;
        before >> skipped >> skipped >> skipped >> skipped >> folder >> options;
        after >> kind >> skipped >> super;
        folder = unescaped(folder);
        // A later mount on the same folder hides the earlier one.
        if (folder.empty() || !liesIn(path, folder) || folder.size() < found.folder.size())
            continue;
        found = {folder, kind, super.empty() ? options : options + "," + super};
    }
    return found;
}

bool isLocalDisk(const MountedDisk& disk) {
    constexpr std::array<std::string_view, 11> kLocal = {"ext2",  "ext3",    "ext4",  "xfs",
                                                         "btrfs", "zfs",     "f2fs",  "tmpfs",
                                                         "ramfs", "overlay", "rootfs"};
    return std::ranges::find(kLocal, disk.kind) != kLocal.end();
}

std::string lockObstacle(const MountedDisk& disk) {
    const auto because = [&](const std::string& why) {
        return disk.folder + " (" + disk.kind + ") " + why +
               ", so that two nodes could train the same run at the same time";
    };
    const bool nfs = disk.kind == "nfs" || disk.kind == "nfs4";
    if (nfs && hasOption(disk.options, "nolock")) return because("is mounted with nolock");
    for (const char* option : {"local_lock=all", "local_lock=flock"}) {
        if (nfs && hasOption(disk.options, option)) {
            return because(std::string("is mounted with ") + option +
                           ": each machine has locks of its own");
        }
    }
    if (disk.kind == "lustre" && hasOption(disk.options, "localflock")) {
        return because("is mounted with localflock: each machine has locks of its own");
    }
    if ((disk.kind == "cifs" || disk.kind == "smb3") && hasOption(disk.options, "nobrl")) {
        return because("is mounted with nobrl: each machine has locks of its own");
    }
    if (disk.kind == "fuse.sshfs") return because("has no locks among machines");
    return "";
}

MountedDisk diskHere(const fs::path& folder) {
    fs::path there = fs::absolute(folder).lexically_normal();
    std::error_code error;
    while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
    const fs::path whole = fs::canonical(there, error);
    std::ifstream file("/proc/self/mountinfo");
    return diskOf(error ? there : whole, std::string(std::istreambuf_iterator<char>(file), {}));
}

void requireLocks(const fs::path& folder) {
    makeFolders(folder);
    if (const std::string obstacle = lockObstacle(diskHere(folder)); !obstacle.empty()) {
        throw StorageError("the locks of " + folder.string() + " do not hold: " + obstacle +
                           "; choose a workspace on a file system whose locks hold among machines");
    }
    const RunOwner self = thisProcess();
    const fs::path probe =
        folder / (".locks-" + self.host + "-" + std::to_string(self.pid) + ".tmp");
    bool held = false;
    {
        const auto first = FileLock::tryFor(probe);
        held = first && !FileLock::tryFor(probe);
    }
    std::error_code ignored;
    fs::remove(probe, ignored);
    if (!held) {
        throw StorageError("the locks of " + folder.string() +
                           " do not hold: a file there could be locked twice at the same time; "
                           "choose a workspace on a file system whose locks hold");
    }
}

}  // namespace ballast
