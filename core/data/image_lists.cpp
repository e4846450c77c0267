#include "core/data/image_lists.h"

#include <charconv>
#include <fstream>
#include <unordered_map>

#include "core/base/error.h"
#include "core/base/text_encoding.h"

namespace ballast {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReported = 20;
constexpr std::int32_t kMostClasses = 100'000;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // Windows editors put it first
constexpr std::string_view kBlanks = " \t\r";

/// Collects what is wrong; keeps the words of the first few only.
class Complaints {
public:
    explicit Complaints(const fs::path& file) : file_(file.string()) {}

    void add(std::int64_t line, const std::string& text) {
        addFile(file_ + ", line " + std::to_string(line) + ": " + text);
    }
    void addFile(const std::string& text) {
        if (++count_ <= kReported) text_ += "\n  " + text;
    }
    void give() const {
        if (count_ == 0) return;
        std::string head =
            file_ + ": " + std::to_string(count_) + (count_ == 1 ? " problem" : " problems");
        if (count_ > kReported) head += ", the first " + std::to_string(kReported) + " are";
        throw DataError(head + ":" + text_);
    }

private:
    std::string file_;
    std::string text_;
    std::size_t count_ = 0;
};

/// Whether the path stays below the folder it is relative to, as written.
bool staysInside(const fs::path& path) {
    const fs::path normal = path.lexically_normal();
    return !path.is_absolute() && !normal.empty() && *normal.begin() != "..";
}

/// Removes blanks at both ends.
void trim(std::string& text) {
    text.erase(text.find_last_not_of(kBlanks) + 1);
    text.erase(0, text.find_first_not_of(kBlanks));
}

std::string inQuotes(std::string_view text) {
    return "\"" + asUtf8(beginningOf(text, 200)) + "\"";
}

}  // namespace

ImageList readImageList(const fs::path& file, const fs::path& folder, int classes,
                        bool every_class) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw DataError("the list " + file.string() + " cannot be opened.");
    ImageList list;
    list.file = file;
    list.folder = folder;
    const std::int32_t most = classes > 0 ? classes : kMostClasses;
    const std::string allowed = "; allowed: 0 … " + std::to_string(most - 1);
    Complaints complaints(file);
    std::unordered_map<std::string, std::int64_t> first_lines;  // by path
    list.class_counts.resize(static_cast<std::size_t>(classes));

    std::string line;
    for (std::int64_t number = 1; std::getline(in, line); ++number) {
        if (number == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
        trim(line);
        if (line.empty() || line.front() == '#') continue;
        const std::size_t space = line.find_last_of(kBlanks);
        if (space == std::string::npos) {
            complaints.add(number, inQuotes(line) + " is not \"relative/path label\"");
            continue;
        }
        const std::string_view text = std::string_view(line).substr(space + 1);
        std::int64_t label = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), label);
        if (end != text.data() + text.size() || error == std::errc::invalid_argument) {
            complaints.add(number,
                           "the label " + inQuotes(text) + " is not a whole number" + allowed);
            continue;
        }
        if (error == std::errc::result_out_of_range || label < 0 || label >= most) {
            complaints.add(number,
                           "the label " + asUtf8(beginningOf(text, 40)) +
                               (classes > 0 ? " is not a class of the data set, which has " +
                                                  std::to_string(classes)
                                            : " is out of range") +
                               allowed);
            continue;
        }
        std::string path = line.substr(0, space);
        trim(path);
        if (!staysInside(path)) {
            complaints.add(number, "the path " + inQuotes(path) + " leads out of " +
                                       folder.string() + "; allowed: relative paths below it");
            continue;
        }
        const auto [seen, is_new] =
            first_lines.try_emplace(fs::path(path).lexically_normal().string(), number);
        if (!is_new) {
            complaints.add(number, "the path " + inQuotes(path) + " stands already in line " +
                                       std::to_string(seen->second) + "; allowed: once");
            continue;
        }
        const auto y = static_cast<std::size_t>(label);
        if (y >= list.class_counts.size()) list.class_counts.resize(y + 1);
        ++list.class_counts[y];
        list.paths.push_back(std::move(path));
        list.labels.push_back(static_cast<std::int32_t>(label));
    }
    if (in.bad()) throw DataError("the list " + file.string() + " cannot be read to its end.");
    complaints.give();  // before classes seem empty because their lines were wrong
    if (list.paths.empty()) {
        throw DataError("the list " + file.string() +
                        " is empty; expected one \"relative/path label\" a line.");
    }
    for (std::size_t y = 0; y < list.class_counts.size(); ++y) {
        if (list.class_counts[y] > 0 || !every_class) continue;
        complaints.addFile("an empty class: class " + std::to_string(y) +
                           " has no image; every class 0 … " +
                           std::to_string(list.class_counts.size() - 1) + " needs one");
    }
    complaints.give();
    return list;
}

std::string lackingClasses(const ImageList& list, const std::vector<std::string>& names) {
    std::string text;
    std::size_t lacking = 0;
    for (std::size_t y = 0; y < list.class_counts.size(); ++y) {
        if (list.class_counts[y] > 0) continue;
        if (++lacking > kReported) continue;
        text += (lacking == 1 ? "" : ", ") + std::to_string(y);
        if (y < names.size()) text += " (" + names[y] + ")";
    }
    if (lacking == 0) return "";
    if (lacking > kReported) text += ", …";
    return list.file.string() + " has no image of " + std::to_string(lacking) + " of " +
           std::to_string(list.class_counts.size()) + " classes: " + text +
           "; balanced accuracy is the mean over the others";
}

void checkImageFiles(const ImageList& list) {
    Complaints complaints(list.file);
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(list.paths.size()); ++i) {
        std::error_code error;
        const fs::path path = list.path(i);
        if (fs::is_regular_file(path, error)) continue;
        complaints.addFile(path.string() + (error && error != std::errc::no_such_file_or_directory
                                                ? " cannot be read: " + error.message()
                                                : " is not there, or is no file"));
    }
    complaints.give();
}

}  // namespace ballast
