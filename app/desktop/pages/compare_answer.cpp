#include "app/desktop/pages/compare_answer.h"

#include <QEvent>

#include "core/analysis/class_differences.h"
#include "widgets/class_difference_plot.h"
#include "widgets/qt_text.h"
#include "widgets/ranking_table.h"

namespace ballast {

CompareAnswer::CompareAnswer(QWidget* parent)
    : QSplitter(Qt::Horizontal, parent),
      ranking_(new RankingTable),
      classes_(new ClassDifferencePlot),
      shown_(std::make_shared<Comparison>()) {
    classes_->setBackgroundRole(QPalette::Base);  // as the plot on it
    classes_->setAutoFillBackground(true);
    addWidget(ranking_);
    addWidget(classes_);
    setStretchFactor(0, 3);
    setStretchFactor(1, 2);
    setSizes({760, 500});
    setChildrenCollapsible(false);
    connect(ranking_, &RankingTable::pointChosen, this, &CompareAnswer::pointChosen);
    connect(ranking_, &QTreeWidget::itemActivated, this, &CompareAnswer::activated);
}

void CompareAnswer::clear() {
    shown_ = std::make_shared<Comparison>();
    ranking_->clearRanking();
    setMarked({});
}

void CompareAnswer::setComparison(std::shared_ptr<const Comparison> comparison) {
    shown_ = std::move(comparison);
    ranking_->setRanking(shown_->picture, shown_->ranking);
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

/// The best setting against the chosen one, or else the second.
void CompareAnswer::showClasses() {
    classes_job_.cancel();
    const std::vector<RankedPoint>& ranked = shown_->ranking.points;
    if (ranked.size() < 2) return classes_->clear({});
    const ResponseAt best(ranked[0].line, ranked[0].point);
    ResponseAt other(ranked[1].line, ranked[1].point);
    if (marked_ && *marked_ != best) other = *marked_;
    const std::vector<RunPair> pairs = shown_->pairsOf(best, other);
    if (pairs.empty()) {
        return classes_->clear(
            tr("By class, settings compare over common seeds; these two have none"));
    }
    const auto nameOf = [this](ResponseAt at) {
        return text(pointName(shown_->picture.curves, at.first, at.second));
    };
    classes_job_.restart(
        [pairs](BackgroundJob::Task&) { return classDifferences(pairs); },
        [this, title = tr("%1 − %2").arg(nameOf(best), nameOf(other))](
            const ClassDifferences& differences) {
            if (differences.classes.empty()) {
                return classes_->clear(tr("These runs have no test accuracies by class"));
            }
            classes_->setDifferences(title, differences);
        },
        [this](const QString& sentence) { classes_->clear(sentence); });
}

}  // namespace ballast
