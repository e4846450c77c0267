#pragma once

#include <QString>

#include "core/base/error.h"

namespace ballast {

/// The sentence of the Error that `call` throws, or "no error".
template<typename Call>
QString errorOf(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return QStringLiteral("no error");
}

}  // namespace ballast
