#include "app/desktop/pages/explain_bound.h"

#include <QComboBox>
#include <QDataStream>
#include <QHBoxLayout>
#include <QIODevice>
#include <QLabel>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "app/desktop/explained_figure.h"
#include "app/desktop/run_controller.h"
#include "widgets/bound_answer.h"
#include "widgets/bound_bars.h"
#include "widgets/bound_curve_plot.h"
#include "widgets/epoch_scrubber.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr std::size_t kMostCurves = 8;  // as many as there are colours
const QString kAcross = QStringLiteral("across");
const QString kOther = QStringLiteral("run:");

}  // namespace

ExplainBound::ExplainBound(RunController& controller, QWidget* parent)
    : QWidget(parent),
      controller_(controller),
      beside_(new QComboBox),
      source_(new QComboBox),
      scrubber_(new EpochScrubber),
      split_(new QSplitter(Qt::Horizontal)),
      stack_(new QSplitter(Qt::Vertical)),
      bars_(new BoundBars),
      curves_(new BoundCurvePlot),
      answer_(new BoundAnswer) {
    stack_->addWidget(bars_);
    stack_->addWidget(curves_);
    stack_->setStretchFactor(0, 1);
    stack_->setStretchFactor(1, 0);
    stack_->setSizes({500, 170});
    stack_->setChildrenCollapsible(false);
    stack_->setBackgroundRole(QPalette::Base);  // as the plots on it
    stack_->setAutoFillBackground(true);
    auto* scroll = new QScrollArea;
    scroll->setWidget(answer_);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setMinimumWidth(280);
    split_->addWidget(stack_);
    split_->addWidget(scroll);
    split_->setStretchFactor(0, 1);
    split_->setStretchFactor(1, 0);
    split_->setSizes({900, 340});
    split_->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeChoices());
    column->addWidget(split_, 1);

    connect(scrubber_, &EpochScrubber::epochChosen, this, &ExplainBound::presentEpoch);
    connect(curves_, &BoundCurvePlot::epochChosen, this, &ExplainBound::setEpoch);
    connect(answer_, &BoundAnswer::constantsChanged, this, &ExplainBound::presentEpoch);
    connect(answer_, &BoundAnswer::adviceTaken, this, &ExplainBound::configRequested);
    const auto again = [this](const QString& run) {
        loaded_.erase(run);
        if (run == run_ || std::ranges::find(runs_, run, &ExplainedRun::id) != runs_.end()) {
            refresh();
        }
    };
    connect(&controller_, &RunController::recordsReplaced, this, again);
    connect(&controller_, &RunController::configChanged, this, again);
    connect(&controller_, &RunController::recordArrived, this, [this](const QString& run) {
        if (loaded(run) != nullptr) refresh();
    });
    present();
}

QWidget* ExplainBound::makeChoices() {
    beside_->setObjectName(QStringLiteral("explain_beside"));
    beside_->setToolTip(
        tr("What stands beside it: the same run on the other side of T₀, or another run after as "
           "many epochs"));
    beside_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    beside_->setMinimumContentsLength(18);
    source_->setObjectName(QStringLiteral("explain_source"));
    source_->addItem(tr("exact"), static_cast<int>(StatisticsSource::exact));
    source_->addItem(tr("streaming"), static_cast<int>(StatisticsSource::streaming));
    source_->setToolTip(
        tr("Where B_y(f) comes from: measured exactly after the epoch, on the images as they are; "
           "or streaming from the training passes, with augmentation, while the weights change"));
    const auto labelled = [](const QString& words, QWidget* buddy) {
        auto* label = new QLabel(words);
        label->setBuddy(buddy);
        return label;
    };
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(kSpace3, 0, kSpace3, kSpace2);
    row->setSpacing(kSpace2);
    row->addWidget(labelled(tr("&Beside it"), beside_));
    row->addWidget(beside_, 2);
    row->addWidget(labelled(tr("B_&y(f)"), source_));
    row->addWidget(source_);
    row->addWidget(scrubber_, 5);
    connect(beside_, &QComboBox::activated, this, [this] { refresh(); });
    connect(source_, &QComboBox::activated, this, [this] { present(); });
    return bar;
}

StatisticsSource ExplainBound::source() const {
    return static_cast<StatisticsSource>(source_->currentData().toInt());
}

void ExplainBound::setSource(StatisticsSource source) {
    source_->setCurrentIndex(source_->findData(static_cast<int>(source)));
    present();
}

void ExplainBound::setRuns(const std::vector<ExplainedRun>& runs, const QString& run) {
    if (runs != runs_ || run != run_) {
        runs_ = runs;
        run_ = run;
        fillBeside();
    }
    refresh();
}

void ExplainBound::setBeside(const QString& run) {
    const int index = beside_->findData(run.isEmpty() ? QString()
                                        : run == run_ ? kAcross
                                                      : kOther + run);
    beside_->setCurrentIndex(std::max(0, index));
    refresh();
}

void ExplainBound::showEpochs(std::vector<int> epochs_done, StatisticsSource of) {
    wanted_epochs_ = std::move(epochs_done);
    shown_run_.clear();
    setSource(of);
}

/// A figure's epochs, once its runs are read.
void ExplainBound::takeWantedEpochs() {
    const Loaded* beside = loaded(besideRun());
    if (!besideRun().isEmpty() && beside == nullptr) return;
    const std::vector<int> wanted = std::exchange(wanted_epochs_, {});
    // Of a run across T0 either may be the one that was chosen.
    for (const int epoch : wanted) {
        scrubber_->setEpoch(epoch);
        presentEpoch();
        if (std::ranges::equal(inspections(), wanted, {}, &BoundInspection::epochs_done)) return;
    }
}

void ExplainBound::setEpoch(int epochs_done) {
    scrubber_->setEpoch(epochs_done);
    presentEpoch();
}

/// Keeps the choice where it still is one.
void ExplainBound::fillBeside() {
    const QString before = beside_->currentData().toString();
    beside_->clear();
    beside_->addItem(tr("nothing"), QString());
    const IndexedRun* run = controller_.find(run_);
    if (run != nullptr && run->error.empty() && run->description.config.phases.size() > 1) {
        const std::vector<Phase>& phases = run->description.config.phases;
        beside_->addItem(phases.size() == 2 ? tr("this run across T₀ = %1").arg(phases[1].from)
                                            : tr("this run across a phase's beginning"),
                         kAcross);
    }
    for (const ExplainedRun& other : runs_) {
        if (other.id != run_) beside_->addItem(other.label, kOther + other.id);
    }
    beside_->setCurrentIndex(std::max(0, beside_->findData(before)));
}

QString ExplainBound::besideRun() const {
    const QString choice = beside_->currentData().toString();
    return choice.startsWith(kOther) ? choice.mid(kOther.size()) : QString();
}

void ExplainBound::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (stale_) refresh();
}

const ExplainBound::Loaded* ExplainBound::loaded(const QString& run) const {
    const auto found = loaded_.find(run);
    return found == loaded_.end() ? nullptr : found->second.get();
}

/// Reads what is shown and not yet known, or has grown since.
void ExplainBound::refresh() {
    stale_ = !isVisible();
    if (stale_) return;
    QStringList wanted;
    for (const QString& id : {run_, besideRun()}) {
        if (!id.isEmpty()) wanted << id;
    }
    for (const ExplainedRun& run : runs_) {
        if (wanted.size() >= static_cast<qsizetype>(kMostCurves)) break;
        if (!wanted.contains(run.id)) wanted << run.id;
    }
    std::erase_if(loaded_, [&](const auto& one) { return !wanted.contains(one.first); });
    std::vector<std::pair<QString, std::filesystem::path>> folders;
    for (const QString& id : wanted) {
        const IndexedRun* run = controller_.find(id);
        if (run == nullptr) continue;
        const Loaded* known = loaded(id);
        if (known == nullptr || known->run.records.size() < run->epochs.size()) {
            folders.emplace_back(id, run->folder);
        }
    }
    present();
    if (folders.empty()) return job_.cancel();
    job_.restart(
        [folders](BackgroundJob::Task& task) {
            LoadedRuns read;
            for (const auto& [id, folder] : folders) {
                if (task.cancelled()) break;
                auto one = std::make_shared<Loaded>();
                one->run = readRun(folder);
                if (one->run.error.empty()) one->curve = boundCurve(one->run);
                read[id] = std::move(one);
            }
            return read;
        },
        [this](const LoadedRuns& read) { take(read); },
        [this](const QString& sentence) {
            problem_ = sentence;
            present();
        });
}

void ExplainBound::take(const LoadedRuns& read) {
    problem_.clear();
    for (const auto& [id, one] : read) loaded_[id] = one;
    present();
}

QString ExplainBound::whyEmpty() const {
    if (run_.isEmpty()) {
        return tr(
            "Tick runs on the Runs page, or select one, to see what their bound is made of: "
            "which classes it comes from, and what weights, scales and shifts do to it.");
    }
    const Loaded* one = loaded(run_);
    if (one == nullptr) return problem_.isEmpty() ? tr("Reading the run…") : problem_;
    if (!one->run.error.empty()) return text(one->run.error);
    if (one->run.records.empty()) {
        return tr("%1 has no epoch yet; its bound is shown once one is trained.")
            .arg(text(one->run.description.config.name));
    }
    return tr("%1 has no statistics of its training images, which imported logs do not hold; "
              "a run that is trained here measures them.")
        .arg(text(one->run.description.config.name));
}

void ExplainBound::present() {
    const Loaded* one = loaded(run_);
    const bool readable = one != nullptr && one->run.error.empty();
    std::vector<int> epochs;
    if (readable) {
        epochs = epochsWith(one->run.records, source());
        if (epochs.empty() && source() == StatisticsSource::exact) {
            // Not measured yet, or never: what there is, named so in the box.
            epochs = epochsWith(one->run.records, StatisticsSource::streaming);
            if (!epochs.empty()) source_->setCurrentIndex(1);
        }
    }
    const RunConfig* config = readable ? &one->run.description.config : nullptr;
    const bool was_last = run_ == shown_run_ && scrubber_->atLast();
    scrubber_->setEpochs(epochs, config ? laterPhaseStarts(*config) : std::vector<int>(),
                         config ? config->training.epochs : 0);
    if (!epochs.empty() && (run_ != shown_run_ || was_last)) scrubber_->setEpoch(epochs.back());
    if (!epochs.empty()) shown_run_ = run_;
    curves_->setVisible(!epochs.empty());
    beside_->setEnabled(!epochs.empty());
    source_->setEnabled(!epochs.empty());
    presentCurves();
    presentEpoch();
    if (!epochs.empty() && !wanted_epochs_.empty()) takeWantedEpochs();
}

void ExplainBound::presentCurves() {
    std::vector<BoundSeries> series;
    const QString beside = besideRun();
    const auto add = [&](const ExplainedRun& run) {
        const Loaded* one = loaded(run.id);
        if (one == nullptr || !one->run.error.empty()) return;
        BoundSeries made{one->curve, run.color_index, laterPhaseStarts(one->run.description.config),
                         run.id != run_ && run.id != beside};
        made.curve.name = run.label.toStdString();
        series.push_back(std::move(made));
    };
    for (const ExplainedRun& run : runs_) add(run);
    curves_->setSeries(std::move(series));
}

std::optional<BoundInspection> ExplainBound::besideInspection(const BoundInspection& first) const {
    const QString choice = beside_->currentData().toString();
    if (choice.isEmpty()) return {};
    const Loaded* other = loaded(choice == kAcross ? run_ : besideRun());
    if (other == nullptr || !other->run.error.empty()) return {};
    const std::vector<int> epochs = epochsWith(other->run.records, first.source);
    auto at = std::ranges::upper_bound(epochs, first.epochs_done);
    if (choice == kAcross) {
        // Of the first phase, what comes after; of a later one, what was before.
        const std::vector<Phase>& phases = other->run.description.config.phases;
        at = std::ranges::upper_bound(
            epochs, phases[static_cast<std::size_t>(std::max(1, first.phase))].from);
        if (first.phase == 0) {
            if (at == epochs.end()) return {};  // not trained that far
            ++at;
        }
    }
    if (at == epochs.begin()) return {};
    return inspectBound(other->run, *(at - 1), first.source, answer_->constants());
}

void ExplainBound::presentEpoch() {
    std::vector<BoundInspection> inspections;
    const Loaded* one = loaded(run_);
    QString problem;
    if (one != nullptr && one->run.error.empty() && scrubber_->epoch() > 0) {
        attempt(
            [&] {
                BoundInspection first =
                    inspectBound(one->run, scrubber_->epoch(), source(), answer_->constants());
                auto second = besideInspection(first);
                const auto named = [&](BoundInspection& inspection) {
                    const auto run =
                        std::ranges::find(runs_, text(inspection.run), &ExplainedRun::id);
                    if (run != runs_.end()) inspection.name = run->label.toStdString();
                };
                named(first);
                if (second) {
                    named(*second);
                    // Before stands left of after.
                    if (second->run == first.run && second->epochs_done < first.epochs_done) {
                        inspections.push_back(std::move(*second));
                    }
                }
                inspections.push_back(std::move(first));
                if (second && inspections.size() == 1) inspections.push_back(std::move(*second));
            },
            [&](const QString& sentence) { problem = sentence; });
    }
    std::vector<int> epochs;
    if (scrubber_->epoch() > 0) epochs.push_back(scrubber_->epoch());
    for (const BoundInspection& inspection : inspections) {
        if (inspection.epochs_done != scrubber_->epoch()) epochs.push_back(inspection.epochs_done);
    }
    curves_->setEpochs(epochs);
    answer_->setInspections(inspections);
    answer_->parentWidget()->parentWidget()->setVisible(!inspections.empty());
    if (inspections.empty()) {
        bars_->clear(problem.isEmpty() ? whyEmpty() : problem);
    } else {
        bars_->setInspections(std::move(inspections));
    }
    Q_EMIT shownChanged();
}

const std::vector<BoundInspection>& ExplainBound::inspections() const {
    return bars_->inspections();
}

const std::vector<BoundSeries>& ExplainBound::series() const {
    return curves_->series();
}

QByteArray ExplainBound::layoutState() const {
    QByteArray state;
    QDataStream stream(&state, QIODevice::WriteOnly);
    stream << split_->saveState() << stack_->saveState();
    return state;
}

void ExplainBound::restoreLayout(const QByteArray& state) {
    QDataStream stream(state);
    QByteArray split;
    QByteArray stack;
    stream >> split >> stack;
    if (!split.isEmpty()) split_->restoreState(split);
    if (!stack.isEmpty()) stack_->restoreState(stack);
}

}  // namespace ballast
