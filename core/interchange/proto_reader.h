#pragma once

#include <cstdint>
#include <string_view>

namespace ballast {

/// Reads one message in the wire format of Protocol Buffers, field by field, without a description
/// of it:
///
///     for (ProtoReader field(message, where); field.next();)
///         if (field.number() == 2) step = field.integer();
///
/// A value asked for as another type than it has is 0 or empty. What is torn is a DataError that
/// begins with `where`.
class ProtoReader {
public:
    /// `message` must outlive the reader and every value taken from it.
    ProtoReader(std::string_view message, std::string_view where) : rest_(message), where_(where) {}

    /// Goes on to the next field; false at the end. Throws DataError.
    bool next();

    int number() const { return number_; }
    std::int64_t integer() const;    // int32, int64, enum, bool
    double real() const;             // double or float
    std::string_view bytes() const;  // string, bytes, message, packed numbers

private:
    enum class Wire { varint = 0, eight = 1, bytes = 2, four = 5 };

    std::uint64_t varint();
    std::string_view take(std::uint64_t size);
    [[noreturn]] void fail() const;

    std::string_view rest_;
    std::string_view where_;
    int number_ = 0;
    Wire wire_ = Wire::varint;
    std::uint64_t integer_ = 0;
    std::string_view bytes_;
};

/// A number of `size` bytes, the least significant first; `bytes` holds at least as many.
std::uint64_t littleEndianNumber(std::string_view bytes, std::size_t size);

}  // namespace ballast
