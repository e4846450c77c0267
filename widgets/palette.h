#pragma once

#include <QColor>
#include <QPalette>

class QApplication;
class QEvent;

namespace ballast {

enum class Theme { system, light, dark };

/// The spacing grid, in device-independent pixels. Every margin and gap is one of these.
inline constexpr int kSpace1 = 4;
inline constexpr int kSpace2 = 8;
inline constexpr int kSpace3 = 12;
inline constexpr int kSpace4 = 16;

/// Runs whose colours all differ; seriesColor() repeats after these.
inline constexpr int kSeriesColors = 8;

/// Colours of everything that is drawn rather than styled.
struct PlotColors {
    QColor background;  // of the plot area
    QColor axis;        // base lines and ticks
    QColor grid;        // grid lines
    QColor text;        // titles, readouts
    QColor muted;       // tick labels, units, empty states
    QColor accent;      // selection, the crosshair, the current epoch
    QColor majority;    // majority classes where runs do not differ
    QColor minority;    // minority classes where runs do not differ
    QColor error;       // frames and text of what is wrong
    QColor warning;
    QColor success;
};

/// Ballast's palettes on Qt's Fusion style.
QPalette lightPalette();
QPalette darkPalette();

/// Plot colours that belong to the light or the dark palette. Figures for paper use the light ones.
PlotColors plotColors(bool dark);

/// Plot colours of the palette in use.
PlotColors plotColors();

/// Whether the application's palette in use is dark.
bool isDarkTheme();

/// The colour of run `index` (any non-negative number): Okabe and Ito's eight, in an order in which
/// neighbours differ most, with yellow, black and sky blue shifted to stand out on the background.
QColor seriesColor(int index, bool dark);
QColor seriesColor(int index);

/// Gives `application` Fusion, our palette and the few rules of style Fusion lacks. Theme::system
/// follows the desktop: at start from its palette, and on Qt 6.5 and later while running too.
/// Call it once at start and again whenever the user chooses another theme.
void applyTheme(QApplication& application, Theme theme);

/// Whether a widget that paints itself must paint anew after this change: of palette or font.
bool changesLooks(const QEvent& event);

}  // namespace ballast
