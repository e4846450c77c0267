#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace ballast {

/// Images of one split, in the order of the official files.
struct ImageSet {
    int channels = 0;
    int height = 0;
    int width = 0;
    std::vector<std::int32_t> labels;  // [N]
    std::vector<std::uint8_t> pixels;  // [N, channels, height, width]
};

// Readers of the official files. Each throws a DataError that names the file, what was found in it
// and what is expected. Whole files are returned, so that a caller can take their checksum.

/// An IDX file of unsigned bytes: 00 00 08, the number of dimensions, each dimension as a 32-bit
/// big-endian number, then the values.
struct IdxFile {
    std::vector<std::int64_t> shape;
    std::vector<std::uint8_t> bytes;  // unpacked: header and values

    std::span<const std::uint8_t> values() const {
        return std::span(bytes).subspan(4 + 4 * shape.size());
    }
};

/// Reads an IDX file with `dimensions` dimensions, plain or gzipped. Never unpacks more than the
/// header announces, nor a file whose header announces more than `max_bytes`.
IdxFile readIdx(const std::filesystem::path& path, int dimensions,
                std::int64_t max_bytes = std::int64_t{1} << 30);

/// Classes of an IDX label file, each below `classes`.
std::vector<std::int32_t> idxLabels(const IdxFile& file, int classes,
                                    const std::filesystem::path& path);

/// The binary CIFAR files: records of label bytes and 3×32×32 pixels, channel by channel.
struct CifarFormat {
    int label_bytes;  // the last of them is the class that counts
    int classes;
    std::int64_t recordBytes() const { return label_bytes + 3072; }
};
inline constexpr CifarFormat kCifar10{1, 10};
inline constexpr CifarFormat kCifar100{2, 100};

/// The bytes of a CIFAR file, which must hold `records` records.
std::vector<std::uint8_t> readCifar(const std::filesystem::path& path, const CifarFormat& format,
                                    std::int64_t records);

/// Appends the images in `bytes` (of the file `path`) to `images`.
void appendCifar(std::span<const std::uint8_t> bytes, const CifarFormat& format,
                 const std::filesystem::path& path, ImageSet& images);

/// Appends the classes in a CIFAR file of `records` records; pixels are skipped, not read.
void appendCifarLabels(const std::filesystem::path& path, const CifarFormat& format,
                       std::int64_t records, std::vector<std::int32_t>& labels);

}  // namespace ballast
