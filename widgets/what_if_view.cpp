#include "widgets/what_if_view.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QToolTip>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/plot_style.h"
#include "widgets/qcustomplot_wrapper.h"
#include "widgets/qt_text.h"
#include "widgets/surface_plot.h"
#include "widgets/what_if_controls.h"

namespace ballast {
namespace {

constexpr std::array kSplitsShown = {LogitSplit::test, LogitSplit::validation, LogitSplit::train};

QString perCent(double share) {
    return std::isnan(share) ? QStringLiteral("–") : QString::number(100.0 * share, 'f', 1);
}

QLabel* makeTitle(const QString& words, QWidget* parent) {
    auto* label = new QLabel(words, parent);
    QFont bold = label->font();
    bold.setWeight(QFont::DemiBold);
    label->setFont(bold);
    return label;
}

QCustomPlot* makePlot(const QString& name, const QString& accessible, QWidget* owner) {
    auto* plot = new QCustomPlot(owner);
    plot->setObjectName(name);
    plot->setAccessibleName(accessible);
    plot->setMinimumSize(160, 110);
    plot->setFocusPolicy(Qt::NoFocus);
    plot->setMouseTracking(true);
    plot->installEventFilter(owner);
    return plot;
}

QVBoxLayout* titled(QLabel* title, QWidget* content) {
    auto* box = new QVBoxLayout;
    box->setSpacing(kSpace1);
    box->addWidget(title);
    box->addWidget(content, 1);
    return box;
}

}  // namespace

WhatIfView::WhatIfView(QWidget* parent)
    : QWidget(parent),
      epochs_(new QComboBox(this)),
      splits_(new QComboBox(this)),
      controls_(new WhatIfControls(this)),
      right_(new QStackedWidget(this)),
      missing_(new QLabel(this)),
      make_(new QPushButton(this)),
      balanced_(new QLabel(this)),
      balanced_before_(new QLabel(this)),
      groups_(new QLabel(this)),
      bars_title_(makeTitle(tr("Accuracy by class"), this)),
      bars_(makePlot(QStringLiteral("what_if_classes"), tr("Accuracy by class"), this)),
      reliability_title_(makeTitle({}, this)),
      reliability_(
          makePlot(QStringLiteral("what_if_reliability"), tr("Reliability diagram"), this)),
      confusion_title_(makeTitle(tr("Taken for, % of the class"), this)),
      confusion_(new SurfacePlot(this)) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpace3, kSpace3, kSpace3, kSpace3);
    row->setSpacing(kSpace4);
    row->addWidget(makeChoices());
    row->addWidget(right_, 1);
    right_->addWidget(makeMissing());
    right_->addWidget(makeResults());
    connect(epochs_, &QComboBox::activated, this,
            [this](int index) { Q_EMIT epochChosen(epochs_->itemData(index).toInt()); });
    connect(splits_, &QComboBox::activated, this, [this](int index) {
        split_ = kSplitsShown[static_cast<std::size_t>(index)];
        Q_EMIT splitChosen(split_);
    });
    connect(make_, &QPushButton::clicked, this, &WhatIfView::makeRequested);
    connect(controls_, &WhatIfControls::adjustmentChanged, this, &WhatIfView::adjustmentChanged);
    connect(controls_, &WhatIfControls::bestTauRequested, this, &WhatIfView::bestTauRequested);
    setMissing(tr("Choose a run to adjust its logits after training."));
}

QWidget* WhatIfView::makeChoices() {
    auto* panel = new QWidget(this);
    auto* column = new QVBoxLayout(panel);
    column->setContentsMargins(0, 0, kSpace2, 0);
    column->setSpacing(kSpace3);
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    epochs_->setObjectName(QStringLiteral("what_if_epoch"));
    splits_->setObjectName(QStringLiteral("what_if_split"));
    for (QComboBox* combo : {epochs_, splits_}) {
        combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        combo->setMinimumContentsLength(12);
    }
    for (const LogitSplit split : kSplitsShown) splits_->addItem(splitWords(split));
    form->addRow(tr("Epoch"), epochs_);
    form->addRow(tr("Judged on"), splits_);
    column->addLayout(form);
    column->addWidget(controls_, 1);
    auto* scroll = new QScrollArea(this);
    scroll->setWidget(panel);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFixedWidth(22 * fontMetrics().averageCharWidth() * 2);
    return scroll;
}

QWidget* WhatIfView::makeMissing() {
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setSpacing(kSpace3);
    column->addStretch(1);
    missing_->setObjectName(QStringLiteral("what_if_missing"));
    missing_->setWordWrap(true);
    missing_->setAlignment(Qt::AlignCenter);
    missing_->setForegroundRole(QPalette::PlaceholderText);
    make_->setObjectName(QStringLiteral("make_logits"));
    column->addWidget(missing_);
    column->addWidget(make_, 0, Qt::AlignHCenter);
    column->addStretch(1);
    return page;
}

QWidget* WhatIfView::makeResults() {
    auto* page = new QWidget(this);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace3);
    balanced_->setObjectName(QStringLiteral("what_if_balanced"));
    QFont big = balanced_->font();
    big.setPointSizeF(big.pointSizeF() * 2.2);
    big.setWeight(QFont::DemiBold);
    balanced_->setFont(big);
    balanced_before_->setObjectName(QStringLiteral("what_if_balanced_before"));
    groups_->setObjectName(QStringLiteral("what_if_groups"));
    groups_->setTextFormat(Qt::RichText);
    groups_->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto* head = new QHBoxLayout;
    head->setSpacing(kSpace3);
    head->addWidget(balanced_);
    head->addWidget(balanced_before_);
    head->addStretch(1);
    head->addWidget(groups_);
    column->addLayout(head);
    column->addLayout(titled(bars_title_, bars_), 5);
    auto* below = new QHBoxLayout;
    below->setSpacing(kSpace4);
    below->addLayout(titled(reliability_title_, reliability_), 2);
    below->addLayout(titled(confusion_title_, confusion_), 3);
    column->addLayout(below, 6);
    return page;
}

void WhatIfView::setEpochs(const std::vector<WhatIfEpoch>& epochs, int chosen) {
    const QSignalBlocker silent(epochs_);
    epochs_->clear();
    for (const WhatIfEpoch& epoch : epochs) {
        QString words = tr("after %1").arg(epoch.epochs_done);
        if (!epoch.name.isEmpty()) words += QStringLiteral(" (%1)").arg(epoch.name);
        epochs_->addItem(words, epoch.epochs_done);
        epochs_->setItemData(epochs_->count() - 1, epoch.state, Qt::ToolTipRole);
        if (epoch.epochs_done == chosen) epochs_->setCurrentIndex(epochs_->count() - 1);
    }
    epochs_->setEnabled(!epochs.empty());
}

void WhatIfView::setMissing(const QString& sentence, const QString& offer) {
    picture_ = {};
    missing_->setText(sentence);
    make_->setText(offer);
    make_->setVisible(!offer.isEmpty());
    right_->setCurrentIndex(0);
    controls_->setEnabled(false);
    splits_->setEnabled(false);
}

void WhatIfView::setSubject(const WhatIfSubject& subject) {
    picture_ = {subject.names, subject.class_counts, {}, {}};
    controls_->setClasses(static_cast<int>(subject.class_counts.size()));
    controls_->setTauNormObstacle(subject.tau_norm_obstacle);
    controls_->setEffect(subject.tde_obstacle.isEmpty() ? std::optional(subject.tde_alpha)
                                                        : std::nullopt);
    const auto has = [&](LogitSplit split) {
        return std::ranges::find(subject.splits, split) != subject.splits.end();
    };
    controls_->setValidationObstacle(
        has(LogitSplit::validation)
            ? QString()
            : tr("The run has no validation images; /data/validation_per_class holds some out."));
    auto* model = qobject_cast<QStandardItemModel*>(splits_->model());
    for (std::size_t i = 0; i < kSplitsShown.size(); ++i) {
        model->item(static_cast<int>(i))->setEnabled(has(kSplitsShown[i]));
    }
    if (!has(split_)) split_ = LogitSplit::test;
    splits_->setCurrentIndex(
        static_cast<int>(std::ranges::find(kSplitsShown, split_) - kSplitsShown.begin()));
    controls_->setEnabled(true);
    splits_->setEnabled(true);
}

void WhatIfView::setResults(const WhatIfResult& before, const WhatIfResult& after) {
    picture_.before = before;
    picture_.after = after;
    right_->setCurrentIndex(1);
    showNumbers();
    draw();
}

void WhatIfView::setTuned(const BestTau& best) {
    controls_->setTuned(best);
}

void WhatIfView::setSearching(bool searching) {
    controls_->setSearching(searching);
}

const WhatIf& WhatIfView::adjustment() const {
    return controls_->adjustment();
}

void WhatIfView::setAdjustment(const WhatIf& adjustment) {
    controls_->setAdjustment(adjustment);
}

void WhatIfView::setSplit(LogitSplit split) {
    const auto row = std::ranges::find(kSplitsShown, split) - kSplitsShown.begin();
    const auto* model = qobject_cast<QStandardItemModel*>(splits_->model());
    if (!model->item(static_cast<int>(row))->isEnabled()) return;
    split_ = split;
    splits_->setCurrentIndex(static_cast<int>(row));
}

QString WhatIfView::title() const {
    return adjustmentWords(split_, adjustment());
}

void WhatIfView::showNumbers() {
    const WhatIfResult& before = picture_.before;
    const WhatIfResult& after = picture_.after;
    balanced_->setText(perCent(after.balanced) + QStringLiteral(" %"));
    const double points = 100.0 * (after.balanced - before.balanced);
    balanced_before_->setText(tr("balanced accuracy, %1\nas trained %2 % (%3%4 points)")
                                  .arg(splitWords(split_), perCent(before.balanced),
                                       points > 0.0 ? QStringLiteral("+") : QString(),
                                       QString::number(points, 'f', 1)));
    const auto cell = [](const QString& name, double first, double second) {
        const QString both =
            std::isnan(first) && std::isnan(second)
                ? QStringLiteral("–")
                : QStringLiteral("%1 → <b>%2</b>").arg(perCent(first), perCent(second));
        return QStringLiteral("<td align=right style=\"padding-left:%3px\">%1<br/>%2</td>")
            .arg(name, both)
            .arg(kSpace4);
    };
    groups_->setText(
        QStringLiteral("<table><tr>") + cell(tr("many, %"), before.shots.many, after.shots.many) +
        cell(tr("medium, %"), before.shots.medium, after.shots.medium) +
        cell(tr("few, %"), before.shots.few, after.shots.few) + QStringLiteral("</tr></table>"));
    reliability_title_->setText(
        tr("Calibration: ECE %1 → %2 %")
            .arg(perCent(before.calibration_error), perCent(after.calibration_error)));
    reliability_title_->setToolTip(tr(
        "Expected calibration error over 15 bins of confidence; on the dashed line a model is as "
        "often right as it is sure."));
}

void WhatIfView::draw() {
    drawBars();
    reliability_->clearItems();
    reliability_->clearPlottables();
    drawReliability(*reliability_, picture_, plotColors(), screenScale());
    reliability_->axisRect()->setMinimumMargins(QMargins(kSpace3, kSpace2, kSpace3, kSpace1));
    reliability_->replot(QCustomPlot::rpQueuedReplot);
    std::vector<std::string> names;
    for (std::size_t y = 0; y < picture_.class_counts.size(); ++y) {
        names.push_back(classWords(picture_, y).toStdString());
    }
    confusion_->setPicture(
        confusionPicture(confusionGrid(picture_.after.confusion, names, picture_.class_counts)));
}

void WhatIfView::drawBars() {
    bars_->clearPlottables();
    drawClassAccuracies(*bars_, picture_, plotColors(), screenScale(), bars_->axisRect()->width());
    bars_->axisRect()->setMinimumMargins(QMargins(kSpace3, kSpace2, kSpace3, kSpace1));
    bars_->replot(QCustomPlot::rpQueuedReplot);
    const PlotColors colors = plotColors();
    const auto square = [](const QColor& color) {
        return QStringLiteral("<span style=\"color:%1\">■</span> ").arg(color.name());
    };
    bars_title_->setTextFormat(Qt::RichText);
    bars_title_->setText(tr("Accuracy by class") + QStringLiteral(" &nbsp; ") +
                         square(colors.majority) + tr("majority") + QStringLiteral(" &nbsp; ") +
                         square(colors.minority) + tr("minority adjusted") +
                         QStringLiteral(" &nbsp; ") + square(asTrainedColor(colors)) +
                         tr("as trained"));
}

QString WhatIfView::barWords(std::size_t bar) const {
    const std::size_t y = byFrequency(picture_)[bar];
    return tr("%1, %L2 training images: %3 → %4 %")
        .arg(classWords(picture_, y))
        .arg(picture_.class_counts[y])
        .arg(perCent(picture_.before.accuracy[y]), perCent(picture_.after.accuracy[y]));
}

QString WhatIfView::binWords(std::size_t bin) const {
    const double width = 100.0 / kReliabilityBins;
    QString words = tr("confidence %1 to %2 %")
                        .arg(QString::number(static_cast<double>(bin) * width, 'f', 1),
                             QString::number(static_cast<double>(bin + 1) * width, 'f', 1));
    for (const auto& [name, result] : {std::pair(tr("as trained"), &picture_.before),
                                       std::pair(tr("adjusted"), &picture_.after)}) {
        const ReliabilityBin& one = result->bins[bin];
        words += tr("\n%1: %L2 images, accuracy %3 %")
                     .arg(name)
                     .arg(one.images)
                     .arg(perCent(one.accuracy));
    }
    return words;
}

bool WhatIfView::eventFilter(QObject* watched, QEvent* event) {
    const bool over_bars = watched == bars_;
    if ((over_bars || watched == reliability_) && event->type() == QEvent::MouseMove) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const QCustomPlot& plot = over_bars ? *bars_ : *reliability_;
        const double x = plot.xAxis->pixelToCoord(mouse->position().x());
        const double at = over_bars ? std::round(x) : std::floor(x * kReliabilityBins / 100.0);
        const std::size_t count =
            over_bars ? picture_.after.accuracy.size() : std::size_t{kReliabilityBins};
        if (at >= 0.0 && at < static_cast<double>(count)) {
            const auto index = static_cast<std::size_t>(at);
            QToolTip::showText(mouse->globalPosition().toPoint(),
                               over_bars ? barWords(index) : binWords(index),
                               over_bars ? bars_ : reliability_);
        } else {
            QToolTip::hideText();
        }
    }
    return QWidget::eventFilter(watched, event);
}

void WhatIfView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (changesLooks(*event) && !picture_.after.accuracy.empty()) draw();
}

void WhatIfView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (!picture_.after.accuracy.empty()) drawBars();
}

}  // namespace ballast
