#pragma once

#include <QCoreApplication>

namespace ballast {

/// The words of panels, to be translated.
struct PanelWords {
    Q_DECLARE_TR_FUNCTIONS(Plots)
};

}  // namespace ballast
