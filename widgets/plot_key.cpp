#include "widgets/plot_key.h"

#include <QFontMetrics>
#include <QPainter>

#include "widgets/palette.h"
#include "widgets/plot_style.h"

namespace ballast {
namespace {

constexpr int kSample = 24;  // pixels of a line

}  // namespace

PlotKey::PlotKey(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
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

QSize PlotKey::sizeHint() const {
    const QFontMetrics metrics(screenScale().font);
    int width = 0;
    for (const QString& text : texts()) width += metrics.horizontalAdvance(text) + kSample + 22;
    return {width, metrics.height() + kSpace2};
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
}

}  // namespace ballast
