#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include "core/base/error.h"

namespace ballast {
namespace {

[[noreturn]] void fail(const std::string& what, const std::filesystem::path& file, int error) {
    throw StorageError("cannot " + what + " " + file.string() + ": " + std::strerror(error));
}

/// A file descriptor that closes itself; close() reports.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }
    bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

private:
    int fd_;
};

bool writeAll(int fd, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0) {
            if (errno == EINTR) continue;
            return false;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

std::span<const std::byte> asBytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

void replaceFile(const std::filesystem::path& file,
                 std::span<const std::span<const std::byte>> parts) {
    std::string name = ".";
    name += file.filename().string();
    name += ".tmp";
    const std::filesystem::path temporary = file.parent_path() / name;
    Descriptor out(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (out.get() < 0) fail("create", temporary, errno);
    const auto abandon = [&](const char* what) {
        const int error = errno;
        ::unlink(temporary.c_str());
        fail(what, file, error);
    };
    for (const auto& part : parts) {
        if (!writeAll(out.get(), part)) abandon("write");
    }
    if (::fsync(out.get()) != 0) abandon("flush");
    if (!out.close()) abandon("close");
    if (::rename(temporary.c_str(), file.c_str()) != 0) abandon("replace");
    syncFolder(file.parent_path());
}

void replaceFile(const std::filesystem::path& file, std::string_view content) {
    const std::span<const std::byte> parts[] = {asBytes(content)};
    replaceFile(file, parts);
}

void putInPlace(const std::filesystem::path& written, const std::filesystem::path& file) {
    const auto abandon = [&](const char* what) {
        const int error = errno;
        ::unlink(written.c_str());
        fail(what, file, error);
    };
    const Descriptor in(::open(written.c_str(), O_RDONLY | O_CLOEXEC));
    if (in.get() < 0) abandon("open");
    if (::fsync(in.get()) != 0) abandon("flush");
    if (::rename(written.c_str(), file.c_str()) != 0) abandon("replace");
    syncFolder(file.parent_path());
}

void appendToFile(const std::filesystem::path& file, std::string_view content) {
    const bool is_new = !std::filesystem::exists(file);
    Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
    if (out.get() < 0) fail("open", file, errno);
    struct stat before {};
    if (::fstat(out.get(), &before) != 0) fail("examine", file, errno);
    if (!writeAll(out.get(), asBytes(content)) || ::fsync(out.get()) != 0) {
        const int error = errno;
        if (::ftruncate(out.get(), before.st_size) != 0) {
            fail("write (and cut back the torn line of)", file, error);
        }
        fail("write", file, error);
    }
    if (!out.close()) fail("close", file, errno);
    if (is_new) syncFolder(file.parent_path());
}

std::string readFile(const std::filesystem::path& file) {
    if (std::filesystem::is_directory(file)) fail("read", file, EISDIR);
    std::ifstream in(file, std::ios::binary);
    if (!in) fail("read", file, errno);
    std::ostringstream content;
    content << in.rdbuf();
    if (in.bad()) fail("read", file, errno);
    return std::move(content).str();
}

void syncFolder(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder.empty() ? "." : folder;
    Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() < 0) fail("open folder", path, errno);
    if (::fsync(directory.get()) != 0 && errno != EINVAL) fail("flush folder", path, errno);
}

void makeFolders(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw StorageError("cannot make folder " + folder.string() + ": " + error.message());
}

}  // namespace ballast
