#include "core/interchange/torch_archive.h"

#include <array>
#include <bit>
#include <cstring>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "arrays are copied as they lie");

constexpr std::string_view kZipStart = "PK";
constexpr std::string_view kPickleName = "data.pkl";
/// The pickled number 0x1950a86a20f9469cfc6c that every file of torch.save before 1.6 begins with.
constexpr std::string_view kLegacyStart(
    "\x80\x02\x8a\x0a"
    "l\xfc\x9c"
    "F\xf9 j\xa8P\x19",
    14);

/// Runs `work` with the file's name put before what is wrong with it.
template<class Work>
auto about(const fs::path& file, Work work) {
    try {
        return work();
    } catch (const CheckpointError& error) {
        throw CheckpointError(file.string() + " " + error.what());
    }
}

std::string readArchive(const fs::path& file) {
    if (fs::is_directory(file)) throw CheckpointError(file.string() + " is a folder");
    std::string content;
    try {
        content = readFile(file);
    } catch (const StorageError& error) {
        throw CheckpointError(error.what());
    }
    const std::string name = file.string();
    if (content.empty()) throw CheckpointError(name + " is empty");
    if (content.starts_with(kLegacyStart)) {
        throw CheckpointError(name +
                              " is in PyTorch's format from before version 1.6, which Ballast does "
                              "not read; load and save it again with a newer PyTorch");
    }
    if (!content.starts_with(kZipStart)) {
        throw CheckpointError(name +
                              " is not a PyTorch checkpoint: it does not begin like a zip file");
    }
    return content;
}

/// The one folder that torch.save puts everything in, "NAME/".
std::string folderOf(const ZipArchive& zip) {
    for (const auto& [name, offset] : zip.members()) {
        const std::size_t slash = name.find('/');
        if (slash != std::string::npos && name.substr(slash + 1) == kPickleName) {
            return name.substr(0, slash + 1);
        }
    }
    throw CheckpointError("is a zip file but not a PyTorch checkpoint: it has no NAME/data.pkl");
}

void refuseBigEndian(const ZipArchive& zip, const std::string& folder) {
    const std::string member = folder + "byteorder";
    if (zip.members().contains(member) && zip.read(member).starts_with("big")) {
        throw CheckpointError("was written on a big-endian machine, which Ballast does not read");
    }
}

}  // namespace

TorchArchive::TorchArchive(const fs::path& file)
    : file_(file),
      zip_(about(file, [content = readArchive(
                            file)]() mutable { return ZipArchive(std::move(content)); })),
      folder_(about(file, [this] { return folderOf(zip_); })),
      pickle_(about(file, [this] {
          refuseBigEndian(zip_, folder_);
          return Pickle(zip_.read(folder_ + std::string(kPickleName)));
      })) {}

std::string TorchArchive::read(const TensorView& tensor) const {
    return about(file_, [&] {
        const auto bytes = static_cast<std::size_t>(elementBytes(tensor.type));
        const std::string_view storage = zip_.read(folder_ + "data/" + tensor.storage);
        if (storage.size() / bytes < static_cast<std::size_t>(tensor.storage_elements)) {
            throw CheckpointError("is damaged: the array data/" + tensor.storage + " has " +
                                  std::to_string(storage.size()) + " bytes, not the " +
                                  std::to_string(tensor.storage_elements) + " elements of " +
                                  std::to_string(bytes) + " it should have");
        }
        std::string result;
        const std::int64_t elements = tensor.elements();
        result.reserve(static_cast<std::size_t>(elements) * bytes);
        std::vector<std::int64_t> index(tensor.shape.size(), 0);
        std::int64_t from = tensor.offset;
        for (std::int64_t i = 0; i < elements; ++i) {
            result.append(storage.substr(static_cast<std::size_t>(from) * bytes, bytes));
            for (std::size_t d = index.size(); d-- > 0;) {  // the next index, last dimension first
                from += tensor.stride[d];
                if (++index[d] < tensor.shape[d]) break;
                from -= tensor.stride[d] * tensor.shape[d];
                index[d] = 0;
            }
        }
        return result;
    });
}

bool looksLikeTorchArchive(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::array<char, 2> start{};
    if (fs::is_directory(file) || !stream) {
        throw CheckpointError("there is no checkpoint " + file.string());
    }
    stream.read(start.data(), start.size());
    return std::string_view(start.data(), start.size()) == kZipStart;
}

}  // namespace ballast
