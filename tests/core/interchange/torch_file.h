#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "core/interchange/zip_archive.h"

namespace ballast {

/// Writes a zip file of stored members. `method` and `zip64` are for files as PyTorch does not
/// write them by itself: another method's number, sizes in zip64 fields.
inline std::string zipOf(const std::vector<std::pair<std::string, std::string>>& members,
                         unsigned method = 0, bool zip64 = false) {
    std::string file;
    std::string directory;
    const auto put = [](std::string& out, std::uint64_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
    };
    for (const auto& [name, content] : members) {
        const std::uint64_t at = file.size();
        const std::string padding = std::string("FB\x03\x00zzz", 7);  // PyTorch aligns with such
        const std::uint32_t crc = crc32Of(content);
        put(file, 0x04034b50, 4);
        for (const unsigned field : {0U, 0U, method, 0U, 0U}) put(file, field, 2);
        for (const std::uint64_t field : {std::uint64_t{crc}, content.size(), content.size()}) {
            put(file, field, 4);
        }
        put(file, name.size(), 2);
        put(file, padding.size(), 2);
        file += name + padding + content;

        std::string extra;
        if (zip64) {
            put(extra, 1, 2);
            put(extra, 24, 2);
            for (const std::uint64_t field : {content.size(), content.size(), at}) {
                put(extra, field, 8);
            }
        }
        put(directory, 0x02014b50, 4);
        for (const unsigned field : {0U, 0U, 0U, method, 0U, 0U}) put(directory, field, 2);
        put(directory, crc, 4);
        put(directory, zip64 ? 0xffffffff : content.size(), 4);
        put(directory, zip64 ? 0xffffffff : content.size(), 4);
        put(directory, name.size(), 2);
        put(directory, extra.size(), 2);
        for (int i = 0; i < 3; ++i) put(directory, 0, 2);
        put(directory, 0, 4);
        put(directory, zip64 ? 0xffffffff : at, 4);
        directory += name + extra;
    }
    const std::uint64_t start = file.size();
    file += directory;
    if (zip64) {
        const std::uint64_t record = file.size();
        put(file, 0x06064b50, 4);
        put(file, 44, 8);
        put(file, 0, 4);
        put(file, 0, 8);
        put(file, members.size(), 8);
        put(file, members.size(), 8);
        put(file, directory.size(), 8);
        put(file, start, 8);
        put(file, 0x07064b50, 4);
        put(file, 0, 4);
        put(file, record, 8);
        put(file, 1, 4);
    }
    put(file, 0x06054b50, 4);
    put(file, 0, 4);
    put(file, zip64 ? 0xffff : members.size(), 2);
    put(file, zip64 ? 0xffff : members.size(), 2);
    put(file, directory.size(), 4);
    put(file, zip64 ? 0xffffffff : start, 4);
    put(file, 0, 2);
    return file;
}

/// Builds what torch.save writes (protocol 2), operation by operation.
class TorchFile {
public:
    std::string pickle = "\x80\x02";
    std::vector<std::string> storages;
    std::string device = "cpu";

    TorchFile& op(const std::string& bytes) {
        pickle += bytes;
        return *this;
    }
    TorchFile& text(const std::string& value) {
        pickle += 'X';
        little(value.size(), 4);
        return op(value);
    }
    TorchFile& integer(std::int64_t value) {
        pickle += std::string("\x8a\x08", 2);
        little(static_cast<std::uint64_t>(value), 8);
        return *this;
    }
    TorchFile& global(const std::string& module, const std::string& name) {
        return op("c" + module + "\n" + name + "\n");
    }
    TorchFile& sizes(const std::vector<std::int64_t>& values) {
        op("(");
        for (const std::int64_t value : values) integer(value);
        return op("t");
    }

    template<class Element>
    std::size_t store(const std::vector<Element>& elements) {
        std::string bytes(elements.size() * sizeof(Element), '\0');
        if (!elements.empty()) std::memcpy(bytes.data(), elements.data(), bytes.size());
        storages.push_back(bytes);
        return storages.size() - 1;
    }

    /// A view into storage number `storage`, which the pickle says has `elements` elements.
    TorchFile& view(const std::string& type, std::size_t storage, std::int64_t elements,
                    std::int64_t offset, const std::vector<std::int64_t>& shape,
                    const std::vector<std::int64_t>& stride) {
        global("torch._utils", "_rebuild_tensor_v2").op("((");
        text("storage").global("torch", type).text(std::to_string(storage)).text(device);
        integer(elements).op("tQ").integer(offset).sizes(shape).sizes(stride);
        return op("\x89").global("collections", "OrderedDict").op(")RtR");
    }

    /// A contiguous float32 tensor.
    TorchFile& tensor(const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
        std::vector<std::int64_t> stride(shape.size(), 1);
        for (std::size_t d = shape.size(); d-- > 1;) stride[d - 1] = stride[d] * shape[d];
        return view("FloatStorage", store(values), static_cast<std::int64_t>(values.size()), 0,
                    shape, stride);
    }

    /// The file, with the pickle as it stands and STOP.
    std::string file(const std::vector<std::pair<std::string, std::string>>& more = {},
                     bool zip64 = false) const {
        std::vector<std::pair<std::string, std::string>> members = {
            {"20_ckpt.pth/data.pkl", pickle + "."}};
        for (std::size_t i = 0; i < storages.size(); ++i) {
            members.emplace_back("20_ckpt.pth/data/" + std::to_string(i), storages[i]);
        }
        members.emplace_back("20_ckpt.pth/version", "3\n");
        members.insert(members.end(), more.begin(), more.end());
        return zipOf(members, 0, zip64);
    }

private:
    void little(std::uint64_t value, int bytes) {
        for (int i = 0; i < bytes; ++i) pickle += static_cast<char>(value >> (8 * i) & 0xff);
    }
};

/// What the public code's checkpoint of a residual network holds.
struct ForeignNetwork {
    int blocks = 1;  // of each stage: depth 6·blocks + 2
    int channels = 1;
    int classes = 10;
    bool cosine = false;
    bool momentum = true;
    int epoch = 2;
    std::string prefix;  // "module."
};

/// The file: {epoch, arch, state_dict, best_acc1, optimizer}. Parameter number p (from 0) has the
/// momentum (p + 1) / 1000 everywhere; batch normalisation is the identity; all else is small.
inline TorchFile foreignCheckpoint(const ForeignNetwork& network) {
    TorchFile file;
    std::vector<std::vector<std::int64_t>> shapes;  // of the parameters
    const auto weight = [&](const std::string& name, const std::vector<std::int64_t>& shape,
                            int constant) {
        std::int64_t elements = 1;
        for (const std::int64_t size : shape) elements *= size;
        std::vector<float> values;
        for (std::int64_t i = 0; i < elements; ++i) {
            const auto term = static_cast<float>((i * 37 + elements) % 19 - 9);
            values.push_back(constant >= 0 ? static_cast<float>(constant) : 0.02F * term);
        }
        file.text(network.prefix + name).tensor(values, shape);
    };
    const auto parameter = [&](const std::string& name, const std::vector<std::int64_t>& shape,
                               int constant = -1) {
        shapes.push_back(shape);
        weight(name, shape, constant);
    };
    const auto normalisation = [&](const std::string& name, std::int64_t channels) {
        parameter(name + ".weight", {channels}, 1);
        parameter(name + ".bias", {channels}, 0);
        weight(name + ".running_mean", {channels}, 0);
        weight(name + ".running_var", {channels}, 1);
        file.text(network.prefix + name + ".num_batches_tracked");
        file.view("LongStorage", file.store<std::int64_t>({7}), 1, 0, {}, {});
    };
    file.op("}(").text("epoch").integer(network.epoch).text("arch").text("resnet");
    file.text("state_dict").global("collections", "OrderedDict").op(")R(");
    parameter("conv1.weight", {16, network.channels, 3, 3});
    normalisation("bn1", 16);
    std::int64_t in = 16;
    for (int stage = 1; stage <= 3; ++stage) {
        const std::int64_t out = 8 << stage;
        for (int block = 0; block < network.blocks; ++block) {
            const std::string name =
                "layer" + std::to_string(stage) + "." + std::to_string(block) + ".";
            parameter(name + "conv1.weight", {out, in, 3, 3});
            normalisation(name + "bn1", out);
            parameter(name + "conv2.weight", {out, out, 3, 3});
            normalisation(name + "bn2", out);
            in = out;
        }
    }
    if (network.cosine) {
        parameter("linear.weight", {64, network.classes});
    } else {
        parameter("linear.weight", {network.classes, 64});
        parameter("linear.bias", {network.classes});
    }
    file.op("u").text("best_acc1").op("G@I\xc0").op(std::string(5, '\0'));
    file.text("optimizer").op("}(").text("state").op("}(");
    for (std::size_t p = 0; p < shapes.size(); ++p) {
        file.integer(static_cast<std::int64_t>(p)).op("}(").text("momentum_buffer");
        std::int64_t elements = 1;
        for (const std::int64_t size : shapes[p]) elements *= size;
        if (network.momentum) {
            file.tensor(std::vector<float>(static_cast<std::size_t>(elements),
                                           static_cast<float>(p + 1) / 1000.0F),
                        shapes[p]);
        } else {
            file.op("N");
        }
        file.op("u");
    }
    file.op("u").text("param_groups").op("](}(").text("lr").op("G?\xb9\x99\x99\x99\x99\x99\x9a");
    file.text("params").op("](");
    for (std::size_t p = 0; p < shapes.size(); ++p) file.integer(static_cast<std::int64_t>(p));
    file.op("eueu").op("u");
    return file;
}

}  // namespace ballast
