#pragma once

#include <QWidget>
#include <filesystem>
#include <memory>
#include <optional>

#include "app/desktop/background_job.h"
#include "app/desktop/export_dialog.h"
#include "core/data/data_store.h"
#include "core/results/run_folder.h"
#include "core/runs/run_logits.h"
#include "widgets/what_if_view.h"

namespace ballast {

class Learning;

/// What-if of one run: reads its saved logits, or makes them from a checkpoint, and computes what
/// comes of the adjustment, all beside the window's thread. While a slider moves, the latest
/// adjustment is computed as soon as the one before is shown.
class ExplainWhatIf : public QWidget {
    Q_OBJECT
public:
    /// `learning` must outlive it.
    ExplainWhatIf(const Learning& learning, DataStore store, QWidget* parent = nullptr);

    /// Whether logits may be made: they are kept in the run's folder.
    void setMayMake(bool may);

    /// The run that is looked at; an empty folder: none. The adjustment stays, the epoch where the
    /// run has one of that name or number.
    void setRun(const std::filesystem::path& folder);
    /// What a figure shows: the run's epoch, where it has it, judged on these images.
    void showEpoch(int epochs_done, LogitSplit split, const WhatIf& adjustment);
    /// Reads the run again, where it is trained further.
    void refresh();

    /// Whether there is something to export.
    bool hasResults() const { return !view_->picture().after.accuracy.empty(); }
    /// The classes' accuracies as a figure, all numbers as CSV. Throws ConfigError where there is
    /// nothing.
    ExportRequest exportRequest(const std::filesystem::path& workspace) const;

    /// Adjustment and split as bytes, to be saved by name, and back; bytes that are not of this
    /// version change nothing.
    QByteArray state() const;
    void restoreState(const QByteArray& state);

    WhatIfView& view() { return *view_; }

Q_SIGNALS:
    /// A sentence for the window: what should be known of logits that were made.
    void said(const QString& sentence);
    void resultsShown();

private:
    struct ReadRun {
        RunSummary run;
        std::vector<LogitsOffer> offers;
        std::vector<std::string> names;
    };
    struct Results {
        WhatIfResult before;
        WhatIfResult after;
    };

    void showRun(ReadRun read);
    void chooseEpoch(int epochs_done);
    void load(bool make);
    void showLogits(SavedLogits logits);
    void evaluate();
    void tune(LogitSplit split);
    QString missingSentence(const LogitsOffer* offer) const;
    const LogitsOffer* offer() const;

    const Learning& learning_;
    const DataStore store_;
    WhatIfView* view_;
    std::filesystem::path folder_;
    ReadRun read_;
    int epochs_done_ = 0;
    std::optional<LogitSplit> wanted_split_;  // by showEpoch(), once there are logits
    bool may_make_ = true;
    std::shared_ptr<const SavedLogits> logits_;  // null: none are shown
    bool making_ = false;                        // logits, which a refresh must not stop
    bool evaluate_again_ = false;                // once what is under way is shown
    BackgroundJob reading_;
    BackgroundJob evaluating_;
    BackgroundJob tuning_;
};

}  // namespace ballast
