#include "app/desktop/pages/explain_page.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QStackedWidget>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/desktop/explained_figure.h"
#include "app/desktop/pages/explain_what_if.h"
#include "app/desktop/run_controller.h"
#include "app/desktop/working_set.h"
#include "core/results/run_groups.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/view_menu.h"

namespace ballast {
namespace {

constexpr int kSoonAgain = 200;  // ms

}  // namespace

ExplainPage::ExplainPage(RunController& controller, const WorkingSet& working_set,
                         std::function<int(const QString&)> color_of, QWidget* parent)
    : QWidget(parent),
      controller_(controller),
      working_set_(working_set),
      color_of_(std::move(color_of)),
      switch_(new QWidget),
      buttons_(new QButtonGroup(this)),
      runs_(new QComboBox),
      views_(new QStackedWidget),
      bound_(new ExplainBound(controller)),
      what_if_(new ExplainWhatIf(controller.learning(), controller.dataStore())),
      adjustments_(new ViewMenu([this] { return what_if_->state(); }, this)),
      choose_adjustment_(new QToolButton),
      soon_(new QTimer(this)) {
    auto* buttons = new QHBoxLayout(switch_);
    buttons->setContentsMargins(0, 0, 0, 0);
    buttons->setSpacing(0);
    runs_->setObjectName(QStringLiteral("explain_run"));
    runs_->setToolTip(
        tr("The run that is explained, among those that are ticked on the Runs page; "
           "it follows what is selected there"));
    runs_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    runs_->setMinimumContentsLength(24);
    auto* label = new QLabel(tr("&Explain"));
    label->setBuddy(runs_);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace2);
    row->setSpacing(kSpace2);
    row->addWidget(switch_);
    row->addWidget(label);
    row->addWidget(runs_, 3);
    row->addStretch(2);
    row->addWidget(choose_adjustment_);
    choose_adjustment_->setObjectName(QStringLiteral("adjustments"));
    choose_adjustment_->setText(tr("Adjustments"));
    choose_adjustment_->setToolTip(tr("What the logits are adjusted by, saved under a name"));
    choose_adjustment_->setAutoRaise(true);
    choose_adjustment_->setPopupMode(QToolButton::InstantPopup);
    choose_adjustment_->setMenu(adjustments_);
    choose_adjustment_->hide();
    adjustments_->setWords(
        {tr("Save this adjustment…"), tr("Remove"), tr("Name of the adjustment")});
    connect(adjustments_, &ViewMenu::chosen, what_if_, &ExplainWhatIf::restoreState);
    connect(views_, &QStackedWidget::currentChanged, this,
            [this] { choose_adjustment_->setVisible(showsWhatIf()); });
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(views_, 1);
    addView("view_bound", tr("Bound"), tr("What the generalization bound is made of, by class"),
            bound_);
    addView("view_what_if", tr("What if"),
            tr("What the run's test accuracy would be with its logits adjusted after training"),
            what_if_);
    showView("view_bound");
    connect(what_if_, &ExplainWhatIf::said, this, &ExplainPage::said);

    soon_->setSingleShot(true);
    soon_->setInterval(kSoonAgain);
    connect(soon_, &QTimer::timeout, this, &ExplainPage::refresh);
    connect(&working_set_, &WorkingSet::changed, this, &ExplainPage::refreshSoon);
    for (const auto signal : {&RunController::runAdded, &RunController::runRemoved,
                              &RunController::runChanged, &RunController::configChanged}) {
        connect(&controller_, signal, this, &ExplainPage::refreshSoon);
    }
    connect(&controller_, &RunController::opened, this, &ExplainPage::refreshSoon);
    connect(buttons_, &QButtonGroup::idClicked, views_, &QStackedWidget::setCurrentIndex);
    connect(runs_, &QComboBox::activated, this, [this] {
        run_ = runs_->currentData().toString();
        refresh();
    });
    connect(bound_, &ExplainBound::configRequested, this, &ExplainPage::configRequested);
}

void ExplainPage::addView(const char* name, const QString& words, const QString& tip,
                          QWidget* view) {
    auto* button = new QToolButton;
    button->setObjectName(QLatin1String(name));
    button->setText(words);
    button->setToolTip(tip);
    button->setCheckable(true);
    button->setAutoRaise(true);
    switch_->layout()->addWidget(button);
    buttons_->addButton(button, views_->addWidget(view));
}

void ExplainPage::showView(const char* name) {
    for (QAbstractButton* button : buttons_->buttons()) {
        if (button->objectName() != QLatin1String(name)) continue;
        button->setChecked(true);
        views_->setCurrentIndex(buttons_->id(button));
    }
}

bool ExplainPage::showsWhatIf() const {
    return views_->currentWidget() == what_if_;
}

void ExplainPage::showFigure(const FigureDescription& figure) {
    const ExplainChoices& shown = figure.explain;
    run_ = text(shown.runs.front());
    wanted_beside_.clear();
    showView(figure.figure == FigureKind::what_if ? "view_what_if" : "view_bound");
    if (figure.figure == FigureKind::what_if) {
        what_if_->showEpoch(shown.epochs.front(), splitOf(figure), adjustmentOf(figure));
    } else if (figure.figure == FigureKind::bound) {
        if (shown.runs.size() > 1) wanted_beside_ = text(shown.runs[1]);
        bound_->showEpochs(shown.epochs,
                           shown.streaming ? StatisticsSource::streaming : StatisticsSource::exact);
    }
    refresh();
}

void ExplainPage::setSelected(const QStringList& runs) {
    if (runs == selected_) return;
    selected_ = runs;
    if (!runs.isEmpty()) run_ = runs.front();
    wanted_beside_ = runs.size() == 2 ? runs[1] : QString();
    refreshSoon();
}

void ExplainPage::setReadOnly(bool read_only) {
    what_if_->setMayMake(!read_only);
}

void ExplainPage::refreshSoon() {
    stale_ = true;
    if (isVisible()) soon_->start();
}

void ExplainPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_) refresh();
}

void ExplainPage::refresh() {
    stale_ = false;
    // The explained run and those selected may be no ticked ones.
    std::vector<const IndexedRun*> shown;
    for (const IndexedRun* run : controller_.runs()) {
        const QString id = text(run->id);
        if (working_set_.contains(id) || id == run_ || selected_.contains(id)) {
            shown.push_back(run);
        }
    }
    const auto is_run = [this](const IndexedRun* run) { return text(run->id) == run_; };
    if (std::ranges::none_of(shown, is_run)) {
        run_.clear();
        const auto trained = std::ranges::find_if(shown, [](const IndexedRun* run) {
            return run->error.empty() && !run->epochs.empty();
        });
        if (trained != shown.end())
            run_ = text((*trained)->id);
        else if (!shown.empty())
            run_ = text(shown.front()->id);
    }
    const std::vector<std::string> labels = runLabels(shown);
    std::vector<ExplainedRun> runs;
    runs_->clear();
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const QString id = text(shown[i]->id);
        runs.push_back({id, text(labels[i]), color_of_(id)});
        runs_->addItem(runs.back().label, id);
        if (id == run_) runs_->setCurrentIndex(runs_->count() - 1);
    }
    runs_->setEnabled(runs_->count() > 1);
    bound_->setRuns(runs, run_);
    if (!wanted_beside_.isEmpty()) bound_->setBeside(std::exchange(wanted_beside_, {}));
    const IndexedRun* chosen = controller_.find(run_);
    what_if_->setRun(chosen == nullptr ? std::filesystem::path() : chosen->folder);
    if (showsWhatIf()) what_if_->refresh();
}

}  // namespace ballast
