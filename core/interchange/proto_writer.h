#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ballast {

/// The lowest bytes of a number, the least significant first.
std::string littleEndianBytes(std::uint64_t value, int size);

/// Writes one message in the wire format of Protocol Buffers, field by field.
class ProtoWriter {
public:
    ProtoWriter& integer(int field, std::int64_t value);    // int32, int64, enum, bool
    ProtoWriter& real(int field, double value);             // double
    ProtoWriter& single(int field, float value);            // float
    ProtoWriter& bytes(int field, std::string_view value);  // string, bytes
    ProtoWriter& message(int field, const ProtoWriter& value) { return bytes(field, value.text()); }

    const std::string& text() const { return text_; }

private:
    void varint(std::uint64_t value);
    void key(int field, int wire_type);

    std::string text_;
};

}  // namespace ballast
