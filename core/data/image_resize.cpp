#include "core/data/image_resize.h"

#include <algorithm>
#include <cmath>

namespace ballast {
namespace {

/// Which input pixels one output pixel is made of, along one axis.
struct Taps {
    int first = 0;
    std::vector<float> weights;  // sum 1
};

/// For each of `count` output pixels of the stretch start … start+length, within 0 … size.
std::vector<Taps> tapsOf(double start, double length, int size, int count) {
    const double scale = length / count;
    const double support = std::max(scale, 1.0);
    std::vector<Taps> all(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        Taps& taps = all[static_cast<std::size_t>(i)];
        const double centre = start + (i + 0.5) * scale;
        const int first =
            std::clamp(static_cast<int>(std::floor(centre - support + 0.5)), 0, size - 1);
        const int end =
            std::clamp(static_cast<int>(std::floor(centre + support + 0.5)), first + 1, size);
        double sum = 0.0;
        std::vector<double> weights;
        for (int x = first; x < end; ++x) {
            weights.push_back(std::max(0.0, 1.0 - std::abs(x + 0.5 - centre) / support));
            sum += weights.back();
        }
        // Far outside of the image only its edge is left.
        if (sum <= 0.0) sum = weights.front() = 1.0;
        taps.first = first;
        for (const double weight : weights)
            taps.weights.push_back(static_cast<float>(weight / sum));
    }
    return all;
}

}  // namespace

void resizeBox(const RgbImage& image, const CropBox& box, int width, int height,
               std::vector<float>& out, std::vector<float>& rows) {
    const std::vector<Taps> across = tapsOf(box.left, box.width, image.width, width);
    const std::vector<Taps> down = tapsOf(box.top, box.height, image.height, height);
    int left = image.width;
    int right = 0;
    for (const Taps& taps : across) {
        left = std::min(left, taps.first);
        right = std::max(right, taps.first + static_cast<int>(taps.weights.size()));
    }
    // Rows first: a row is summed in one stretch, which compilers vectorise.
    const auto stretch = 3 * static_cast<std::size_t>(right - left);
    rows.resize(stretch);
    out.resize(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    float* to = out.data();
    for (const Taps& vertical : down) {
        std::fill(rows.begin(), rows.end(), 0.0F);
        float* row = rows.data();
        for (std::size_t k = 0; k < vertical.weights.size(); ++k) {
            const auto y = static_cast<std::size_t>(vertical.first) + k;
            const std::uint8_t* from =
                image.pixels.data() +
                3 * (y * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(left));
            const float weight = vertical.weights[k];
            for (std::size_t i = 0; i < stretch; ++i) {
                row[i] += weight * static_cast<float>(from[i]);
            }
        }
        for (const Taps& horizontal : across) {
            const float* from = row + 3 * static_cast<std::size_t>(horizontal.first - left);
            float red = 0.0F;
            float green = 0.0F;
            float blue = 0.0F;
            for (const float weight : horizontal.weights) {
                red += weight * from[0];
                green += weight * from[1];
                blue += weight * from[2];
                from += 3;
            }
            *to++ = red;
            *to++ = green;
            *to++ = blue;
        }
    }
}

}  // namespace ballast
