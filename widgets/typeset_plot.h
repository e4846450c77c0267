#pragma once

#include "widgets/qcustomplot_wrapper.h"

// Texts in plots whose symbols are set as mathematics (typeset_text.h). For widgets/*.cpp only.

namespace ballast {

/// A text at a place of the plot.
class TypesetItem : public QCPItemText {
public:
    using QCPItemText::QCPItemText;

protected:
    void draw(QCPPainter* painter) override;
};

/// A text of the layout.
class TypesetHeading : public QCPTextElement {
public:
    using QCPTextElement::QCPTextElement;

protected:
    void draw(QCPPainter* painter) override;
};

/// Sets the labels of the axes and the names of the legend that have symbols, as they are now: for
/// plots that are painted once, after their labels are wrapped.
void typesetLabels(QCustomPlot& plot);

}  // namespace ballast
