#pragma once

#include <QByteArray>
#include <QSizeF>
#include <QString>
#include <QStringList>
#include <functional>

class QCustomPlot;

namespace ballast {

struct PlotColors;
struct PlotScale;

/// Width of one column and of a page of two, as in most two-column papers, in millimetres.
inline constexpr QSizeF kSingleColumn{90.0, 60.0};
inline constexpr QSizeF kDoubleColumn{180.0, 80.0};

// Figures for print are laid out on a grid of 288 units an inch, four to a point, fine enough that
// whole-pixel fonts and lines of a quarter point can be said in it. Both writers scale from there.
inline constexpr double kUnitsPerPoint = 4.0;

/// Draws a figure into an empty plot, in those units: black on white, type of 7 points.
using ComposePaper =
    std::function<void(QCustomPlot& plot, const PlotColors& colors, const PlotScale& scale)>;

/// All vectors, and `size_mm` large to a point. Needs a QGuiApplication (any platform).
QByteArray paperPdf(const QString& title, QSizeF size_mm, const ComposePaper& compose);
QByteArray paperPng(QSizeF size_mm, int dots_per_inch, const ComposePaper& compose);

/// Puts the plot's legend above it, for entries of these names: in as many columns as fit, side by
/// side and not spread. Add the entries, then call fitPaperLegend().
void addPaperLegend(QCustomPlot& plot, const QStringList& names, double width_mm, int most_columns,
                    const PlotColors& colors, const PlotScale& scale);
void fitPaperLegend(QCustomPlot& plot);

}  // namespace ballast
