#include "app/desktop/pages/compare_parallel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/desktop/pages/compare_notes.h"
#include "widgets/icons.h"
#include "widgets/importance_table.h"
#include "widgets/palette.h"
#include "widgets/parallel_plot.h"

namespace ballast {

CompareParallel::CompareParallel(QWidget* parent)
    : QSplitter(Qt::Horizontal, parent),
      plot_(new ParallelPlot),
      nothing_(new QLabel),
      brushed_(new QLabel),
      watch_(new QToolButton),
      clear_(new QToolButton),
      notes_(makeNotes()),
      importance_(new ImportanceTable) {
    nothing_->setAlignment(Qt::AlignCenter);
    nothing_->setWordWrap(true);
    nothing_->setForegroundRole(QPalette::PlaceholderText);
    nothing_->setMargin(kSpace4);
    brushed_->setObjectName(QStringLiteral("brushed"));
    watch_->setObjectName(QStringLiteral("watch_brushed"));
    watch_->setText(tr("Watch these runs"));
    watch_->setIcon(icon(QStringLiteral("plots")));
    watch_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    watch_->setToolTip(tr("The brushed runs, alone on the Runs page"));
    clear_->setText(tr("Clear"));
    clear_->setToolTip(tr("Take all brushes away (Esc)"));
    for (QToolButton* button : {watch_, clear_}) button->setAutoRaise(true);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(kSpace3, kSpace1, kSpace3, 0);
    row->setSpacing(kSpace2);
    row->addWidget(brushed_, 1);
    row->addWidget(watch_);
    row->addWidget(clear_);
    auto* picture = new QWidget;
    for (QWidget* ground : {picture, static_cast<QWidget*>(importance_)}) {
        ground->setBackgroundRole(QPalette::Base);  // as the plot on it
        ground->setAutoFillBackground(true);
    }
    auto* column = new QVBoxLayout(picture);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(plot_, 1);
    column->addWidget(nothing_, 1);
    column->addWidget(notes_);
    addWidget(picture);
    addWidget(importance_);
    setStretchFactor(0, 1);
    setStretchFactor(1, 0);
    setSizes({880, 400});
    setChildrenCollapsible(false);
    connect(plot_, &ParallelPlot::brushesChanged, this, &CompareParallel::countBrushed);
    connect(watch_, &QToolButton::clicked, this,
            [this] { Q_EMIT watchRequested(plot_->brushedRuns()); });
    connect(clear_, &QToolButton::clicked, this, [this] { plot_->setBrushes({}); });
    clear({});
}

void CompareParallel::setComparison(std::shared_ptr<const Comparison> comparison) {
    nothing_->hide();
    plot_->show();
    plot_->setPicture(comparison->parallel);
    importance_->setImportance(comparison->importance);
    const ParallelCoordinates& drawn = comparison->parallel.drawn;
    showNotes(*notes_, drawn.protocol, drawn.warnings);
}

void CompareParallel::clear(const QString& sentence) {
    plot_->setPicture({});
    plot_->hide();
    nothing_->setText(sentence);
    nothing_->show();
    importance_->setImportance({});
    showNotes(*notes_, {}, {});
}

void CompareParallel::countBrushed() {
    const std::size_t all = plot_->picture().drawn.lines.size();
    const bool any = !plot_->brushes().empty();
    const auto runs = plot_->brushedRuns().size();
    if (all == 0) {
        brushed_->clear();
    } else if (plot_->brushedCount() == all) {
        brushed_->setText(
            tr("%L1 settings, %L2 runs. Drag along an axis to choose some").arg(all).arg(runs));
    } else {
        brushed_->setText(
            tr("%L1 of %L2 settings, %L3 runs").arg(plot_->brushedCount()).arg(all).arg(runs));
    }
    watch_->setEnabled(runs > 0);
    clear_->setEnabled(any);
}

}  // namespace ballast
