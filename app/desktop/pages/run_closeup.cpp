#include "app/desktop/pages/run_closeup.h"

#include <QToolButton>
#include <nlohmann/json.hpp>

#include "app/desktop/figures.h"
#include "app/desktop/run_controller.h"
#include "core/results/run_differences.h"
#include "core/results/run_events.h"
#include "core/results/run_groups.h"
#include "core/results/transition.h"
#include "widgets/class_heat_map.h"
#include "widgets/differences_dialog.h"
#include "widgets/live_plots.h"
#include "widgets/transition_view.h"

namespace ballast {
namespace {

const QString kClasses = QStringLiteral("classes");
const QString kTransitions = QStringLiteral("transitions");

QStringList classNamesOf(const RunDescription& run) {
    QStringList names;
    for (std::size_t y = 0; y < run.class_counts.size(); ++y) {
        const std::string name = className(run, y);
        names << (name.empty() ? QString::number(y) : QString::fromStdString(name));
    }
    return names;
}

}  // namespace

RunCloseup::RunCloseup(RunController& controller, LivePlots& plots, QWidget* parent)
    : QStackedWidget(parent),
      controller_(controller),
      plots_(plots),
      classes_(new ClassHeatMap),
      transitions_(new TransitionView) {
    // The last one added stands first.
    show_transitions_ =
        addSwitch(kTransitions, tr("Transitions"), tr("What the selected run's phase changes did"));
    show_classes_ = addSwitch(kClasses, tr("Per class"), tr("The selected run's classes"));
    addWidget(classes_);
    addWidget(transitions_);
    hide();

    connect(&controller_, &RunController::recordArrived, this,
            [this](const QString& run, const EpochRecord& record) {
                if (run == run_ && loaded_) append(record);
            });
    const auto again = [this](const QString& run) {
        if (run == run_ && loaded_) load();
    };
    connect(&controller_, &RunController::recordsReplaced, this, again);
    connect(&controller_, &RunController::configChanged, this, again);
    connect(&controller_, &RunController::runRemoved, this, [this](const QString& run) {
        if (run == run_) setRun({}, 0);
    });
    connect(&plots_, &LivePlots::crosshairMoved, this, &RunCloseup::followPlots);
    connect(&plots_, &LivePlots::epochsInViewChanged, this, &RunCloseup::followPlots);
    connect(&plots_, &LivePlots::eventActivated, this, &RunCloseup::openEvent);
    connect(classes_, &ClassHeatMap::pointedAt, this,
            [this](int epochs_done) { plots_.setCrosshair(epochs_done - shift()); });
    connect(classes_, &ClassHeatMap::pointerLeft, this, [this] { plots_.setCrosshair({}); });
}

QToolButton* RunCloseup::addSwitch(const QString& name, const QString& text, const QString& tip) {
    auto* button = new QToolButton;
    button->setObjectName(QStringLiteral("show_") + name);
    button->setText(text);
    button->setToolTip(tip);
    button->setCheckable(true);
    button->setAutoRaise(true);
    plots_.addToLegend(button);
    connect(button, &QToolButton::toggled, this, [this, button](bool on) { choose(button, on); });
    return button;
}

void RunCloseup::choose(QToolButton* chosen, bool on) {
    if (on) {
        (chosen == show_classes_ ? show_transitions_ : show_classes_)->setChecked(false);
        setCurrentWidget(chosen == show_classes_ ? static_cast<QWidget*>(classes_) : transitions_);
    }
    setVisible(show_classes_->isChecked() || show_transitions_->isChecked());
    if (on && !loaded_) load();
    if (on) followPlots();
}

void RunCloseup::show(const QString& name) {
    show_classes_->setChecked(name == kClasses);
    show_transitions_->setChecked(name == kTransitions);
}

QString RunCloseup::shown() const {
    if (show_classes_->isChecked()) return kClasses;
    return show_transitions_->isChecked() ? kTransitions : QString();
}

void RunCloseup::setRun(const QString& run, int color_index) {
    if (run == run_ && color_index == color_index_) return;
    run_ = run;
    color_index_ = color_index;
    loaded_ = false;
    records_.clear();
    if (!shown().isEmpty()) load();
}

void RunCloseup::compareWith(const QString& other) {
    if (other == other_) return;
    other_ = other;
    loaded_ = false;
    if (!shown().isEmpty()) load();
}

void RunCloseup::subtractOther() {
    const IndexedRun* run = controller_.find(run_);
    const IndexedRun* other = controller_.find(other_);
    if (run == nullptr || other == nullptr || !other->error.empty()) return;
    RunPlotInfo info = plotInfo(*other, 0);
    info.name = tr("%1, seed %2").arg(info.name).arg(other->description.config.training.seed);
    // Two folders of images may have as many classes and images, and the same name.
    const auto same = [&](auto what) { return what(run->description) == what(other->description); };
    if (!same([](const RunDescription& it) { return it.config.data.dataset; }) ||
        !same([](const RunDescription& it) { return dataIdentity(it); })) {
        return classes_->clear(
            tr("%1 and %2 have other data: there is no difference class by class")
                .arg(info_.name, info.name));
    }
    classes_->subtract(info, controller_.readRecords(other_));
}

void RunCloseup::load() {
    const IndexedRun* run = controller_.find(run_);
    loaded_ = true;
    records_.clear();
    if (run == nullptr || !run->error.empty()) {
        classes_->clear(run == nullptr ? tr("Select a run to see its classes")
                                       : QString::fromStdString(run->error));
        transitions_->clear(run == nullptr ? tr("Select a run to see what its phase changes did")
                                           : QString::fromStdString(run->error));
        return;
    }
    info_ = plotInfo(*run, color_index_);
    info_.name = tr("%1, seed %2").arg(info_.name).arg(run->description.config.training.seed);
    records_ = controller_.readRecords(run_);
    classes_->setRun(info_, classNamesOf(run->description));
    classes_->setRecords(records_);
    subtractOther();
    showTransitions();
    followPlots();
    showWanted();
}

void RunCloseup::openEvent(const QString& run, HistoryEvent::Kind kind, int epochs_done) {
    if (kind == HistoryEvent::Kind::edit) return showEdit(run, epochs_done);
    if (kind == HistoryEvent::Kind::fork) return showFork(run);
    if (kind != HistoryEvent::Kind::phase) return;
    wanted_ = {run, epochs_done};
    show(kTransitions);
    showWanted();
}

void RunCloseup::showWanted() {
    if (!wanted_ || !loaded_ || wanted_->first != run_) return;
    transitions_->showTransition(wanted_->second);
    wanted_.reset();
}

void RunCloseup::showEdit(const QString& id, int epochs_done) {
    const IndexedRun* run = controller_.find(id);
    if (run == nullptr) return;
    auto* dialog = new DifferencesDialog({tr("before"), tr("after epoch %1").arg(epochs_done)},
                                         editChanges(run->description, epochs_done), window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();  // beside the plots, not in their way
}

void RunCloseup::showFork(const QString& id) {
    const IndexedRun* run = controller_.find(id);
    if (run == nullptr) return;
    const auto parent = run->description.parent.find("run");
    const bool named = parent != run->description.parent.end() && parent->is_string();
    const IndexedRun* from =
        named ? controller_.find(QString::fromStdString(parent->get<std::string>())) : nullptr;
    if (from == nullptr || !from->error.empty()) return;  // its folder is elsewhere, or gone
    const IndexedRun* const both[] = {from, run};
    QStringList names;
    for (const std::string& label : runLabels(both)) names << QString::fromStdString(label);
    auto* dialog = new DifferencesDialog(names, runDifferences(both), window());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->show();  // beside the plots, not in their way
}

void RunCloseup::append(const EpochRecord& record) {
    std::erase_if(records_, [&](const EpochRecord& old) { return old.epoch >= record.epoch; });
    records_.push_back(record);
    classes_->append(record);
    showTransitions();
}

void RunCloseup::showTransitions() {
    const IndexedRun* run = controller_.find(run_);
    if (run == nullptr) return;
    transitions_->setTransitions(info_.name,
                                 transitions(run->description.config, info_.majority, records_),
                                 classNamesOf(run->description));
}

int RunCloseup::shift() const {
    return plots_.view().since_t0 ? transitionEpoch(info_).value_or(0) : 0;
}

void RunCloseup::followPlots() {
    if (shown().isEmpty()) return;
    const auto at = plots_.crosshair();
    classes_->setCrosshair(at ? std::optional(*at + shift()) : std::nullopt);
    classes_->setEpochs(plots_.firstEpoch() + shift(), plots_.lastEpoch() + shift());
    classes_->setBarsWidth(plots_.valueColumnWidth());
}

}  // namespace ballast
