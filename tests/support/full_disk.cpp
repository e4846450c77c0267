#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

// A disk that refuses, for whoever preloads this. It counts the calls that change what lies under
// the folder $BALLAST_FULL_DISK, from 1, and the $BALLAST_FULL_DISK_AT-th fails with ENOSPC, or
// with EIO where it flushes or closes; "7+" fails the seventh and all after it, as a disk that
// stays full. A write that fails has written half. $BALLAST_FULL_DISK_LOG gets one line for each
// call: number, "failed" or "done", call, path.

namespace {

constexpr int kWriting = O_WRONLY | O_RDWR;

/// The next definition of a function, libc's.
template<class Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

const char* variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool lies(const char* path) {
    static const std::string folder = variable("BALLAST_FULL_DISK");
    if (path == nullptr || folder.empty()) return false;
    return std::strncmp(path, folder.c_str(), folder.size()) == 0 &&
           (path[folder.size()] == '/' || path[folder.size()] == '\0');
}

/// The file behind a descriptor; empty where it is none.
std::string pathOf(int descriptor) {
    char link[64];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    char path[PATH_MAX];
    const ssize_t length = ::readlink(link, path, sizeof path);
    return length < 0 ? std::string() : std::string(path, static_cast<std::size_t>(length));
}

/// Counts the call where it is about a file of ours. Whether it has to fail.
bool fails(const char* call, const char* path) {
    if (!lies(path)) return false;
    static std::atomic<long> calls{0};
    static const long at = std::atol(variable("BALLAST_FULL_DISK_AT"));
    static const bool stays = std::strchr(variable("BALLAST_FULL_DISK_AT"), '+') != nullptr;
    static const int log = next<int(const char*, int, ...)>("open")(
        variable("BALLAST_FULL_DISK_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const long number = ++calls;
    const bool failed = at > 0 && (number == at || (stays && number > at));
    const int saved = errno;
    if (log >= 0) {
        const std::string line =
            std::to_string(number) + (failed ? " failed " : " done ") + call + " " + path + "\n";
        [[maybe_unused]] const ssize_t written =
            next<ssize_t(int, const void*, std::size_t)>("write")(log, line.data(), line.size());
    }
    errno = saved;
    return failed;
}

int refuse(int error) {
    errno = error;
    return -1;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
    std::va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if ((flags & kWriting) != 0 && fails("open", path)) return refuse(ENOSPC);
    return next<int(const char*, int, ...)>("open")(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    std::va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if ((flags & kWriting) != 0 && fails("open", path)) return refuse(ENOSPC);
    return next<int(const char*, int, ...)>("open64")(path, flags, mode);
}

FILE* fopen(const char* path, const char* mode) {
    if (std::strpbrk(mode, "wa+") != nullptr && fails("open", path)) {
        errno = ENOSPC;
        return nullptr;
    }
    return next<FILE*(const char*, const char*)>("fopen")(path, mode);
}

FILE* fopen64(const char* path, const char* mode) {
    if (std::strpbrk(mode, "wa+") != nullptr && fails("open", path)) {
        errno = ENOSPC;
        return nullptr;
    }
    return next<FILE*(const char*, const char*)>("fopen64")(path, mode);
}

ssize_t write(int descriptor, const void* bytes, std::size_t count) {
    const auto real = next<ssize_t(int, const void*, std::size_t)>("write");
    if (fails("write", pathOf(descriptor).c_str())) {
        [[maybe_unused]] const ssize_t half = real(descriptor, bytes, count / 2);
        return refuse(ENOSPC);
    }
    return real(descriptor, bytes, count);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
    const auto real = next<ssize_t(int, const iovec*, int)>("writev");
    if (fails("write", pathOf(descriptor).c_str())) {
        [[maybe_unused]] const ssize_t half = real(descriptor, parts, count / 2);
        return refuse(ENOSPC);
    }
    return real(descriptor, parts, count);
}

ssize_t pwrite(int descriptor, const void* bytes, std::size_t count, off_t offset) {
    const auto real = next<ssize_t(int, const void*, std::size_t, off_t)>("pwrite");
    if (fails("write", pathOf(descriptor).c_str())) {
        [[maybe_unused]] const ssize_t half = real(descriptor, bytes, count / 2, offset);
        return refuse(ENOSPC);
    }
    return real(descriptor, bytes, count, offset);
}

ssize_t sendfile(int out, int in, off_t* offset, std::size_t count) {
    if (fails("write", pathOf(out).c_str())) return refuse(ENOSPC);
    return next<ssize_t(int, int, off_t*, std::size_t)>("sendfile")(out, in, offset, count);
}

int fsync(int descriptor) {
    if (fails("fsync", pathOf(descriptor).c_str())) return refuse(EIO);
    return next<int(int)>("fsync")(descriptor);
}

int fdatasync(int descriptor) {
    if (fails("fsync", pathOf(descriptor).c_str())) return refuse(EIO);
    return next<int(int)>("fdatasync")(descriptor);
}

int close(int descriptor) {
    const auto real = next<int(int)>("close");
    const int flags = ::fcntl(descriptor, F_GETFL);
    const bool writes = flags >= 0 && (flags & kWriting) != 0;
    const bool failed = writes && fails("close", pathOf(descriptor).c_str());
    const int closed = real(descriptor);
    return failed ? refuse(EIO) : closed;
}

int ftruncate(int descriptor, off_t length) {
    if (fails("truncate", pathOf(descriptor).c_str())) return refuse(ENOSPC);
    return next<int(int, off_t)>("ftruncate")(descriptor, length);
}

int truncate(const char* path, off_t length) {
    if (fails("truncate", path)) return refuse(ENOSPC);
    return next<int(const char*, off_t)>("truncate")(path, length);
}

int rename(const char* from, const char* to) {
    if (fails("rename", to)) return refuse(ENOSPC);
    return next<int(const char*, const char*)>("rename")(from, to);
}

int mkdir(const char* path, mode_t mode) {
    if (fails("mkdir", path)) return refuse(ENOSPC);
    return next<int(const char*, mode_t)>("mkdir")(path, mode);
}

int link(const char* from, const char* to) {
    if (fails("link", to)) return refuse(ENOSPC);
    return next<int(const char*, const char*)>("link")(from, to);
}

int symlink(const char* target, const char* path) {
    if (fails("link", path)) return refuse(ENOSPC);
    return next<int(const char*, const char*)>("symlink")(target, path);
}

}  // extern "C"
