#include "core/analysis/capsule_file.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/base/atomic_file.h"
#include "core/base/error.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";
constexpr std::size_t kPngHead = 8 + 25;  // the signature and the chunk IHDR
constexpr std::string_view kKeyword = "ballast-figure";
constexpr std::string_view kOpening = "<ballast:figure";
constexpr std::string_view kClosing = "</ballast:figure>";
constexpr std::string_view kNamespace = "xmlns:ballast=\"urn:ballast:figure:1\"";
constexpr std::uintmax_t kMostFileBytes = 256'000'000;

/// Of a PNG's chunks, as ISO 3309 has it.
std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xffffffffu;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1u)));
    }
    return ~crc;
}

std::string bigEndian(std::uint32_t number) {
    std::string bytes;
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>((number >> shift) & 0xffu);
    return bytes;
}

std::uint32_t bigEndianAt(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    }
    return number;
}

std::string xmlText(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '&') {
            escaped += "&amp;";
        } else if (c == '<') {
            escaped += "&lt;";
        } else if (c == '>') {
            escaped += "&gt;";
        } else {
            escaped += c;
        }
    }
    return escaped;
}

std::string element(std::string_view text) {
    return std::string(kOpening) + " " + std::string(kNamespace) + ">" + xmlText(text) +
           std::string(kClosing);
}

/// The text of an element; nothing where an entity is none of XML's own.
std::optional<std::string> plainText(std::string_view xml) {
    constexpr std::pair<std::string_view, char> kEntities[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    std::string text;
    while (!xml.empty()) {
        if (xml[0] == '<') return std::nullopt;
        if (xml[0] != '&') {
            text += xml[0];
            xml.remove_prefix(1);
            continue;
        }
        const auto entity = std::ranges::find_if(
            kEntities, [&](const auto& known) { return xml.starts_with(known.first); });
        if (entity == std::end(kEntities)) return std::nullopt;
        text += entity->second;
        xml.remove_prefix(entity->first.size());
    }
    return text;
}

[[noreturn]] void failWithout(const std::string& file, const std::string& kind) {
    throw ConfigError(file + " carries no figure of Ballast's: it is " + kind +
                      " that another program wrote or changed, or one of a version without");
}

/// The text of the one element of ours in an SVG or an uncompressed packet of a PDF.
std::string textOfElement(std::string_view bytes, const std::string& file,
                          const std::string& kind) {
    const std::size_t begin = bytes.find(kOpening);
    if (begin == std::string_view::npos) failWithout(file, kind);
    if (bytes.find(kOpening, begin + 1) != std::string_view::npos) {
        throw DamagedFileError(file + " carries several figures of Ballast's; one is read");
    }
    const std::size_t end_of_tag = bytes.find('>', begin);
    const std::size_t end = bytes.find(kClosing, begin);
    if (end == std::string_view::npos || end_of_tag > end) {
        throw DamagedFileError(file + " is damaged: the figure's capsule has no end");
    }
    const auto text = plainText(bytes.substr(end_of_tag + 1, end - end_of_tag - 1));
    if (!text) {
        throw DamagedFileError(file + " is damaged: the figure's capsule is not plain text");
    }
    return *text;
}

/// The text of the chunk of ours in a PNG.
std::string textOfChunk(std::string_view png, const std::string& file) {
    for (std::size_t at = kPngSignature.size(); at + 12 <= png.size();) {
        const std::uint32_t size = bigEndianAt(png, at);
        if (size > png.size() - at - 12) {
            throw DamagedFileError(file +
                                   " is damaged: a chunk of the PNG is longer than the file");
        }
        const std::string_view typed = png.substr(at + 4, 4 + std::size_t{size});
        const std::string_view content = typed.substr(4);
        if (typed.starts_with("tEXt") && content.size() > kKeyword.size() &&
            content.starts_with(kKeyword) && content[kKeyword.size()] == '\0') {
            if (crc32(typed) != bigEndianAt(png, at + 8 + size)) {
                throw DamagedFileError(file + " is damaged: the checksum of the figure's capsule " +
                                       "does not match");
            }
            return std::string(content.substr(kKeyword.size() + 1));
        }
        if (typed.starts_with("IEND")) break;
        at += 12 + std::size_t{size};
    }
    failWithout(file, "a PNG");
}

}  // namespace

std::string pngWithCapsule(const std::string& png, std::string_view text) {
    const std::string typed = "tEXt" + std::string(kKeyword) + '\0' + std::string(text);
    const auto size = static_cast<std::uint32_t>(typed.size() - 4);
    return png.substr(0, kPngHead) + bigEndian(size) + typed + bigEndian(crc32(typed)) +
           png.substr(kPngHead);
}

std::string svgWithCapsule(const std::string& svg, std::string_view text) {
    // After the opening tag; the prologue has tags of its own.
    const std::size_t end = svg.find('>', svg.find("<svg")) + 1;
    return svg.substr(0, end) + "\n<metadata>" + element(text) + "</metadata>" + svg.substr(end);
}

std::string capsuleXmp(std::string_view text, std::string_view title) {
    return "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
           "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
           "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
           "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
           "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" " +
           std::string(kNamespace) + ">\n<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">" +
           xmlText(title) +
           "</rdf:li></rdf:Alt></dc:title>\n<xmp:CreatorTool>Ballast " BALLAST_VERSION
           "</xmp:CreatorTool>\n" +
           element(text) +
           "\n</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>\n";
}

bool mayCarryCapsule(const fs::path& file) {
    std::string ending = file.extension().string();
    std::ranges::transform(ending, ending.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return ending == ".pdf" || ending == ".svg" || ending == ".png";
}

FigureCapsule readCapsule(const fs::path& file) {
    const std::string name = file.string();
    std::error_code error;
    if (const std::uintmax_t size = fs::file_size(file, error); !error && size > kMostFileBytes) {
        throw ConfigError(name + " has " + std::to_string(size / 1'000'000) +
                          " MB; a figure of up to " + std::to_string(kMostFileBytes / 1'000'000) +
                          " MB is read");
    }
    return capsuleIn(readFile(file), name);
}

FigureCapsule capsuleIn(std::string_view bytes, const std::string& name) {
    if (bytes.starts_with(kPngSignature)) return capsuleFromText(textOfChunk(bytes, name), name);
    if (bytes.starts_with("%PDF-")) {
        return capsuleFromText(textOfElement(bytes, name, "a PDF"), name);
    }
    if (bytes.substr(0, 1000).find("<svg") != std::string_view::npos) {
        return capsuleFromText(textOfElement(bytes, name, "an SVG"), name);
    }
    throw ConfigError(name + " is no PDF, SVG or PNG, which could carry a figure of Ballast's");
}

}  // namespace ballast
