#include "core/learning/bench/bench_data.h"

#include <ctime>
#include <fstream>
#include <thread>

#include "core/base/error.h"
#include "core/base/temporary_folder.h"
#include "core/learning/bench/timing.h"
#include "core/learning/data/batches.h"
#include "core/learning/data/photo_source.h"
#include "core/learning/data/photo_transforms.h"
#include "core/learning/device.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr int kDataRounds = 5;
constexpr std::int64_t kBatch = 64;
constexpr int kQuality = 90;
constexpr std::pair<int, int> kSizes[] = {{500, 375}, {500, 333}, {375, 500},
                                          {400, 300}, {640, 480}, {333, 500}};

ImageSet smallImages(const DataStore& store) {
    for (const char* name : {"cifar10", "fashion-mnist"}) {
        if (store.find(*findDataset(name))) return store.read(*findDataset(name), Split::test);
    }
    throw DataError(
        "bench data makes its files from CIFAR-10 or Fashion-MNIST, and neither is on this "
        "machine. Fetch one with: ballast-cli data get cifar10");
}

/// A mosaic of 8 × 6 small images, enlarged: about as much detail as a photograph has.
RgbImage mosaic(const ImageSet& images, std::size_t first, int width, int height) {
    constexpr std::size_t kAcross = 8;
    constexpr std::size_t kDown = 6;
    const auto h = static_cast<std::size_t>(images.height);
    const auto w = static_cast<std::size_t>(images.width);
    const auto channels = static_cast<std::size_t>(images.channels);
    RgbImage small{static_cast<int>(kAcross * w), static_cast<int>(kDown * h), {}};
    small.pixels.resize(3 * kAcross * w * kDown * h);
    for (std::size_t y = 0; y < kDown * h; ++y) {
        for (std::size_t x = 0; x < kAcross * w; ++x) {
            const std::size_t tile = first + y / h * kAcross + x / w;
            const std::size_t image = tile % images.labels.size() * channels * h * w;
            for (std::size_t c = 0; c < 3; ++c) {
                const std::size_t channel = std::min(c, channels - 1);
                small.pixels[3 * (y * kAcross * w + x) + c] =
                    images.pixels[image + (channel * h + y % h) * w + x % w];
            }
        }
    }
    std::vector<float> enlarged;
    std::vector<float> rows;
    resizeBox(small, {0, 0, static_cast<double>(small.width), static_cast<double>(small.height)},
              width, height, enlarged, rows);
    RgbImage image{width, height, {}};
    for (const float value : enlarged) {
        image.pixels.push_back(static_cast<std::uint8_t>(value + 0.5F));
    }
    return image;
}

/// What a pass over all files took.
struct Pace {
    double images_per_second;
    double cpu_milliseconds;  // of all threads, an image: other programs hardly change it
};

template<class Pass>
Pace paceOf(int images, Pass pass) {
    const std::clock_t cpu = std::clock();
    const BenchClock::time_point start = BenchClock::now();
    pass();
    const double wall = secondsSince(start);
    const double busy = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
    return {images / wall, 1000.0 * busy / images};
}

/// Writes `count` files into `folder`; adds up their bytes.
ImageList makeFiles(const ImageSet& images, int count, const fs::path& folder,
                    std::uintmax_t& bytes) {
    ImageList list;
    list.folder = folder;
    list.class_counts = {count};
    for (int i = 0; i < count; ++i) {
        const auto [width, height] = kSizes[static_cast<std::size_t>(i) % std::size(kSizes)];
        const auto jpeg =
            encodeJpeg(mosaic(images, static_cast<std::size_t>(i) * 48, width, height), kQuality);
        list.paths.push_back(std::to_string(i) + ".jpg");
        list.labels.push_back(0);
        std::ofstream out(list.path(i), std::ios::binary);
        out.write(reinterpret_cast<const char*>(jpeg.data()),
                  static_cast<std::streamsize>(jpeg.size()));
        if (!out.flush()) throw StorageError(list.path(i).string() + " cannot be written");
        bytes += jpeg.size();
    }
    return list;
}

/// The plain loop over one pass.
void plainPass(const ImageList& list, const std::vector<std::int64_t>& order,
               const PhotoFormat& format, const Augmentation& augmentation) {
    const torch::Tensor mean = torch::tensor(format.mean, torch::kFloat32).view({3, 1, 1});
    const torch::Tensor deviation =
        torch::tensor(format.standard_deviation, torch::kFloat32).view({3, 1, 1});
    JpegDecoder decoder;
    RgbImage image;
    std::vector<float> pixels;
    std::vector<float> rows;
    std::vector<torch::Tensor> batch;
    for (std::size_t i = 0; i < order.size(); ++i) {
        decoder.open(list.path(order[i]));
        int whole = 1;
        decoder.decode(whole, image);
        const PhotoChange change =
            augmentation.name == "none"
                ? centreCrop(image.width, image.height, format.size)
                : randomPhotoChange(image.width, image.height, augmentation, order[i]);
        resizeBox(image, change.box, format.size, format.size, pixels, rows);
        jitterColours(change, pixels);
        torch::Tensor tensor = torch::empty({format.size, format.size, 3}, torch::kUInt8);
        writePixels(change, pixels, format.size, tensor.data_ptr<std::uint8_t>());
        tensor = tensor.permute({2, 0, 1}).to(torch::kFloat32).div(255.0);
        batch.push_back(tensor.sub(mean).div(deviation));
        if (static_cast<std::int64_t>(batch.size()) == kBatch || i + 1 == order.size()) {
            torch::stack(batch);
            batch.clear();
        }
    }
}

}  // namespace

nlohmann::ordered_json benchData(const BenchDataOptions& options, const DataStore& store) {
    const int threads = options.threads > 0
                            ? options.threads
                            : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    prepareThread(threads);
    const TemporaryFolder folder;
    std::uintmax_t bytes = 0;
    const ImageList list = makeFiles(smallImages(store), options.images, folder.path(), bytes);
    const DatasetInfo& dataset = *findDataset("imagenet-lt");
    const PhotoFormat format{options.size, dataset.mean, dataset.standard_deviation};
    const PhotoSource source(list, format, torch::kCPU, threads);

    const char* names[] = {"resized-crop-jitter", "none"};
    std::vector<Pace> ours[2];
    std::vector<Pace> plain[2];
    for (int round = 0; round <= kDataRounds; ++round) {
        for (std::size_t i = 0; i < 2; ++i) {
            const Augmentation augmentation{names[i], 0, round};
            const Batches batches(source.size(), kBatch, 0, round);
            const Pace our_pace = paceOf(options.images, [&] {
                const auto stream = source.stream(batches.order(), kBatch, augmentation);
                for (Batch batch; stream->next(batch);) {
                }
            });
            torch::set_num_threads(1);
            const Pace plain_pace = paceOf(
                options.images, [&] { plainPass(list, batches.order(), format, augmentation); });
            torch::set_num_threads(threads);
            if (round == 0) continue;  // warm-up of both
            ours[i].push_back(our_pace);
            plain[i].push_back(plain_pace);
        }
    }
    const auto medianOf = [](const std::vector<Pace>& paces, double Pace::*field) {
        std::vector<double> values;
        for (const Pace& pace : paces) values.push_back(pace.*field);
        return median(values);
    };
    const auto result = [&](std::size_t i) {
        std::vector<double> ratios;
        for (std::size_t k = 0; k < ours[i].size(); ++k) {
            ratios.push_back(ours[i][k].images_per_second / plain[i][k].images_per_second);
        }
        return nlohmann::ordered_json{
            {"ballast_images_per_second", medianOf(ours[i], &Pace::images_per_second)},
            {"plain_images_per_second", medianOf(plain[i], &Pace::images_per_second)},
            {"ratio", median(ratios)},
            {"ballast_cpu_milliseconds", medianOf(ours[i], &Pace::cpu_milliseconds)},
            {"plain_cpu_milliseconds", medianOf(plain[i], &Pace::cpu_milliseconds)}};
    };
    return {{"images", options.images},
            {"size", options.size},
            {"threads", threads},
            {"rounds", kDataRounds},
            {"kilobytes_per_file", static_cast<double>(bytes) / 1000.0 / options.images},
            {"training", result(0)},
            {"test", result(1)}};
}

}  // namespace ballast
