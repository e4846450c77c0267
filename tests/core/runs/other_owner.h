#pragma once

#include <filesystem>
#include <memory>

#include "core/results/owned_run.h"
#include "tests/support/other_process.h"

namespace ballast {

/// Another process that has a run in training, or seems to, until it is killed.
class OtherOwner : public OtherProcess {
public:
    explicit OtherOwner(const std::filesystem::path& run)
        : OtherProcess([&run] {
              auto owned = std::make_unique<OwnedRun>(run);
              owned->setStatus(RunState::running, static_cast<int>(owned->records().size()), "");
              return owned;
          }) {}

    bool owns() const { return holds(); }
};

}  // namespace ballast
