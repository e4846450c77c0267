#include "widgets/run_tick.h"

#include <QGuiApplication>
#include <QPainter>
#include <QPalette>
#include <QPolygonF>

namespace ballast {

void paintRunTick(QPainter& painter, const QRectF& box, const QColor& color, Qt::CheckState state) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    // On the window's own ground, so that the box is seen in a selected row as well.
    const QColor ground = QGuiApplication::palette().color(QPalette::Base);
    painter.setPen(QPen(ground, 1.5));
    painter.setBrush(ground);
    painter.drawRoundedRect(box.adjusted(-0.25, -0.25, 0.25, 0.25), 3.5, 3.5);
    painter.setPen(QPen(color, 1.5));
    painter.setBrush(state == Qt::Unchecked ? QBrush(ground) : QBrush(color));
    painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3);
    painter.setPen(QPen(color.lightness() > 150 ? Qt::black : Qt::white, 1.8, Qt::SolidLine,
                        Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    const QPointF corner = box.topLeft();
    if (state == Qt::Checked) {
        painter.drawPolyline(QPolygonF(
            {corner + QPointF(3.5, 7.4), corner + QPointF(6.0, 9.9), corner + QPointF(10.5, 4.6)}));
    } else if (state == Qt::PartiallyChecked) {
        painter.drawLine(corner + QPointF(4, 7), corner + QPointF(10, 7));
    }
    painter.restore();
}

}  // namespace ballast
