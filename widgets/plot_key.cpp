#include "widgets/plot_key.h"

#include <QFontMetrics>
#include <QPainter>

#include "widgets/palette.h"
#include "widgets/plot_events.h"
#include "widgets/plot_style.h"

namespace ballast {
namespace {

constexpr int kSample = 24;  // pixels of a line

constexpr int kSymbol = 14;  // of an event, with its gap

QString eventWords(HistoryEvent::Kind kind) {
    switch (kind) {
        case HistoryEvent::Kind::fork:
            return PlotKey::tr("fork");
        case HistoryEvent::Kind::phase:
            return PlotKey::tr("phase");
        case HistoryEvent::Kind::learning_rate:
            return PlotKey::tr("learning rate");
        case HistoryEvent::Kind::edit:
            return PlotKey::tr("edit");
        case HistoryEvent::Kind::best:
            break;
    }
    return PlotKey::tr("best");
}

}  // namespace

PlotKey::PlotKey(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(
        tr("Key: solid line majority, dashed line minority, markers exact values, band as named"));
}

void PlotKey::setBand(const QString& text) {
    if (text == band_) return;
    band_ = text;
    updateGeometry();
    update();
}

QStringList PlotKey::texts() const {
    return {tr("majority"), tr("minority"), tr("exact"), band_};
}

void PlotKey::setEvents(const std::vector<HistoryEvent::Kind>& kinds) {
    if (kinds == events_) return;
    events_ = kinds;
    updateGeometry();
    update();
}

int PlotKey::widthOf(const QStringList& texts) const {
    const QFontMetrics metrics(screenScale().font);
    int width = 0;
    for (const QString& text : texts) width += metrics.horizontalAdvance(text) + kSample + 22;
    return width;
}

QSize PlotKey::minimumSizeHint() const {
    return {widthOf(texts()), QFontMetrics(screenScale().font).height() + kSpace2};
}

QSize PlotKey::sizeHint() const {
    const QFontMetrics metrics(screenScale().font);
    QSize size = minimumSizeHint();
    for (const HistoryEvent::Kind kind : events_) {
        size.rwidth() += kSymbol + metrics.horizontalAdvance(eventWords(kind)) + 16;
    }
    return size;
}

void PlotKey::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const PlotColors colors = plotColors();
    const QFont font = screenScale().font;
    const QFontMetrics metrics(font);
    painter.setFont(font);
    const QStringList labels = texts();
    double x = 0.0;
    const double y = height() / 2.0;
    for (int i = 0; i < labels.size(); ++i) {
        QPen pen(colors.muted, 1.7);
        pen.setCapStyle(Qt::FlatCap);
        if (i == 1) pen.setDashPattern({4.0, 2.4});
        painter.setPen(pen);
        if (i < 2) painter.drawLine(QPointF(x, y), QPointF(x + kSample, y));
        if (i == 2) {
            painter.setBrush(colors.muted);
            painter.drawEllipse(QPointF(x + kSample / 2.0 - 5, y), 2.7, 2.7);
            painter.setBrush(colors.background);
            painter.drawEllipse(QPointF(x + kSample / 2.0 + 5, y), 2.7, 2.7);
        }
        if (i == 3) {
            QColor fill = colors.muted;
            fill.setAlpha(60);
            painter.fillRect(QRectF(x, y - 5, kSample, 10), fill);
        }
        x += kSample + 6;
        painter.setPen(colors.muted);
        painter.drawText(QPointF(x, y + (metrics.ascent() - metrics.descent()) / 2.0), labels[i]);
        x += metrics.horizontalAdvance(labels[i]) + 16;
    }
    for (const HistoryEvent::Kind kind : events_) {
        const QString words = eventWords(kind);
        if (x + kSymbol + metrics.horizontalAdvance(words) > width()) break;
        paintEventSymbol(painter, kind, {x + 5, y}, colors.muted, colors.background);
        x += kSymbol;
        painter.setPen(colors.muted);
        painter.drawText(QPointF(x, y + (metrics.ascent() - metrics.descent()) / 2.0), words);
        x += metrics.horizontalAdvance(words) + 16;
    }
}

}  // namespace ballast
