#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace ballast {

/// A zip file held in memory of which those members can be read that are stored, not compressed (as
/// PyTorch writes them; zip64 sizes included). Every offset and size of the file is checked before
/// it is followed.
class ZipArchive {
public:
    /// Reads the list of members. Throws CheckpointError with the end of a sentence that begins
    /// with the file's name ("is truncated …"): not a zip file, torn, encrypted.
    explicit ZipArchive(std::string content);

    /// Names of all members, sorted.
    const std::map<std::string, std::size_t>& members() const { return members_; }

    /// The bytes of a member, valid as long as the archive; its CRC-32 is checked.
    /// Throws CheckpointError: no such member, compressed, or damaged.
    std::string_view read(const std::string& member) const;

    std::size_t size() const { return content_.size(); }

private:
    std::string content_;
    std::map<std::string, std::size_t> members_;  // name -> offset of its central header
};

/// CRC-32 as zip files use it (ISO 3309).
std::uint32_t crc32Of(std::string_view data);

}  // namespace ballast
