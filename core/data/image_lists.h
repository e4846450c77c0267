#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ballast {

/// What a list file, or a folder of classes, says: the images of one split and their classes, in
/// the file's order.
struct ImageList {
    std::filesystem::path file;        // or that folder; for messages
    std::filesystem::path folder;      // `paths` are relative to it
    std::vector<std::string> paths;    // [N]
    std::vector<std::int32_t> labels;  // [N]
    std::vector<std::int64_t> class_counts;

    std::filesystem::path path(std::int64_t i) const {
        return folder / paths[static_cast<std::size_t>(i)];
    }
};

/// Reads a list file, one "relative/path label" a line, separated by the line's last spaces or
/// tabs. Lines may end as in Windows and a byte-order mark may come first; blanks at the ends of a
/// line, empty lines and those that begin with "#" do not count. `classes` is how many the data set
/// has; 0: as many as the largest label says. Where `every_class`, every class must have an image.
/// Throws DataError with
/// the first 20 things that are wrong and how many there are: labels, paths that are absolute or
/// lead out of the folder by ".." (links are followed, wherever they lead), paths that stand twice,
/// empty classes, an empty list.
ImageList readImageList(const std::filesystem::path& file, const std::filesystem::path& folder,
                        int classes, bool every_class = true);

/// Says which classes have no image in the list, and so no accuracy; "" where all have. `names` of
/// the classes may be empty.
std::string lackingClasses(const ImageList& list, const std::vector<std::string>& names);

/// Throws DataError where files of the list are not there: how many, and the first 20.
void checkImageFiles(const ImageList& list);

}  // namespace ballast
