#include "app/desktop/pages/sweep_page.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "app/desktop/pages/sweep_base.h"
#include "core/base/human_text.h"
#include "core/experiment/field_words.h"
#include "core/experiment/sweep.h"
#include "widgets/axis_text.h"
#include "widgets/field_editors.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/trunk_tree.h"

namespace ballast {
namespace {

using nlohmann::json;

constexpr int kSettle = 150;  // ms
constexpr std::size_t kMostProblems = 12;
constexpr std::uint64_t kMostForeseen = 2000;  // runs; planning more takes long

QLabel* heading(const QString& words) {
    auto* label = new QLabel(words);
    QFont bold = label->font();
    bold.setWeight(QFont::DemiBold);
    label->setFont(bold);
    return label;
}

/// The place of a problem as people know it: an axis by its field's name.
std::string problemInWords(const std::string& pointer) {
    const std::string axis = "/axes ";
    return fieldInWords(pointer.starts_with(axis) ? pointer.substr(axis.size()) : pointer);
}

/// Whether a problem is the axis's: its pointer, or one below.
bool concerns(const Problem& problem, const std::string& pointer) {
    return problem.pointer == "/axes " + pointer || problem.pointer == pointer ||
           problem.pointer.starts_with("/axes " + pointer + "/") ||
           problem.pointer.starts_with(pointer + "/");
}

}  // namespace

SweepPage::SweepPage(CountClasses count_classes, QWidget* parent)
    : QWidget(parent),
      count_classes_(std::move(count_classes)),
      splitter_(new QSplitter(Qt::Horizontal)) {
    splitter_->addWidget(makeEditor());
    splitter_->addWidget(makeOutcome());
    splitter_->setStretchFactor(0, 0);
    splitter_->setStretchFactor(1, 1);
    splitter_->setChildrenCollapsible(false);
    splitter_->setSizes({460, 820});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter_);

    settle_.setSingleShot(true);
    settle_.setInterval(kSettle);
    connect(&settle_, &QTimer::timeout, this, &SweepPage::work);
    connect(start_, &QPushButton::clicked, this, [this] { Q_EMIT startRequested(sweep()); });
    connect(submit_, &QPushButton::clicked, this, [this] { Q_EMIT submitRequested(sweep()); });
    edited();
}

QWidget* SweepPage::makeEditor() {
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(kSpace3, kSpace3, kSpace3, kSpace3);
    column->setSpacing(kSpace3);

    auto* first = new QHBoxLayout;
    first->addWidget(heading(tr("Base")), 1);
    auto* add_to = new QPushButton(tr("Add to a sweep"));
    add_to->setObjectName(QStringLiteral("add_to_sweep"));
    add_to->setAutoDefault(false);
    add_to->setToolTip(
        tr("Open a sweep of the workspace to give it more values or seeds; only the "
           "runs that are missing are trained"));
    auto* sweeps = new QMenu(add_to);
    sweeps->setObjectName(QStringLiteral("sweeps_menu"));
    add_to->setMenu(sweeps);
    connect(sweeps, &QMenu::aboutToShow, this, [this, sweeps] { fillSweepMenu(*sweeps); });
    first->addWidget(add_to);
    column->addLayout(first);
    base_ = new SweepBase;
    column->addWidget(base_);
    connect(base_, &SweepBase::edited, this, [this] {
        takeFields();
        edited();
    });

    column->addSpacing(kSpace2);
    column->addWidget(heading(tr("Axes")));
    empty_ =
        new QLabel(tr("Each axis gives one field several values; the sweep has a run for every "
                      "combination."));
    empty_->setWordWrap(true);
    empty_->setForegroundRole(QPalette::PlaceholderText);
    column->addWidget(empty_);
    axes_column_ = new QVBoxLayout;
    axes_column_->setSpacing(kSpace4);
    column->addLayout(axes_column_);
    auto* add = new QPushButton(icon(QStringLiteral("add")), tr("Add axis"));
    add->setObjectName(QStringLiteral("add_axis"));
    column->addWidget(add, 0, Qt::AlignLeft);
    connect(add, &QPushButton::clicked, this, [this] { addAxis()->focusField(); });

    column->addSpacing(kSpace2);
    seeds_ = new QLineEdit;
    seeds_->setObjectName(QStringLiteral("seeds"));
    seeds_->setPlaceholderText(tr("0–4   or   0, 1, 2;   empty: the base's"));
    seeds_problem_ = new ErrorLabel;
    seeds_problem_->hide();
    name_ = new QLineEdit;
    name_->setObjectName(QStringLiteral("sweep_name"));
    name_->setPlaceholderText(tr("of the sweep"));
    auto* rows = new QFormLayout;
    rows->setVerticalSpacing(kSpace2);
    rows->setHorizontalSpacing(kSpace3);
    rows->addRow(tr("Seeds"), seeds_);
    rows->addRow(seeds_problem_);
    rows->addRow(tr("Name"), name_);
    column->addLayout(rows);
    column->addStretch(1);
    connect(seeds_, &QLineEdit::textEdited, this, &SweepPage::edited);
    connect(name_, &QLineEdit::textEdited, this, &SweepPage::edited);

    auto* scroll = new QScrollArea;
    scroll->setWidget(inside);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(320);
    return scroll;
}

QWidget* SweepPage::makeOutcome() {
    auto* outcome = new QWidget;
    auto* column = new QVBoxLayout(outcome);
    column->setContentsMargins(kSpace3, kSpace3, kSpace3, kSpace3);
    column->setSpacing(kSpace2);
    summary_ = new QLabel;
    summary_->setObjectName(QStringLiteral("summary"));
    summary_->setAccessibleName(tr("What the sweep comes to"));
    summary_->setWordWrap(true);
    summary_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    problems_ = new ErrorLabel;
    problems_->setObjectName(QStringLiteral("problems"));
    problems_->setWordWrap(true);
    problems_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    tree_ = new TrunkTree;
    obstacle_text_ = new QLabel;
    obstacle_text_->setObjectName(QStringLiteral("obstacle"));
    obstacle_text_->setWordWrap(true);
    submit_ = new QPushButton(icon(QStringLiteral("queue")), tr("Submit to Slurm…"));
    submit_->setObjectName(QStringLiteral("submit_sweep"));
    submit_->setToolTip(tr("Train it as jobs of this machine's cluster"));
    submit_->hide();
    start_ = new QPushButton(icon(QStringLiteral("play")), tr("Start sweep"));
    start_->setObjectName(QStringLiteral("start_sweep"));
    warnings_ = new QLabel;
    warnings_->setObjectName(QStringLiteral("warnings"));
    warnings_->setWordWrap(true);
    warnings_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    warnings_->hide();
    forecast_text_ = new QLabel;
    forecast_text_->setObjectName(QStringLiteral("forecast"));
    forecast_text_->setAccessibleName(tr("What is left of it, and what it takes of time and disk"));
    forecast_text_->setWordWrap(true);
    forecast_text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    forecast_text_->hide();
    column->addWidget(summary_);
    column->addWidget(forecast_text_);
    column->addWidget(problems_);
    column->addWidget(warnings_);
    column->addWidget(tree_, 1);
    auto* footer = new QHBoxLayout;
    footer->setSpacing(kSpace3);
    footer->addWidget(obstacle_text_, 1);
    footer->addWidget(submit_);
    footer->addWidget(start_);
    column->addLayout(footer);
    return outcome;
}

AxisEditor* SweepPage::addAxis() {
    auto* axis = new AxisEditor;
    axis->setObjectName(QStringLiteral("axis_%1").arg(axes_.size()));
    axis->setFields(fields_, base_->fields());
    axes_.push_back(axis);
    axes_column_->addWidget(axis);
    connect(axis, &AxisEditor::edited, this, &SweepPage::edited);
    // Later: the button that asked for it goes with the axis.
    connect(
        axis, &AxisEditor::removeRequested, this, [this, axis] { removeAxis(axis); },
        Qt::QueuedConnection);
    edited();
    return axis;
}

void SweepPage::removeAxis(AxisEditor* axis) {
    std::erase(axes_, axis);
    axis->hide();
    axis->deleteLater();
    edited();
}

void SweepPage::setBase(const CheckedConfig& base) {
    if (base.given == given_) return;
    given_ = base.given;
    if (!base_->setBase(base)) return;
    if (base.config) takeFields();
    edited();
}

/// The axes may vary what the base has.
void SweepPage::takeFields() {
    fields_ = axisFields(base_->fields());
    for (AxisEditor* axis : axes_) axis->setFields(fields_, base_->fields());
}

json SweepPage::sweep() const {
    json made = base_->part();
    made["format"] = kSweepFormat;
    made["axes"] = json::array();
    if (!name_->text().trimmed().isEmpty()) made["name"] = name_->text().trimmed().toStdString();
    for (const AxisEditor* axis : axes_) made["axes"].push_back(axis->axis());
    const json seeds = seedValues(seeds_->text()).values;
    if (!seeds.empty()) made["seeds"] = seeds;
    return made;
}

void SweepPage::setSweep(const json& sweep) {
    sweepFromJson(sweep, "the sweep");  // throws
    if (!sweep.contains("presets")) setBase(sweep.value("base", json::object()));
    restoreSweep(sweep);
}

void SweepPage::restoreSweep(const json& sweep) {
    while (!axes_.empty()) removeAxis(axes_.back());
    base_->setPresets(sweep.value("presets", json()), sweep.value("base", json()));
    takeFields();
    const json name = sweep.value("name", json());
    name_->setText(name.is_string() ? QString::fromStdString(name.get<std::string>()) : QString());
    seeds_->setText(sweep.contains("seeds") ? seedText(sweep["seeds"]) : QString());
    const json axes = sweep.value("axes", json::array());
    for (const auto& [key, axis] : axes.items()) {
        if (axes.is_object()) {
            addAxis()->setAxis({{key, axis}});
        } else if (axis.is_object()) {
            addAxis()->setAxis(axis);
        }
    }
    edited();
}

void SweepPage::requestStart() {
    start_->click();
}

bool SweepPage::canStart() const {
    return start_->isEnabled();
}

void SweepPage::setCluster(bool there) {
    submit_->setVisible(there);
}

void SweepPage::setSecondsPerEpoch(double seconds) {
    if (seconds == seconds_per_epoch_) return;
    seconds_per_epoch_ = seconds;
    if (settled_) summary_->setText(summaryText());
}

void SweepPage::setObstacle(const QString& reason) {
    obstacle_ = reason;
    updateStart();
}

QString SweepPage::summary() const {
    return summary_->text();
}

void SweepPage::edited() {
    settled_ = false;
    outline_job_.cancel();  // nobody wants what is being worked out
    forecast_job_.cancel();
    forecast_.reset();
    forecast_text_->hide();
    empty_->setVisible(axes_.empty());
    updateStart();
    settle_.start();
    Q_EMIT changed();
}

/// Says beneath each line what is wrong with its text.
bool SweepPage::textIsRight() {
    const AxisText seeds = seedValues(seeds_->text());
    seeds_problem_->setText(seeds.problem);
    seeds_problem_->setVisible(!seeds.problem.isEmpty());
    bool right = seeds.problem.isEmpty() && base_->problem().isEmpty();
    for (AxisEditor* axis : axes_) {
        const QString problem = axis->textProblem();
        axis->setProblem(problem);
        right = right && problem.isEmpty();
    }
    return right;
}

void SweepPage::work() {
    if (textIsRight()) {
        outline_job_.restart(
            [sweep = sweep(), count = count_classes_](BackgroundJob::Task& task) {
                return outlineOf(sweep, count, task.cancelled());
            },
            [this](const SweepOutline& outline) { showOutline(outline); },
            [this](const QString& sentence) {
                SweepOutline outline;
                outline.error = sentence;
                showOutline(outline);
            });
        return;
    }
    outline_ = {};
    settled_ = true;
    summary_->setText(tr("The sweep is not complete"));
    problems_->hide();
    warnings_->hide();
    tree_->setUnavailable(tr("The tree returns when the marked lines are right."));
    updateStart();
    Q_EMIT outlined();
}

void SweepPage::showOutline(const SweepOutline& outline) {
    outline_ = outline;
    settled_ = true;
    QStringList lines;
    for (const Problem& problem : outline.problems) {
        if (static_cast<std::size_t>(lines.size()) == kMostProblems) {
            lines << tr("… and %1 more").arg(outline.problems.size() - kMostProblems);
            break;
        }
        lines << QString::fromStdString(problemInWords(problem.pointer) + ": " + problem.message);
    }
    if (!outline.error.isEmpty()) lines << outline.error;
    for (AxisEditor* axis : axes_) {
        const auto found = std::ranges::find_if(outline.problems, [&](const Problem& problem) {
            return concerns(problem, axis->pointer());
        });
        if (found != outline.problems.end()) {
            axis->setProblem(QString::fromStdString(found->message));
        }
    }
    problems_->setText(lines.join(QLatin1Char('\n')));
    problems_->setVisible(!lines.isEmpty());
    warnings_->setText(outline.warnings.join(QLatin1Char('\n')));
    warnings_->setVisible(!outline.warnings.isEmpty());
    summary_->setText(summaryText());
    if (outline.planned) {
        tree_->setPlan(outline.plan, outline.labels);
    } else if (lines.isEmpty()) {
        tree_->setUnavailable(tr("%L1 runs are too many to draw").arg(outline.runs));
    } else {
        tree_->setUnavailable(tr("The tree returns when the sweep is right."));
    }
    updateStart();
    Q_EMIT outlined();
    foresee();
}

/// Works out, after the outline, what is left in the workspace and what that takes.
void SweepPage::foresee() {
    if (!plan_runs_ || !outline_.planned || outline_.runs > kMostForeseen) return;
    // It loads the training library, which a window that just opened need not.
    if (!isVisible()) return;
    forecast_job_.restart(
        [sweep = sweep(), plan = plan_runs_](BackgroundJob::Task& task) {
            return forecastOf(sweep, plan, task.cancelled());
        },
        [this](const SweepForecast& forecast) {
            forecast_ = forecast;
            forecast_text_->setText(forecastInWords(forecast));
            forecast_text_->show();
            summary_->setText(summaryText());
        },
        [](const QString&) {});  // data that is not here, which the obstacle says
}

void SweepPage::forecastAgain() {
    if (settled_) foresee();
}

void SweepPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (settled_ && !forecast_) foresee();
}

QString SweepPage::forecast() const {
    return forecast_text_->isHidden() ? QString() : forecast_text_->text();
}

void SweepPage::fillSweepMenu(QMenu& menu) {
    menu.clear();
    const QStringList names = list_sweeps_ ? list_sweeps_() : QStringList();
    for (const QString& name : names) {
        QString shown = name;
        QAction* open = menu.addAction(shown.replace(QLatin1Char('&'), QStringLiteral("&&")));
        connect(open, &QAction::triggered, this, [this, name] { Q_EMIT sweepRequested(name); });
    }
    if (names.isEmpty()) {
        menu.addAction(tr("The workspace has no sweeps yet"))->setEnabled(false);
    }
}

QString SweepPage::runsText() const {
    return outline_.runs == 1 ? tr("<b>1 run</b>") : tr("<b>%L1 runs</b>").arg(outline_.runs);
}

QString SweepPage::summaryText() const {
    if (!outline_.planned) {
        return outline_.problems.empty() && outline_.error.isEmpty() && outline_.runs > 0
                   ? runsText()
                   : tr("The sweep is not right yet");
    }
    // Where the workspace has timed such runs, the line below says how long what is left takes.
    const bool timed = forecast_ && forecast_->seconds;
    const double pace = timed ? 0.0 : seconds_per_epoch_;
    const std::int64_t alone = outline_.plan.epochs_alone;
    const std::int64_t shared = outline_.plan.epochs_shared;
    const auto hours = [&](std::int64_t epochs) {
        return QString::fromStdString(estimateInWords(static_cast<double>(epochs) * pace));
    };
    QString text = runsText();
    if (alone == shared) {
        text += tr(" · %L1 epochs, nothing to share").arg(alone);
        if (pace > 0.0) text += tr(" · about %1").arg(hours(alone));
        return text;
    }
    const double saved = 100.0 * static_cast<double>(alone - shared) / static_cast<double>(alone);
    text += tr(" · %L1 epochs instead of %L2: <b>%3 % saved</b>")
                .arg(shared)
                .arg(alone)
                .arg(saved, 0, 'f', saved < 10.0 ? 1 : 0);
    if (pace > 0.0) {
        text += tr(" · about %1 instead of %2").arg(hours(shared), hours(alone));
    }
    return text;
}

void SweepPage::updateStart() {
    const bool right =
        settled_ && outline_.runs > 0 && outline_.problems.empty() && outline_.error.isEmpty();
    start_->setEnabled(right && obstacle_.isEmpty());
    submit_->setEnabled(start_->isEnabled());
    start_->setText(right && outline_.runs > 1 ? tr("Start %L1 runs").arg(outline_.runs)
                                               : tr("Start sweep"));
    obstacle_text_->setText(obstacle_);
}

QByteArray SweepPage::layoutState() const {
    return splitter_->saveState();
}

void SweepPage::restoreLayout(const QByteArray& state) {
    if (!state.isEmpty()) splitter_->restoreState(state);
}

}  // namespace ballast
