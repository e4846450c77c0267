#include "app/desktop/pages/compare_page.h"

#include <QDataStream>
#include <QIODevice>
#include <QLabel>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>
#include <nlohmann/json.hpp>

#include "app/desktop/pages/compare_answer.h"
#include "app/desktop/pages/compare_choices.h"
#include "app/desktop/pages/compare_classes.h"
#include "app/desktop/pages/compare_menu.h"
#include "app/desktop/pages/compare_paper.h"
#include "app/desktop/pages/compare_parallel.h"
#include "app/desktop/pages/compare_picture.h"
#include "app/desktop/working_set.h"
#include "core/analysis/figure_values.h"
#include "core/base/error.h"
#include "core/results/run_query.h"
#include "widgets/palette.h"
#include "widgets/parallel_plot.h"
#include "widgets/qt_text.h"
#include "widgets/ranking_table.h"
#include "widgets/response_plot.h"
#include "widgets/surface_plot.h"

namespace ballast {
namespace {

constexpr int kSoon = 300;  // ms

}  // namespace

ComparePage::ComparePage(std::filesystem::path workspace, const WorkingSet& working_set,
                         QWidget* parent)
    : QWidget(parent),
      workspace_(std::move(workspace)),
      working_set_(working_set),
      choices_(new CompareChoices),
      verdict_(new QLabel),
      split_(new QSplitter(Qt::Vertical)),
      picture_(new ComparePicture),
      answer_(new CompareAnswer),
      parallel_(new CompareParallel),
      paper_(new ComparePaper),
      class_view_(new CompareClasses),
      soon_(new QTimer(this)),
      shown_(std::make_shared<Comparison>()),
      index_(std::make_shared<RunIndex>(workspace_)) {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    verdict_->setObjectName(QStringLiteral("verdict"));
    verdict_->setFont(bold);
    verdict_->setWordWrap(true);
    verdict_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    verdict_->setContentsMargins(kSpace3, 0, kSpace3, kSpace1);
    split_->addWidget(picture_);
    split_->addWidget(answer_);
    split_->setStretchFactor(0, 1);
    split_->setStretchFactor(1, 0);
    split_->setSizes({430, 260});
    split_->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(choices_);
    column->addWidget(verdict_);
    column->addWidget(split_, 1);
    column->addWidget(parallel_, 1);
    column->addWidget(paper_, 1);
    column->addWidget(class_view_, 1);
    through_.figure = FigureKind::parallel;
    setView(CompareView::settings);

    soon_->setSingleShot(true);
    soon_->setInterval(kSoon);
    connect(soon_, &QTimer::timeout, this, &ComparePage::refresh);
    connect(&working_set_, &WorkingSet::changed, this, [this] {
        if (choices_->tickedOnly()) refreshSoon();
    });
    connectPanels();
    picture_->clear(tr("Reading the runs…"));
}

void ComparePage::connectPanels() {
    connect(choices_, &CompareChoices::viewChosen, this, [this](CompareView view) {
        setView(view);
        refresh();
    });
    connect(choices_, &CompareChoices::contoursChosen, this, [this](bool on) {
        contours_ = on;
        refresh();
    });
    connect(choices_, &CompareChoices::runsChosen, this, &ComparePage::refreshSoon);
    connect(choices_, &CompareChoices::figureChosen, this, [this](const FigureDescription& figure) {
        (view_ == CompareView::parallel ? through_ : figure_.emplace()) = figure;
        refresh();
    });
    connect(choices_, &CompareChoices::watchRequested, this, [this] {
        if (const auto at = picture_->marked()) Q_EMIT watchRequested(shown_->runsOf(*at));
    });
    connect(picture_, &ComparePicture::pointChosen, this, &ComparePage::mark);
    connect(answer_, &CompareAnswer::pointChosen, this, &ComparePage::mark);
    connect(answer_, &CompareAnswer::activated, choices_, &CompareChoices::requestWatch);
    connect(answer_, &CompareAnswer::baselineChosen, this, &ComparePage::compareWith);
    connect(picture_, &ComparePicture::menuRequested, this, &ComparePage::showMenu);
    connect(answer_, &CompareAnswer::menuRequested, this,
            [this](ResponseAt at, const QPoint& place) {
                const FieldValue& x = shown_->picture.curves.lines[at.first].points[at.second].x;
                const auto missing = shown_->missingAt(at.first, x);
                showMenu(at, missing ? std::vector{*missing} : std::vector<MissingRuns>(), place);
            });
    connect(choices_, &CompareChoices::fillRequested, this, [this] { train(shown_->missing); });
    connect(parallel_, &CompareParallel::watchRequested, this, &ComparePage::watchRequested);
    connect(class_view_, &CompareClasses::settingsChosen, this,
            [this](ResponseAt of, std::optional<ResponseAt> minus) {
                of_classes_ = {{}, runIdsOf(of), {}};
                of_classes_.minus = minus ? runIdsOf(*minus) : std::vector<std::string>();
                refresh();
            });
    connect(paper_, &ComparePaper::watchRequested, this, &ComparePage::watchRequested);
    connect(paper_, &ComparePaper::trainRequested, this,
            [this](const PaperNumber* number, const std::vector<std::uint64_t>& seeds) {
                trainPaper(*number, seeds);
            });
}

ResponsePlot& ComparePage::plot() {
    return picture_->plot();
}

SurfacePlot& ComparePage::surface() {
    return picture_->surface();
}

ParallelPlot& ComparePage::parallel() {
    return parallel_->plot();
}

RankingTable& ComparePage::ranking() {
    return answer_->ranking();
}

ClassDifferencePlot& ComparePage::classes() {
    return answer_->classes();
}

void ComparePage::setFigure(const FigureDescription& figure) {
    if (figure.figure == FigureKind::confusion || figure.figure == FigureKind::classes) {
        of_classes_ = {figure, {}, {}};
        setView(CompareView::classes);
    } else {
        const bool parallel = figure.figure == FigureKind::parallel;
        (parallel ? through_ : figure_.emplace()) = figure;
        setView(parallel ? CompareView::parallel : CompareView::settings);
    }
    QStringList where;
    for (const std::string& condition : figure.where) where << text(condition);
    choices_->setFilter(where.join(QStringLiteral(" and ")));
    refreshSoon();
}

void ComparePage::setTickedOnly(bool ticked) {
    choices_->setTickedOnly(ticked);
}

void ComparePage::refreshSoon() {
    stale_ = true;
    if (isVisible()) soon_->start();
}

void ComparePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_) refresh();
}

void ComparePage::refresh() {
    stale_ = false;
    ComparisonRequest request;
    if (view_ == CompareView::parallel) {
        request.figure = through_;
    } else {
        request.figure = figure_;
    }
    request.where = filterParts(choices_->filter().toStdString());
    request.paper = view_ == CompareView::paper;
    if (view_ == CompareView::classes) request.classes = of_classes_;
    request.contours = contours_;
    request.baseline = baseline_;
    if (choices_->tickedOnly()) {
        request.only.emplace();
        for (const QString& run : working_set_.runs()) request.only->insert(run.toStdString());
    }
    job_.restart(
        [index = index_, request](BackgroundJob::Task&) {
            index->refresh(false);
            return compare(index->runs(), request);
        },
        [this](Comparison result) { present(std::move(result)); },
        [this](const QString& sentence) {
            picture_->clear(sentence);
            parallel_->clear(sentence);
            paper_->clear(sentence);
            class_view_->clear(sentence);
        });
}

void ComparePage::present(Comparison result) {
    const bool same = shown_->figure == result.figure;
    if (!same) picture_->setMarked({});
    shown_ = std::make_shared<const Comparison>(std::move(result));
    if (view_ != CompareView::paper) {
        choices_->setClasses(shown_->class_names);
        choices_->setShown(shown_->figure, shown_->choices);
    }
    if (view_ == CompareView::paper) {
        verdict_->clear();
        if (shown_->problem.isEmpty()) {
            paper_->setComparison(shown_);
        } else {
            paper_->clear(shown_->problem);
        }
    } else if (view_ == CompareView::classes) {
        presentClasses();
    } else if (shown_->figure.figure == FigureKind::parallel) {
        presentParallel();
    } else {
        presentSettings();
    }
    verdict_->setVisible(!verdict_->text().isEmpty());
    Q_EMIT shownChanged();
}

/// Why nothing is drawn.
QString ComparePage::reason() const {
    if (!shown_->problem.isEmpty()) return shown_->problem;
    return shown_->runs == 0 ? tr("No run to compare yet. Start a sweep, or tick runs")
                             : tr("The runs differ in nothing but their seeds");
}

void ComparePage::presentParallel() {
    verdict_->clear();
    if (shown_->parallel.drawn.lines.empty()) {
        parallel_->clear(reason());
    } else {
        parallel_->setComparison(shown_);
    }
}

void ComparePage::presentClasses() {
    const bool any = shown_->class_figure.has_value();
    verdict_->setText(text(confusionSentence(shown_->confusion)));
    if (any) {
        class_view_->setComparison(shown_);
    } else {
        class_view_->clear(reason());
    }
}

void ComparePage::presentSettings() {
    std::optional<ResponseAt> marked = picture_->marked();
    choices_->setMissing(countOf(shown_->missing));
    if (shown_->picture.curves.lines.empty()) {
        picture_->clear(reason());
        answer_->clear();
        verdict_->clear();
    } else {
        picture_->setComparison(shown_);
        answer_->setComparison(shown_);
        verdict_->setText(shown_->note.isEmpty() ? text(shown_->ranking.verdict) : shown_->note);
    }
    // Without settings in order there is nothing below, and the picture needs the room.
    answer_->setVisible(!shown_->ranking.points.empty());
    const bool there = marked && marked->first < shown_->picture.curves.lines.size() &&
                       marked->second < shown_->picture.curves.lines[marked->first].points.size();
    if (!there) marked.reset();
    picture_->setMarked(marked);
    choices_->setWatchable(marked.has_value());
    answer_->setMarked(marked);
}

void ComparePage::setView(CompareView view) {
    view_ = view;
    choices_->setView(view);
    split_->setVisible(view == CompareView::settings);
    parallel_->setVisible(view == CompareView::parallel);
    paper_->setVisible(view == CompareView::paper);
    class_view_->setVisible(view == CompareView::classes);
    if (view == CompareView::parallel || view == CompareView::paper) verdict_->hide();
}

void ComparePage::mark(ResponseAt at) {
    picture_->setMarked(at);
    choices_->setWatchable(true);
    answer_->setMarked(at);
    if (const auto compared = shown_->comparedPair(at)) {
        of_classes_ = {{}, runIdsOf(compared->first), runIdsOf(compared->second)};
    }
}

QString ComparePage::verdict() const {
    return verdict_->text();
}

QByteArray ComparePage::layoutState() const {
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << split_->saveState() << text(workspace_.string())
           << (figure_ ? text(toJson(*figure_).dump()) : QString()) << choices_->filter()
           << answer_->saveState() << parallel_->saveState() << static_cast<int>(view_)
           << (through_.axes.empty() ? QString() : text(toJson(through_).dump())) << contours_;
    return state;
}

void ComparePage::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray sizes;
    QString workspace;
    QString figure;
    QString filter;
    QByteArray answer;
    QByteArray parallel;
    int view = 0;
    QString through;
    stream >> sizes >> workspace >> figure >> filter >> answer >> parallel >> view >> through;
    bool contours = true;
    if (!stream.atEnd()) stream >> contours;
    if (!sizes.isEmpty()) split_->restoreState(sizes);
    if (!answer.isEmpty()) answer_->restoreState(answer);
    if (!parallel.isEmpty()) parallel_->restoreState(parallel);
    if (workspace != text(workspace_.string())) return;
    choices_->setFilter(filter);
    try {
        if (!figure.isEmpty()) {
            figure_ = figureFromJson(nlohmann::json::parse(figure.toStdString()), "the figure");
        }
        if (!through.isEmpty()) {
            through_ = figureFromJson(nlohmann::json::parse(through.toStdString()), "the figure");
        }
    } catch (const std::exception&) {  // of another version: the suggested one
        figure_.reset();
        through_ = {};
    }
    through_.figure = FigureKind::parallel;
    contours_ = contours;
    choices_->setContours(contours);
    if (view > 0 && view <= static_cast<int>(CompareView::classes)) {
        setView(static_cast<CompareView>(view));
    }
}

}  // namespace ballast
