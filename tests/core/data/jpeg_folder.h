#pragma once

#include <QByteArray>
#include <QTemporaryDir>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/data/data_store.h"
#include "core/data/image_resize.h"

namespace ballast {

/// A grey JPEG of 16×8 pixels, 200 in the left half and 40 in the right: tjCompress2 with
/// TJPF_GRAY, TJSAMP_GRAY, quality 95.
inline const QByteArray kGreyJpeg = QByteArray::fromBase64(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYG"
    "BwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/wAALCAAIABABAREA/8QAHwAAAQUBAQEBAQEAAAAA"
    "AAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEI"
    "I0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1"
    "dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi"
    "4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AP0gr+X+v//Z");

/// A CMYK JPEG of 16×8 pixels, all 255 102 0 200, inverted as Adobe's: tjCompress2 with TJPF_CMYK,
/// TJSAMP_444, quality 95.
inline const QByteArray kCmykJpeg = QByteArray::fromBase64(
    "/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJ"
    "CAYHCQcGBggLCAkKCgoKCgYICwwLCgwJCgoK/9sAQwECAgICAgIFAwMFCgcGBwoKCgoKCgoKCgoKCgoK"
    "CgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK/8AAFAgACAAQBAERAAIRAQMRAQQRAP/E"
    "AB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUS"
    "ITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RV"
    "VldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TF"
    "xsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/EAB8BAAMBAQEBAQEBAQEAAAAAAAABAgME"
    "BQYHCAkKC//EALURAAIBAgQEAwQHBQQEAAECdwABAgMRBAUhMQYSQVEHYXETIjKBCBRCkaGxwQkjM1Lw"
    "FWJy0QoWJDThJfEXGBkaJicoKSo1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2RlZmdoaWpzdHV2d3h5eoKD"
    "hIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uLj5OXm5+jp"
    "6vLz9PX29/j5+v/aAA4EAQACEQMRBAAAPwDm6/00P8qz9IKKACv/2Q==");

inline void writeBytes(const std::filesystem::path& file, const QByteArray& bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(bytes.constData(), bytes.size());
}

inline QByteArray jpegBytes(const RgbImage& image, int quality = 90) {
    const auto bytes = encodeJpeg(image, quality);
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

/// A data set of list files in a temporary folder: pictures of Fashion-MNIST, enlarged to uneven
/// sizes, in classes of which not the first is the largest.
class JpegFolder {
public:
    struct Options {
        std::vector<int> train_counts{12, 40, 5, 30, 8, 25, 3, 18, 50, 10};
        int test_per_class = 4;
        int pixels = 256;  // of the shorter side
        bool corrupt = false;
        bool missing = false;
        bool grey = false;
    };

    JpegFolder() : JpegFolder(Options()) {}
    explicit JpegFolder(const Options& options) : options_(options) {
        const DatasetInfo& fashion = *findDataset("fashion-mnist");
        const ImageSet images = DataStore().read(fashion, Split::test);
        writeSplit(images, "train");
        writeSplit(images, "test");
    }

    std::filesystem::path path() const { return folder_.path().toStdString(); }
    int trainImages() const { return train_images_; }

    /// Of the train list: the file that is spoilt where the options ask for one, by its line from
    /// 0.
    static constexpr int kCorrupt = 70;
    static constexpr int kMissing = 71;
    static constexpr int kGrey = 72;

    DataConfig config(int image_size) const {
        DataConfig data;
        data.dataset = "image-folder";
        data.folder = path().string();
        data.image_size = image_size;
        data.imbalance.profile = Profile::none;
        return data;
    }

private:
    void writeSplit(const ImageSet& images, const std::string& split) {
        std::vector<std::vector<std::size_t>> of_class(options_.train_counts.size());
        for (std::size_t i = 0; i < images.labels.size(); ++i) {
            const auto y = static_cast<std::size_t>(images.labels[i]);
            if (y < of_class.size()) of_class[y].push_back(i);
        }
        const bool train = split == "train";
        std::ofstream list(path() / (split + ".txt"));
        int line = 0;
        for (std::size_t y = 0; y < of_class.size(); ++y) {
            const int count = train ? options_.train_counts[y] : options_.test_per_class;
            for (int i = 0; i < count; ++i, ++line) {
                const std::string name =
                    split + "/class " + std::to_string(y) + "/" + std::to_string(i) + ".jpg";
                list << name << " " << y << "\n";
                // The last images of a class are those of the test split.
                const std::size_t taken = static_cast<std::size_t>(i);
                const std::size_t image =
                    of_class[y][train ? taken : of_class[y].size() - 1 - taken];
                QByteArray bytes = jpegBytes(enlarged(images, image, line));
                if (train && options_.missing && line == kMissing) continue;
                if (train && options_.corrupt && line == kCorrupt) bytes.resize(bytes.size() / 2);
                if (train && options_.grey && line == kGrey) bytes = kGreyJpeg;
                writeBytes(path() / name, bytes);
            }
        }
        if (train) train_images_ = line;
    }

    RgbImage enlarged(const ImageSet& images, std::size_t image, int line) const {
        RgbImage small{images.width, images.height, {}};
        const auto pixels = static_cast<std::size_t>(images.width * images.height);
        for (std::size_t i = 0; i < 3 * pixels; ++i) {
            small.pixels.push_back(images.pixels[image * pixels + i / 3]);
        }
        RgbImage large{
            options_.pixels + line % 3 * 20, options_.pixels + (line + 1) % 3 / 2 * 40, {}};
        std::vector<float> values;
        std::vector<float> rows;
        const CropBox all{0, 0, static_cast<double>(small.width),
                          static_cast<double>(small.height)};
        resizeBox(small, all, large.width, large.height, values, rows);
        for (const float value : values) {
            large.pixels.push_back(static_cast<std::uint8_t>(value + 0.5F));
        }
        return large;
    }

    Options options_;
    QTemporaryDir folder_;
    int train_images_ = 0;
};

}  // namespace ballast
