#include "app/desktop/pages/compare_page.h"

#include <QActionGroup>
#include <QComboBox>
#include <QDataStream>
#include <QEvent>
#include <QIODevice>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalBlocker>
#include <QSplitter>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/desktop/working_set.h"
#include "core/analysis/figure_field.h"
#include "core/base/error.h"
#include "core/results/run_query.h"
#include "widgets/class_difference_plot.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/ranking_table.h"
#include "widgets/response_plot.h"
#include "widgets/surface_plot.h"

namespace ballast {
namespace {

constexpr int kSoon = 300;  // ms
constexpr int kMostNotes = 3;

/// Results that a figure shows rather than others; the rest can be named in its file.
constexpr const char* kResults[] = {"best", "last",     "ratio",    "many",       "medium",
                                    "few",  "majority", "minority", "validation", "loss"};

/// A warning without the place in the figure's file, which is not on the screen.
QString inWords(const std::string& warning) {
    QString words = text(warning);
    if (words.startsWith(QLatin1Char('/'))) words = words.section(QStringLiteral(": "), 1);
    if (!words.isEmpty()) words[0] = words[0].toUpper();
    return words;
}

QLabel* labelFor(const QString& words, QWidget* buddy) {
    auto* label = new QLabel(words);
    label->setBuddy(buddy);
    return label;
}

}  // namespace

ComparePage::ComparePage(std::filesystem::path workspace, const WorkingSet& working_set,
                         QWidget* parent)
    : QWidget(parent),
      workspace_(std::move(workspace)),
      working_set_(working_set),
      x_(new QComboBox),
      y_(new QComboBox),
      second_(new QComboBox),
      lines_(new QToolButton),
      filter_(new QLineEdit),
      ticked_(new QToolButton),
      watch_(new QToolButton),
      verdict_(new QLabel),
      notes_(new QLabel),
      split_(new QSplitter(Qt::Vertical)),
      answer_(new QSplitter(Qt::Horizontal)),
      plot_(new ResponsePlot),
      surface_(new SurfacePlot),
      ranking_(new RankingTable),
      classes_(new ClassDifferencePlot),
      soon_(new QTimer(this)),
      index_(std::make_shared<RunIndex>(workspace_)) {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    verdict_->setObjectName(QStringLiteral("verdict"));
    verdict_->setFont(bold);
    verdict_->setWordWrap(true);
    verdict_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    verdict_->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace1);
    notes_->setObjectName(QStringLiteral("comparison_notes"));
    notes_->setWordWrap(true);
    notes_->setTextFormat(Qt::PlainText);
    notes_->setForegroundRole(QPalette::PlaceholderText);
    notes_->setContentsMargins(kSpace3, 0, kSpace3, kSpace2);
    auto* above = new QWidget;
    for (QWidget* ground : {above, static_cast<QWidget*>(classes_)}) {  // as the plots on it
        ground->setBackgroundRole(QPalette::Base);
        ground->setAutoFillBackground(true);
    }
    auto* picture = new QVBoxLayout(above);
    picture->setContentsMargins(0, 0, 0, 0);
    picture->setSpacing(0);
    picture->addWidget(plot_, 1);
    picture->addWidget(surface_, 1);
    surface_->hide();
    picture->addWidget(notes_);
    split_->addWidget(above);
    answer_->addWidget(ranking_);
    answer_->addWidget(classes_);
    answer_->setStretchFactor(0, 3);
    answer_->setStretchFactor(1, 2);
    answer_->setSizes({760, 500});
    answer_->setChildrenCollapsible(false);
    split_->addWidget(answer_);
    split_->setStretchFactor(0, 1);
    split_->setStretchFactor(1, 0);
    split_->setSizes({430, 260});
    split_->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeControls());
    column->addWidget(verdict_);
    column->addWidget(split_, 1);

    soon_->setSingleShot(true);
    soon_->setInterval(kSoon);
    connect(soon_, &QTimer::timeout, this, &ComparePage::refresh);
    connect(&working_set_, &WorkingSet::changed, this, [this] {
        if (ticked_->isChecked()) refreshSoon();
    });
    connect(plot_, &ResponsePlot::pointChosen, this, &ComparePage::mark);
    connect(ranking_, &RankingTable::pointChosen, this, &ComparePage::mark);
    connect(surface_, &SurfacePlot::cellChosen, this, [this](std::size_t x, std::size_t y) {
        const SurfaceCell& cell = shown_.surface.surface.at(x, y);
        if (cell.values.empty()) return;
        if (const auto at = shown_.pointOf(cell.values.front().run)) mark(*at);
    });
    connect(ranking_, &QTreeWidget::itemActivated, watch_, &QToolButton::click);
    plot_->clear(tr("Reading the runs…"));
}

QWidget* ComparePage::makeControls() {
    x_->setObjectName(QStringLiteral("compare_x"));
    x_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    x_->setToolTip(tr("What varies: a setting in which the runs differ"));
    y_->setObjectName(QStringLiteral("compare_y"));
    y_->setToolTip(tr("The result, of the best epoch or of the last"));
    for (const char* name : kResults) {
        y_->addItem(text(figureFieldLabel(name)), QString::fromLatin1(name));
    }
    connect(x_, &QComboBox::activated, this, [this] {
        change([this, name = x_->currentData().toString().toStdString()](
                   FigureDescription& figure) { setAxis(figure, name, shown_.choices); });
    });
    connect(y_, &QComboBox::activated, this, [this] {
        change([name = y_->currentData().toString().toStdString()](FigureDescription& figure) {
            (figure.figure == FigureKind::surface ? figure.value : figure.y) = name;
        });
    });
    second_->setObjectName(QStringLiteral("compare_second"));
    second_->setToolTip(tr("A second setting: a grid of both instead of lines"));
    connect(second_, &QComboBox::activated, this,
            [this] { setSecondAxis(second_->currentData().toString().toStdString()); });
    lines_->setObjectName(QStringLiteral("compare_lines"));
    lines_->setText(tr("Lines"));
    lines_->setToolTip(tr("By what the runs fall into lines"));
    auto* line_menu = new QMenu(lines_);
    connect(line_menu, &QMenu::aboutToShow, this, [this, line_menu] { fillLines(*line_menu); });
    auto* look = new QToolButton;
    look->setText(tr("Show"));
    look->setToolTip(tr("The axis, the error bars, single seeds"));
    auto* look_menu = new QMenu(look);
    connect(look_menu, &QMenu::aboutToShow, this, [this, look_menu] { makeShowMenu(*look_menu); });
    lines_->setMenu(line_menu);
    look->setMenu(look_menu);
    for (QToolButton* button : {lines_, look}) {
        button->setPopupMode(QToolButton::InstantPopup);
        button->setAutoRaise(true);
    }
    filter_->setObjectName(QStringLiteral("compare_filter"));
    filter_->setPlaceholderText(tr("Only runs: best > 60 % and /data/imbalance/ratio = 100"));
    filter_->setToolTip(tr("FIELD OPERATOR VALUE, joined by “and”, as in the run table"));
    filter_->setClearButtonEnabled(true);
    connect(filter_, &QLineEdit::textChanged, this, &ComparePage::refreshSoon);
    ticked_->setObjectName(QStringLiteral("compare_ticked"));
    ticked_->setText(tr("Ticked only"));
    ticked_->setToolTip(tr("Only the runs that are ticked on the Runs page"));
    ticked_->setCheckable(true);
    ticked_->setAutoRaise(true);
    connect(ticked_, &QToolButton::toggled, this, &ComparePage::refreshSoon);
    watch_->setObjectName(QStringLiteral("compare_watch"));
    watch_->setText(tr("Watch its runs"));
    watch_->setIcon(icon(QStringLiteral("plots")));
    watch_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    watch_->setToolTip(tr("The runs of the chosen point, alone on the Runs page"));
    watch_->setAutoRaise(true);
    watch_->setEnabled(false);
    connect(watch_, &QToolButton::clicked, this, [this] {
        if (const auto at = plot_->marked()) Q_EMIT watchRequested(shown_.runsOf(*at));
    });

    auto* bar = new QWidget;
    auto* rows = new QVBoxLayout(bar);
    rows->setContentsMargins(kSpace3, kSpace2, kSpace3, 0);
    rows->setSpacing(kSpace2);
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace2);
    row->addWidget(labelFor(tr("&Result"), y_));
    row->addWidget(y_);
    row->addWidget(labelFor(tr("&over"), x_));
    row->addWidget(x_, 2);
    row->addWidget(labelFor(tr("&and"), second_));
    row->addWidget(second_, 1);
    row->addWidget(lines_);
    row->addWidget(look);
    auto* second = new QHBoxLayout;
    second->setSpacing(kSpace2);
    second->addWidget(filter_, 1);
    second->addWidget(ticked_);
    second->addWidget(watch_);
    rows->addLayout(row);
    rows->addLayout(second);
    return bar;
}

void ComparePage::makeShowMenu(QMenu& menu) {
    menu.clear();
    const auto choices = [&](const QString& heading, auto FigureDescription::*member,
                             const auto& options) {
        menu.addSection(heading);
        auto* group = new QActionGroup(&menu);
        for (const auto& [value, words] : options) {
            QAction* action = menu.addAction(words);
            action->setCheckable(true);
            action->setChecked(shown_.figure.*member == value);
            group->addAction(action);
            connect(action, &QAction::triggered, this, [this, member, value = value] {
                change([member, value](FigureDescription& figure) { figure.*member = value; });
            });
        }
    };
    using Scale = std::pair<AxisScale, QString>;
    choices(tr("Axis"), &FigureDescription::x_scale,
            std::vector<Scale>{{AxisScale::automatic, tr("As the values lie")},
                               {AxisScale::linear, tr("Linear")},
                               {AxisScale::log, tr("Logarithmic")},
                               {AxisScale::categories, tr("Categories")}});
    using Bars = std::pair<Spread, QString>;
    choices(tr("Error bars"), &FigureDescription::spread,
            std::vector<Bars>{{Spread::standard_deviation, tr("Standard deviation")},
                              {Spread::standard_error, tr("Standard error")},
                              {Spread::t_interval, tr("95 % interval of the mean")},
                              {Spread::range, tr("Smallest to largest")}});
    menu.addSeparator();
    QAction* seeds = menu.addAction(tr("Single seeds"));
    seeds->setCheckable(true);
    seeds->setChecked(shown_.figure.seeds_as_points);
    connect(seeds, &QAction::triggered, this, [this](bool on) {
        change([on](FigureDescription& figure) { figure.seeds_as_points = on; });
    });
}

void ComparePage::fillLines(QMenu& menu) {
    menu.clear();
    const std::vector<std::string>& lines = shown_.figure.lines;
    for (const FieldChoice& choice : shown_.choices) {
        if (choice.name == shown_.figure.x) continue;
        QAction* action = menu.addAction(text(choice.label));
        action->setCheckable(true);
        action->setChecked(std::ranges::find(lines, choice.name) != lines.end());
        connect(action, &QAction::triggered, this, [this, name = choice.name](bool on) {
            change([name, on](FigureDescription& figure) {
                std::erase(figure.lines, name);
                if (on) figure.lines.push_back(name);
            });
        });
    }
    if (menu.isEmpty()) menu.addAction(tr("Nothing else varies"))->setEnabled(false);
}

/// A grid over both axes, or without a second one the lines of methods.
void ComparePage::setSecondAxis(const std::string& name) {
    change([&](FigureDescription& figure) {
        const std::string result = resultOf(figure);
        figure.figure = name.empty() ? FigureKind::response : FigureKind::surface;
        if (name.empty()) {
            figure.y = result;
            figure.lines = FigureDescription().lines;
            setAxis(figure, figure.x, shown_.choices);
        } else {
            figure.value = result;
            figure.y = name;
        }
    });
}

void ComparePage::change(const std::function<void(FigureDescription&)>& how) {
    FigureDescription figure = shown_.figure;
    how(figure);
    figure_ = figure;
    refresh();
}

void ComparePage::setFigure(const FigureDescription& figure) {
    if (figure.figure == FigureKind::parallel) {
        throw ConfigError("/figure: the window draws \"response\" and \"surface\"");
    }
    figure_ = figure;
    const QSignalBlocker quiet(filter_);
    QStringList where;
    for (const std::string& condition : figure.where) where << text(condition);
    filter_->setText(where.join(QStringLiteral(" and ")));
    refreshSoon();
}

void ComparePage::setTickedOnly(bool ticked) {
    ticked_->setChecked(ticked);
}

void ComparePage::refreshSoon() {
    stale_ = true;
    if (isVisible()) soon_->start();
}

void ComparePage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_) refresh();
}

/// The rows have colours of the theme in them.
void ComparePage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange || shown_.picture.curves.lines.empty()) return;
    ranking_->setRanking(shown_.picture, shown_.ranking);
    ranking_->setMarked(plot_->marked());
}

void ComparePage::refresh() {
    stale_ = false;
    ComparisonRequest request;
    request.figure = figure_;
    request.where = filterParts(filter_->text().toStdString());
    if (ticked_->isChecked()) {
        request.only.emplace();
        for (const QString& run : working_set_.runs()) request.only->insert(run.toStdString());
    }
    job_.restart(
        [index = index_, request](BackgroundJob::Task&) {
            index->refresh(false);
            return compare(index->runs(), request);
        },
        [this](Comparison result) { present(std::move(result)); },
        [this](const QString& sentence) { plot_->clear(sentence); });
}

void ComparePage::present(Comparison result) {
    std::optional<ResponseAt> marked = plot_->marked();
    const bool same = shown_.figure == result.figure;
    shown_ = std::move(result);
    fillControls();
    if (shown_.picture.curves.lines.empty()) {
        plot_->clear(!shown_.problem.isEmpty() ? shown_.problem
                     : shown_.runs == 0 ? tr("No run to compare yet. Start a sweep, or tick runs")
                                        : tr("The runs differ in nothing but their seeds"));
        ranking_->clearRanking();
        verdict_->clear();
        notes_->clear();
    } else {
        plot_->setPicture(shown_.picture);
        ranking_->setRanking(shown_.picture, shown_.ranking);
        verdict_->setText(shown_.note.isEmpty() ? text(shown_.ranking.verdict) : shown_.note);
        QStringList notes{text(shown_.picture.curves.protocol)};
        const std::vector<std::string>& warnings = shown_.picture.curves.warnings;
        QStringList all;
        for (const std::string& warning : warnings) all << QStringLiteral("⚠ ") + inWords(warning);
        notes << all.mid(0, kMostNotes);
        if (all.size() > kMostNotes) notes << tr("… and %1 more").arg(all.size() - kMostNotes);
        notes_->setText(notes.join(QLatin1Char('\n')));
        notes_->setToolTip(all.size() > kMostNotes ? all.join(QLatin1Char('\n')) : QString());
    }
    const bool grid = !shown_.surface.surface.xs.empty();
    if (grid) surface_->setPicture(shown_.surface);
    surface_->setVisible(grid);
    plot_->setVisible(!grid);
    verdict_->setVisible(!verdict_->text().isEmpty());
    notes_->setVisible(!notes_->text().isEmpty());
    const bool there = marked && marked->first < shown_.picture.curves.lines.size() &&
                       marked->second < shown_.picture.curves.lines[marked->first].points.size();
    if (!same || !there) marked.reset();
    plot_->setMarked(marked);
    ranking_->setMarked(marked);
    watch_->setEnabled(marked.has_value());
    showClasses();
    Q_EMIT shownChanged();
}

void ComparePage::fillControls() {
    x_->clear();
    for (const FieldChoice& choice : shown_.choices) {
        x_->addItem(tr("%1 (%2 values)").arg(text(choice.label)).arg(choice.values),
                    text(choice.name));
    }
    const auto choose = [](QComboBox& box, const std::string& name) {
        if (name.empty()) return;
        if (box.findData(text(name)) < 0) box.addItem(text(figureFieldLabel(name)), text(name));
        box.setCurrentIndex(box.findData(text(name)));
    };
    choose(*x_, shown_.figure.x);
    choose(*y_, resultOf(shown_.figure));
    second_->clear();
    second_->addItem(tr("nothing else"), QString());
    for (const FieldChoice& choice : shown_.choices) {
        if (choice.name != shown_.figure.x) second_->addItem(text(choice.label), text(choice.name));
    }
    const bool grid = shown_.figure.figure == FigureKind::surface;
    if (grid) choose(*second_, shown_.figure.y);
    lines_->setEnabled(!grid);
    x_->setEnabled(x_->count() > 0);
}

void ComparePage::mark(ResponseAt at) {
    plot_->setMarked(at);
    ranking_->setMarked(at);
    watch_->setEnabled(true);
    showClasses();
}

/// The best setting against the chosen one, or else the second.
void ComparePage::showClasses() {
    classes_job_.cancel();
    const std::vector<RankedPoint>& ranked = shown_.ranking.points;
    if (ranked.size() < 2) return classes_->clear({});
    const ResponseAt best(ranked[0].line, ranked[0].point);
    ResponseAt other(ranked[1].line, ranked[1].point);
    if (plot_->marked() && *plot_->marked() != best) other = *plot_->marked();
    const std::vector<RunPair> pairs = shown_.pairsOf(best, other);
    if (pairs.empty()) {
        return classes_->clear(
            tr("By class, settings compare over common seeds; these two have none"));
    }
    const auto nameOf = [this](ResponseAt at) {
        return text(pointName(shown_.picture.curves, at.first, at.second));
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

QString ComparePage::verdict() const {
    return verdict_->text();
}

QByteArray ComparePage::layoutState() const {
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << split_->saveState() << text(workspace_.string())
           << (figure_ ? text(toJson(*figure_).dump()) : QString()) << filter_->text()
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
    filter_->setText(filter);
    try {
        if (!figure.isEmpty()) {
            figure_ = figureFromJson(nlohmann::json::parse(figure.toStdString()), "the figure");
        }
    } catch (const std::exception&) {  // of another version: the suggested one
        figure_.reset();
    }
}

}  // namespace ballast
