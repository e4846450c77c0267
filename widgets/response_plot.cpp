#include "widgets/response_plot.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"
#include "widgets/tool_tips.h"

namespace ballast {
namespace {

constexpr double kNear = 14.0;  // pixels within which the pointer is on a mean
constexpr int kLeastHeight = 160;

}  // namespace

ResponsePlot::ResponsePlot(QWidget* parent)
    : QWidget(parent),
      plot_(new QCustomPlot(this)),
      names_(new QLabel(this)),
      nothing_(new QLabel(this)) {
    plot_->setObjectName(QStringLiteral("response_plot"));
    plot_->setMinimumHeight(kLeastHeight);
    plot_->installEventFilter(this);
    plot_->setMouseTracking(true);
    names_->setObjectName(QStringLiteral("response_names"));
    names_->setTextFormat(Qt::RichText);
    names_->setWordWrap(true);
    names_->setContentsMargins(kSpace3, kSpace1, kSpace3, 0);
    nothing_->setAlignment(Qt::AlignCenter);
    nothing_->setWordWrap(true);
    nothing_->setForegroundRole(QPalette::PlaceholderText);
    nothing_->setMargin(kSpace4);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(names_);
    column->addWidget(plot_, 1);
    column->addWidget(nothing_, 1);
    setFocusPolicy(Qt::StrongFocus);
    clear({});
}

void ResponsePlot::clear(const QString& sentence) {
    picture_ = {};
    marked_.reset();
    nothing_->setText(sentence);
    nothing_->show();
    plot_->hide();
    names_->hide();
    setAccessibleDescription(sentence);
}

void ResponsePlot::setPicture(const ResponsePicture& picture) {
    picture_ = picture;
    nothing_->hide();
    plot_->show();
    fillNames();
    draw();
}

void ResponsePlot::setMarked(std::optional<ResponseAt> at) {
    if (at && (at->first >= picture_.curves.lines.size() ||
               at->second >= picture_.curves.lines[at->first].points.size())) {
        at.reset();
    }
    if (at == marked_) return;
    marked_ = at;
    if (at) setAccessibleDescription(pointWords(picture_, *at));
    draw();
}

void ResponsePlot::fillNames() {
    QStringList names;
    const std::vector<ResponseLine>& lines = picture_.curves.lines;
    for (std::size_t l = 0; l < lines.size() && lines.size() > 1; ++l) {
        names << QStringLiteral("<span style=\"color:%1\">●</span>&nbsp;%2")
                     .arg(seriesColor(static_cast<int>(l)).name(),
                          text(lines[l].name)
                              .toHtmlEscaped()
                              .replace(QLatin1Char(' '), QStringLiteral("&nbsp;")));
    }
    names << QStringLiteral("<span style=\"color:%1\">%2</span>")
                 .arg(plotColors().muted.name(), spreadWords(picture_.spread));
    names_->setText(names.join(QStringLiteral(" &nbsp; ")));
    names_->show();
}

void ResponsePlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (!picture_.curves.lines.empty()) draw();
}

void ResponsePlot::draw() {
    plot_->clearItems();
    plot_->clearPlottables();
    drawResponse(*plot_, picture_, plotColors(), screenScale(), isDarkTheme(), marked_);
    plot_->axisRect()->setMinimumMargins(QMargins(kSpace3, kSpace3, kSpace4, kSpace2));
    wrapLabels(*plot_, plot_->size());
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

QPointF ResponsePlot::placeOf(ResponseAt at) const {
    const ResponsePoint& point = picture_.curves.lines[at.first].points[at.second];
    const double value = (picture_.percent ? 100.0 : 1.0) * point.spread.mean;
    return {plot_->xAxis->coordToPixel(placeOnAxis(picture_, at)),
            plot_->yAxis->coordToPixel(value)};
}

std::optional<ResponseAt> ResponsePlot::pointAt(const QPointF& place) const {
    std::optional<ResponseAt> nearest;
    double least = kNear;
    for (std::size_t l = 0; l < picture_.curves.lines.size(); ++l) {
        for (std::size_t p = 0; p < picture_.curves.lines[l].points.size(); ++p) {
            const QPointF off = placeOf({l, p}) - place;
            if (const double distance = std::hypot(off.x(), off.y()); distance < least) {
                least = distance;
                nearest = ResponseAt(l, p);
            }
        }
    }
    return nearest;
}

bool ResponsePlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched != plot_) return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::ContextMenu) {  // which a plot does not pass on
        const auto* menu = static_cast<QContextMenuEvent*>(event);
        const auto at = pointAt(menu->pos());
        Q_EMIT menuRequested(
            at, at ? placeOnAxis(picture_, *at) : plot_->xAxis->pixelToCoord(menu->x()),
            menu->globalPos());
    } else if (event->type() == QEvent::MouseMove) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const auto at = pointAt(mouse->position());
        plot_->setCursor(at ? Qt::PointingHandCursor : Qt::ArrowCursor);
        if (at) {
            QToolTip::showText(mouse->globalPosition().toPoint(), pointWords(picture_, *at), plot_);
        } else {
            QToolTip::hideText();
        }
    } else if (event->type() == QEvent::MouseButtonPress) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        setFocus();
        if (const auto at = pointAt(mouse->position()); at && mouse->button() == Qt::LeftButton) {
            setMarked(at);
            Q_EMIT pointChosen(*at);
        }
    }
    return QWidget::eventFilter(watched, event);
}

/// For the marked point by the keyboard, which the widget has and not the plot in it.
void ResponsePlot::contextMenuEvent(QContextMenuEvent* event) {
    if (event->reason() != QContextMenuEvent::Keyboard || !marked_) return;
    const QPoint place = plot_->mapToGlobal(placeOf(*marked_).toPoint());
    Q_EMIT menuRequested(marked_, placeOnAxis(picture_, *marked_), place);
}

/// Left and Right along a line, Up and Down to the same place of another.
void ResponsePlot::keyPressEvent(QKeyEvent* event) {
    const std::vector<ResponseLine>& lines = picture_.curves.lines;
    const int along = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    const int across = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
    const bool choose = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (lines.empty() || (along == 0 && across == 0 && !choose)) {
        return QWidget::keyPressEvent(event);
    }
    if (choose) {
        if (marked_) Q_EMIT pointChosen(*marked_);
        return;
    }
    if (!marked_) return setMarked(ResponseAt(0, 0));
    const auto moved = [](std::size_t from, int by, std::size_t count) {
        const auto to = static_cast<std::ptrdiff_t>(from) + by;
        return static_cast<std::size_t>(
            std::clamp<std::ptrdiff_t>(to, 0, static_cast<std::ptrdiff_t>(count) - 1));
    };
    const std::size_t line = moved(marked_->first, across, lines.size());
    setMarked(ResponseAt(line, moved(marked_->second, along, lines[line].points.size())));
}

void ResponsePlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (!changesLooks(*event) || picture_.curves.lines.empty()) return;
    fillNames();
    draw();
}

}  // namespace ballast
