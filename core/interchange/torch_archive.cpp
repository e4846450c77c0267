#include "core/interchange/torch_archive.h"

#include <array>
#include <bit>
#include <cstring>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/interchange/mistaken_file.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "arrays are copied as they lie");

constexpr std::string_view kZipStart = "PK";
constexpr std::string_view kPickleName = "data.pkl";
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
    if (const std::string mistaken = mistakenFor(content); !mistaken.empty()) {
        throw CheckpointError(name + " " + mistaken);
    }
    if (!content.starts_with(kZipStart) && !LegacyArchive::looksLike(content)) {
        throw CheckpointError(name +
                              " is not a PyTorch checkpoint: it begins neither like a zip file nor "
                              "like torch.save's files from before PyTorch 1.6");
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

/// `folder` of a checkpoint that Ballast can read.
std::string readable(const ZipArchive& zip, std::string folder) {
    if (zip.members().contains(folder + "constants.pkl")) {
        throw CheckpointError(
            "is a TorchScript archive, a program with its weights, which Ballast does not read. In "
            "PyTorch, load it with torch.jit.load and save its state_dict() instead");
    }
    const std::string order = folder + "byteorder";
    if (zip.members().contains(order) && zip.read(order).starts_with("big")) {
        throw CheckpointError("was written on a big-endian machine, which Ballast does not read");
    }
    return folder;
}

}  // namespace

TorchArchive::Zipped::Zipped(std::string content)
    : zip(std::move(content)),
      folder(readable(zip, folderOf(zip))),
      pickle(zip.read(folder + std::string(kPickleName))) {}

TorchArchive::TorchArchive(const fs::path& file)
    : file_(file), content_([&]() -> decltype(content_) {
          std::string content = readArchive(file);
          return about(file, [&]() -> decltype(content_) {
              if (LegacyArchive::looksLike(content)) return LegacyArchive(std::move(content));
              return Zipped(std::move(content));
          });
      }()) {}

const PickleValue& TorchArchive::root() const {
    const auto* zipped = std::get_if<Zipped>(&content_);
    return zipped != nullptr ? zipped->pickle.root() : std::get<LegacyArchive>(content_).root();
}

std::size_t TorchArchive::fileBytes() const {
    const auto* zipped = std::get_if<Zipped>(&content_);
    return zipped != nullptr ? zipped->zip.size() : std::get<LegacyArchive>(content_).size();
}

std::string_view TorchArchive::storage(const std::string& name) const {
    const auto* zipped = std::get_if<Zipped>(&content_);
    return zipped != nullptr ? zipped->zip.read(zipped->folder + "data/" + name)
                             : std::get<LegacyArchive>(content_).storage(name);
}

std::string TorchArchive::read(const TensorView& tensor) const {
    return about(file_, [&] {
        const auto bytes = static_cast<std::size_t>(elementBytes(tensor.type));
        const std::string_view storage = this->storage(tensor.storage);
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
