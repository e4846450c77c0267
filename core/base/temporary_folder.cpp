#include "core/base/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "core/base/error.h"

namespace ballast {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
    std::error_code error;
    const fs::path all = fs::temp_directory_path(error);
    std::string name = ((error ? fs::path("/tmp") : all) / "ballast-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw StorageError("cannot make " + name + ": " + std::strerror(errno));
    }
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

}  // namespace ballast
