#include "core/data/jpeg.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#ifdef BALLAST_HAS_TURBOJPEG
#include <turbojpeg.h>
#endif
#ifdef BALLAST_HAS_PNG
#include <png.h>
#endif

#include "core/base/error.h"

namespace ballast {
namespace {

[[maybe_unused]] constexpr std::uint8_t kPngStart[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
[[maybe_unused]] constexpr std::streamoff kMostBytes = 1 << 28;

[[maybe_unused]] [[noreturn]] void refuse() {
    throw DataError(
        "this build of Ballast cannot read or write JPEG files: libjpeg-turbo (Debian's "
        "libturbojpeg0-dev) was missing when it was built.");
}

[[maybe_unused]] void readWhole(const std::filesystem::path& file,
                                std::vector<std::uint8_t>& bytes) {
    std::ifstream in(file, std::ios::binary | std::ios::ate);
    if (!in) {
        throw DataError(file.string() + " cannot be opened: " + std::strerror(errno) + ".");
    }
    const std::streamoff size = in.tellg();
    if (size < 0 || size > kMostBytes) {
        throw DataError(file.string() + " has " + std::to_string(size) +
                        " bytes, expected an image of at most " + std::to_string(kMostBytes) + ".");
    }
    bytes.resize(static_cast<std::size_t>(size));
    in.seekg(0);
    in.read(reinterpret_cast<char*>(bytes.data()), size);
    if (!in) throw DataError(file.string() + " cannot be read to its end.");
}

}  // namespace

int jpegReduction(double width, double height, int size) {
    for (const int reduction : {8, 4, 2}) {
        if (std::min(width, height) >= static_cast<double>(size) * reduction) return reduction;
    }
    return 1;
}

void JpegDecoder::fail(const std::string& reason) const {
    throw DataError(file_ + " cannot be decoded: " + reason + ".");
}

#ifdef BALLAST_HAS_TURBOJPEG

namespace {

/// Bytes that no marker or pixel belongs to; many good files of the large data sets have some.
bool isHarmless(const char* warning) {
    return std::strstr(warning, "extraneous bytes before marker") != nullptr;
}

/// Adobe's programs, which alone write CMYK, store the inks inverted: 255 is none.
void rgbFromCmyk(const std::vector<std::uint8_t>& cmyk, std::vector<std::uint8_t>& rgb) {
    for (std::size_t from = 0, to = 0; from < cmyk.size(); from += 4, to += 3) {
        for (std::size_t c = 0; c < 3; ++c) {
            rgb[to + c] = static_cast<std::uint8_t>((cmyk[from + c] * cmyk[from + 3] + 127) / 255);
        }
    }
}

}  // namespace

JpegDecoder::JpegDecoder() : turbo_(tjInitDecompress()) {
    if (turbo_ == nullptr) throw DataError("libjpeg-turbo cannot be set up.");
}

JpegDecoder::~JpegDecoder() {
    tjDestroy(turbo_);
}

void JpegDecoder::open(const std::filesystem::path& file) {
    file_ = file.string();
    readWhole(file, bytes_);
    png_ = bytes_.size() > sizeof kPngStart &&
           std::equal(std::begin(kPngStart), std::end(kPngStart), bytes_.begin());
    if (png_) {
        // IHDR is the first chunk: width and height follow its length and name.
        if (bytes_.size() < 24) fail("its PNG header is cut off");
        const auto number = [&](std::size_t at) {
            return static_cast<std::uint32_t>(bytes_[at]) << 24 |
                   static_cast<std::uint32_t>(bytes_[at + 1]) << 16 |
                   static_cast<std::uint32_t>(bytes_[at + 2]) << 8 |
                   static_cast<std::uint32_t>(bytes_[at + 3]);
        };
        width_ = static_cast<int>(std::min(number(16), 0x7fffffffU));
        height_ = static_cast<int>(std::min(number(20), 0x7fffffffU));
    } else {
        int subsampling = 0;
        int colours = 0;
        if (tjDecompressHeader3(turbo_, bytes_.data(), static_cast<unsigned long>(bytes_.size()),
                                &width_, &height_, &subsampling, &colours) != 0 &&
            tjGetErrorCode(turbo_) == TJERR_FATAL) {
            fail(bytes_.empty() ? "it is empty" : tjGetErrorStr2(turbo_));
        }
        cmyk_ = colours == TJCS_CMYK || colours == TJCS_YCCK;
    }
    if (width_ < 1 || height_ < 1 || static_cast<std::int64_t>(width_) * height_ > kMostPixels) {
        fail("its header announces " + std::to_string(width_) + "×" + std::to_string(height_) +
             " pixels; allowed: 1 to " + std::to_string(kMostPixels) + " in all");
    }
}

void JpegDecoder::decode(int& reduction, RgbImage& image) {
    if (png_) {
        reduction = 1;
        return decodePng(image);
    }
    const tjscalingfactor scale{1, reduction};
    image.width = TJSCALED(width_, scale);
    image.height = TJSCALED(height_, scale);
    const auto pixels =
        static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
    image.pixels.resize(3 * pixels);
    std::vector<std::uint8_t> cmyk(cmyk_ ? 4 * pixels : 0);
    const int result =
        tjDecompress2(turbo_, bytes_.data(), static_cast<unsigned long>(bytes_.size()),
                      cmyk_ ? cmyk.data() : image.pixels.data(), image.width, 0, image.height,
                      cmyk_ ? TJPF_CMYK : TJPF_RGB, TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS);
    // A warning means that some of the image was made up.
    if (result != 0 &&
        (tjGetErrorCode(turbo_) == TJERR_FATAL || !isHarmless(tjGetErrorStr2(turbo_)))) {
        fail(tjGetErrorStr2(turbo_));
    }
    if (cmyk_) rgbFromCmyk(cmyk, image.pixels);
}

std::vector<std::uint8_t> encodeJpeg(const RgbImage& image, int quality) {
    const tjhandle turbo = tjInitCompress();
    if (turbo == nullptr) throw DataError("libjpeg-turbo cannot be set up.");
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    const int result =
        tjCompress2(turbo, image.pixels.data(), image.width, 0, image.height, TJPF_RGB, &buffer,
                    &size, TJSAMP_420, quality, TJFLAG_ACCURATEDCT);
    const std::string reason = result != 0 ? tjGetErrorStr2(turbo) : "";
    std::vector<std::uint8_t> bytes;
    if (result == 0) bytes.assign(buffer, buffer + size);
    tjFree(buffer);
    tjDestroy(turbo);
    if (result != 0) throw DataError("an image cannot be written as JPEG: " + reason + ".");
    return bytes;
}

#else

JpegDecoder::JpegDecoder() {
    refuse();
}
JpegDecoder::~JpegDecoder() = default;
void JpegDecoder::open(const std::filesystem::path&) {
    refuse();
}
void JpegDecoder::decode(int&, RgbImage&) {
    refuse();
}
std::vector<std::uint8_t> encodeJpeg(const RgbImage&, int) {
    refuse();
}

#endif

#ifdef BALLAST_HAS_PNG

void JpegDecoder::decodePng(RgbImage& image) const {
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&png, bytes_.data(), bytes_.size()) == 0) {
        fail(png.message);
    }
    png.format = PNG_FORMAT_RGB;
    image.width = width_;
    image.height = height_;
    image.pixels.assign(PNG_IMAGE_SIZE(png), 0);  // what is transparent becomes black
    if (png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr) == 0) {
        fail(png.message);
    }
}

#else

void JpegDecoder::decodePng(RgbImage&) const {
    fail("it is a PNG file, and this build of Ballast has no libpng");
}

#endif

}  // namespace ballast
