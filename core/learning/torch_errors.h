#pragma once

#include <torch/torch.h>

#include <string>

#include "core/base/error.h"

namespace ballast {

/// Does `work`, and throws LibTorch's errors as ours: their first line, without the stack trace.
template<class Work>
auto translated(Work work) {
    try {
        return work();
    } catch (const c10::Error& error) {
        std::string text = error.what_without_backtrace();
        throw Error("the training library failed: " + text.substr(0, text.find('\n')),
                    ExitCode::run_failed);
    }
}

}  // namespace ballast
