#pragma once

#include <QByteArray>
#include <QImage>
#include <QString>
#include <functional>

#include "core/analysis/figure_style.h"

class QCustomPlot;

namespace ballast {

struct PlotColors;
struct PlotScale;

// Figures for print are laid out on a grid of 288 units an inch, four to a point, fine enough that
// whole-pixel fonts and lines of a quarter point can be said in it. All writers scale from there.
inline constexpr double kUnitsPerPoint = 4.0;

/// Draws a figure into an empty plot, in those units and by the style: black on white.
using ComposePaper = std::function<void(QCustomPlot& plot, const PlotColors& colors,
                                        const PlotScale& scale, const FigureStyle& style)>;

// Each is as large as the style says. They need a QGuiApplication (any platform).

/// All vectors; the page is right to a point. `xmp`: a packet of metadata; empty: Qt's.
QByteArray paperPdf(const QString& title, const FigureStyle& style, const ComposePaper& compose,
                    const QByteArray& xmp = {});

/// All vectors, and text is text: its family must be there where the file is shown.
QByteArray paperSvg(const QString& title, const FigureStyle& style, const ComposePaper& compose);

/// Of the style's dots per inch.
QByteArray paperPng(const FigureStyle& style, const ComposePaper& compose);

/// The picture of a PNG at another resolution, as previews show it.
QImage paperImage(const FigureStyle& style, const ComposePaper& compose, double dots_per_inch);

/// Lengths in the units of the grid.
int paperUnits(double millimetres);

}  // namespace ballast
