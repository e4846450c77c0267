#include "core/interchange/event_reader.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/text_encoding.h"
#include "core/interchange/event_file.h"
#include "core/interchange/mistaken_file.h"
#include "core/interchange/proto_reader.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFrameHead = 12;  // bytes: length and its checksum
constexpr std::size_t kFrameTail = 4;

bool isEventFile(const fs::path& file) {
    return file.filename().string().find("tfevents") != std::string::npos;
}

std::vector<fs::path> eventFilesIn(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (isEventFile(entry.path()) && entry.is_regular_file()) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
}

/// The one number of a TensorProto, of float or double; nothing of any other.
std::optional<double> numberOfTensor(std::string_view tensor, std::string_view where) {
    constexpr int kType = 1, kContent = 4, kFloats = 5, kDoubles = 6;
    constexpr std::int64_t kFloat = 1, kDouble = 2;
    std::int64_t type = 0;
    std::string_view content;
    std::optional<double> unpacked;
    for (ProtoReader field(tensor, where); field.next();) {
        if (field.number() == kType) type = field.integer();
        if (field.number() == kContent || field.number() == kFloats || field.number() == kDoubles) {
            if (field.bytes().empty()) {
                unpacked = field.real();
            } else {
                content = field.bytes();
            }
        }
    }
    if (type == kFloat && content.size() == 4) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(littleEndianNumber(content, 4)));
    }
    if (type == kDouble && content.size() == 8) {
        return std::bit_cast<double>(littleEndianNumber(content, 8));
    }
    return unpacked;
}

/// Adds the scalars of one tensorflow.Event.
void addEvent(std::string_view event, std::string_view where, LoggedScalars& scalars) {
    constexpr int kStep = 2, kSummary = 5, kValue = 1, kTag = 1, kNumber = 2, kTensor = 8;
    std::int64_t step = 0;
    std::string_view summary;
    for (ProtoReader field(event, where); field.next();) {
        if (field.number() == kStep) step = field.integer();
        if (field.number() == kSummary) summary = field.bytes();
    }
    for (ProtoReader value(summary, where); value.next();) {
        if (value.number() != kValue) continue;
        std::string_view tag;
        std::optional<double> number;
        for (ProtoReader field(value.bytes(), where); field.next();) {
            if (field.number() == kTag) tag = field.bytes();
            if (field.number() == kNumber) number = field.real();
            if (field.number() == kTensor) number = numberOfTensor(field.bytes(), where);
        }
        if (tag.empty() || tag.starts_with("_hparams_") || !number || std::isnan(*number)) continue;
        scalars.series[cleanedName(std::string(tag))][step] = *number;
    }
}

void readEventFile(const fs::path& file, LoggedScalars& scalars) {
    const std::string content = readFile(file);
    const std::string where = file.string();
    if (const std::string mistaken = mistakenFor(content); !mistaken.empty()) {
        throw DataError(where + " " + mistaken);
    }
    std::string_view rest = content;
    while (!rest.empty()) {
        const std::string at = std::to_string(content.size() - rest.size());
        const bool has_head = rest.size() >= kFrameHead;
        if (has_head && littleEndianNumber(rest.substr(8), 4) != maskedCrc32c(rest.substr(0, 8))) {
            throw DataError(where + (at == "0" ? " is no event file of TensorBoard"
                                               : " is damaged: byte " + at + " begins no event"));
        }
        const std::uint64_t length = has_head ? littleEndianNumber(rest, 8) : 0;
        if (!has_head || length > rest.size() - kFrameHead ||
            rest.size() - kFrameHead - length < kFrameTail) {
            scalars.notes.push_back(where + " ends within an event, at byte " + at +
                                    "; it is read up to there");
            return;
        }
        const std::string_view event = rest.substr(kFrameHead, static_cast<std::size_t>(length));
        rest.remove_prefix(kFrameHead + event.size());
        if (littleEndianNumber(rest, kFrameTail) != maskedCrc32c(event)) {
            throw DataError(where + " is damaged: the event at byte " + at +
                            " has another checksum than it says");
        }
        rest.remove_prefix(kFrameTail);
        addEvent(event, where, scalars);
    }
}

}  // namespace

bool hasEventFiles(const fs::path& path) {
    if (fs::is_directory(path)) return !eventFilesIn(path).empty();
    return isEventFile(path);
}

LoggedScalars readEventFiles(const fs::path& path) {
    LoggedScalars scalars;
    if (!fs::is_directory(path)) {
        scalars.name = cleanedName(fs::absolute(path).parent_path().filename().string());
        readEventFile(path, scalars);
        return scalars;
    }
    scalars.name = cleanedName(fs::canonical(path).filename().string());
    for (const fs::path& file : eventFilesIn(path)) readEventFile(file, scalars);
    return scalars;
}

}  // namespace ballast
