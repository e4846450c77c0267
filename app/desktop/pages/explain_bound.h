#pragma once

#include <QWidget>
#include <functional>
#include <map>
#include <memory>

#include "app/desktop/background_job.h"
#include "core/theory/bound_inspection.h"

class QComboBox;
class QSplitter;

namespace ballast {

class BoundAnswer;
class BoundBars;
class BoundCurvePlot;
class EpochScrubber;
class RunController;
struct BoundSeries;

/// A run that the Explain page may show.
struct ExplainedRun {
    QString id;
    QString label;  // tells it from the others
    int color_index = 0;
    bool operator==(const ExplainedRun&) const = default;
};

/// The view Bound of the Explain page: what a run's bound is made of at an epoch, beside another
/// run's or that of the same run across its T0; its sum over the epochs; what that says.
/// Runs are read from their folders, beside the window's thread.
class ExplainBound : public QWidget {
    Q_OBJECT
public:
    explicit ExplainBound(RunController& controller, QWidget* parent = nullptr);

    /// The runs whose curves are drawn and that can stand beside it; and the one that is explained,
    /// "" for none.
    void setRuns(const std::vector<ExplainedRun>& runs, const QString& run);
    /// Another run beside it, or the same across its T0; "": nothing.
    void setBeside(const QString& run);
    /// The epochs of a figure, its first run's first, once the runs are read.
    void showEpochs(std::vector<int> epochs_done, StatisticsSource of);
    void setEpoch(int epochs_done);
    void setSource(StatisticsSource source);

    /// What is drawn: the run, and what stands beside it.
    const std::vector<BoundInspection>& inspections() const;
    const std::vector<BoundSeries>& series() const;

    BoundBars& bars() { return *bars_; }
    BoundCurvePlot& curves() { return *curves_; }
    BoundAnswer& answer() { return *answer_; }
    EpochScrubber& scrubber() { return *scrubber_; }
    bool busy() const { return job_.busy(); }

    QByteArray layoutState() const;
    void restoreLayout(const QByteArray& state);

Q_SIGNALS:
    /// The config that follows advice is to be edited.
    void configRequested(const ballast::RunConfig& config);
    void shownChanged();

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Loaded {
        RunSummary run;
        BoundCurve curve;
    };
    using LoadedRuns = std::map<QString, std::shared_ptr<const Loaded>>;

    QWidget* makeChoices();
    void fillBeside();
    void refresh();
    void take(const LoadedRuns& read);
    void present();
    void presentCurves();
    void presentEpoch();
    void takeWantedEpochs();
    const Loaded* loaded(const QString& run) const;
    QString besideRun() const;  // "" where the same run stands beside it, or nothing
    std::optional<BoundInspection> besideInspection(const BoundInspection& first) const;
    StatisticsSource source() const;
    QString whyEmpty() const;

    RunController& controller_;
    QComboBox* beside_;
    QComboBox* source_;
    EpochScrubber* scrubber_;
    QSplitter* split_;  // pictures and answer
    QSplitter* stack_;  // bars and curves
    BoundBars* bars_;
    BoundCurvePlot* curves_;
    BoundAnswer* answer_;
    std::vector<ExplainedRun> runs_;
    QString run_;
    QString shown_run_;  // whose epochs the scrubber has
    LoadedRuns loaded_;
    std::vector<int> wanted_epochs_;  // by showEpochs(), not shown yet
    QString problem_;                 // why the runs could not be read
    bool stale_ = true;
    BackgroundJob job_;
};

}  // namespace ballast
