#pragma once

#include <QString>
#include <QTimer>
#include <QWidget>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/desktop/background_job.h"
#include "app/desktop/checked_config.h"
#include "app/desktop/pages/axis_editor.h"
#include "app/desktop/sweep_forecast.h"
#include "app/desktop/sweep_outline.h"

class QLabel;
class QMenu;
class QLineEdit;
class QPushButton;
class QSplitter;
class QVBoxLayout;

namespace ballast {

class ErrorLabel;
class SweepBase;
class TrunkTree;

/// Where a sweep is built: methods, axes over the fields of a config, seeds, and beside them what
/// that comes to: how many runs, what they share, what they take of time and disk, and the tree of
/// it, following every edit.
class SweepPage : public QWidget {
    Q_OBJECT
public:
    /// `count_classes` is called on a thread of the page's own; it may throw Error.
    explicit SweepPage(CountClasses count_classes, QWidget* parent = nullptr);

    /// The config that all runs have but for the axes; it need not be valid.
    void setBase(const CheckedConfig& base);
    /// The same of one that has not been checked.
    void setBase(const nlohmann::json& base) { setBase(checkedConfig(base)); }

    /// The sweep as core/experiment/sweep.h reads it.
    nlohmann::json sweep() const;
    /// Shows a sweep over a base or over presets. Throws ConfigError where it is no sweep.
    void setSweep(const nlohmann::json& sweep);
    /// Shows axes, seeds and name of what sweep() once gave, finished or not, over the base that is
    /// there. What cannot be understood is left out.
    void restoreSweep(const nlohmann::json& sweep);

    /// How long an epoch takes, to say hours; 0: not known.
    void setSecondsPerEpoch(double seconds);

    /// Plans runs in the workspace, on a thread of the page's own; without it only epochs are
    /// counted.
    void setPlanner(PlanRuns plan) { plan_runs_ = std::move(plan); }
    /// The workspace has changed: what is left of the sweep is worked out again.
    void forecastAgain();
    /// What the sweep takes of time and disk, as the page says it; empty: not known.
    QString forecast() const;
    /// The sweeps that can be added to, by name, asked for when the menu opens.
    using ListSweeps = std::function<QStringList()>;
    void setSweepList(ListSweeps list) { list_sweeps_ = std::move(list); }

    /// Why no sweep can be trained now; empty: it can.
    void setObstacle(const QString& reason);

    /// Whether sweeps can be submitted to a cluster from here: shows the button for it.
    void setCluster(bool there);

    /// What the page has worked out last.
    const SweepOutline& outline() const { return outline_; }
    QString summary() const;
    TrunkTree& tree() { return *tree_; }
    std::vector<AxisEditor*> axes() const { return axes_; }
    AxisEditor* addAxis();
    /// Whether the sweep as it stands is right and nothing is in its way.
    bool canStart() const;
    /// As the button does: asks for the sweep to be started, where it can be.
    void requestStart();

    QByteArray layoutState() const;
    void restoreLayout(const QByteArray& state);

Q_SIGNALS:
    /// After every edit and after setBase() and setSweep(); what it comes to follows.
    void changed();
    /// The outline is that of the sweep as it stands.
    void outlined();
    void startRequested(const nlohmann::json& sweep);
    void submitRequested(const nlohmann::json& sweep);
    /// The user wants to add values or seeds to the workspace's sweep of that name.
    void sweepRequested(const QString& name);

protected:
    void showEvent(QShowEvent* event) override;

private:
    QWidget* makeEditor();
    QWidget* makeOutcome();
    void removeAxis(AxisEditor* axis);
    void takeFields();
    void fillSweepMenu(QMenu& menu);
    void foresee();
    void edited();
    void work();
    void showOutline(const SweepOutline& outline);
    QString runsText() const;
    QString summaryText() const;
    void updateStart();
    bool textIsRight();

    const CountClasses count_classes_;
    QTimer settle_;  // edits are worked out when they pause
    QSplitter* splitter_;
    SweepBase* base_;
    QVBoxLayout* axes_column_;
    QLabel* empty_;
    QLineEdit* name_;
    QLineEdit* seeds_;
    ErrorLabel* seeds_problem_;
    QLabel* summary_;
    QLabel* forecast_text_;
    ErrorLabel* problems_;
    QLabel* warnings_;
    TrunkTree* tree_;
    QLabel* obstacle_text_;
    QPushButton* submit_;
    QPushButton* start_;
    std::vector<AxisEditor*> axes_;
    std::vector<AxisField> fields_;                    // that axes may name
    nlohmann::json given_ = nlohmann::json::object();  // the Experiment page's config
    PlanRuns plan_runs_;
    ListSweeps list_sweeps_;
    SweepOutline outline_;
    std::optional<SweepForecast> forecast_;
    QString obstacle_;
    double seconds_per_epoch_ = 0.0;
    bool settled_ = false;  // the outline is that of the sweep as it stands
    BackgroundJob outline_job_;
    BackgroundJob forecast_job_;
};

}  // namespace ballast
