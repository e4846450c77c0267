#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace ballast {

/// CRC-32C (Castagnoli) of the bytes, as RFC 3720 has it.
std::uint32_t crc32c(std::string_view bytes);

/// The same as a TFRecord stores it, so that a checksum of checksums stays one.
std::uint32_t maskedCrc32c(std::string_view bytes);

/// What TensorBoard's page HParams shows of a run.
using HyperParameter = std::variant<double, bool, std::string>;

/// A TensorBoard event file in memory: TFRecords of tensorflow.Event messages. Every event has the
/// same wall time, in seconds since 1970.
class EventFile {
public:
    explicit EventFile(double wall_time);

    /// A number at a step; NaN is left out, as nothing was measured.
    void scalar(const std::string& tag, std::int64_t step, double value);

    /// The run's hyper-parameters.
    void sessionStart(const std::map<std::string, HyperParameter>& parameters);

    /// That the run has ended, and whether well.
    void sessionEnd(bool success);

    const std::string& bytes() const { return bytes_; }

private:
    void record(std::string_view data);
    void sessionPart(const char* tag, int field, std::string_view content);

    double wall_time_;
    std::string bytes_;
};

}  // namespace ballast
