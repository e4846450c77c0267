#pragma once

#include "widgets/paper.h"
#include "widgets/response_picture.h"

namespace ballast {

/// Response curves for print, the lines' names above the plot. See paper.h.
QByteArray responsePdf(const ResponsePicture& picture, const QString& title,
                       QSizeF size_mm = kSingleColumn);
QByteArray responsePng(const ResponsePicture& picture, QSizeF size_mm = kSingleColumn,
                       int dots_per_inch = 300);

}  // namespace ballast
