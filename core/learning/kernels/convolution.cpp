#include "core/learning/kernels/convolution.h"

#include <memory>

#include "core/learning/part_times.h"

#ifdef BALLAST_HAS_ONEDNN
#include <omp.h>

#include <dnnl.hpp>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>
#endif

namespace ballast {

void* Scratch::atLeast(std::size_t bytes) {
    constexpr std::size_t kAlignment = 64;
    if (bytes > bytes_) {
        memory_.reset();
        memory_ = std::make_unique_for_overwrite<std::byte[]>(bytes + kAlignment);
        bytes_ = bytes;
    }
    void* start = memory_.get();
    std::size_t room = bytes_ + kAlignment;
    return memory_ ? std::align(kAlignment, bytes_, start, room) : nullptr;
}

#ifdef BALLAST_HAS_ONEDNN
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

const dnnl::engine& engine() {
    static const dnnl::engine kEngine(dnnl::engine::kind::cpu, 0);
    return kEngine;
}

memory::desc describe(const memory::dims& dims, Tag tag,
                      memory::data_type type = memory::data_type::f32) {
    return {dims, type, tag};
}

/// The descriptors of one convolution, and what its primitives are made of in both of oneDNN's
/// interfaces.
struct Geometry {
    explicit Geometry(const ConvolutionShape& shape,
                      memory::data_type type = memory::data_type::f32)
        : x(activations(shape.images, shape.in_channels, shape.in_side, tag(shape), type)),
          y(activations(shape.images, shape.out_channels, shape.outSide(), tag(shape), type)),
          given_weight(describe(weightDims(shape), Tag::ohwi)),
          weight(describe(weightDims(shape), Tag::any, type)),
          weight_gradient(describe(weightDims(shape), Tag::any)),
          bias(describe({shape.out_channels}, Tag::x)),
          stride{shape.stride, shape.stride},
          padding{shape.kernel / 2, shape.kernel / 2} {}

    static memory::desc activations(std::int64_t images, std::int64_t channels, std::int64_t side,
                                    Tag tag, memory::data_type type) {
        const memory::desc activations = describe({images, channels, side, side}, tag, type);
        const auto count = static_cast<std::size_t>(images * channels * side * side);
        if (activations.get_size() != count * memory::data_type_size(type)) {
            throw NoFastConvolution("channels do not fill their blocks");
        }
        return activations;
    }

    /// Of 16 channels both layouts are the same; oneDNN is faster at what it calls NHWC.
    static Tag tag(const ConvolutionShape& shape) {
        const bool nhwc =
            shape.in_block == shape.in_channels && shape.out_block == shape.out_channels;
        return nhwc ? Tag::nhwc : Tag::nChw16c;
    }

    static memory::dims weightDims(const ConvolutionShape& shape) {
        return {shape.out_channels, shape.in_channels, shape.kernel, shape.kernel};
    }

    memory::desc x;
    memory::desc y;
    memory::desc given_weight;
    memory::desc weight;
    memory::desc weight_gradient;
    memory::desc bias;
    memory::dims stride;
    memory::dims padding;
};

using Forward = dnnl::convolution_forward;
using BackwardData = dnnl::convolution_backward_data;
using BackwardWeights = dnnl::convolution_backward_weights;

// oneDNN's numbers of what each is given, in the order in which we give it.
const std::vector<int> kForward{DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
const std::vector<int> kBackwardData{DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC};
const std::vector<int> kBackwardWeights{DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS};
const std::vector<int> kInference{DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST};

#if DNNL_VERSION_MAJOR < 3
Forward::primitive_desc forwardOf(const Geometry& g, dnnl::algorithm algorithm,
                                  const dnnl::primitive_attr& attr, bool inference) {
    if (!inference) {
        return {{dnnl::prop_kind::forward_training, algorithm, g.x, g.weight, g.y, g.stride,
                 g.padding, g.padding},
                attr,
                engine()};
    }
    return {{dnnl::prop_kind::forward_inference, algorithm, g.x, g.weight, g.bias, g.y, g.stride,
             g.padding, g.padding},
            attr,
            engine()};
}
BackwardData::primitive_desc backwardDataOf(const Geometry& g, dnnl::algorithm algorithm,
                                            const dnnl::primitive_attr& attr,
                                            const Forward::primitive_desc& hint) {
    return {{algorithm, g.x, g.weight, g.y, g.stride, g.padding, g.padding}, attr, engine(), hint};
}
BackwardWeights::primitive_desc backwardWeightsOf(const Geometry& g, dnnl::algorithm algorithm,
                                                  const dnnl::primitive_attr& attr,
                                                  const Forward::primitive_desc& hint) {
    return {{algorithm, g.x, g.weight_gradient, g.y, g.stride, g.padding, g.padding},
            attr,
            engine(),
            hint};
}
#else
Forward::primitive_desc forwardOf(const Geometry& g, dnnl::algorithm algorithm,
                                  const dnnl::primitive_attr& attr, bool inference) {
    if (!inference) {
        return {engine(),  dnnl::prop_kind::forward_training,
                algorithm, g.x,
                g.weight,  g.y,
                g.stride,  g.padding,
                g.padding, attr};
    }
    return {engine(),  dnnl::prop_kind::forward_inference,
            algorithm, g.x,
            g.weight,  g.bias,
            g.y,       g.stride,
            g.padding, g.padding,
            attr};
}
BackwardData::primitive_desc backwardDataOf(const Geometry& g, dnnl::algorithm algorithm,
                                            const dnnl::primitive_attr& attr,
                                            const Forward::primitive_desc& hint) {
    return {engine(), algorithm, g.x, g.weight, g.y, g.stride, g.padding, g.padding, hint, attr};
}
BackwardWeights::primitive_desc backwardWeightsOf(const Geometry& g, dnnl::algorithm algorithm,
                                                  const dnnl::primitive_attr& attr,
                                                  const Forward::primitive_desc& hint) {
    return {engine(),  algorithm, g.x, g.weight_gradient, g.y, g.stride, g.padding,
            g.padding, hint,      attr};
}
#endif

dnnl::primitive_attr callersScratch() {
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attr;
}

/// make(algorithm), if not by oneDNN's slow reference code.
template<class Make>
auto fast(dnnl::algorithm algorithm, Make make) {
    constexpr const char* kNone = "oneDNN has no fast convolution of this shape here";
    try {
        auto description = make(algorithm);
        if (std::string(description.impl_info_str()).starts_with("ref")) {
            throw NoFastConvolution(kNone);
        }
        return description;
    } catch (const dnnl::error& error) {
        if (error.status != dnnl_unimplemented) throw;
        throw NoFastConvolution(kNone);
    }
}

/// Winograd's algorithm where it is asked for and there is one, else the direct one.
template<class Make>
auto chosen(bool winograd, Make make) {
    if (winograd) {
        try {
            return fast(dnnl::algorithm::convolution_winograd, make);
        } catch (const NoFastConvolution&) {
        }
    }
    return fast(dnnl::algorithm::convolution_direct, make);
}

/// Primitives divide their work among as many threads as there are when they are made.
class OneThread {
public:
    OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~OneThread() { omp_set_num_threads(before_); }
    OneThread(const OneThread&) = delete;
    OneThread& operator=(const OneThread&) = delete;

private:
    int before_;
};

/// A primitive and what its calls need. Making oneDNN's objects takes longer than setting them, so
/// calls leave theirs for later ones.
template<class Primitive>
class BoundPrimitive {
public:
    using Description = typename Primitive::primitive_desc;

    /// `arguments` are oneDNN's numbers of what run() is given.
    BoundPrimitive(Description description, std::vector<int> arguments)
        : description_(std::move(description)),
          primitive_(description_),
          arguments_(std::move(arguments)),
          room_(description_.scratchpad_desc().get_size()) {
        if (room_ > 0) arguments_.push_back(DNNL_ARG_SCRATCHPAD);
    }

    const Description& description() const { return description_; }

    /// `data` in the order of the constructor's arguments.
    void run(std::initializer_list<const void*> data, Scratch& scratch) const {
        const PartTimer timer(Part::convolution);
        Call call = take();
        std::size_t i = 0;
        for (const void* each : data) call.memories[i++].set_data_handle(const_cast<void*>(each));
        if (room_ > 0) call.memories[i].set_data_handle(scratch.atLeast(room_));
        dnnl::error::wrap_c_api(
            dnnl_primitive_execute(primitive_.get(), call.stream.get(),
                                   static_cast<int>(call.arguments.size()), call.arguments.data()),
            "oneDNN could not execute a convolution");
        call.stream.wait();
        const std::lock_guard lock(*taking_);
        calls_.push_back(std::move(call));
    }

private:
    struct Call {
        dnnl::stream stream;
        std::vector<memory> memories;
        std::vector<dnnl_exec_arg_t> arguments;
    };

    Call take() const {
        {
            const std::lock_guard lock(*taking_);
            if (!calls_.empty()) {
                Call call = std::move(calls_.back());
                calls_.pop_back();
                return call;
            }
        }
        Call call{dnnl::stream(engine()), {}, {}};
        for (const int argument : arguments_) {
            call.memories.emplace_back(description_.query_md(dnnl::query::exec_arg_md, argument),
                                       engine(), nullptr);
            call.arguments.push_back({argument, call.memories.back().get()});
        }
        return call;
    }

    Description description_;
    Primitive primitive_;
    std::vector<int> arguments_;
    std::size_t room_;  // bytes of the scratchpad
    std::unique_ptr<std::mutex> taking_ = std::make_unique<std::mutex>();
    mutable std::vector<Call> calls_;
};

memory view(const memory::desc& description, const float* data) {
    return {description, engine(), const_cast<float*>(data)};
}

void copy(memory from, memory to) {
    dnnl::stream stream(engine());
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
}

/// The values of oneDNN's enumeration are sets of instructions as bits, not steps of one ladder.
bool has(dnnl::cpu_isa wanted) {
    const auto bits = static_cast<unsigned>(wanted);
    return (static_cast<unsigned>(dnnl::get_effective_cpu_isa()) & bits) == bits;
}

/// The type of features. Without instructions for bfloat16 oneDNN would emulate them.
memory::data_type typeOf(Convolution rounding) {
    if (rounding != Convolution::bfloat16) return memory::data_type::f32;
    if (!hasBFloat16()) throw NoFastConvolution("the processor has no instructions for bfloat16");
    return memory::data_type::bf16;
}

/// With 16 channels the transforms cost more than they save.
bool winogradPays(const ConvolutionShape& shape, bool asked) {
    return asked && shape.kernel == 3 && shape.stride == 1 && shape.in_channels >= 32;
}

}  // namespace

bool hasConvolutions() {
    return has(dnnl::cpu_isa::avx2);
}

bool hasBFloat16() {
    return has(dnnl::cpu_isa::avx512_core_bf16);
}

bool hasWinograd() {
    static const bool kHas = [] {
        if (!hasConvolutions()) return false;
        try {
            const Geometry g({1, 32, 32, 16, 3, 1, 16, 16});
            fast(dnnl::algorithm::convolution_winograd,
                 [&](dnnl::algorithm algorithm) { return forwardOf(g, algorithm, {}, false); });
            return true;
        } catch (const NoFastConvolution&) {
            return false;
        }
    }();
    return kHas;
}

std::string convolutionLibrary() {
    if (!hasConvolutions()) return "";
    const dnnl_version_t& version = *dnnl::version();
    const char* instructions = has(dnnl::cpu_isa::avx512_core_amx) ? " amx"
                               : hasBFloat16()                     ? " avx512_bf16"
                               : has(dnnl::cpu_isa::avx512_core)   ? " avx512"
                                                                   : " avx2";
    return "oneDNN " + std::to_string(version.major) + "." + std::to_string(version.minor) + "." +
           std::to_string(version.patch) + instructions;
}

struct TrainingConvolution::Parts {
    Parts(const ConvolutionShape& shape, Convolution rounding, bool data_gradient)
        : geometry(shape, typeOf(rounding)) {
        const OneThread alone;
        const bool winograd = winogradPays(shape, rounding == Convolution::fast);
        const dnnl::primitive_attr attr = callersScratch();
        const Geometry& g = geometry;
        forward.emplace(
            chosen(winograd,
                   [&](dnnl::algorithm algorithm) { return forwardOf(g, algorithm, attr, false); }),
            kForward);
        const Forward::primitive_desc hint =
            forwardOf(g, dnnl::algorithm::convolution_direct, attr, false);
        // Of 32 channels, Winograd's weight gradient is the slower one.
        weights.emplace(chosen(winograd && shape.in_channels > 32,
                               [&](dnnl::algorithm algorithm) {
                                   return backwardWeightsOf(g, algorithm, attr, hint);
                               }),
                        kBackwardWeights);
        forward_weight = memory(forward->description().weights_desc(), engine());
        if (data_gradient) {
            data.emplace(chosen(winograd,
                                [&](dnnl::algorithm algorithm) {
                                    return backwardDataOf(g, algorithm, attr, hint);
                                }),
                         kBackwardData);
            data_weight = memory(data->description().weights_desc(), engine());
        }
    }

    Geometry geometry;
    std::optional<BoundPrimitive<Forward>> forward;
    std::optional<BoundPrimitive<BackwardData>> data;
    std::optional<BoundPrimitive<BackwardWeights>> weights;
    memory forward_weight;
    memory data_weight;
};

TrainingConvolution::TrainingConvolution(const ConvolutionShape& shape, Convolution rounding,
                                         bool data_gradient)
    : parts_(std::make_unique<Parts>(shape, rounding, data_gradient)) {}
TrainingConvolution::~TrainingConvolution() = default;
TrainingConvolution::TrainingConvolution(TrainingConvolution&&) noexcept = default;

void TrainingConvolution::setWeight(const float* weight) {
    const memory given = view(parts_->geometry.given_weight, weight);
    copy(given, parts_->forward_weight);
    if (parts_->data) copy(given, parts_->data_weight);
}

void TrainingConvolution::forward(const void* x, void* y, Scratch& scratch) const {
    const Parts& p = *parts_;
    p.forward->run({x, p.forward_weight.get_data_handle(), y}, scratch);
}

void TrainingConvolution::dataGradient(const void* dy, void* dx, Scratch& scratch) const {
    const Parts& p = *parts_;
    p.data->run({dy, p.data_weight.get_data_handle(), dx}, scratch);
}

void TrainingConvolution::weightGradient(const void* x, const void* dy, float* gradient,
                                         Scratch& scratch) const {
    parts_->weights->run({x, dy, gradient}, scratch);
}

std::size_t TrainingConvolution::gradientSize() const {
    return parts_->weights->description().diff_weights_desc().get_size() / sizeof(float);
}

void TrainingConvolution::deliverGradient(const float* sum, float* dweight) const {
    copy(view(parts_->weights->description().diff_weights_desc(), sum),
         view(parts_->geometry.given_weight, dweight));
}

struct InferenceConvolution::Parts {
    Parts(const ConvolutionShape& shape, bool adds) : geometry(shape) {
        const OneThread alone;
        dnnl::primitive_attr attr = callersScratch();
        dnnl::post_ops operations;
        if (adds) operations.append_sum(1.0f);
        attr.set_post_ops(operations);
        forward.emplace(fast(dnnl::algorithm::convolution_direct,
                             [&](dnnl::algorithm algorithm) {
                                 return forwardOf(geometry, algorithm, attr, true);
                             }),
                        kInference);
        weight = memory(forward->description().weights_desc(), engine());
        bias = memory(geometry.bias, engine());
    }

    Geometry geometry;
    std::optional<BoundPrimitive<Forward>> forward;
    memory weight;
    memory bias;
};

InferenceConvolution::InferenceConvolution(const ConvolutionShape& shape, bool adds)
    : parts_(std::make_unique<Parts>(shape, adds)) {}
InferenceConvolution::~InferenceConvolution() = default;
InferenceConvolution::InferenceConvolution(InferenceConvolution&&) noexcept = default;

void InferenceConvolution::setWeight(const float* weight, const float* bias) {
    copy(view(parts_->geometry.given_weight, weight), parts_->weight);
    copy(view(parts_->geometry.bias, bias), parts_->bias);
}

void InferenceConvolution::forward(const float* x, float* y, Scratch& scratch) const {
    const Parts& p = *parts_;
    p.forward->run({x, p.weight.get_data_handle(), p.bias.get_data_handle(), y}, scratch);
}

#else

bool hasConvolutions() {
    return false;
}
bool hasWinograd() {
    return false;
}
bool hasBFloat16() {
    return false;
}
std::string convolutionLibrary() {
    return "";
}
struct TrainingConvolution::Parts {};
TrainingConvolution::TrainingConvolution(const ConvolutionShape&, Convolution, bool) {}
TrainingConvolution::~TrainingConvolution() = default;
TrainingConvolution::TrainingConvolution(TrainingConvolution&&) noexcept = default;
void TrainingConvolution::setWeight(const float*) {}
void TrainingConvolution::forward(const void*, void*, Scratch&) const {}
void TrainingConvolution::dataGradient(const void*, void*, Scratch&) const {}
void TrainingConvolution::weightGradient(const void*, const void*, float*, Scratch&) const {}
std::size_t TrainingConvolution::gradientSize() const {
    return 0;
}
void TrainingConvolution::deliverGradient(const float*, float*) const {}
struct InferenceConvolution::Parts {};
InferenceConvolution::InferenceConvolution(const ConvolutionShape&, bool) {}
InferenceConvolution::~InferenceConvolution() = default;
InferenceConvolution::InferenceConvolution(InferenceConvolution&&) noexcept = default;
void InferenceConvolution::setWeight(const float*, const float*) {}
void InferenceConvolution::forward(const float*, float*, Scratch&) const {}

#endif

}  // namespace ballast
