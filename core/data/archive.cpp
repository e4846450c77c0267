#include "core/data/archive.h"

#ifdef BALLAST_HAS_LIBARCHIVE
#include <archive.h>
#include <archive_entry.h>
#endif

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>

namespace ballast {

namespace fs = std::filesystem;

#ifdef BALLAST_HAS_LIBARCHIVE

namespace {

// Reads the archive in pieces, and tells how far that is.
struct ArchiveSource {
    std::ifstream file;
    std::vector<char> buffer;
    FetchStep& step;
    std::int64_t read = 0;
    std::int64_t total = 0;
};

la_ssize_t readPiece(archive*, void* user, const void** piece) {
    auto* source = static_cast<ArchiveSource*>(user);
    source->file.read(source->buffer.data(), static_cast<std::streamsize>(source->buffer.size()));
    *piece = source->buffer.data();
    const auto count = source->file.gcount();
    source->read += count;
    source->step.reached(source->read, source->total);
    return source->file.bad() ? -1 : static_cast<la_ssize_t>(count);
}

void writeMember(archive* reader, const std::string& subject, const fs::path& target,
                 const std::atomic<bool>& cancelled) {
    std::ofstream file(target, std::ios::binary);
    if (!file) throwUnwritable(target, errno);
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    int result = ARCHIVE_OK;
    while ((result = archive_read_data_block(reader, &data, &size, &offset)) == ARCHIVE_OK) {
        stopIfCancelled(cancelled);
        file.seekp(offset);
        file.write(static_cast<const char*>(data), static_cast<std::streamsize>(size));
        if (!file) throwUnwritable(target, errno);
    }
    if (result != ARCHIVE_EOF) {
        throw DataError(subject + " is damaged: " + archive_error_string(reader) + ".");
    }
    file.close();
    if (!file) throwUnwritable(target, errno);
}

}  // namespace

void unpack(const fs::path& archive_file, const std::vector<std::string>& members,
            const fs::path& folder, const FetchListener& progress,
            const std::atomic<bool>& cancelled) {
    const std::string subject = archive_file.filename().string();
    FetchStep step(progress, "unpacking " + subject);
    std::error_code unknown_size;
    ArchiveSource source{std::ifstream(archive_file, std::ios::binary), std::vector<char>(1 << 18),
                         step, 0,
                         static_cast<std::int64_t>(fs::file_size(archive_file, unknown_size))};
    if (!source.file) {
        throw DataError(archive_file.string() + " cannot be opened: " + std::strerror(errno) + ".");
    }
    const std::unique_ptr<archive, int (*)(archive*)> reader(archive_read_new(),
                                                             &archive_read_free);
    archive_read_support_filter_gzip(reader.get());
    archive_read_support_format_tar(reader.get());
    const auto damaged = [&] {
        return DataError(subject + " is damaged: " + archive_error_string(reader.get()) + ".");
    };
    if (archive_read_open(reader.get(), &source, nullptr, &readPiece, nullptr) != ARCHIVE_OK) {
        throw damaged();
    }
    std::set<std::string> missing(members.begin(), members.end());
    archive_entry* entry = nullptr;
    while (!missing.empty()) {
        const int result = archive_read_next_header(reader.get(), &entry);
        if (result == ARCHIVE_EOF) break;
        if (result != ARCHIVE_OK) throw damaged();
        stopIfCancelled(cancelled);
        const char* path = archive_entry_pathname(entry);
        if (path == nullptr || missing.erase(path) == 0) continue;
        writeMember(reader.get(), subject, folder / fs::path(path).filename(), cancelled);
    }
    if (!missing.empty()) throw DataError(subject + " has no member " + *missing.begin() + ".");
}

#else

void unpack(const fs::path& archive_file, const std::vector<std::string>&, const fs::path&,
            const FetchListener&, const std::atomic<bool>&) {
    throw DataError(archive_file.string() +
                    " cannot be unpacked: this build of Ballast has no libarchive.");
}

#endif

}  // namespace ballast
