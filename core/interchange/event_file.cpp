#include "core/interchange/event_file.h"

#include <array>
#include <cmath>

#include "core/interchange/proto_writer.h"

namespace ballast {
namespace {

// Fields of tensorflow.Event, Summary, Summary.Value, SummaryMetadata and PluginData, of
// TensorProto and of the plug-in's HParamsPluginData, SessionStartInfo and SessionEndInfo.
constexpr int kEventWallTime = 1;
constexpr int kEventStep = 2;
constexpr int kEventFileVersion = 3;
constexpr int kEventSummary = 5;
constexpr int kSummaryValue = 1;
constexpr int kValueTag = 1;
constexpr int kValueNumber = 2;
constexpr int kValueTensor = 8;
constexpr int kValueMetadata = 9;
constexpr int kMetadataPlugin = 1;
constexpr int kPluginName = 1;
constexpr int kPluginContent = 2;
constexpr int kTensorType = 1;
constexpr int kTensorShape = 2;
constexpr int kTensorFloats = 5;
constexpr int kShapeDimension = 2;
constexpr int kDimensionSize = 1;
constexpr int kFloatType = 1;
constexpr int kHParamsVersion = 1;
constexpr int kHParamsStart = 3;
constexpr int kHParamsEnd = 4;
constexpr int kStartParameters = 1;
constexpr int kStartTime = 5;
constexpr int kEndStatus = 1;
constexpr int kEndTime = 2;
constexpr int kMapKey = 1;
constexpr int kMapValue = 2;
// google.protobuf.Value
constexpr int kNumberValue = 2;
constexpr int kStringValue = 3;
constexpr int kBoolValue = 4;

std::array<std::uint32_t, 256> makeCrcTable() {
    constexpr std::uint32_t kPolynomial = 0x82f63b78;  // reflected
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1U ? kPolynomial : 0U);
        table[i] = crc;
    }
    return table;
}

ProtoWriter protobufValue(const HyperParameter& parameter) {
    ProtoWriter value;
    if (const double* number = std::get_if<double>(&parameter)) {
        value.real(kNumberValue, *number);
    } else if (const bool* yes = std::get_if<bool>(&parameter)) {
        value.integer(kBoolValue, *yes ? 1 : 0);
    } else {
        value.bytes(kStringValue, std::get<std::string>(parameter));
    }
    return value;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
    static const std::array<std::uint32_t, 256> kTable = makeCrcTable();
    std::uint32_t crc = 0xffffffffU;
    for (const char byte : bytes) {
        crc = kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xffU] ^ crc >> 8;
    }
    return ~crc;
}

std::uint32_t maskedCrc32c(std::string_view bytes) {
    const std::uint32_t crc = crc32c(bytes);
    return (crc >> 15 | crc << 17) + 0xa282ead8U;
}

EventFile::EventFile(double wall_time) : wall_time_(wall_time) {
    ProtoWriter event;
    event.real(kEventWallTime, wall_time_).bytes(kEventFileVersion, "brain.Event:2");
    record(event.text());
}

void EventFile::record(std::string_view data) {
    const std::string length = littleEndianBytes(data.size(), 8);
    bytes_ += length + littleEndianBytes(maskedCrc32c(length), 4);
    bytes_ += data;
    bytes_ += littleEndianBytes(maskedCrc32c(data), 4);
}

void EventFile::scalar(const std::string& tag, std::int64_t step, double value) {
    if (std::isnan(value)) return;
    ProtoWriter number;
    number.bytes(kValueTag, tag).single(kValueNumber, static_cast<float>(value));
    ProtoWriter summary;
    summary.message(kSummaryValue, number);
    ProtoWriter event;
    event.real(kEventWallTime, wall_time_).integer(kEventStep, step);
    event.message(kEventSummary, summary);
    record(event.text());
}

void EventFile::sessionStart(const std::map<std::string, HyperParameter>& parameters) {
    ProtoWriter start;
    for (const auto& [name, parameter] : parameters) {
        ProtoWriter entry;
        entry.bytes(kMapKey, name).message(kMapValue, protobufValue(parameter));
        start.message(kStartParameters, entry);
    }
    start.real(kStartTime, wall_time_);
    sessionPart("_hparams_/session_start_info", kHParamsStart, start.text());
}

void EventFile::sessionEnd(bool success) {
    ProtoWriter end;
    end.integer(kEndStatus, success ? 1 : 2).real(kEndTime, wall_time_);
    sessionPart("_hparams_/session_end_info", kHParamsEnd, end.text());
}

/// The plug-in reads the metadata; the tensor beside it is a zero.
void EventFile::sessionPart(const char* tag, int field, std::string_view content) {
    ProtoWriter data;
    data.integer(kHParamsVersion, 0).bytes(field, content);
    ProtoWriter plugin;
    plugin.bytes(kPluginName, "hparams").bytes(kPluginContent, data.text());
    ProtoWriter metadata;
    metadata.message(kMetadataPlugin, plugin);
    ProtoWriter dimension;
    dimension.integer(kDimensionSize, 1);
    ProtoWriter shape;
    shape.message(kShapeDimension, dimension);
    ProtoWriter tensor;
    tensor.integer(kTensorType, kFloatType).message(kTensorShape, shape);
    tensor.bytes(kTensorFloats, std::string(4, '\0'));
    ProtoWriter value;
    value.bytes(kValueTag, tag).message(kValueTensor, tensor).message(kValueMetadata, metadata);
    ProtoWriter summary;
    summary.message(kSummaryValue, value);
    ProtoWriter event;
    event.real(kEventWallTime, wall_time_).message(kEventSummary, summary);
    record(event.text());
}

}  // namespace ballast
