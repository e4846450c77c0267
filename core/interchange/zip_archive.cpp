#include "core/interchange/zip_archive.h"

#include <zlib.h>

#include <algorithm>
#include <optional>

#include "core/base/error.h"
#include "core/base/text_encoding.h"

namespace ballast {
namespace {

// Signatures and sizes of the records of APPNOTE.TXT 6.3, sections 4.3.7 to 4.3.16.
constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kEnd64Locator = 0x07064b50;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kCentralBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kEnd64Bytes = 56;
constexpr std::size_t kLocatorBytes = 20;
constexpr std::uint64_t kMaximumMembers = 1'000'000;

[[noreturn]] void torn(const std::string& what) {
    throw CheckpointError("is truncated or damaged: " + asUtf8(what));
}

/// The little-endian number of `bytes` bytes at `at`.
std::uint64_t numberAt(std::string_view data, std::size_t at, std::size_t bytes) {
    if (at > data.size() || data.size() - at < bytes) torn("a zip record lies outside the file");
    std::uint64_t value = 0;
    for (std::size_t i = bytes; i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(data[at + i]);
    }
    return value;
}

std::string_view piece(std::string_view data, std::uint64_t at, std::uint64_t bytes,
                       const std::string& what) {
    if (at > data.size() || data.size() - at < bytes) torn(what + " lies outside the file");
    return data.substr(static_cast<std::size_t>(at), static_cast<std::size_t>(bytes));
}

/// The members' table: its offset and how many entries it has.
struct Directory {
    std::uint64_t offset = 0;
    std::uint64_t entries = 0;
};

Directory findDirectory(std::string_view data) {
    constexpr std::size_t kLongestComment = 0xffff;
    const std::size_t lowest =
        data.size() > kEndBytes + kLongestComment ? data.size() - kEndBytes - kLongestComment : 0;
    if (data.size() < kEndBytes) torn("the zip file has no table of members at its end");
    for (std::size_t at = data.size() - kEndBytes + 1; at-- > lowest;) {
        if (numberAt(data, at, 4) != kEnd) continue;
        Directory directory{numberAt(data, at + 16, 4), numberAt(data, at + 10, 2)};
        const bool large = directory.offset == 0xffffffff || directory.entries == 0xffff;
        if (!large) return directory;
        if (at < kLocatorBytes || numberAt(data, at - kLocatorBytes, 4) != kEnd64Locator) {
            torn("the zip64 table of members is missing");
        }
        const std::uint64_t end64 = numberAt(data, at - kLocatorBytes + 8, 8);
        const std::string_view record = piece(data, end64, kEnd64Bytes, "the zip64 record");
        if (numberAt(record, 0, 4) != kEnd64) torn("the zip64 record is not where it should be");
        return {numberAt(record, 48, 8), numberAt(record, 32, 8)};
    }
    torn("the zip file has no table of members at its end");
}

struct ZipMember {
    std::uint64_t bytes = 0;
    std::uint64_t local_header = 0;
};

/// Size and place of the member whose central header is at `at`, from the zip64 field if need be.
ZipMember memberAt(std::string_view data, std::size_t at) {
    ZipMember member{numberAt(data, at + 24, 4), numberAt(data, at + 42, 4)};
    const std::uint64_t packed = numberAt(data, at + 20, 4);
    const std::uint64_t name = numberAt(data, at + 28, 2);
    std::string_view extra =
        piece(data, at + kCentralBytes + name, numberAt(data, at + 30, 2), "a zip field");
    while (extra.size() >= 4) {
        const std::string_view field = piece(extra, 4, numberAt(extra, 2, 2), "a zip field");
        if (numberAt(extra, 0, 2) == 1) {
            std::size_t next = 0;
            const auto take = [&](std::uint64_t& value) {
                if (value != 0xffffffff) return;
                value = numberAt(field, next, 8);
                next += 8;
            };
            std::uint64_t packed64 = packed;
            take(member.bytes);
            take(packed64);
            take(member.local_header);
        }
        extra.remove_prefix(4 + field.size());
    }
    return member;
}

}  // namespace

std::uint32_t crc32Of(std::string_view data) {
    return static_cast<std::uint32_t>(
        ::crc32_z(0, reinterpret_cast<const unsigned char*>(data.data()), data.size()));
}

ZipArchive::ZipArchive(std::string content) : content_(std::move(content)) {
    const std::string_view data = content_;
    const Directory directory = findDirectory(data);
    if (directory.entries > kMaximumMembers) torn("the zip file claims too many members");
    std::uint64_t at = directory.offset;
    for (std::uint64_t i = 0; i < directory.entries; ++i) {
        const std::string_view header =
            piece(data, at, kCentralBytes, "the zip file's table of members");
        if (numberAt(header, 0, 4) != kCentralHeader) torn("the zip file's table of members");
        const std::uint64_t name_bytes = numberAt(header, 28, 2);
        const std::string name(piece(data, at + kCentralBytes, name_bytes, "the name of a member"));
        if ((numberAt(header, 8, 2) & 1) != 0) throw CheckpointError("has encrypted members");
        if (!members_.emplace(name, static_cast<std::size_t>(at)).second) {
            throw CheckpointError("has two members called " + asUtf8(name));
        }
        at += kCentralBytes + name_bytes + numberAt(header, 30, 2) + numberAt(header, 32, 2);
    }
}

std::string_view ZipArchive::read(const std::string& name) const {
    const auto found = members_.find(name);
    if (found == members_.end()) throw CheckpointError("has no member " + asUtf8(name));
    const std::string_view data = content_;
    if (const auto method = numberAt(data, found->second + 10, 2); method != 0) {
        throw CheckpointError("has the compressed member " + asUtf8(name) + " (zip method " +
                              std::to_string(method) +
                              "); PyTorch stores what it reads uncompressed");
    }
    const ZipMember member = memberAt(data, found->second);
    const std::string_view local =
        piece(data, member.local_header, kLocalBytes, "the header of " + name);
    if (numberAt(local, 0, 4) != kLocalHeader) torn("the header of " + name);
    // The local header's own lengths: PyTorch pads its extra field to align the tensors.
    const std::uint64_t start =
        member.local_header + kLocalBytes + numberAt(local, 26, 2) + numberAt(local, 28, 2);
    const std::string_view bytes = piece(data, start, member.bytes, name);
    if (crc32Of(bytes) != numberAt(data, found->second + 16, 4)) {
        throw CheckpointError("is damaged: the CRC-32 of " + asUtf8(name) + " does not fit");
    }
    return bytes;
}

}  // namespace ballast
