#pragma once

#include "widgets/paper_figure.h"
#include "widgets/response_picture.h"

namespace ballast {

/// Response curves for print, called after their axes.
PaperFigure paperFigure(const ResponsePicture& picture);

}  // namespace ballast
