#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/interchange/pickle.h"

namespace ballast {

/// What torch.save wrote before PyTorch 1.6, and writes still where it is asked to: pickles one
/// after the other (a magic number, a version, the machine's byte order, the object, the storages'
/// names), then each storage's elements behind their number. Every size is checked before it is
/// followed.
class LegacyArchive {
public:
    /// Whether a file begins like one.
    static bool looksLike(std::string_view content);

    /// Throws CheckpointError with the end of a sentence that begins with the file's name.
    explicit LegacyArchive(std::string content);

    const PickleValue& root() const { return object_.root(); }

    /// The bytes of a storage. Throws CheckpointError where it has none of that name.
    std::string_view storage(const std::string& name) const;

    std::size_t size() const { return content_.size(); }

private:
    std::string_view readHeader();

    std::string content_;
    Pickle object_;
    std::map<std::string, std::pair<std::size_t, std::size_t>> storages_;  // begin, bytes
};

}  // namespace ballast
