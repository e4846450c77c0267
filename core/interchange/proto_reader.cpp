#include "core/interchange/proto_reader.h"

#include <bit>
#include <string>

#include "core/base/error.h"

namespace ballast {

std::uint64_t littleEndianNumber(std::string_view bytes, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return value;
}

bool ProtoReader::next() {
    if (rest_.empty()) return false;
    const std::uint64_t key = varint();
    number_ = static_cast<int>(key >> 3 & 0x1fffffffU);
    bytes_ = {};
    integer_ = 0;
    switch (key & 7U) {
        case 0:
            wire_ = Wire::varint;
            integer_ = varint();
            return true;
        case 1:
            wire_ = Wire::eight;
            integer_ = littleEndianNumber(take(8), 8);
            return true;
        case 2:
            wire_ = Wire::bytes;
            bytes_ = take(varint());
            return true;
        case 5:
            wire_ = Wire::four;
            integer_ = littleEndianNumber(take(4), 4);
            return true;
        default:
            fail();  // groups, which nobody writes any more
    }
}

std::int64_t ProtoReader::integer() const {
    return wire_ == Wire::varint ? static_cast<std::int64_t>(integer_) : 0;
}

double ProtoReader::real() const {
    if (wire_ == Wire::eight) return std::bit_cast<double>(integer_);
    if (wire_ == Wire::four) return std::bit_cast<float>(static_cast<std::uint32_t>(integer_));
    return 0.0;
}

std::string_view ProtoReader::bytes() const {
    return bytes_;
}

std::uint64_t ProtoReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const auto byte = static_cast<unsigned char>(take(1).front());
        value |= std::uint64_t{byte & 0x7fU} << shift;
        if (byte < 0x80) return value;
    }
    fail();
}

std::string_view ProtoReader::take(std::uint64_t size) {
    if (size > rest_.size()) fail();
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(static_cast<std::size_t>(size));
    return taken;
}

void ProtoReader::fail() const {
    throw DataError(std::string(where_) + " is damaged: a message ends too early, or is none");
}

}  // namespace ballast
