#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/interchange/pickle.h"
#include "core/interchange/zip_archive.h"

namespace ballast {

/// A checkpoint as PyTorch's torch.save writes it since 1.6 (ckpt.pth.tar of the public code): a
/// zip file with a pickle and one array per storage. Read without PyTorch; nothing in it is
/// executed.
class TorchArchive {
public:
    /// Reads the file and its pickle; tensors stay where they are. Throws CheckpointError naming
    /// the file: missing, torn, of the format before 1.6, not a checkpoint, or refused.
    explicit TorchArchive(const std::filesystem::path& file);

    const PickleValue& root() const { return pickle_.root(); }

    /// The elements of a tensor, row by row, in its own type and this machine's byte order,
    /// whatever its strides and the device it was saved from. Throws CheckpointError.
    std::string read(const TensorView& tensor) const;

    std::size_t fileBytes() const { return zip_.size(); }
    const std::filesystem::path& file() const { return file_; }

private:
    std::filesystem::path file_;
    ZipArchive zip_;
    std::string folder_;  // of all members, "NAME/"
    Pickle pickle_;
};

/// Whether a file begins like a zip file. Throws CheckpointError where it cannot be read.
bool looksLikeTorchArchive(const std::filesystem::path& file);

}  // namespace ballast
