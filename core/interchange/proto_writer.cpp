#include "core/interchange/proto_writer.h"

#include <bit>

namespace ballast {
namespace {

constexpr int kVarint = 0;
constexpr int kFixed64 = 1;
constexpr int kLengthDelimited = 2;
constexpr int kFixed32 = 5;

}  // namespace

void ProtoWriter::varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(0x80 | (value & 0x7f));
    text_ += static_cast<char>(value);
}

void ProtoWriter::key(int field, int wire_type) {
    varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire_type));
}

std::string littleEndianBytes(std::uint64_t value, int size) {
    std::string made;
    for (int i = 0; i < size; ++i) made += static_cast<char>(value >> (8 * i) & 0xff);
    return made;
}

ProtoWriter& ProtoWriter::integer(int field, std::int64_t value) {
    key(field, kVarint);
    varint(static_cast<std::uint64_t>(value));
    return *this;
}

ProtoWriter& ProtoWriter::real(int field, double value) {
    key(field, kFixed64);
    text_ += littleEndianBytes(std::bit_cast<std::uint64_t>(value), 8);
    return *this;
}

ProtoWriter& ProtoWriter::single(int field, float value) {
    key(field, kFixed32);
    text_ += littleEndianBytes(std::bit_cast<std::uint32_t>(value), 4);
    return *this;
}

ProtoWriter& ProtoWriter::bytes(int field, std::string_view value) {
    key(field, kLengthDelimited);
    varint(value.size());
    text_ += value;
    return *this;
}

}  // namespace ballast
