#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ballast {

enum class TensorType {
    float64,
    float32,
    float16,
    bfloat16,
    int64,
    int32,
    int16,
    int8,
    uint8,
    boolean
};

/// Bytes of one element.
std::int64_t elementBytes(TensorType type);

/// A view into a stored array: element (i, j, …) is number offset + i·stride[0] + j·stride[1] + …
/// of `storage`. Checked: within the storage, and with no more elements than it has.
struct TensorView {
    TensorType type = TensorType::float32;
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> stride;
    std::int64_t offset = 0;
    std::string storage;                // name of the array in the archive
    std::int64_t storage_elements = 0;  // length of the array
    std::int64_t elements() const;
};

/// One value of a pickle. Values point at each other, and may do so in a ring: follow them by name
/// and to a fixed depth only.
struct PickleValue {
    enum class Kind {
        none,
        boolean,
        integer,
        real,
        text,
        bytes,
        list,
        tuple,
        dict,
        tensor,
        storage,
        global,
        dtype,  // parts that tensors and NumPy numbers are made of
        inert   // of a class that is known to hold plain data, which nobody reads
    };
    Kind kind = Kind::none;
    std::int64_t integer = 0;  // boolean: 0 or 1
    double real = 0.0;         // also of an integer
    std::string text;          // text, as UTF-8, and bytes; the name of a global or dtype
    std::vector<const PickleValue*> items;  // list, tuple; dict: key, value, key, value, …
    TensorView tensor;                      // storage: its type, name and length only

    /// The value of a dict's text key, of equal keys the last; nullptr where there is none.
    const PickleValue* find(std::string_view key) const;
    bool is(Kind wanted) const { return kind == wanted; }
};

/// What a pickle of protocol 2 to 4 holds, read without running any of it: numbers, text, None,
/// lists, tuples, dicts (OrderedDict, defaultdict and Counter too), PyTorch's tensors and
/// parameters, NumPy's numbers. Sets, NumPy's arrays, paths and a few more classes of plain data
/// are skipped: a value without content. Any other class or function is refused by its name.
/// Nothing recurses, and memory is linear in the pickle's length.
class Pickle {
public:
    /// Reads the pickle that `data` begins with. Throws CheckpointError with the end of a sentence
    /// that begins with the file's name.
    explicit Pickle(std::string_view data);
    Pickle(Pickle&&) = default;  // the values' addresses stay
    Pickle(const Pickle&) = delete;
    const PickleValue& root() const { return *root_; }

    /// How long it is; data may follow.
    std::size_t bytes() const { return bytes_; }

    /// The storages it names, by their name: type and length.
    const std::map<std::string, TensorView>& storages() const { return storages_; }

private:
    friend class Unpickler;
    std::deque<PickleValue> values_;
    std::map<std::string, TensorView> storages_;
    const PickleValue* root_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace ballast
