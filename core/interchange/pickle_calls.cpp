#include "core/interchange/pickle_calls.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "core/base/error.h"

namespace ballast {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMaximumDimensions = 16;

struct TypeName {
    std::string_view name;
    TensorType type;
    std::int64_t bytes;
};
constexpr std::array<TypeName, 10> kStorages = {{{"DoubleStorage", TensorType::float64, 8},
                                                 {"FloatStorage", TensorType::float32, 4},
                                                 {"HalfStorage", TensorType::float16, 2},
                                                 {"BFloat16Storage", TensorType::bfloat16, 2},
                                                 {"LongStorage", TensorType::int64, 8},
                                                 {"IntStorage", TensorType::int32, 4},
                                                 {"ShortStorage", TensorType::int16, 2},
                                                 {"CharStorage", TensorType::int8, 1},
                                                 {"ByteStorage", TensorType::uint8, 1},
                                                 {"BoolStorage", TensorType::boolean, 1}}};

constexpr std::array<std::string_view, 10> kFunctions = {"collections.OrderedDict",
                                                         "collections.defaultdict",
                                                         "collections.Counter",
                                                         "torch._utils._rebuild_tensor",
                                                         "torch._utils._rebuild_tensor_v2",
                                                         "torch._utils._rebuild_parameter",
                                                         "numpy.core.multiarray.scalar",
                                                         "numpy._core.multiarray.scalar",
                                                         "numpy.dtype",
                                                         "_codecs.encode"};

/// Plain data beside the weights: options, paths, generators' states, what PyTorch was set to.
constexpr std::array<std::string_view, 21> kInert = {"argparse.Namespace",
                                                     "types.SimpleNamespace",
                                                     "collections.deque",
                                                     "pathlib.Path",
                                                     "pathlib.PosixPath",
                                                     "pathlib.WindowsPath",
                                                     "pathlib.PurePosixPath",
                                                     "pathlib.PureWindowsPath",
                                                     "pathlib._local.Path",
                                                     "pathlib._local.PosixPath",
                                                     "pathlib._local.WindowsPath",
                                                     "pathlib._local.PurePosixPath",
                                                     "pathlib._local.PureWindowsPath",
                                                     "datetime.date",
                                                     "datetime.datetime",
                                                     "datetime.timedelta",
                                                     "torch.Size",
                                                     "torch.device",
                                                     "numpy.ndarray",
                                                     "numpy.core.multiarray._reconstruct",
                                                     "numpy._core.multiarray._reconstruct"};

/// Named builtins or, by Python 2 and protocol 2, __builtin__; types and plain containers only.
constexpr std::array<std::string_view, 14> kBuiltins = {
    "set",       "frozenset", "complex", "slice", "range", "xrange", "bytes",
    "bytearray", "list",      "dict",    "int",   "float", "str",    "bool"};

/// torch.float32 and its like are named, not called.
constexpr std::array<std::string_view, 22> kDtypes = {
    "float64", "double", "float32", "float",     "float16",   "half",      "bfloat16", "int64",
    "long",    "int32",  "int",     "int16",     "short",     "int8",      "uint8",    "bool",
    "quint8",  "qint8",  "qint32",  "complex32", "complex64", "complex128"};

template<class Names>
bool isIn(const Names& names, std::string_view module, std::string_view global) {
    return global.starts_with(module) &&
           std::ranges::find(names, global.substr(module.size())) != names.end();
}

std::optional<TypeName> storageNamed(std::string_view global) {
    constexpr std::string_view kModule = "torch.";
    if (!global.starts_with(kModule)) return std::nullopt;
    const auto* const found =
        std::ranges::find(kStorages, global.substr(kModule.size()), &TypeName::name);
    return found == kStorages.end() ? std::nullopt : std::optional(*found);
}

/// a · b + c of numbers from 0, or nothing where it would overflow.
std::optional<std::int64_t> multiplyAdd(std::int64_t a, std::int64_t b, std::int64_t c) {
    std::int64_t product = 0;
    std::int64_t sum = 0;
    if (__builtin_mul_overflow(a, b, &product) || __builtin_add_overflow(product, c, &sum)) {
        return std::nullopt;
    }
    return sum;
}

void checkView(TensorView& view) {
    if (view.shape.size() != view.stride.size() || view.shape.size() > kMaximumDimensions) {
        damaged("has a tensor of impossible shape");
    }
    if (view.offset < 0) damaged("has a tensor that begins before its storage");
    std::int64_t elements = 1;
    std::int64_t last = view.offset;
    for (std::size_t d = 0; d < view.shape.size(); ++d) {
        if (view.shape[d] < 0 || view.stride[d] < 0) damaged("has a tensor of negative size");
        if (view.shape[d] == 1) view.stride[d] = 0;  // never used, so it may be anything
        const auto product = multiplyAdd(elements, view.shape[d], 0);
        const auto index = view.shape[d] == 0
                               ? std::optional(last)
                               : multiplyAdd(view.shape[d] - 1, view.stride[d], last);
        if (!product || !index) damaged("has a tensor of impossible size");
        elements = *product;
        last = *index;
    }
    if (elements == 0) return;
    if (last >= view.storage_elements || elements > view.storage_elements) {
        damaged("has a tensor that reaches beyond its storage " + view.storage);
    }
}

/// The arguments of one call of `function`.
struct Call {
    const std::string& function;
    const std::vector<const PickleValue*>& arguments;

    [[noreturn]] void wrong() const { damaged("calls " + function + " with other arguments"); }

    /// Argument `i`, which must be of that kind.
    const PickleValue& at(std::size_t i, Kind kind) const {
        if (i >= arguments.size() || !arguments[i]->is(kind)) wrong();
        return *arguments[i];
    }

    std::vector<std::int64_t> sizes(std::size_t i) const {
        std::vector<std::int64_t> result;
        for (const PickleValue* size : at(i, Kind::tuple).items) {
            if (!size->is(Kind::integer) || result.size() > kMaximumDimensions) wrong();
            result.push_back(size->integer);
        }
        return result;
    }
};

PickleValue tensor(TensorView view) {
    PickleValue value;
    value.kind = Kind::tensor;
    value.tensor = std::move(view);
    return value;
}

PickleValue pickledText(Kind kind, std::string content) {
    PickleValue value;
    value.kind = kind;
    value.text = std::move(content);
    return value;
}

PickleValue inert() {
    PickleValue value;
    value.kind = Kind::inert;
    return value;
}

/// A dict as OrderedDict (nothing; by Python 2 a list of pairs), defaultdict (what makes a missing
/// value) and Counter (a dict) are called.
PickleValue madeDict(const Call& call) {
    PickleValue dict;
    dict.kind = Kind::dict;
    if (call.arguments.empty() || call.function == "collections.defaultdict") return dict;
    const PickleValue& content = *call.arguments[0];
    if (content.is(Kind::dict)) {
        dict.items = content.items;
        return dict;
    }
    for (const PickleValue* pair : call.at(0, Kind::list).items) {
        if ((!pair->is(Kind::list) && !pair->is(Kind::tuple)) || pair->items.size() != 2) {
            call.wrong();
        }
        dict.items.insert(dict.items.end(), pair->items.begin(), pair->items.end());
    }
    return dict;
}

PickleValue rebuiltTensor(const Call& call) {
    TensorView view = call.at(0, Kind::storage).tensor;
    view.offset = call.at(1, Kind::integer).integer;
    view.shape = call.sizes(2);
    view.stride = call.sizes(3);
    checkView(view);
    return tensor(std::move(view));
}

/// How protocol 2 writes bytes: as the text with these code points.
PickleValue encoded(const Call& call) {
    if (call.at(1, Kind::text).text != "latin1") call.wrong();
    const std::string& utf8 = call.at(0, Kind::text).text;
    std::string bytes;
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        auto c = static_cast<unsigned char>(utf8[i]);
        if (c >= 0x80) {  // U+0080 … U+00FF: two bytes
            if ((c != 0xc2 && c != 0xc3) || i + 1 == utf8.size()) call.wrong();
            c = static_cast<unsigned char>((c & 3) << 6 | (utf8[++i] & 0x3f));
        }
        bytes += static_cast<char>(c);
    }
    return pickledText(Kind::bytes, bytes);
}

template<class Number>
PickleValue pickledNumber(const Call& call, const std::string& bytes, Kind kind) {
    if (bytes.size() != sizeof(Number)) call.wrong();
    Number number{};
    std::memcpy(&number, bytes.data(), sizeof number);
    PickleValue value;
    value.kind = kind;
    value.real = static_cast<double>(number);
    if (kind != Kind::real) value.integer = static_cast<std::int64_t>(number);
    return value;
}

/// A number of NumPy's; of a type that no number here has (dates, text, complex) it is skipped.
PickleValue numpyNumber(const Call& call) {
    const std::string& type = call.at(0, Kind::dtype).text;
    if (call.arguments.size() < 2) call.wrong();
    const std::string& bytes = call.arguments[1]->text;  // by Python 2 a text
    if (type == "f8") return pickledNumber<double>(call, bytes, Kind::real);
    if (type == "f4") return pickledNumber<float>(call, bytes, Kind::real);
    if (type == "i8") return pickledNumber<std::int64_t>(call, bytes, Kind::integer);
    if (type == "i4") return pickledNumber<std::int32_t>(call, bytes, Kind::integer);
    if (type == "i2") return pickledNumber<std::int16_t>(call, bytes, Kind::integer);
    if (type == "i1") return pickledNumber<std::int8_t>(call, bytes, Kind::integer);
    if (type == "u4") return pickledNumber<std::uint32_t>(call, bytes, Kind::integer);
    if (type == "u2") return pickledNumber<std::uint16_t>(call, bytes, Kind::integer);
    if (type == "u1") return pickledNumber<std::uint8_t>(call, bytes, Kind::integer);
    if (type == "b1") return pickledNumber<std::uint8_t>(call, bytes, Kind::boolean);
    return inert();
}

}  // namespace

void damaged(const std::string& what) {
    throw CheckpointError("is truncated or damaged: its pickle " + what);
}

std::int64_t elementBytes(TensorType type) {
    return std::ranges::find(kStorages, type, &TypeName::type)->bytes;
}

bool isInert(std::string_view global) {
    return isIn(kInert, "", global) || isIn(kBuiltins, "builtins.", global) ||
           isIn(kBuiltins, "__builtin__.", global);
}

bool mayBeNamed(std::string_view global) {
    return isIn(kFunctions, "", global) || isInert(global) || isIn(kDtypes, "torch.", global) ||
           storageNamed(global);
}

PickleValue storageFrom(const PickleValue& id) {
    const auto is = [&](std::size_t i, Kind kind) { return id.items[i]->is(kind); };
    const bool legacy = id.is(Kind::tuple) && id.items.size() == 6 && is(5, Kind::none);
    if (!id.is(Kind::tuple) || (id.items.size() != 5 && !legacy) || !is(0, Kind::text) ||
        id.items[0]->text != "storage" || !is(1, Kind::global) || !is(2, Kind::text) ||
        !is(3, Kind::text) || !is(4, Kind::integer) || !storageNamed(id.items[1]->text)) {
        damaged("names a storage in another way than PyTorch");
    }
    PickleValue value;
    value.kind = Kind::storage;
    value.tensor.type = storageNamed(id.items[1]->text)->type;
    value.tensor.storage = id.items[2]->text;
    value.tensor.storage_elements = id.items[4]->integer;
    if (value.tensor.storage_elements < 0) damaged("has a storage of negative size");
    return value;
}

PickleValue resultOf(const std::string& function,
                     const std::vector<const PickleValue*>& arguments) {
    const Call call{function, arguments};
    if (isInert(function)) return inert();
    if (function.starts_with("collections.")) return madeDict(call);
    if (function.starts_with("torch._utils._rebuild_tensor")) return rebuiltTensor(call);
    if (function == "torch._utils._rebuild_parameter") {
        return tensor(call.at(0, Kind::tensor).tensor);
    }
    if (function == "numpy.dtype") return pickledText(Kind::dtype, call.at(0, Kind::text).text);
    if (function == "_codecs.encode") return encoded(call);
    if (function.ends_with(".multiarray.scalar")) return numpyNumber(call);
    damaged("calls " + function + ", which is no function");
}

}  // namespace ballast
