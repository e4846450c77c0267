#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace ballast {

/// A colour image, 8 bits a channel.
struct RgbImage {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;  // [height, width, 3]
};

/// Images that announce more pixels are refused: a damaged header must not take all memory.
inline constexpr std::int64_t kMostPixels = 100'000'000;

/// Decodes JPEG files with libjpeg-turbo, one after the other; grey and CMYK become RGB. A PNG file
/// (data sets have some under a JPEG name) is decoded too, where this build has libpng.
/// Not thread-safe: one for each thread. Every error is a DataError that names the file.
class JpegDecoder {
public:
    /// Throws DataError where this build has no libjpeg-turbo.
    JpegDecoder();
    ~JpegDecoder();
    JpegDecoder(const JpegDecoder&) = delete;
    JpegDecoder& operator=(const JpegDecoder&) = delete;

    /// Reads a file and its header; width() and height() are then those of the whole image.
    void open(const std::filesystem::path& file);
    int width() const { return width_; }
    int height() const { return height_; }

    /// Decodes the file that is open, `reduction` (1, 2, 4 or 8) times smaller: ⌈width/reduction⌉
    /// by ⌈height/reduction⌉ pixels, pixel (x, y) standing for the square from (x, y) · reduction.
    /// A reduced image takes the low frequencies of each 8×8 block alone, which is faster than to
    /// decode all of it. A PNG is never reduced: `reduction` says what was done.
    /// Throws DataError for anything that leaves pixels unknown: damaged or cut off data.
    void decode(int& reduction, RgbImage& image);

private:
    void decodePng(RgbImage& image) const;
    [[noreturn]] void fail(const std::string& reason) const;

    void* turbo_ = nullptr;
    std::string file_;
    std::vector<std::uint8_t> bytes_;
    bool png_ = false;
    bool cmyk_ = false;
    int width_ = 0;
    int height_ = 0;
};

/// The largest reduction at which `width` by `height` pixels are still `size` or more on both
/// sides; 1 where they are not.
int jpegReduction(double width, double height, int size);

/// The image as a JPEG file of the given quality (1 … 100), with chroma sub-sampled 2×2.
/// Throws DataError where this build has no libjpeg-turbo.
std::vector<std::uint8_t> encodeJpeg(const RgbImage& image, int quality);

}  // namespace ballast
