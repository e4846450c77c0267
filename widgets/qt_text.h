#pragma once

#include <QCoreApplication>
#include <QString>
#include <string_view>

namespace ballast {

/// UTF-8 text of core (labels, messages) as Qt's.
inline QString text(std::string_view utf8) {
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

/// A text of the interface, for functions that belong to no QObject, which has a tr() of its own.
inline QString tr(const char* english) {
    return QCoreApplication::translate("ballast", english);
}

}  // namespace ballast
