#include "widgets/bound_bars.h"

#include <QLabel>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/bound_picture.h"
#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"
#include "widgets/tool_tips.h"

namespace ballast {
namespace {

QString fourDigits(double value) {
    return std::isnan(value) ? QStringLiteral("–") : QString::number(value, 'g', 4);
}

}  // namespace

BoundBars::BoundBars(QWidget* parent)
    : QWidget(parent), title_(new QLabel(this)), nothing_(new QLabel(this)) {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    title_->setContentsMargins(kSpace3, kSpace2, kSpace3, 0);
    title_->setTextFormat(Qt::PlainText);
    nothing_->setAlignment(Qt::AlignCenter);
    nothing_->setWordWrap(true);
    nothing_->setForegroundRole(QPalette::PlaceholderText);
    nothing_->setMargin(kSpace4);
    plot_ = new QCustomPlot(this);
    plot_->setObjectName(QStringLiteral("bound_bars"));
    plot_->setAccessibleName(tr("Factors of the bound by class"));
    plot_->setMinimumHeight(240);
    plot_->setMouseTracking(true);
    plot_->installEventFilter(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(title_);
    column->addWidget(plot_, 1);
    column->addWidget(nothing_, 1);
    clear({});
}

void BoundBars::clear(const QString& sentence) {
    inspections_.clear();
    rects_.clear();
    title_->clear();
    title_->hide();
    plot_->hide();
    nothing_->setText(sentence);
    nothing_->show();
}

void BoundBars::setInspections(std::vector<BoundInspection> inspections) {
    inspections_ = std::move(inspections);
    if (inspections_.empty()) return clear({});
    title_->setText(inspectionTitle(inspections_.front()));
    title_->setVisible(inspections_.size() == 1);  // two are named above their columns
    nothing_->hide();
    plot_->show();
    draw();
}

QString BoundBars::title() const {
    return title_->text();
}

QString BoundBars::sentence() const {
    return nothing_->text();
}

void BoundBars::draw() {
    // A picture as new: a grid of axis rectangles is less easily emptied than made.
    plot_->clearPlottables();
    plot_->clearItems();
    plot_->plotLayout()->clear();
    plot_->plotLayout()->addElement(0, 0, new QCPAxisRect(plot_));
    rects_ = drawBoundBars(*plot_, inspections_, plotColors(), screenScale());
    plot_->plotLayout()->setMargins(QMargins(kSpace3, kSpace2, kSpace3, kSpace1));
    turnNames();
}

void BoundBars::turnNames() {
    if (inspections_.empty()) return;
    const auto columns = static_cast<int>(inspections_.size());
    turnBoundNames(rects_, inspections_, (plot_->width() - 5 * kSpace4) / columns);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void BoundBars::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    turnNames();
}

QString BoundBars::wordsFor(std::size_t column, std::size_t row, std::size_t rank) const {
    const BoundInspection& one = inspections_[column];
    const std::vector<BoundRow> rows = boundRows();
    const std::size_t y = classesByFrequency(one.class_counts)[rank];
    const BoundFactors& factors = one.factors;
    QString symbol = rows[row].symbol;
    symbol.remove(QStringLiteral("× ")).remove(QStringLiteral("= "));
    QStringList lines;
    lines << tr("%1, %L2 training images").arg(text(one.class_names[y])).arg(one.class_counts[y]);
    lines << QStringLiteral("%1 = %2").arg(symbol, fourDigits((factors.*rows[row].values)[y]));
    const double observed = observedValue(factors, row, y);
    if (!std::isnan(observed)) lines.back() += tr(", ◇ %1").arg(fourDigits(observed));
    if (rows[row].values == &BoundFactors::one_minus_softmax) {
        lines << tr("B_y(f) = %1, β_y = %2, Δ_y = %3")
                     .arg(fourDigits(factors.min_logit[y]), fourDigits(factors.beta[y]),
                          fourDigits(factors.delta[y]));
    }
    if (rows[row].values == &BoundFactors::product) {
        lines << tr("μ_y = %1; as the data show, %2")
                     .arg(fourDigits(factors.lipschitz[y]),
                          fourDigits(factors.observed_lipschitz[y]));
    }
    lines << rows[row].equation;
    return lines.join(QLatin1Char('\n'));
}

bool BoundBars::eventFilter(QObject* watched, QEvent* event) {
    if (watched == plot_ && event->type() == QEvent::MouseMove && !inspections_.empty()) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const QPoint at = mouse->position().toPoint();
        const std::size_t rows = rects_.size() / inspections_.size();
        QString words;
        for (std::size_t i = 0; i < rects_.size(); ++i) {
            if (!rects_[i]->rect().contains(at)) continue;
            const double rank =
                std::round(rects_[i]->axis(QCPAxis::atBottom)->pixelToCoord(mouse->position().x()));
            const auto classes = static_cast<double>(inspections_[i / rows].class_counts.size());
            if (rank >= 0.0 && rank < classes) {
                words = wordsFor(i / rows, i % rows, static_cast<std::size_t>(rank));
            }
        }
        if (words.isEmpty()) {
            QToolTip::hideText();
        } else {
            QToolTip::showText(mouse->globalPosition().toPoint(), wrappedToolTip(words), plot_);
        }
    }
    return QWidget::eventFilter(watched, event);
}

void BoundBars::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (changesLooks(*event) && !inspections_.empty()) draw();
}

}  // namespace ballast
