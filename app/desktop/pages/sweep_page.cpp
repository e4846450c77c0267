#include "app/desktop/pages/sweep_page.h"

#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/human_text.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
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
    edited();
}

QWidget* SweepPage::makeEditor() {
    auto* inside = new QWidget;
    auto* column = new QVBoxLayout(inside);
    column->setContentsMargins(kSpace3, kSpace3, kSpace3, kSpace3);
    column->setSpacing(kSpace3);

    base_text_ = new QLabel;
    base_text_->setObjectName(QStringLiteral("base"));
    base_text_->setWordWrap(true);
    base_text_->setTextFormat(Qt::PlainText);
    column->addWidget(heading(tr("Base")));
    column->addWidget(base_text_);
    leave_presets_ = new QPushButton(tr("Use the Experiment page's config instead"));
    leave_presets_->setObjectName(QStringLiteral("leave_presets"));
    leave_presets_->hide();
    column->addWidget(leave_presets_, 0, Qt::AlignLeft);
    connect(leave_presets_, &QPushButton::clicked, this, [this] {
        usePresets(nullptr, nullptr);
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
    start_ = new QPushButton(icon(QStringLiteral("play")), tr("Start sweep"));
    start_->setObjectName(QStringLiteral("start_sweep"));
    warnings_ = new QLabel;
    warnings_->setObjectName(QStringLiteral("warnings"));
    warnings_->setWordWrap(true);
    warnings_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    warnings_->hide();
    column->addWidget(summary_);
    column->addWidget(problems_);
    column->addWidget(warnings_);
    column->addWidget(tree_, 1);
    auto* footer = new QHBoxLayout;
    footer->setSpacing(kSpace3);
    footer->addWidget(obstacle_text_, 1);
    footer->addWidget(start_);
    column->addLayout(footer);
    return outcome;
}

AxisEditor* SweepPage::addAxis() {
    auto* axis = new AxisEditor;
    axis->setObjectName(QStringLiteral("axis_%1").arg(axes_.size()));
    axis->setFields(fields_, field_config_);
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
    if (base.given == base_) return;
    base_ = base.given;
    if (base.config) full_base_ = json(toJson(*base.config));
    if (!presets_.is_null()) return;  // the sweep has nothing of the base
    if (base.config) setFields(full_base_);
    showBase();
    edited();
}

void SweepPage::setFields(const json& full_config) {
    field_config_ = full_config;
    fields_ = axisFields(full_config);
    for (AxisEditor* axis : axes_) axis->setFields(fields_, full_config);
}

/// Says what the axes vary.
void SweepPage::showBase() {
    leave_presets_->setVisible(!presets_.is_null());
    if (!presets_.is_null()) {
        QStringList methods;
        for (const json& method : presets_.value("methods", json::array())) {
            if (method.is_string()) methods << QString::fromStdString(method.get<std::string>());
        }
        QString words = tr("Presets on %1: %2")
                            .arg(QString::fromStdString(presets_.value("dataset", "cifar10")),
                                 methods.join(QStringLiteral(", ")));
        if (!over_presets_.is_null()) {
            const json leaves = over_presets_.flatten();
            for (const auto& [pointer, value] : leaves.items()) {
                const std::string shown =
                    value.is_string() ? value.get<std::string>() : value.dump();
                words += QLatin1Char('\n') + QString::fromStdString(fieldInWords(pointer)) +
                         QStringLiteral(": ") + QString::fromStdString(shown);
            }
        }
        return base_text_->setText(words);
    }
    const json given_name = base_.is_object() ? base_.value("name", json()) : json();
    const std::string name = given_name.is_string() ? given_name.get<std::string>() : "";
    base_text_->setText(
        name.empty()
            ? tr("The config of the Experiment page")
            : tr("The config of the Experiment page: %1").arg(QString::fromStdString(name)));
}

/// Makes presets with what all of them take over the base of the sweep; null, or what are no
/// presets: the Experiment page's config.
void SweepPage::usePresets(const json& presets, const json& over) {
    presets_ = nullptr;
    over_presets_ = nullptr;
    json config = full_base_;
    if (!presets.is_null()) {
        try {  // axes may name the fields of the first method
            json one = {{"presets", presets}, {"seeds", {0}}};
            if (!over.empty()) one["base"] = over;
            config = json(toJson(sweepRuns(sweepFromJson(one, "the presets")).front().config));
            presets_ = presets;
            if (!over.empty()) over_presets_ = over;
        } catch (const ConfigError&) {
        }
    }
    setFields(config);
    showBase();
}

json SweepPage::sweep() const {
    json made = {{"format", kSweepFormat}, {"axes", json::array()}};
    if (presets_.is_null()) {
        made["base"] = base_;
    } else {
        made["presets"] = presets_;
        if (!over_presets_.is_null()) made["base"] = over_presets_;
    }
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
    const json presets = sweep.value("presets", json());
    usePresets(presets, sweep.value("base", json()));
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
    bool right = seeds.problem.isEmpty();
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
    const std::int64_t alone = outline_.plan.epochs_alone;
    const std::int64_t shared = outline_.plan.epochs_shared;
    const auto hours = [&](std::int64_t epochs) {
        return QString::fromStdString(
            estimateInWords(static_cast<double>(epochs) * seconds_per_epoch_));
    };
    QString text = runsText();
    if (alone == shared) {
        text += tr(" · %L1 epochs, nothing to share").arg(alone);
        if (seconds_per_epoch_ > 0.0) text += tr(" · about %1").arg(hours(alone));
        return text;
    }
    const double saved = 100.0 * static_cast<double>(alone - shared) / static_cast<double>(alone);
    text += tr(" · %L1 epochs instead of %L2: <b>%3 % saved</b>")
                .arg(shared)
                .arg(alone)
                .arg(saved, 0, 'f', saved < 10.0 ? 1 : 0);
    if (seconds_per_epoch_ > 0.0) {
        text += tr(" · about %1 instead of %2").arg(hours(shared), hours(alone));
    }
    return text;
}

void SweepPage::updateStart() {
    const bool right =
        settled_ && outline_.runs > 0 && outline_.problems.empty() && outline_.error.isEmpty();
    start_->setEnabled(right && obstacle_.isEmpty());
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
