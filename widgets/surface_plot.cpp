#include "widgets/surface_plot.h"

#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {

SurfacePlot::SurfacePlot(QWidget* parent) : QWidget(parent), plot_(new QCustomPlot(this)) {
    plot_->setObjectName(QStringLiteral("surface_plot"));
    plot_->setMinimumHeight(160);
    plot_->setMouseTracking(true);
    plot_->installEventFilter(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(plot_);
}

void SurfacePlot::setPicture(const SurfacePicture& picture) {
    picture_ = picture;
    draw();
}

void SurfacePlot::draw() {
    plot_->clearItems();
    plot_->clearPlottables();
    drawSurface(*plot_, picture_, plotColors(), screenScale());
    plot_->axisRect()->setMinimumMargins(QMargins(kSpace3, kSpace3, kSpace4, kSpace2));
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

std::optional<std::pair<std::size_t, std::size_t>> SurfacePlot::cellAt(const QPointF& place) const {
    const double x = std::round(plot_->xAxis->pixelToCoord(place.x()));
    const double y = std::round(plot_->yAxis->pixelToCoord(place.y()));
    const Surface& surface = picture_.surface;
    if (x < 0.0 || y < 0.0 || x >= static_cast<double>(surface.xs.size()) ||
        y >= static_cast<double>(surface.ys.size())) {
        return std::nullopt;
    }
    return std::pair(static_cast<std::size_t>(x), static_cast<std::size_t>(y));
}

QString SurfacePlot::wordsFor(std::size_t column, std::size_t row) const {
    const Surface& surface = picture_.surface;
    const SurfaceCell& cell = surface.at(column, row);
    const QString place = tr("%1 = %2\n%3 = %4\n")
                              .arg(text(surface.x_label), text(valueText(surface.xs[column])),
                                   text(surface.y_label), text(valueText(surface.ys[row])));
    if (cell.values.empty()) return place + tr("no run");
    const double factor = picture_.percent ? 100.0 : 1.0;
    const int digits = picture_.percent ? 1 : 4;
    QString words = place + QString::number(factor * cell.spread.mean, 'f', digits);
    if (cell.spread.n > 1) {
        words += QStringLiteral(" (%1 … %2)")
                     .arg(QString::number(factor * cell.spread.lower, 'f', digits),
                          QString::number(factor * cell.spread.upper, 'f', digits));
    }
    if (picture_.percent) words += QStringLiteral(" %");
    return words + QStringLiteral(" (n = %1)").arg(cell.spread.n);
}

bool SurfacePlot::eventFilter(QObject* watched, QEvent* event) {
    const bool moved = event->type() == QEvent::MouseMove;
    if (watched == plot_ && (moved || event->type() == QEvent::MouseButtonPress)) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const auto cell = cellAt(mouse->position());
        if (cell && moved) {
            QToolTip::showText(mouse->globalPosition().toPoint(),
                               wordsFor(cell->first, cell->second), plot_);
        } else if (cell && mouse->button() == Qt::LeftButton) {
            Q_EMIT cellChosen(cell->first, cell->second);
        } else if (moved) {
            QToolTip::hideText();
        }
    }
    return QWidget::eventFilter(watched, event);
}

void SurfacePlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    const bool looks =
        event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange;
    if (looks && !picture_.surface.xs.empty()) draw();
}

}  // namespace ballast
