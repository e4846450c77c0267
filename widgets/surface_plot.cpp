#include "widgets/surface_plot.h"

#include <QContextMenuEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
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
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Grid of two settings"));
}

void SurfacePlot::setPicture(const SurfacePicture& picture) {
    picture_ = picture;
    if (marked_ && !isThere(*marked_)) marked_.reset();
    draw();
}

bool SurfacePlot::isThere(SurfaceAt at) const {
    return at.first < picture_.surface.xs.size() && at.second < picture_.surface.ys.size();
}

void SurfacePlot::setMarked(std::optional<SurfaceAt> at) {
    if (at && !isThere(*at)) at.reset();
    if (at == marked_) return;
    marked_ = at;
    setAccessibleDescription(at ? wordsFor(at->first, at->second) : QString());
    draw();
}

QPoint SurfacePlot::placeOf(SurfaceAt at) const {
    const QPointF on_plot(plot_->xAxis->coordToPixel(static_cast<double>(at.first)),
                          plot_->yAxis->coordToPixel(static_cast<double>(at.second)));
    return plot_->mapTo(this, on_plot.toPoint());
}

void SurfacePlot::draw() {
    plot_->clearItems();
    plot_->clearPlottables();
    drawSurface(*plot_, picture_, plotColors(), screenScale(), marked_);
    plot_->axisRect()->setMinimumMargins(QMargins(kSpace3, kSpace3, kSpace4, kSpace2));
    turnLabels();
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

/// Writes the columns' names at a slant where they do not fit side by side.
void SurfacePlot::turnLabels() {
    const auto ticker = plot_->xAxis->ticker().dynamicCast<QCPAxisTickerText>();
    if (!ticker || ticker->ticks().isEmpty()) return;
    const QFontMetrics metrics(plot_->xAxis->tickLabelFont());
    int widest = 0;
    for (const QString& label : ticker->ticks()) {
        widest = std::max(widest, metrics.horizontalAdvance(label));
    }
    const int room = plot_->axisRect()->width() / static_cast<int>(ticker->ticks().size());
    plot_->xAxis->setTickLabelRotation(widest + kSpace1 > room ? -35.0 : 0.0);
}

void SurfacePlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    turnLabels();
}

std::optional<SurfaceAt> SurfacePlot::cellAt(const QPointF& place) const {
    const double x = std::round(plot_->xAxis->pixelToCoord(place.x()));
    const double y = std::round(plot_->yAxis->pixelToCoord(place.y()));
    const Surface& surface = picture_.surface;
    if (x < 0.0 || y < 0.0 || x >= static_cast<double>(surface.xs.size()) ||
        y >= static_cast<double>(surface.ys.size())) {
        return std::nullopt;
    }
    return SurfaceAt(static_cast<std::size_t>(x), static_cast<std::size_t>(y));
}

QString SurfacePlot::wordsFor(std::size_t column, std::size_t row) const {
    const Surface& surface = picture_.surface;
    const SurfaceCell& cell = surface.at(column, row);
    const QString words_of_column = text(valueText(surface.xs[column]));
    const QString words_of_row = text(valueText(surface.ys[row]));
    const QString place =
        picture_.square
            ? tr("%1 taken for %2\n").arg(words_of_row, words_of_column)
            : tr("%1 = %2\n%3 = %4\n")
                  .arg(text(surface.x_label), words_of_column, text(surface.y_label), words_of_row);
    if (cell.values.empty()) return place + tr("no run");
    const double factor = picture_.percent ? 100.0 : 1.0;
    const int digits = picture_.percent ? 1 : 4;
    QString words =
        place + (picture_.difference ? cellWords(picture_, cell.spread.mean)
                                     : QString::number(factor * cell.spread.mean, 'f', digits));
    if (cell.spread.n > 1) {
        words += QStringLiteral(" (%1 … %2)")
                     .arg(QString::number(factor * cell.spread.lower, 'f', digits),
                          QString::number(factor * cell.spread.upper, 'f', digits));
    }
    if (picture_.percent) words += picture_.difference ? tr(" points") : QStringLiteral(" %");
    return words + QStringLiteral(" (n = %1)").arg(cell.spread.n);
}

bool SurfacePlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched == plot_ && event->type() == QEvent::ContextMenu) {  // a plot does not pass it on
        const auto* menu = static_cast<QContextMenuEvent*>(event);
        if (const auto cell = cellAt(menu->pos())) {
            setMarked(cell);
            Q_EMIT menuRequested(cell->first, cell->second, menu->globalPos());
        }
    }
    const bool moved = event->type() == QEvent::MouseMove;
    if (watched == plot_ && (moved || event->type() == QEvent::MouseButtonPress)) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const auto cell = cellAt(mouse->position());
        if (cell && moved) {
            QToolTip::showText(mouse->globalPosition().toPoint(),
                               wordsFor(cell->first, cell->second), plot_);
        } else if (cell && mouse->button() == Qt::LeftButton) {
            setFocus();
            setMarked(cell);
            Q_EMIT cellChosen(cell->first, cell->second);
        } else if (moved) {
            QToolTip::hideText();
        }
    }
    return QWidget::eventFilter(watched, event);
}

/// For the marked cell by the keyboard, which the widget has and not the plot in it.
void SurfacePlot::contextMenuEvent(QContextMenuEvent* event) {
    if (event->reason() != QContextMenuEvent::Keyboard || !marked_) return;
    Q_EMIT menuRequested(marked_->first, marked_->second, mapToGlobal(placeOf(*marked_)));
}

/// The arrow keys go from cell to cell.
void SurfacePlot::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    const int right = key == Qt::Key_Right ? 1 : key == Qt::Key_Left ? -1 : 0;
    const int up = key == Qt::Key_Up ? 1 : key == Qt::Key_Down ? -1 : 0;
    const bool choose = key == Qt::Key_Return || key == Qt::Key_Enter;
    if (picture_.surface.xs.empty() || (right == 0 && up == 0 && !choose)) {
        return QWidget::keyPressEvent(event);
    }
    if (choose) {
        if (marked_) Q_EMIT cellChosen(marked_->first, marked_->second);
        return;
    }
    if (!marked_) return setMarked(SurfaceAt(0, 0));
    const auto moved = [](std::size_t from, int by, std::size_t count) {
        const auto to = static_cast<std::ptrdiff_t>(from) + by;
        return static_cast<std::size_t>(
            std::clamp<std::ptrdiff_t>(to, 0, static_cast<std::ptrdiff_t>(count) - 1));
    };
    setMarked(SurfaceAt(moved(marked_->first, right, picture_.surface.xs.size()),
                        moved(marked_->second, up, picture_.surface.ys.size())));
}

void SurfacePlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (changesLooks(*event) && !picture_.surface.xs.empty()) draw();
}

}  // namespace ballast
