#include "app/desktop/pages/compare_answer.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>

#include "core/analysis/class_differences.h"
#include "widgets/class_difference_plot.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/ranking_table.h"

namespace ballast {
namespace {

constexpr std::size_t kMostBaselines = 200;

}  // namespace

CompareAnswer::CompareAnswer(QWidget* parent)
    : QSplitter(Qt::Horizontal, parent),
      baseline_(new QComboBox),
      ranking_(new RankingTable),
      classes_(new ClassDifferencePlot),
      shown_(std::make_shared<Comparison>()) {
    classes_->setBackgroundRole(QPalette::Base);  // as the plot on it
    classes_->setAutoFillBackground(true);
    baseline_->setObjectName(QStringLiteral("compare_baseline"));
    baseline_->setToolTip(tr("With what the others are compared, in the table and by class"));
    auto* label = new QLabel(tr("Compared &with"));
    label->setBuddy(baseline_);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(kSpace3, kSpace1, kSpace3, kSpace1);
    row->setSpacing(kSpace2);
    row->addWidget(label);
    row->addWidget(baseline_, 1);
    auto* settings = new QWidget;
    auto* column = new QVBoxLayout(settings);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(ranking_, 1);
    addWidget(settings);
    addWidget(classes_);
    setStretchFactor(0, 3);
    setStretchFactor(1, 2);
    setSizes({760, 500});
    setChildrenCollapsible(false);
    connect(ranking_, &RankingTable::pointChosen, this, &CompareAnswer::pointChosen);
    connect(ranking_, &RankingTable::menuRequested, this, &CompareAnswer::menuRequested);
    connect(baseline_, &QComboBox::activated, this, [this](int index) {
        if (index == 0) return Q_EMIT baselineChosen({});
        const RankedPoint& at = shown_->ranking.points[baseline_->itemData(index).toULongLong()];
        Q_EMIT baselineChosen(ResponseAt(at.line, at.point));
    });
    connect(ranking_, &QTreeWidget::itemActivated, this, &CompareAnswer::activated);
}

void CompareAnswer::clear() {
    shown_ = std::make_shared<Comparison>();
    ranking_->clearRanking();
    fillBaselines();
    setMarked({});
}

void CompareAnswer::setComparison(std::shared_ptr<const Comparison> comparison) {
    shown_ = std::move(comparison);
    ranking_->setRanking(shown_->picture, shown_->ranking);
    fillBaselines();
}

/// The best of them; any other is chosen in the table.
void CompareAnswer::fillBaselines() {
    const std::vector<RankedPoint>& points = shown_->ranking.points;
    const auto nameOf = [this](const RankedPoint& at) {
        return text(pointName(shown_->picture.curves, at.line, at.point));
    };
    baseline_->clear();
    baseline_->setEnabled(points.size() > 1);
    baseline_->addItem(points.empty() ? tr("The best") : tr("The best: %1").arg(nameOf(points[0])));
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i >= kMostBaselines && i != shown_->ranking.baseline) continue;
        baseline_->addItem(nameOf(points[i]), QVariant::fromValue<qulonglong>(i));
        if (shown_->baseline && i == shown_->ranking.baseline) {
            baseline_->setCurrentIndex(baseline_->count() - 1);
        }
    }
}

void CompareAnswer::setMarked(std::optional<ResponseAt> at) {
    marked_ = at;
    ranking_->setMarked(at);
    showClasses();
}

/// The rows have colours of the theme in them.
void CompareAnswer::changeEvent(QEvent* event) {
    QSplitter::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || shown_->picture.curves.lines.empty()) return;
    ranking_->setRanking(shown_->picture, shown_->ranking);
    ranking_->setMarked(marked_);
}

void CompareAnswer::showClasses() {
    classes_job_.cancel();
    const auto compared = shown_->comparedPair(marked_);
    if (!compared) return classes_->clear({});
    const auto [first, other] = *compared;
    const std::vector<RunPair> pairs = shown_->pairsOf(first, other);
    if (pairs.empty()) {
        return classes_->clear(
            tr("By class, settings compare over common seeds; these two have none"));
    }
    const auto nameOf = [this](ResponseAt at) {
        return text(pointName(shown_->picture.curves, at.first, at.second));
    };
    classes_job_.restart(
        [pairs](BackgroundJob::Task&) { return classDifferences(pairs); },
        [this, title = tr("%1 − %2").arg(nameOf(first), nameOf(other))](
            const ClassDifferences& differences) {
            if (differences.classes.empty()) {
                return classes_->clear(tr("These runs have no test accuracies by class"));
            }
            classes_->setDifferences(title, differences);
        },
        [this](const QString& sentence) { classes_->clear(sentence); });
}

}  // namespace ballast
