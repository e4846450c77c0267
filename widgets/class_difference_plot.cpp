#include "widgets/class_difference_plot.h"

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

namespace ballast {
namespace {

constexpr std::size_t kNamedBars = 12;  // more are counted
constexpr double kBarWidth = 0.75;

QString signedNumber(double points) {
    if (std::isnan(points)) return QStringLiteral("–");
    return (points > 0 ? QStringLiteral("+") : QString()) + QString::number(points, 'f', 1);
}

QString nameOf(const ClassDifference& one) {
    return one.name.empty() ? QString::number(one.class_index) : text(one.name);
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
    bars_.clear();
    for (const ClassDifference& one : differences_.classes) {
        bars_.push_back(100.0 * one.difference.mean);
    }
    title_->setText(title);
    summary_->setText(
        tr("Test accuracy at the best epoch, points over %1: majority %2, minority %3")
            .arg(differences_.seeds == 1 ? tr("1 common seed")
                                         : tr("%1 common seeds").arg(differences_.seeds),
                 signedNumber(100.0 * differences_.majority.mean),
                 signedNumber(100.0 * differences_.minority.mean)));
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
    const PlotColors colors = plotColors();
    const PlotScale scale = screenScale();
    plot_->clearPlottables();
    stylePlot(*plot_, colors, scale);
    QCPBars* better = nullptr;
    QVector<double> places;
    QVector<double> below;
    QVector<double> above;
    double low = 0.0;
    double high = 0.0;
    auto* worse = new QCPBars(plot_->xAxis, plot_->yAxis);
    better = new QCPBars(plot_->xAxis, plot_->yAxis);
    for (std::size_t i = 0; i < bars_.size(); ++i) {
        const double place = static_cast<double>(i);
        (bars_[i] < 0.0 ? worse : better)->addData(place, bars_[i]);
        const PairedStatistics& difference = differences_.classes[i].difference;
        places << place;
        below << bars_[i] - 100.0 * difference.lower;
        above << 100.0 * difference.upper - bars_[i];
        for (const double edge : {bars_[i], 100.0 * difference.lower, 100.0 * difference.upper}) {
            if (std::isnan(edge)) continue;
            low = std::min(low, edge);
            high = std::max(high, edge);
        }
    }
    for (QCPBars* bars : {worse, better}) {
        const QColor color = bars == better ? colors.majority : colors.minority;
        bars->setWidth(kBarWidth);
        bars->setPen(Qt::NoPen);
        bars->setBrush(color);
        bars->setSelectable(QCP::stNone);
    }
    QCPGraph* middles = addCurve(*plot_);
    middles->setData(places, QVector<double>(bars_.begin(), bars_.end()), true);
    middles->setLineStyle(QCPGraph::lsNone);
    auto* errors = new QCPErrorBars(plot_->xAxis, plot_->yAxis);
    errors->setDataPlottable(middles);
    errors->setData(below, above);
    errors->setPen(QPen(colors.text, scale.unit));
    errors->setWhiskerWidth(bars_.size() > 40 ? 0 : 5);
    errors->setSymbolGap(0);
    errors->setSelectable(QCP::stNone);
    if (bars_.size() <= kNamedBars) {
        const QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
        for (std::size_t i = 0; i < bars_.size(); ++i) {
            ticker->addTick(static_cast<double>(i), nameOf(differences_.classes[i]));
        }
        plot_->xAxis->setTicker(ticker);
        plot_->xAxis->setLabel(tr("class, most training images first"));
    } else {
        useIntegerTicks(*plot_->xAxis);
        plot_->xAxis->setLabel(tr("rank of the class, most training images first"));
    }
    plot_->yAxis->setLabel(tr("points"));
    plot_->xAxis->setRange(-0.6, static_cast<double>(bars_.size()) - 0.4);
    const double room = std::max(0.5, 0.06 * (high - low));
    plot_->yAxis->setRange(low - room, high + room);
    plot_->yAxis->grid()->setZeroLinePen(QPen(colors.axis, scale.unit));
    plot_->axisRect()->setMinimumMargins(QMargins(kSpace3, kSpace2, kSpace3, kSpace1));
    turnNames();
}

/// Names that do not fit side by side are written at a slant.
void ClassDifferencePlot::turnNames() {
    const QFontMetrics metrics(plot_->xAxis->tickLabelFont());
    int widest = 0;
    for (const ClassDifference& one : differences_.classes) {
        widest = std::max(widest, metrics.horizontalAdvance(nameOf(one)));
    }
    const int room = plot_->axisRect()->width() / std::max<int>(1, static_cast<int>(bars_.size()));
    const bool named = bars_.size() <= kNamedBars;
    plot_->xAxis->setTickLabelRotation(named && widest + kSpace1 > room ? -35.0 : 0.0);
    plot_->replot(QCustomPlot::rpQueuedReplot);
}

void ClassDifferencePlot::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (!bars_.empty()) turnNames();
}

QString ClassDifferencePlot::wordsFor(std::size_t bar) const {
    const ClassDifference& one = differences_.classes[bar];
    QString words = tr("%1, %L2 training images: %3 points")
                        .arg(nameOf(one))
                        .arg(one.images)
                        .arg(signedNumber(bars_[bar]));
    if (!std::isnan(one.difference.lower)) {
        words += tr(" (95 % interval %1 … %2)")
                     .arg(signedNumber(100.0 * one.difference.lower),
                          signedNumber(100.0 * one.difference.upper));
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
    const bool looks =
        event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange;
    if (looks && !bars_.empty()) draw();
}

}  // namespace ballast
