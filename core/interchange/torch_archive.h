#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "core/interchange/legacy_archive.h"
#include "core/interchange/pickle.h"
#include "core/interchange/zip_archive.h"

namespace ballast {

/// A checkpoint as PyTorch's torch.save writes it (ckpt.pth.tar of the public code): since 1.6 a
/// zip file with a pickle and one array per storage, before that a LegacyArchive. Read without
/// PyTorch; nothing in it is executed.
class TorchArchive {
public:
    /// Reads the file and its pickle; tensors stay where they are. Throws CheckpointError naming
    /// the file: missing, torn, a TorchScript archive, not a checkpoint, or refused.
    explicit TorchArchive(const std::filesystem::path& file);

    const PickleValue& root() const;

    /// The elements of a tensor, row by row, in its own type and this machine's byte order,
    /// whatever its strides and the device it was saved from. Throws CheckpointError.
    std::string read(const TensorView& tensor) const;

    std::size_t fileBytes() const;
    const std::filesystem::path& file() const { return file_; }

private:
    /// The zip file's members lie in one folder, "NAME/".
    struct Zipped {
        explicit Zipped(std::string content);
        ZipArchive zip;
        std::string folder;
        Pickle pickle;
    };

    std::string_view storage(const std::string& name) const;

    std::filesystem::path file_;
    std::variant<LegacyArchive, Zipped> content_;
};

/// Whether a file begins like a zip file. Throws CheckpointError where it cannot be read.
bool looksLikeTorchArchive(const std::filesystem::path& file);

}  // namespace ballast
