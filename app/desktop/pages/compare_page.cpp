#include "app/desktop/pages/compare_page.h"

#include <QDataStream>
#include <QIODevice>
#include <QLabel>
#include <QMenu>
#include <QSplitter>
#include <QTimer>
#include <QVBoxLayout>
#include <nlohmann/json.hpp>

#include "app/desktop/pages/compare_answer.h"
#include "app/desktop/pages/compare_choices.h"
#include "app/desktop/pages/compare_menu.h"
#include "app/desktop/pages/compare_picture.h"
#include "app/desktop/working_set.h"
#include "core/analysis/figure_values.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/results/run_query.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/ranking_table.h"
#include "widgets/response_export.h"

namespace ballast {
namespace {

constexpr int kSoon = 300;  // ms
constexpr int kMostPlaces = 8;

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
      soon_(new QTimer(this)),
      shown_(std::make_shared<Comparison>()),
      index_(std::make_shared<RunIndex>(workspace_)) {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    verdict_->setObjectName(QStringLiteral("verdict"));
    verdict_->setFont(bold);
    verdict_->setWordWrap(true);
    verdict_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    verdict_->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace1);
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

    soon_->setSingleShot(true);
    soon_->setInterval(kSoon);
    connect(soon_, &QTimer::timeout, this, &ComparePage::refresh);
    connect(&working_set_, &WorkingSet::changed, this, [this] {
        if (choices_->tickedOnly()) refreshSoon();
    });
    connect(choices_, &CompareChoices::runsChosen, this, &ComparePage::refreshSoon);
    connect(choices_, &CompareChoices::figureChosen, this, [this](const FigureDescription& figure) {
        figure_ = figure;
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
    picture_->clear(tr("Reading the runs…"));
}

ResponsePlot& ComparePage::plot() {
    return picture_->plot();
}

SurfacePlot& ComparePage::surface() {
    return picture_->surface();
}

RankingTable& ComparePage::ranking() {
    return answer_->ranking();
}

ClassDifferencePlot& ComparePage::classes() {
    return answer_->classes();
}

void ComparePage::setFigure(const FigureDescription& figure) {
    if (figure.figure == FigureKind::parallel) {
        throw ConfigError("/figure: the window draws \"response\" and \"surface\"");
    }
    figure_ = figure;
    QStringList where;
    for (const std::string& condition : figure.where) where << text(condition);
    choices_->setFilter(where.join(QStringLiteral(" and ")));
    refreshSoon();
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
    request.figure = figure_;
    request.where = filterParts(choices_->filter().toStdString());
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
        [this](const QString& sentence) { picture_->clear(sentence); });
}

void ComparePage::present(Comparison result) {
    std::optional<ResponseAt> marked = picture_->marked();
    const bool same = shown_->figure == result.figure;
    shown_ = std::make_shared<const Comparison>(std::move(result));
    choices_->setShown(shown_->figure, shown_->choices);
    choices_->setMissing(countOf(shown_->missing));
    if (shown_->picture.curves.lines.empty()) {
        picture_->clear(!shown_->problem.isEmpty() ? shown_->problem
                        : shown_->runs == 0
                            ? tr("No run to compare yet. Start a sweep, or tick runs")
                            : tr("The runs differ in nothing but their seeds"));
        answer_->clear();
        verdict_->clear();
    } else {
        picture_->setComparison(shown_);
        answer_->setComparison(shown_);
        verdict_->setText(shown_->note.isEmpty() ? text(shown_->ranking.verdict) : shown_->note);
    }
    verdict_->setVisible(!verdict_->text().isEmpty());
    const bool there = marked && marked->first < shown_->picture.curves.lines.size() &&
                       marked->second < shown_->picture.curves.lines[marked->first].points.size();
    if (!same || !there) marked.reset();
    picture_->setMarked(marked);
    choices_->setWatchable(marked.has_value());
    answer_->setMarked(marked);
    Q_EMIT shownChanged();
}

void ComparePage::mark(ResponseAt at) {
    picture_->setMarked(at);
    choices_->setWatchable(true);
    answer_->setMarked(at);
}

void ComparePage::compareWith(std::optional<ResponseAt> baseline) {
    baseline_.clear();
    if (baseline) {
        for (const QString& run : shown_->runsOf(*baseline)) {
            baseline_.push_back(run.toStdString());
        }
    }
    refresh();
}

void ComparePage::train(const std::vector<MissingRuns>& missing) {
    QStringList what;
    for (const MissingRuns& one : missing) {
        if (what.size() == kMostPlaces) {
            what << tr("… and %L1 more places").arg(std::ssize(missing) - kMostPlaces);
            break;
        }
        what << missingWords(*shown_, one);
    }
    Q_EMIT trainRequested(what.join(QLatin1Char('\n')),
                          [shown = shown_, missing] { return shown->configsFor(missing); });
}

void ComparePage::showMenu(std::optional<ResponseAt> at, const std::vector<MissingRuns>& missing,
                           const QPoint& place) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("compare_menu"));
    CompareMenuActions actions;
    actions.watch = [this](ResponseAt point) { Q_EMIT watchRequested(shown_->runsOf(point)); };
    actions.compare_with = [this](std::optional<ResponseAt> point) { compareWith(point); };
    actions.train = [this](const std::vector<MissingRuns>& wanted) { train(wanted); };
    fillCompareMenu(*menu, *shown_, at, missing, actions);
    if (at) mark(*at);
    if (menu->isEmpty()) return delete menu;
    menu->popup(place);
}

QString ComparePage::verdict() const {
    return verdict_->text();
}

std::vector<std::filesystem::path> ComparePage::writeTo(const std::filesystem::path& folder) const {
    if (shown_->picture.curves.lines.empty()) {
        throw ConfigError("the Compare page draws nothing that could be exported");
    }
    makeFolders(folder);
    std::vector<std::filesystem::path> files;
    const auto write = [&](const char* name, const QByteArray& bytes) {
        files.push_back(folder / name);
        replaceFile(files.back(),
                    std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    };
    const QString title =
        shown_->figure.title.empty()
            ? text(shown_->picture.curves.y_label + " over " + shown_->picture.curves.x_label)
            : text(shown_->figure.title);
    write("figure.json", QByteArray::fromStdString(toJson(shown_->figure).dump(2) + "\n"));
    const bool grid = shown_->figure.figure == FigureKind::surface;
    write("figure.pdf",
          grid ? surfacePdf(shown_->surface, title) : responsePdf(shown_->picture, title));
    write("figure.png", grid ? surfacePng(shown_->surface) : responsePng(shown_->picture));
    write("figure.csv", QByteArray::fromStdString(grid ? valuesCsv(shown_->surface.surface)
                                                       : valuesCsv(shown_->picture.curves)));
    write("ranking.tsv", answer_->ranking().asTsv().toUtf8());
    return files;
}

QByteArray ComparePage::layoutState() const {
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << split_->saveState() << text(workspace_.string())
           << (figure_ ? text(toJson(*figure_).dump()) : QString()) << choices_->filter()
           << answer_->saveState();
    return state;
}

void ComparePage::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray sizes;
    QString workspace;
    QString figure;
    QString filter;
    QByteArray answer;
    stream >> sizes >> workspace >> figure >> filter >> answer;
    if (!sizes.isEmpty()) split_->restoreState(sizes);
    if (!answer.isEmpty()) answer_->restoreState(answer);
    if (workspace != text(workspace_.string())) return;
    choices_->setFilter(filter);
    try {
        if (!figure.isEmpty()) {
            figure_ = figureFromJson(nlohmann::json::parse(figure.toStdString()), "the figure");
        }
    } catch (const std::exception&) {  // of another version: the suggested one
        figure_.reset();
    }
}

}  // namespace ballast
