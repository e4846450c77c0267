#include "core/interchange/pickle.h"

#include <bit>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/interchange/pickle_calls.h"

namespace ballast {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMaximumValues = 1'000'000;
}  // namespace

std::int64_t TensorView::elements() const {
    std::int64_t product = 1;
    for (const std::int64_t size : shape) product *= size;
    return product;
}

const PickleValue* PickleValue::find(std::string_view key) const {
    if (kind != Kind::dict) return nullptr;
    for (std::size_t i = items.size(); i >= 2; i -= 2) {
        if (items[i - 2]->kind == Kind::text && items[i - 2]->text == key) return items[i - 1];
    }
    return nullptr;
}

/// The stack machine of pickle, protocols 2 to 4, for the values of PickleValue.
class Unpickler {
public:
    Unpickler(Pickle& pickle, std::string_view data) : pickle_(pickle), data_(data) {
        while (!done_) step(static_cast<unsigned char>(take(1)[0]));
        pickle_.bytes_ = at_;
    }

private:
    std::string_view take(std::uint64_t count) {
        if (count > data_.size() - at_) damaged("ends too early");
        const std::string_view piece = data_.substr(at_, static_cast<std::size_t>(count));
        at_ += piece.size();
        return piece;
    }

    std::uint64_t number(std::size_t bytes) {
        const std::string_view piece = take(bytes);
        std::uint64_t value = 0;
        for (std::size_t i = bytes; i-- > 0;) {
            value = value << 8 | static_cast<unsigned char>(piece[i]);
        }
        return value;
    }

    std::string_view line() {
        const std::size_t end = data_.find('\n', at_);
        if (end == std::string_view::npos) damaged("ends too early");
        const std::string_view text = take(end - at_);
        take(1);
        return text;
    }

    PickleValue& made(Kind kind) {
        if (pickle_.values_.size() == kMaximumValues) {
            throw CheckpointError("holds more than " + std::to_string(kMaximumValues) + " values");
        }
        pickle_.values_.emplace_back().kind = kind;
        return pickle_.values_.back();
    }

    PickleValue& push(Kind kind) {
        PickleValue& value = made(kind);
        stack_.push_back(&value);
        return value;
    }
    void pushInteger(std::int64_t integer, Kind kind = Kind::integer) {
        PickleValue& value = push(kind);
        value.integer = integer;
        value.real = static_cast<double>(integer);
    }
    void pushText(std::uint64_t length) { push(Kind::text).text = asUtf8(take(length)); }
    void pushBytes(std::uint64_t length) { push(Kind::bytes).text = std::string(take(length)); }

    PickleValue& pop() {
        if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back())) {
            damaged("takes a value that is not there");
        }
        PickleValue* value = stack_.back();
        stack_.pop_back();
        return *value;
    }
    PickleValue& top() {
        PickleValue& value = pop();
        stack_.push_back(&value);
        return value;
    }

    std::vector<PickleValue*> popToMark() {
        if (marks_.empty()) damaged("takes a list that was not begun");
        const auto start = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
        std::vector<PickleValue*> items(start, stack_.end());
        stack_.erase(start, stack_.end());
        marks_.pop_back();
        return items;
    }
    std::vector<PickleValue*> popped(std::size_t count) {
        std::vector<PickleValue*> items(count);
        for (std::size_t i = count; i-- > 0;) items[i] = &pop();
        return items;
    }

    void pushSequence(Kind kind, const std::vector<PickleValue*>& items) {
        if (kind == Kind::dict && items.size() % 2 != 0) damaged("has a key without a value");
        push(kind).items.assign(items.begin(), items.end());
    }
    void extend(Kind kind, const std::vector<PickleValue*>& items) {
        PickleValue& target = top();
        if (target.is(Kind::inert)) return;
        if (!target.is(kind)) damaged("adds to what is not a container");
        if (kind == Kind::dict && items.size() % 2 != 0) damaged("has a key without a value");
        target.items.insert(target.items.end(), items.begin(), items.end());
    }

    void keep(std::uint64_t index) { memo_[index] = &top(); }
    void recall(std::uint64_t index) {
        const auto found = memo_.find(index);
        if (found == memo_.end()) damaged("recalls a value that it has not made");
        stack_.push_back(found->second);
    }

    void global(std::string_view module, std::string_view name) {
        constexpr std::size_t kShown = 100;
        const std::string whole = std::string(module) + "." + std::string(name);
        if (!mayBeNamed(whole)) {
            // A pickled network names the modules that it is made of behind its own class.
            const std::string shown = cleanedName(whole.substr(0, kShown));
            const bool model = data_.find("torch.nn.modules") != std::string_view::npos;
            throw CheckpointError(
                (model ? "is refused: it is a whole pickled model of the class \"" + shown + "\""
                       : "is refused: it asks for \"" + shown +
                             "\"; allowed are tensors, parameters, numbers, text, containers and "
                             "a few classes of plain data") +
                ". Nothing was executed. In PyTorch, save model.state_dict() instead");
        }
        push(Kind::global).text = whole;
    }

    void reduce() {
        const PickleValue& arguments = pop();
        const PickleValue& function = pop();
        if (!function.is(Kind::global) || !arguments.is(Kind::tuple)) damaged("calls no function");
        pushMade(resultOf(function.text, arguments.items));
    }
    /// What calls make copies their arguments, which a few bytes can recall again and again.
    void pushMade(PickleValue&& value) {
        constexpr std::size_t kSlack = 4096;
        copied_ += value.text.size() + value.items.size() + value.tensor.storage.size();
        if (copied_ > 4 * data_.size() + kSlack) {
            throw CheckpointError("is refused: its pickle repeats itself too often");
        }
        push(value.kind) = std::move(value);
    }
    /// An instance of a class made without calling it.
    void newObject() {
        const PickleValue& arguments = pop();
        const PickleValue& type = pop();
        if (!type.is(Kind::global) || !arguments.is(Kind::tuple) || !isInert(type.text)) {
            damaged("makes an object of no class");
        }
        push(Kind::inert);
    }
    void persistent() {
        PickleValue storage = storageFrom(pop());
        pickle_.storages_.emplace(storage.tensor.storage, storage.tensor);
        pushMade(std::move(storage));
    }
    void build();
    void step(unsigned char code);
    bool stepNumbersAndText(unsigned char code);

    Pickle& pickle_;
    std::string_view data_;
    std::size_t at_ = 0;
    bool done_ = false;
    std::size_t copied_ = 0;  // characters and items
    std::vector<PickleValue*> stack_;
    std::vector<std::size_t> marks_;  // sizes of the stack
    std::unordered_map<std::uint64_t, PickleValue*> memo_;
};

/// State given to a value after it was made. An OrderedDict's (PyTorch's _metadata) says nothing
/// that is needed, nor does what is skipped; of a dtype it is the byte order.
void Unpickler::build() {
    const PickleValue& state = pop();
    PickleValue& target = top();
    if (target.is(Kind::inert)) return;
    if (target.is(Kind::dict) && (state.is(Kind::dict) || state.is(Kind::none))) return;
    if (target.is(Kind::dtype) && state.is(Kind::tuple)) {
        if (state.items.size() > 1 && state.items[1]->text == ">") target.text.insert(0, ">");
        return;
    }
    throw CheckpointError("is refused: it gives state to what may have none. Nothing was executed");
}

bool Unpickler::stepNumbersAndText(unsigned char code) {
    switch (code) {
        case 'N':
            push(Kind::none);
            break;
        case 0x88:
            pushInteger(1, Kind::boolean);
            break;
        case 0x89:
            pushInteger(0, Kind::boolean);
            break;
        case 'J':
            pushInteger(static_cast<std::int32_t>(number(4)));
            break;
        case 'K':
            pushInteger(static_cast<std::int64_t>(number(1)));
            break;
        case 'M':
            pushInteger(static_cast<std::int64_t>(number(2)));
            break;
        case 0x8a: {
            const auto bytes = static_cast<std::size_t>(number(1));
            if (bytes > 8) damaged("has a whole number of more than 64 bits");
            std::uint64_t value = number(bytes);
            if (bytes > 0 && bytes < 8 && (value >> (8 * bytes - 1) & 1) != 0) {
                value |= ~std::uint64_t{0} << 8 * bytes;
            }
            pushInteger(static_cast<std::int64_t>(value));
            break;
        }
        case 'G': {  // big-endian
            std::uint64_t bits = 0;
            for (const char c : take(8)) bits = bits << 8 | static_cast<unsigned char>(c);
            push(Kind::real).real = std::bit_cast<double>(bits);
            break;
        }
        case 'X':
        case 'T':
            pushText(number(4));
            break;
        case 0x8c:
        case 'U':
            pushText(number(1));
            break;
        case 0x8d:
            pushText(number(8));
            break;
        case 'C':
            pushBytes(number(1));
            break;
        case 'B':
            pushBytes(number(4));
            break;
        case 0x8e:
            pushBytes(number(8));
            break;
        default:
            return false;
    }
    return true;
}

void Unpickler::step(unsigned char code) {
    if (stepNumbersAndText(code)) return;
    switch (code) {
        case 0x80:  // PROTO
            if (const auto protocol = number(1); protocol < 2 || protocol > 4) {
                throw CheckpointError("has pickle protocol " + std::to_string(protocol) +
                                      "; allowed: 2 to 4");
            }
            break;
        case 0x95:
            number(8);
            break;  // FRAME: its length says nothing new
        case '.':
            pickle_.root_ = &pop();
            done_ = true;
            break;
        case '(':
            marks_.push_back(stack_.size());
            break;
        case '0':
            pop();
            break;
        case '1':
            popToMark();
            break;
        case ']':
            push(Kind::list);
            break;
        case ')':
            push(Kind::tuple);
            break;
        case '}':
            push(Kind::dict);
            break;
        case 'l':
            pushSequence(Kind::list, popToMark());
            break;
        case 't':
            pushSequence(Kind::tuple, popToMark());
            break;
        case 'd':
            pushSequence(Kind::dict, popToMark());
            break;
        case 0x85:
        case 0x86:
        case 0x87:
            pushSequence(Kind::tuple, popped(code - std::size_t{0x84}));
            break;
        case 0x8f:  // EMPTY_SET
            push(Kind::inert);
            break;
        case 0x90:  // ADDITEMS
            extend(Kind::inert, popToMark());
            break;
        case 0x91:  // FROZENSET
            popToMark();
            push(Kind::inert);
            break;
        case 'a':
            extend(Kind::list, popped(1));
            break;
        case 'e':
            extend(Kind::list, popToMark());
            break;
        case 's':
            extend(Kind::dict, popped(2));
            break;
        case 'u':
            extend(Kind::dict, popToMark());
            break;
        case 'q':
            keep(number(1));
            break;
        case 'r':
            keep(number(4));
            break;
        case 0x94:
            keep(memo_.size());
            break;
        case 'h':
            recall(number(1));
            break;
        case 'j':
            recall(number(4));
            break;
        case 'c': {
            const std::string_view module = line();
            global(module, line());
            break;
        }
        case 0x93: {
            const PickleValue& name = pop();
            const PickleValue& module = pop();
            if (!name.is(Kind::text) || !module.is(Kind::text)) damaged("names no global");
            global(module.text, name.text);
            break;
        }
        case 'R':
            reduce();
            break;
        case 0x81:
            newObject();
            break;
        case 'b':
            build();
            break;
        case 'Q':
            persistent();
            break;
        default:
            throw CheckpointError("is refused: its pickle has the instruction " +
                                  std::to_string(code) +
                                  ", which checkpoints do not need. Nothing was executed");
    }
}

Pickle::Pickle(std::string_view data) {
    Unpickler(*this, data);
}

}  // namespace ballast
