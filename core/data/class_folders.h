#pragma once

#include "core/data/image_lists.h"

namespace ballast {

/// The classes of a data set in the layout of PyTorch's ImageFolder, SPLIT/CLASS/…: the names of
/// the folders in `split`, in the order of their bytes. Hidden ones do not count. Throws DataError
/// where there are none, or names that are not UTF-8 or have control characters.
std::vector<std::string> classFolders(const std::filesystem::path& split);

/// The images below `root`/`split`/CLASS, at any depth, as the list of that split: class by class,
/// in the order of their paths' bytes. `classes` as classFolders() gives for the training images;
/// where `every_class` each must have an image. JPEG and PNG files are taken by their endings,
/// whatever their case; hidden files and folders and other files are passed over. Throws DataError:
/// folders that cannot be read, a class that `classes` lacks, images in formats that cannot be
/// read, a class without images, no images at all.
ImageList readClassFolders(const std::filesystem::path& root, const std::string& split,
                           const std::vector<std::string>& classes, bool every_class);

}  // namespace ballast
