#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/learning/kernels/convolution.h"
#include "core/learning/kernels/team.h"
#include "core/learning/models/normalisation.h"

namespace ballast {

/// One convolution of a chain with what follows it: z = relu(norm(conv(x)) [+ shortcut]), where x
/// is the z of the unit before it; the first one's, the images.
struct ConvUnit {
    static constexpr int kNone = -1;

    torch::nn::Conv2d convolution;  // square and odd, padded by half its size, without bias
    BatchNorm norm;
    int shortcut = kNone;  // the earlier unit whose z is added; of another size: "option A"
};

/// What follows from the chain's shortcuts.
struct UnitGraph {
    explicit UnitGraph(const std::vector<ConvUnit>& units);
    std::vector<bool> keeps;            // the unit's z for the backward pass; else it is made again
    std::vector<std::size_t> last_use;  // the last unit that convolves or adds it
};

/// A convolution for a whole chunk of images, and one for those that are left over.
template<class Convolution>
class Chunked {
public:
    /// `shape` of all images; `arguments` go to Convolution's constructor.
    template<class... Arguments>
    Chunked(const ConvolutionShape& shape, std::int64_t chunk, Arguments... arguments)
        : images_(std::min(chunk, shape.images)),
          whole_chunks_(shape.images / images_),
          whole(withImages(shape, images_), arguments...) {
        const std::int64_t left = shape.images % images_;
        if (left > 0) rest.emplace(withImages(shape, left), arguments...);
    }

    std::int64_t images() const { return images_; }
    std::int64_t wholeChunks() const { return whole_chunks_; }
    std::int64_t chunks() const { return whole_chunks_ + (rest ? 1 : 0); }
    const Convolution& of(std::int64_t chunk) const {
        return chunk < whole_chunks_ ? whole : *rest;
    }

    template<class... Arguments>
    void setWeight(Arguments... arguments) {
        whole.setWeight(arguments...);
        if (rest) rest->setWeight(arguments...);
    }

private:
    static ConvolutionShape withImages(ConvolutionShape shape, std::int64_t images) {
        shape.images = images;
        return shape;
    }

    std::int64_t images_;
    std::int64_t whole_chunks_;

public:
    Convolution whole;
    std::optional<Convolution> rest;
};

/// What a thread needs while it works on a chunk.
struct Workbench {
    Scratch primitive;
    Scratch input;     // a unit's input, where it is not kept
    Scratch shortcut;  // a shortcut of another size
    Scratch gradient;  // of a convolution's output
    Scratch fresh;     // what a convolution has just written
};

/// Consecutive images that a thread works on.
struct Chunk {
    std::int64_t number;
    std::int64_t first;
    std::int64_t images;
};

/// The grid of some of its images.
inline ChannelGrid part(ChannelGrid grid, std::int64_t images) {
    grid.images = images;
    return grid;
}

/// Evaluation is exact whatever training is: Winograd's algorithm is no faster there, and bounds
/// are smallest margins, which rounding shows in.
enum class PassMode { training, evaluation };

/// The stride from pixels of one grid to those of a smaller one, of which the last may be cut off.
inline std::int64_t strideBetween(std::int64_t large_side, std::int64_t small_side) {
    return (large_side - 1) / small_side + 1;
}

/// How the units of a stack pass over images of one shape: the layouts of their outputs, and their
/// convolutions, made for a few images at a time. Throws NoFastConvolution.
class ConvPlan {
public:
    struct Unit {
        ChannelGrid grid;  // of the output
        std::int64_t side = 0;
        std::optional<Chunked<TrainingConvolution>> training;
        std::optional<Chunked<InferenceConvolution>> inference;
    };

    /// `side` in pixels.
    ConvPlan(const std::vector<ConvUnit>& units, std::int64_t images, std::int64_t side,
             PassMode mode, Convolution rounding);

    Unit& unit(std::size_t k) { return units_[k]; }
    const Unit& unit(std::size_t k) const { return units_[k]; }
    std::int64_t images() const { return images_; }

    /// Chunk `number` of the images as `convolution` divides them.
    template<class Convolution>
    Chunk chunk(const Chunked<Convolution>& convolution, std::int64_t number) const {
        const std::int64_t first = number * convolution.images();
        return {number, first, std::min(convolution.images(), images_ - first)};
    }

    /// Runs a program on as many threads as LibTorch has now, each with its workbench. Throws what
    /// its shared parts throw.
    void inTeam(const std::function<void(Team&, Workbench&)>& program);

private:
    std::int64_t images_;
    std::vector<Unit> units_;
    std::vector<Workbench> benches_;  // by thread
};

/// Tensors of bytes that are used again: free where nothing else holds them. Large ones lie in huge
/// pages where the system has them, so that fewer addresses must be looked up.
class Buffers {
public:
    torch::Tensor take(std::size_t bytes);

    /// Room for `count` numbers of a type.
    template<class Number>
    torch::Tensor take(std::int64_t count) {
        return take(static_cast<std::size_t>(count) * sizeof(Number));
    }

private:
    std::vector<torch::Tensor> all_;
};

}  // namespace ballast
