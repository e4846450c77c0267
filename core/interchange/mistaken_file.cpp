#include "core/interchange/mistaken_file.h"

#include <algorithm>
#include <cctype>

namespace ballast {
namespace {

/// The beginning of `content` behind a byte-order mark and blanks, in lower case.
std::string beginning(std::string_view content) {
    constexpr std::string_view kMark = "\xef\xbb\xbf";
    constexpr std::size_t kEnough = 64;
    if (content.starts_with(kMark)) content.remove_prefix(kMark.size());
    const std::size_t start = content.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return "";
    std::string text(content.substr(start, kEnough));
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

std::string mistakenFor(std::string_view content) {
    const std::string text = beginning(content);
    if (text.starts_with("<!doctype html") || text.starts_with("<html") ||
        text.starts_with("<head")) {
        return "is a web page (HTML), not the file itself: open it in a browser to see what the "
               "server answered, then download the file again";
    }
    if (text.starts_with("version https://git-lfs.github.com/spec/")) {
        return "is a Git LFS pointer, not the file itself; fetch it with \"git lfs pull\" in its "
               "repository";
    }
    return "";
}

}  // namespace ballast
