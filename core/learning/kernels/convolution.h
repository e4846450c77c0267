#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "core/experiment/choices.h"

namespace ballast {

/// How activations [images, channels, pixels] lie in memory: blocks of `block` channels, within
/// each all pixels, at each pixel the block's channels side by side. block = channels is NHWC,
/// block = 16 is oneDNN's nChw16c.
struct ChannelGrid {
    std::int64_t images = 0;
    std::int64_t channels = 0;
    std::int64_t pixels = 0;
    std::int64_t block = 0;

    std::int64_t size() const { return images * channels * pixels; }
    bool operator==(const ChannelGrid&) const = default;
};

/// A square convolution of odd size without bias over square images, padded by kernel / 2.
struct ConvolutionShape {
    std::int64_t images = 0;
    std::int64_t in_channels = 0;
    std::int64_t out_channels = 0;
    std::int64_t in_side = 0;  // pixels
    std::int64_t kernel = 3;
    std::int64_t stride = 1;
    std::int64_t in_block = 0;  // see ChannelGrid
    std::int64_t out_block = 0;

    std::int64_t outSide() const { return (in_side - 1) / stride + 1; }
};

/// A thread's memory for kernels at work; grows to the largest need.
class Scratch {
public:
    void* atLeast(std::size_t bytes);

private:
    std::unique_ptr<std::byte[]> memory_;
    std::size_t bytes_ = 0;
};

/// oneDNN has no fast convolution of a shape on this processor.
class NoFastConvolution : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Whether this build and this processor have fast convolutions of oneDNN.
bool hasConvolutions();

/// Whether `fast` differs from `exact` here: Winograd's algorithm needs AVX-512 and oneDNN 2;
/// version 3 has none.
bool hasWinograd();

/// Whether this processor multiplies bfloat16 by instructions of its own: AVX512_BF16, which
/// processors with AMX have too.
bool hasBFloat16();

/// "oneDNN 2.6.3 avx512_bf16", for a run's provenance: the largest set of instructions that it
/// uses here, of avx2, avx512, avx512_bf16 and amx. "" where there are no convolutions.
std::string convolutionLibrary();

/// One convolution's three directions over a few images, on the calling thread alone. Several
/// threads may run it at once, each with a scratch of its own; only setWeight() must be
/// alone with it.
/// Weights and their gradient are float, [out, kernel, kernel, in]; memory is fastest where it is
/// aligned to 64 bytes. `fast` asks for Winograd's algorithm in each direction where it is the
/// faster one and exists; sums are then rounded differently. With `bfloat16` x, y and their
/// gradients are BFloat16, else float; sums are float in any case. Throws NoFastConvolution.
class TrainingConvolution {
public:
    TrainingConvolution(const ConvolutionShape& shape, Convolution rounding, bool data_gradient);
    ~TrainingConvolution();
    TrainingConvolution(TrainingConvolution&&) noexcept;

    void setWeight(const float* weight);
    void forward(const void* x, void* y, Scratch& scratch) const;
    void dataGradient(const void* dy, void* dx, Scratch& scratch) const;

    /// The weight gradient in a layout of its own, of gradientSize() floats: add such up, then
    /// have the sum as a gradient.
    void weightGradient(const void* x, const void* dy, float* gradient, Scratch& scratch) const;
    std::size_t gradientSize() const;
    void deliverGradient(const float* sum, float* dweight) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// y = conv(x, weight) + bias [+ y], for evaluation. oneDNN's own ReLU after it would turn NaN into
/// 0. Threads, layouts and errors as above.
class InferenceConvolution {
public:
    InferenceConvolution(const ConvolutionShape& shape, bool adds);
    ~InferenceConvolution();
    InferenceConvolution(InferenceConvolution&&) noexcept;

    void setWeight(const float* weight, const float* bias);
    void forward(const float* x, float* y, Scratch& scratch) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace ballast
