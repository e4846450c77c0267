#pragma once

#include <string>
#include <vector>

#include "tests/core/data/jpeg_folder.h"

namespace ballast {

/// A PNG file of the image: one chunk of unfiltered rows.
inline QByteArray pngBytes(const RgbImage& image) {
    const auto number = [](std::uint32_t value) {
        QByteArray bytes;
        for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 0xff);
        return bytes;
    };
    const auto chunk = [&](const QByteArray& name, const QByteArray& content) {
        std::uint32_t sum = 0xffffffff;  // CRC-32, as zlib's crc32()
        for (const char c : name + content) {
            sum ^= static_cast<unsigned char>(c);
            for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xedb88320U : 0U);
        }
        return number(static_cast<std::uint32_t>(content.size())) + name + content + number(~sum);
    };
    QByteArray rows;
    const auto width = static_cast<qsizetype>(3 * image.width);
    for (qsizetype y = 0; y < image.height; ++y) {
        rows += '\0';
        rows += QByteArray(reinterpret_cast<const char*>(image.pixels.data()) + y * width, width);
    }
    const QByteArray header = number(static_cast<std::uint32_t>(image.width)) +
                              number(static_cast<std::uint32_t>(image.height)) +
                              QByteArray("\x08\x02\x00\x00\x00", 5);
    return QByteArray("\x89PNG\r\n\x1a\n") + chunk("IHDR", header) +
           chunk("IDAT", qCompress(rows).mid(4)) + chunk("IEND", {});
}

/// A colour picture that differs with `number`.
inline RgbImage smallPicture(int number, int width, int height) {
    RgbImage image{width, height, {}};
    for (int i = 0; i < 3 * width * height; ++i) {
        image.pixels.push_back(static_cast<std::uint8_t>((i * (7 + number) + 31 * number) % 256));
    }
    return image;
}

/// Writes a small picture to ROOT/NAME; as PNG or JPEG, as the name says.
inline void writePicture(const std::filesystem::path& root, const std::string& name, int number = 0,
                         int width = 16, int height = 16) {
    const RgbImage image = smallPicture(number, width, height);
    const bool png = QString::fromStdString(name).endsWith(".png", Qt::CaseInsensitive);
    writeBytes(root / name, png ? pngBytes(image) : jpegBytes(image));
}

/// The config of a folder of images.
inline DataConfig folderConfig(const std::filesystem::path& folder, int image_size = 16) {
    DataConfig data;
    data.dataset = "image-folder";
    data.folder = folder.string();
    data.image_size = image_size;
    data.imbalance.profile = Profile::none;
    return data;
}

}  // namespace ballast
