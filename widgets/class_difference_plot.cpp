#include "widgets/class_difference_plot.h"

#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/class_difference_picture.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

/// "+1.5" of a difference, "71.5" of an accuracy.
QString barNumber(double height, bool difference) {
    if (std::isnan(height)) return QStringLiteral("–");
    return difference ? text(signedText(height, 1)) : QString::number(height, 'f', 1);
}

}  // namespace

ClassDifferencePlot::ClassDifferencePlot(QWidget* parent)
    : QWidget(parent),
      title_(new QLabel(this)),
      summary_(new QLabel(this)),
      plot_(new QCustomPlot(this)),
      nothing_(new QLabel(this)) {
    title_->setWordWrap(true);
    title_->setContentsMargins(kSpace3, kSpace2, kSpace3, 0);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    summary_->setContentsMargins(kSpace3, 0, kSpace3, 0);
    summary_->setForegroundRole(QPalette::PlaceholderText);
    summary_->setWordWrap(true);
    nothing_->setAlignment(Qt::AlignCenter);
    nothing_->setWordWrap(true);
    nothing_->setForegroundRole(QPalette::PlaceholderText);
    nothing_->setMargin(kSpace4);
    plot_->setObjectName(QStringLiteral("class_differences"));
    plot_->setMinimumHeight(90);
    plot_->setMouseTracking(true);
    plot_->installEventFilter(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(title_);
    column->addWidget(summary_);
    column->addWidget(plot_, 1);
    column->addWidget(nothing_, 1);
    clear({});
}

void ClassDifferencePlot::clear(const QString& sentence) {
    differences_ = {};
    bars_.clear();
    nothing_->setText(sentence);
    nothing_->show();
    for (QWidget* part : {static_cast<QWidget*>(title_), static_cast<QWidget*>(summary_),
                          static_cast<QWidget*>(plot_)}) {
        part->hide();
    }
    title_->clear();
}

void ClassDifferencePlot::setDifferences(const QString& title, const ClassDifferences& given) {
    differences_ = given;
    bars_ = barHeights(differences_);
    title_->setText(title);
    summary_->setText(
        (differences_.difference
             ? tr("Test accuracy at the best epoch, points over %1: majority %2, minority %3")
             : tr("Test accuracy at the best epoch, % over %1: majority %2, minority %3"))
            .arg(differences_.seeds == 1 ? tr("1 common seed")
                                         : tr("%1 common seeds").arg(differences_.seeds),
                 barNumber(100.0 * differences_.majority.mean, differences_.difference),
                 barNumber(100.0 * differences_.minority.mean, differences_.difference)));
    nothing_->hide();
    title_->show();
    summary_->show();
    plot_->show();
    draw();
}

QString ClassDifferencePlot::title() const {
    return title_->text();
}

void ClassDifferencePlot::draw() {
    plot_->clearPlottables();
    drawClassDifferences(*plot_, differences_, plotColors(), screenScale());
    plot_->axisRect()->setMinimumMargins(QMargins(kSpace3, kSpace2, kSpace3, kSpace1));
    turnNames();
}

void ClassDifferencePlot::turnNames() {
    turnClassNames(*plot_, differences_, plot_->axisRect()->width());
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void ClassDifferencePlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (!bars_.empty()) turnNames();
}

QString ClassDifferencePlot::wordsFor(std::size_t bar) const {
    const ClassDifference& one = differences_.classes[bar];
    const auto number = [this](double height) {
        return barNumber(height, differences_.difference);
    };
    QString words = (differences_.difference ? tr("%1, %L2 training images: %3 points")
                                             : tr("%1, %L2 training images: %3 %"))
                        .arg(text(shownName(one)))
                        .arg(one.images)
                        .arg(number(bars_[bar]));
    if (!std::isnan(one.difference.lower)) {
        words +=
            tr(" (95 % interval %1 … %2)")
                .arg(number(100.0 * one.difference.lower), number(100.0 * one.difference.upper));
    }
    return words;
}

bool ClassDifferencePlot::eventFilter(QObject* watched, QEvent* event) {
    if (watched == plot_ && event->type() == QEvent::MouseMove) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const double at = std::round(plot_->xAxis->pixelToCoord(mouse->position().x()));
        if (at >= 0.0 && at < static_cast<double>(bars_.size())) {
            QToolTip::showText(mouse->globalPosition().toPoint(),
                               wordsFor(static_cast<std::size_t>(at)), plot_);
        } else {
            QToolTip::hideText();
        }
    }
    return QWidget::eventFilter(watched, event);
}

void ClassDifferencePlot::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (changesLooks(*event) && !bars_.empty()) draw();
}

}  // namespace ballast
