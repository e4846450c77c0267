#pragma once

#include <QString>
#include <exception>
#include <utility>

#include "core/base/error.h"

namespace ballast {

/// Does `what`; where it throws, `show` gets the error's sentence. For slots, which no exception
/// may leave. Returns whether all went well.
template<class What, class Show>
bool attempt(What&& what, Show&& show) {
    try {
        std::forward<What>(what)();
        return true;
    } catch (const std::exception& error) {
        std::forward<Show>(show)(QString::fromStdString(sentenceOf(error)));
        return false;
    }
}

}  // namespace ballast
