#include "core/interchange/legacy_archive.h"

#include "core/base/error.h"

namespace ballast {
namespace {

using Kind = PickleValue::Kind;

/// The pickled number 0x1950a86a20f9469cfc6c.
constexpr std::string_view kLegacyMagic(
    "\x80\x02\x8a\x0a"
    "l\xfc\x9c"
    "F\xf9 j\xa8P\x19.",
    15);
constexpr std::int64_t kVersion = 1001;
constexpr std::size_t kCountBytes = 8;

[[noreturn]] void tornFile(const std::string& what) {
    throw CheckpointError("is truncated or damaged: " + what);
}

/// Takes the pickle that `rest` begins with.
Pickle taken(std::string_view& rest) {
    Pickle pickle(rest);
    rest.remove_prefix(pickle.bytes());
    return pickle;
}

}  // namespace

bool LegacyArchive::looksLike(std::string_view content) {
    return content.starts_with(kLegacyMagic);
}

/// What follows on magic number, version and byte order.
std::string_view LegacyArchive::readHeader() {
    std::string_view rest = content_;
    if (!looksLike(rest)) tornFile("it does not begin with PyTorch's magic number");
    rest.remove_prefix(kLegacyMagic.size());
    const Pickle version = taken(rest);
    if (!version.root().is(Kind::integer) || version.root().integer != kVersion) {
        throw CheckpointError("has another version of PyTorch's old format than 1001");
    }
    const Pickle machine = taken(rest);
    const PickleValue* little = machine.root().find("little_endian");
    if (little != nullptr && little->is(Kind::boolean) && little->integer == 0) {
        throw CheckpointError("was written on a big-endian machine, which Ballast does not read");
    }
    return rest;
}

LegacyArchive::LegacyArchive(std::string content)
    : content_(std::move(content)), object_(readHeader()) {
    std::string_view rest = readHeader().substr(object_.bytes());
    const Pickle names = taken(rest);
    if (!names.root().is(Kind::list)) tornFile("its list of storages is missing");
    for (const PickleValue* name : names.root().items) {
        const auto known = object_.storages().find(name->text);
        if (!name->is(Kind::text) || known == object_.storages().end()) {
            tornFile("it holds the storage \"" + name->text + "\", which no tensor is in");
        }
        if (rest.size() < kCountBytes) tornFile("it ends before the storage " + name->text);
        std::uint64_t elements = 0;
        for (std::size_t i = kCountBytes; i-- > 0;) {
            elements = elements << 8 | static_cast<unsigned char>(rest[i]);
        }
        rest.remove_prefix(kCountBytes);
        if (elements != static_cast<std::uint64_t>(known->second.storage_elements)) {
            tornFile("the storage " + name->text + " has " + std::to_string(elements) +
                     " elements, not the " + std::to_string(known->second.storage_elements) +
                     " it should have");
        }
        const auto each = static_cast<std::uint64_t>(elementBytes(known->second.type));
        if (elements > rest.size() / each) tornFile("it ends within the storage " + name->text);
        const auto bytes = static_cast<std::size_t>(elements * each);
        storages_[name->text] = {content_.size() - rest.size(), bytes};
        rest.remove_prefix(bytes);
    }
}

std::string_view LegacyArchive::storage(const std::string& name) const {
    const auto found = storages_.find(name);
    if (found == storages_.end()) tornFile("it has no storage " + name);
    return std::string_view(content_).substr(found->second.first, found->second.second);
}

}  // namespace ballast
