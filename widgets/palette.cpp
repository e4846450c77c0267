#include "widgets/palette.h"

#include <QApplication>
#include <QEvent>
#include <QGuiApplication>
#include <QPainter>
#include <QProxyStyle>
#include <QStyle>
#include <QStyleFactory>
#include <QStyleHints>
#include <QStyleOption>
#include <QVariant>
#include <algorithm>
#include <array>
#include <cmath>

#include "widgets/tool_tips.h"

namespace ballast {
namespace {

struct Shades {
    QRgb window, base, alternate, text, muted, disabled, button, line, accent, on_accent;
};

constexpr Shades kLight{0xfff3f4f6, 0xffffffff, 0xfff7f8fa, 0xff1c1f24, 0xff5a616b,
                        0xff9aa1ab, 0xfffafbfc, 0xffc6cbd2, 0xff1f66c1, 0xffffffff};
constexpr Shades kDark{0xff1e2125, 0xff16181b, 0xff1b1e22, 0xffe4e7eb, 0xff9ba3ae,
                       0xff656d78, 0xff2a2e34, 0xff3d434b, 0xff3f8ae0, 0xffffffff};

QPalette paletteOf(const Shades& shades, bool dark) {
    const QColor window(shades.window);
    QPalette palette;
    palette.setColor(QPalette::Window, window);
    palette.setColor(QPalette::WindowText, QColor(shades.text));
    palette.setColor(QPalette::Base, QColor(shades.base));
    palette.setColor(QPalette::AlternateBase, QColor(shades.alternate));
    palette.setColor(QPalette::Text, QColor(shades.text));
    palette.setColor(QPalette::PlaceholderText, QColor(shades.muted));
    palette.setColor(QPalette::Button, QColor(shades.button));
    palette.setColor(QPalette::ButtonText, QColor(shades.text));
    palette.setColor(QPalette::BrightText, QColor(Qt::white));
    palette.setColor(QPalette::ToolTipBase, dark ? QColor(0xff2f343a) : QColor(0xff2a2e34));
    palette.setColor(QPalette::ToolTipText, QColor(0xfff0f2f4));
    palette.setColor(QPalette::Highlight, QColor(shades.accent));
    palette.setColor(QPalette::HighlightedText, QColor(shades.on_accent));
    palette.setColor(QPalette::Link, QColor(shades.accent));
    palette.setColor(QPalette::LinkVisited, QColor(shades.accent));
    // Fusion draws frames and bevels from these.
    palette.setColor(QPalette::Light, dark ? QColor(0xff363b42) : QColor(0xffffffff));
    palette.setColor(QPalette::Midlight, dark ? QColor(0xff30353b) : QColor(0xffe9ebee));
    palette.setColor(QPalette::Mid, QColor(shades.line));
    palette.setColor(QPalette::Dark, dark ? QColor(0xff4a515b) : QColor(0xffb4bac3));
    palette.setColor(QPalette::Shadow, dark ? QColor(0xff0c0d0f) : QColor(0xff8a919b));
    for (const QPalette::ColorRole role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, QColor(shades.disabled));
    }
    palette.setColor(QPalette::Disabled, QPalette::Base, window);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(shades.line));
    return palette;
}

bool systemIsDark() {
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    return QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark;
#else
    // The desktop's own palette, as it was before ours replaced it.
    static const bool kStartedDark =
        QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    return kStartedDark;
#endif
}

// The rest of the look is Fusion and the palette: only what these cannot say stands here.
QString styleSheet(bool dark) {
    const Shades& shades = dark ? kDark : kLight;
    const QString line = QColor(shades.line).name();
    const QString muted = QColor(shades.muted).name();
    // The palette alone does not reach the tool tips of item views.
    const QPalette palette = paletteOf(shades, dark);
    const QString tip_text = palette.color(QPalette::ToolTipText).name();
    const QString tip_ground = palette.color(QPalette::ToolTipBase).name();
    return QStringLiteral(
               "QToolTip { border: 0; padding: 5px 8px; color: %3; background: %4; }"
               "QSplitter::handle { background: transparent; }"
               "QHeaderView { background: palette(base); }"
               "QHeaderView::section { border: 0; border-bottom: 1px solid %1; padding: 4px 3px;"
               " background: palette(base); color: %2; }"
               "QDockWidget::title { padding: 6px 8px; }"
               "QStatusBar::item { border: 0; }")
        .arg(line, muted, tip_text, tip_ground);
}

/// Fusion but for check boxes, whose frame it draws darker than the window: on a dark one it cannot
/// be seen.
class BallastStyle : public QProxyStyle {
public:
    BallastStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override {
        if (element == PE_IndicatorCheckBox || element == PE_IndicatorItemViewItemCheck) {
            paintCheckBox(*option, *painter);
        } else {
            QProxyStyle::drawPrimitive(element, option, painter, widget);
        }
    }

private:
    static void paintCheckBox(const QStyleOption& option, QPainter& painter) {
        const PlotColors colors = plotColors(option.palette.window().color().lightness() < 128);
        const bool enabled = option.state.testFlag(State_Enabled);
        const bool on = option.state.testFlag(State_On);
        const bool partly = option.state.testFlag(State_NoChange);
        const QColor accent = option.palette.color(QPalette::Highlight);
        const bool marked =
            option.state.testFlag(State_HasFocus) || option.state.testFlag(State_MouseOver);
        QColor frame = on || partly || (marked && enabled) ? accent : colors.muted;
        if (!enabled) frame = option.palette.color(QPalette::Mid);
        const double side = std::min({14, option.rect.width(), option.rect.height()});
        QRectF box(0, 0, side, side);
        box.moveCenter(QRectF(option.rect).center());
        box.moveTopLeft({std::round(box.left()), std::round(box.top())});
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(frame, 1));
        painter.setBrush(on || partly ? QBrush(frame) : option.palette.brush(QPalette::Base));
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2.5, 2.5);
        painter.setPen(QPen(option.palette.color(QPalette::HighlightedText), 1.8, Qt::SolidLine,
                            Qt::RoundCap, Qt::RoundJoin));
        painter.setBrush(Qt::NoBrush);
        const auto at = [&](double x, double y) {
            return box.topLeft() + QPointF(x, y) * side / 14.0;
        };
        if (partly) {
            painter.drawLine(at(4, 7), at(10, 7));
        } else if (on) {
            painter.drawPolyline(QPolygonF({at(3.5, 7.4), at(6.0, 9.9), at(10.5, 4.6)}));
        }
        painter.restore();
    }
};

void use(QApplication& application, bool dark) {
    application.setPalette(dark ? darkPalette() : lightPalette());
    application.setStyleSheet(styleSheet(dark));
}

// Okabe and Ito's colours. Blue, vermillion, green, purple, then those whose own shade is too light
// (yellow, sky blue) or too dark (black) for lines, shifted in lightness but not in hue.
constexpr std::array<QRgb, kSeriesColors> kOnLight{0xff0072b2, 0xffd55e00, 0xff009e73, 0xffb8588f,
                                                   0xff1c1f24, 0xffb98300, 0xff3f96c9, 0xff707a00};
constexpr std::array<QRgb, kSeriesColors> kOnDark{0xff3d9fe0, 0xfff0762a, 0xff1fc097, 0xffdb8fbe,
                                                  0xffe8eaed, 0xffe69f00, 0xff8fd0f7, 0xfff0e442};

}  // namespace

QPalette lightPalette() {
    return paletteOf(kLight, false);
}
QPalette darkPalette() {
    return paletteOf(kDark, true);
}

PlotColors plotColors(bool dark) {
    const Shades& shades = dark ? kDark : kLight;
    PlotColors colors;
    colors.background = QColor(shades.base);
    colors.axis = dark ? QColor(0xff6b7480) : QColor(0xff8f97a2);
    colors.grid = dark ? QColor(0xff272b30) : QColor(0xffeceef1);
    colors.text = QColor(shades.text);
    colors.muted = QColor(shades.muted);
    colors.accent = QColor(shades.accent);
    colors.majority = dark ? QColor(0xff6f9fd0) : QColor(0xff5b87b5);
    colors.minority = dark ? QColor(0xffe0955a) : QColor(0xffd07c3c);
    colors.error = dark ? QColor(0xffff7b72) : QColor(0xffc62f2f);
    colors.warning = dark ? QColor(0xffe6b450) : QColor(0xff9a6700);
    colors.success = dark ? QColor(0xff4cc38a) : QColor(0xff1a7f4b);
    return colors;
}

PlotColors plotColors() {
    return plotColors(isDarkTheme());
}

bool isDarkTheme() {
    return QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
}

QColor seriesColor(int index, bool dark) {
    const auto& colors = dark ? kOnDark : kOnLight;
    return QColor(colors[static_cast<std::size_t>(index < 0 ? 0 : index) % colors.size()]);
}

QColor seriesColor(int index) {
    return seriesColor(index, isDarkTheme());
}

void applyTheme(QApplication& application, Theme theme) {
    const bool system_dark = systemIsDark();
    if (!application.property("ballast_style").toBool()) {
        QApplication::setStyle(new BallastStyle);
        application.installEventFilter(new ToolTips(&application));
        application.setProperty("ballast_style", true);
    }
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    QStyleHints* hints = QGuiApplication::styleHints();
    static QMetaObject::Connection following;
    QObject::disconnect(following);
    if (theme == Theme::system) {
        following = QObject::connect(hints, &QStyleHints::colorSchemeChanged, &application,
                                     [&application] { use(application, systemIsDark()); });
    }
#endif
    use(application, theme == Theme::dark || (theme == Theme::system && system_dark));
}

bool changesLooks(const QEvent& event) {
    return event.type() == QEvent::PaletteChange || event.type() == QEvent::FontChange;
}

}  // namespace ballast
