#include "core/data/image_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#ifdef BALLAST_HAS_ZLIB
#include <zlib.h>
#endif

#include "core/base/error.h"

namespace ballast {
namespace {

constexpr std::size_t kPixelBytes = 3072;

std::string reason() {
    return std::strerror(errno);
}

// A file read from start to end or at offsets; closed when it goes out of scope.
class PlainFile {
public:
    explicit PlainFile(const std::filesystem::path& path)
        : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (descriptor_ < 0)
            throw DataError(path.string() + " cannot be opened: " + reason() + ".");
    }
    ~PlainFile() { ::close(descriptor_); }
    PlainFile(const PlainFile&) = delete;
    PlainFile& operator=(const PlainFile&) = delete;

    std::int64_t size() const {
        const off_t end = ::lseek(descriptor_, 0, SEEK_END);
        if (end < 0) throw DataError(path_.string() + " is no regular file.");
        return end;
    }

    // Reads up to out.size() bytes from `offset`; fewer only at the end of the file.
    std::size_t read(std::span<std::uint8_t> out, std::int64_t offset) const {
        std::size_t done = 0;
        while (done < out.size()) {
            const ssize_t count = ::pread(descriptor_, out.data() + done, out.size() - done,
                                          offset + static_cast<off_t>(done));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw DataError(path_.string() + " cannot be read: " + reason() + ".");
            if (count == 0) break;
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

private:
    const std::filesystem::path& path_;
    int descriptor_;
};

#ifdef BALLAST_HAS_ZLIB
// Reads a gzipped or a plain file from start to end.
class UnpackedFile {
public:
    explicit UnpackedFile(const std::filesystem::path& path)
        : path_(path), file_(gzopen(path.c_str(), "rbe")) {
        if (!file_) throw DataError(path.string() + " cannot be opened: " + reason() + ".");
        gzbuffer(file_, 1 << 18);
    }
    ~UnpackedFile() { gzclose_r(file_); }
    UnpackedFile(const UnpackedFile&) = delete;
    UnpackedFile& operator=(const UnpackedFile&) = delete;

    // Reads up to out.size() bytes; fewer only at the end of the content, checked by its CRC.
    std::size_t read(std::span<std::uint8_t> out) {
        std::size_t done = 0;
        while (done < out.size()) {
            const auto wanted = std::min<std::size_t>(out.size() - done, 1 << 24);
            const int count = gzread(file_, out.data() + done, static_cast<unsigned>(wanted));
            if (count > 0) done += static_cast<std::size_t>(count);
            if (count < static_cast<int>(wanted)) {
                int error = Z_OK;
                const char* text = gzerror(file_, &error);
                if (error == Z_BUF_ERROR) {
                    throw DataError(path_.string() +
                                    " is cut off: its gzip data end too soon, after " +
                                    std::to_string(gztell(file_)) + " unpacked bytes.");
                }
                if (count < 0 || error < 0) {
                    throw DataError(path_.string() + " cannot be unpacked: " +
                                    (error == Z_ERRNO ? reason() : std::string(text)) + ".");
                }
                break;
            }
        }
        return done;
    }

private:
    const std::filesystem::path& path_;
    gzFile file_;
};
#else
class UnpackedFile {
public:
    explicit UnpackedFile(const std::filesystem::path& path) : file_(path) {
        std::uint8_t start[2];
        if (file_.read(start, 0) == 2 && start[0] == 0x1f && start[1] == 0x8b) {
            throw DataError(path.string() +
                            " is gzipped, and this build of Ballast has no zlib: gunzip it.");
        }
    }
    std::size_t read(std::span<std::uint8_t> out) {
        const std::size_t count = file_.read(out, offset_);
        offset_ += static_cast<std::int64_t>(count);
        return count;
    }

private:
    PlainFile file_;
    std::int64_t offset_ = 0;
};
#endif

// Appends up to `count` bytes to `bytes`. Grows it as they come, so that a header that lies costs
// no memory.
std::size_t append(UnpackedFile& file, std::size_t count, std::vector<std::uint8_t>& bytes) {
    constexpr std::size_t kPiece = 1 << 22;
    std::size_t done = 0;
    while (done < count) {
        const std::size_t piece = std::min(kPiece, count - done);
        const std::size_t held = bytes.size();
        bytes.resize(held + piece);
        const std::size_t got = file.read(std::span(bytes).subspan(held, piece));
        bytes.resize(held + got);
        done += got;
        if (got < piece) break;
    }
    return done;
}

std::string hex(std::span<const std::uint8_t> bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += ' ';
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

std::string shapeText(std::span<const std::int64_t> shape) {
    std::string text;
    for (const std::int64_t size : shape) {
        if (!text.empty()) text += "×";
        text += std::to_string(size);
    }
    return text;
}

void checkLabels(std::span<const std::int32_t> labels, int classes,
                 const std::filesystem::path& path, std::size_t first_image) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] >= classes) {
            throw DataError(path.string() + ": image " + std::to_string(first_image + i) +
                            " has class " + std::to_string(labels[i]) + ", expected 0 … " +
                            std::to_string(classes - 1) + ".");
        }
    }
}

void checkCifarSize(const std::filesystem::path& path, std::int64_t size, const CifarFormat& format,
                    std::int64_t records) {
    const std::int64_t expected = records * format.recordBytes();
    if (size == expected) return;
    throw DataError(
        path.string() + (size < expected ? " is cut off: it has " : " is too long: it has ") +
        std::to_string(size) + " bytes, expected " + std::to_string(expected) + " (" +
        std::to_string(records) + " records of " + std::to_string(format.recordBytes()) + ").");
}

}  // namespace

IdxFile readIdx(const std::filesystem::path& path, int dimensions, std::int64_t max_bytes) {
    UnpackedFile file(path);
    IdxFile idx;
    const std::size_t header_bytes = 4 + 4 * static_cast<std::size_t>(dimensions);
    append(file, 4, idx.bytes);
    const std::uint8_t magic[] = {0, 0, 8, static_cast<std::uint8_t>(dimensions)};
    if (!std::ranges::equal(idx.bytes, magic)) {
        throw DataError(path.string() + " starts with " + hex(idx.bytes) + ", expected " +
                        hex(magic) + " (IDX, unsigned bytes, " + std::to_string(dimensions) +
                        (dimensions == 1 ? " dimension)." : " dimensions)."));
    }
    append(file, header_bytes - 4, idx.bytes);
    if (idx.bytes.size() < header_bytes) {
        throw DataError(path.string() + " is cut off: it has " + std::to_string(idx.bytes.size()) +
                        " bytes, its header alone takes " + std::to_string(header_bytes) + ".");
    }
    std::int64_t value_bytes = 1;
    bool too_large = false;
    for (std::size_t at = 4; at < header_bytes; at += 4) {
        std::int64_t size = 0;
        for (std::size_t i = 0; i < 4; ++i) size = size << 8 | idx.bytes[at + i];
        idx.shape.push_back(size);
        too_large = too_large || (size > 0 && value_bytes > max_bytes / size);
        if (!too_large) value_bytes *= size;
    }
    if (too_large) {
        throw DataError(path.string() + " announces " + shapeText(idx.shape) +
                        " values, expected at most " + std::to_string(max_bytes) + ".");
    }
    const auto got =
        static_cast<std::int64_t>(append(file, static_cast<std::size_t>(value_bytes), idx.bytes));
    if (got < value_bytes) {
        throw DataError(path.string() + " is cut off: it has " + std::to_string(got) +
                        " values, expected " + shapeText(idx.shape) + " = " +
                        std::to_string(value_bytes) + ".");
    }
    // Reading on is also what makes zlib check the CRC.
    std::uint8_t more[1];
    if (file.read(more) > 0) {
        throw DataError(path.string() + " has more bytes after its " + shapeText(idx.shape) +
                        " = " + std::to_string(value_bytes) + " values, expected its end.");
    }
    return idx;
}

std::vector<std::int32_t> idxLabels(const IdxFile& file, int classes,
                                    const std::filesystem::path& path) {
    const auto values = file.values();
    std::vector<std::int32_t> labels(values.begin(), values.end());
    checkLabels(labels, classes, path, 0);
    return labels;
}

std::vector<std::uint8_t> readCifar(const std::filesystem::path& path, const CifarFormat& format,
                                    std::int64_t records) {
    const PlainFile file(path);
    checkCifarSize(path, file.size(), format, records);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(records * format.recordBytes()));
    const std::size_t got = file.read(bytes, 0);
    checkCifarSize(path, static_cast<std::int64_t>(got), format, records);
    return bytes;
}

void appendCifar(std::span<const std::uint8_t> bytes, const CifarFormat& format,
                 const std::filesystem::path& path, ImageSet& images) {
    images.channels = 3;
    images.height = images.width = 32;
    const std::size_t first = images.labels.size();
    const auto record_bytes = static_cast<std::size_t>(format.recordBytes());
    const auto label_bytes = static_cast<std::size_t>(format.label_bytes);
    images.labels.reserve(first + bytes.size() / record_bytes);
    images.pixels.reserve(images.pixels.size() + bytes.size() / record_bytes * kPixelBytes);
    for (; bytes.size() >= record_bytes; bytes = bytes.subspan(record_bytes)) {
        images.labels.push_back(bytes[label_bytes - 1]);
        const auto pixels = bytes.subspan(label_bytes, kPixelBytes);
        images.pixels.insert(images.pixels.end(), pixels.begin(), pixels.end());
    }
    checkLabels(std::span(images.labels).subspan(first), format.classes, path, 0);
}

void appendCifarLabels(const std::filesystem::path& path, const CifarFormat& format,
                       std::int64_t records, std::vector<std::int32_t>& labels) {
    const PlainFile file(path);
    checkCifarSize(path, file.size(), format, records);
    const std::size_t first = labels.size();
    for (std::int64_t i = 0; i < records; ++i) {
        const std::int64_t offset = i * format.recordBytes() + format.label_bytes - 1;
        std::uint8_t label[1] = {};
        if (file.read(label, offset) != 1) checkCifarSize(path, offset, format, records);
        labels.push_back(label[0]);
    }
    checkLabels(std::span(labels).subspan(first), format.classes, path, 0);
}

}  // namespace ballast
