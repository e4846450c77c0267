#include "core/learning/data/photo_source.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "core/base/error.h"

namespace ballast {

namespace {

constexpr std::string_view kCropFlip = "crop-flip";

/// What one thread needs again and again.
struct PhotoWorker {
    JpegDecoder decoder;
    RgbImage image;
    std::vector<float> pixels;
    std::vector<float> rows;

    /// The image of the file as [size, size, 3] at `out`.
    void make(const std::filesystem::path& file, const Augmentation& augmentation,
              std::int64_t index, const PhotoFormat& format, std::uint8_t* out) {
        decoder.open(file);
        const int size = format.size;
        PhotoChange change = changeOf(augmentation, index, format);
        int reduction = jpegReduction(change.box.width, change.box.height, size);
        decoder.decode(reduction, image);
        CropBox& box = change.box;
        for (double* length : {&box.left, &box.top, &box.width, &box.height}) *length /= reduction;
        resizeBox(image, box, size, size, pixels, rows);
        jitterColours(change, pixels);
        writePixels(change, pixels, size, out);
    }

    PhotoChange changeOf(const Augmentation& augmentation, std::int64_t index,
                         const PhotoFormat& format) const {
        const int width = decoder.width();
        const int height = decoder.height();
        if (augmentation.name == "none")
            return centreCrop(width, height, format.size, format.margin);
        if (augmentation.name == kCropFlip) {
            return cropFlip(width, height, format.size, augmentation, index);
        }
        return randomPhotoChange(width, height, augmentation, index);
    }
};

}  // namespace

PhotoFormat photoFormat(const DatasetInfo& dataset, int size, std::string_view augmentation) {
    return {size, dataset.mean, dataset.standard_deviation,
            augmentation == kCropFlip ? 1.0 : kPhotoMargin};
}

std::size_t batchesAhead(std::int64_t batch_size, int size) {
    const std::int64_t bytes = batch_size * size * size * 3;
    return static_cast<std::size_t>(
        std::clamp(PhotoSource::kAheadBytes / bytes, std::int64_t{1}, std::int64_t{8}));
}

/// What of a pass one process decodes, batch after batch.
struct PhotoPlan {
    PhotoPlan(const std::vector<std::int64_t>& all, std::int64_t batch_size, Share share) {
        const auto images = static_cast<std::int64_t>(all.size());
        for (std::int64_t at = 0; at < images; at += batch_size) {
            const std::int64_t images_of_batch = std::min(batch_size, images - at);
            for (std::int64_t i = share.begin(images_of_batch); i < share.end(images_of_batch);
                 ++i) {
                order.push_back(all[static_cast<std::size_t>(at + i)]);
                places.push_back(at + i);
                batch_of.push_back(starts.size() - 1);
            }
            starts.push_back(order.size());
            of_all.push_back(images_of_batch);
        }
    }
    std::size_t batches() const { return starts.size() - 1; }

    std::vector<std::int64_t> order;
    std::vector<std::int64_t> places;    // of each image, in the whole pass
    std::vector<std::size_t> batch_of;   // of each image
    std::vector<std::size_t> starts{0};  // of each batch in `order`, and the end
    std::vector<std::int64_t> of_all;    // images of each batch, with the others'
};

class PhotoStream final : public BatchStream {
public:
    PhotoStream(const PhotoSource& source, const std::vector<std::int64_t>& order,
                std::int64_t batch_size, Augmentation augmentation, Share share)
        : source_(source),
          plan_(order, batch_size, share),
          order_(plan_.order),
          augmentation_(std::move(augmentation)),
          rows_(torch::tensor(order_, torch::kInt64).to(source.device_)),
          slots_(batchesAhead(batch_size, source.format_.size)) {
        for (std::size_t batch = 0; batch < slots_.size(); ++batch) prepare(batch);
        const std::size_t threads =
            std::min(static_cast<std::size_t>(std::max(1, source.threads_)), order_.size());
        try {
            for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
        } catch (const std::system_error& error) {
            stop();
            throw Error("no threads to decode images: " + std::string(error.what()),
                        ExitCode::run_failed);
        }
    }

    ~PhotoStream() override { stop(); }

    bool next(Batch& batch) override {
        if (taken_ >= plan_.batches()) return false;
        torch::Tensor pixels;
        {
            std::unique_lock lock(mutex_);
            Slot& slot = slots_[taken_ % slots_.size()];
            finished_.wait(lock, [&] { return slot.open == 0; });
            if (slot.error) std::rethrow_exception(slot.error);
            pixels = slot.pixels;
            prepare(taken_ + slots_.size());
            ++taken_;
        }
        room_.notify_all();
        const std::span<const std::int64_t> indices = indicesOf(taken_ - 1);
        batch.indices.assign(indices.begin(), indices.end());
        batch.of_all = plan_.of_all[taken_ - 1];
        batch.labels = source_.labels_.index_select(
            0, rows_.narrow(0, indices.data() - order_.data(),
                            static_cast<std::int64_t>(indices.size())));
        batch.images = pixels.to(source_.device_, true)
                           .to(torch::kFloat32)
                           .mul_(source_.scale_)
                           .add_(source_.shift_)
                           .permute({0, 3, 1, 2});
        return true;
    }

private:
    struct Slot {
        torch::Tensor pixels;  // uint8 [B, size, size, 3]
        std::size_t open = 0;  // images that are not decoded yet
        std::exception_ptr error;
        std::size_t error_at = 0;  // the first image of the batch that failed
    };

    std::span<const std::int64_t> indicesOf(std::size_t batch) const {
        const std::size_t start = plan_.starts[batch];
        return std::span(order_).subspan(start, plan_.starts[batch + 1] - start);
    }

    void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopped_ = true;
        }
        room_.notify_all();
    }

    /// Makes the slot of `batch` ready for it; the one that had it before is taken.
    void prepare(std::size_t batch) {
        if (batch >= plan_.batches()) return;
        const auto images = static_cast<std::int64_t>(indicesOf(batch).size());
        const std::int64_t size = source_.format_.size;
        const auto options =
            torch::TensorOptions().dtype(torch::kUInt8).pinned_memory(source_.device_.is_cuda());
        slots_[batch % slots_.size()] = {torch::empty({images, size, size, 3}, options),
                                         static_cast<std::size_t>(images), nullptr, 0};
    }

    void work() {
        std::optional<PhotoWorker> worker;
        std::unique_lock lock(mutex_);
        while (true) {
            room_.wait(lock, [&] {
                return stopped_ || started_ >= order_.size() ||
                       plan_.batch_of[started_] < taken_ + slots_.size();
            });
            if (stopped_ || started_ >= order_.size()) return;
            const std::size_t at = started_++;
            const std::size_t batch = plan_.batch_of[at];
            Slot& slot = slots_[batch % slots_.size()];
            const auto size = static_cast<std::size_t>(source_.format_.size);
            std::uint8_t* out =
                slot.pixels.data_ptr<std::uint8_t>() + (at - plan_.starts[batch]) * size * size * 3;
            lock.unlock();
            std::exception_ptr error;
            try {
                if (!worker) worker.emplace();
                worker->make(source_.list_.path(order_[at]), augmentation_,
                             augmentation_.by_position ? plan_.places[at] : order_[at],
                             source_.format_, out);
            } catch (...) {
                error = std::current_exception();
            }
            lock.lock();
            if (error && (!slot.error || at < slot.error_at)) {
                slot.error = error;
                slot.error_at = at;
            }
            if (--slot.open == 0) finished_.notify_all();
        }
    }

    const PhotoSource& source_;
    const PhotoPlan plan_;
    const std::vector<std::int64_t>& order_;  // the plan's
    const Augmentation augmentation_;
    const torch::Tensor rows_;  // order_, on the source's device

    std::mutex mutex_;
    std::condition_variable room_;      // for another batch, or to stop
    std::condition_variable finished_;  // a batch is
    std::vector<Slot> slots_;           // batch b has slot b modulo their number
    std::size_t started_ = 0;           // images, of order_
    std::size_t taken_ = 0;             // batches
    bool stopped_ = false;
    std::vector<std::jthread> threads_;  // last: they end before what they use
};

PhotoSource::PhotoSource(ImageList list, PhotoFormat format, torch::Device device, int threads)
    : list_(std::move(list)),
      format_(std::move(format)),
      device_(device),
      threads_(threads),
      labels_(torch::tensor(at::ArrayRef<std::int32_t>(list_.labels), torch::kInt32)
                  .to(torch::kInt64)
                  .to(device)) {
    const JpegDecoder can_decode;  // or says why not, before any work
    const torch::Tensor mean = torch::tensor(format_.mean, torch::kFloat64);
    const torch::Tensor deviation = torch::tensor(format_.standard_deviation, torch::kFloat64);
    scale_ = deviation.mul(255.0).reciprocal().to(torch::kFloat32).to(device);
    shift_ = mean.neg().div(deviation).to(torch::kFloat32).to(device);
}

std::unique_ptr<BatchStream> PhotoSource::makeStream(std::vector<std::int64_t> order,
                                                     std::int64_t batch_size,
                                                     const Augmentation& augmentation,
                                                     Share share) const {
    return std::make_unique<PhotoStream>(*this, order, batch_size, augmentation, share);
}

}  // namespace ballast
