#pragma once

#include <QPointF>
#include <QWidget>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "widgets/plot_series.h"
#include "widgets/value_column.h"

class QCustomPlot;
class QCPGraph;
class QCPItemStraightLine;

namespace ballast {

struct EventMark;
class PlotCrowd;
class PlotEvents;
class PlotHeader;

/// One of LivePlots' plots: a header with the title, the plot, and the column of values beside it.
/// It draws what it is given and reports what the user does; LivePlots keeps them in step.
class PlotPanel : public QWidget {
    Q_OBJECT
public:
    explicit PlotPanel(const Panel& panel, QWidget* parent = nullptr);
    ~PlotPanel() override;

    const Panel& panel() const { return *panel_; }
    void setPanel(const Panel& panel);
    /// `last` is the lowest panel, the one that labels the epochs; `first` names the phase lines.
    void setPlace(bool first, bool last);
    /// Whether there is another panel, so that this one can go.
    void setRemovable(bool removable);

    /// Draws these series; `empty_text` stands in the plot where there is nothing to draw, `note`
    /// in the header.
    void draw(std::span<const PlotSeries> series, const PlotView& view, const QString& empty_text,
              const QString& note);
    void setEpochs(double first, double last);
    void setCrosshair(std::optional<int> epoch);
    /// Values at an epoch of the axis, or the latest.
    void setValues(std::span<const PlotSeries> series, const PlotView& view,
                   std::optional<int> epoch);
    /// Fonts and colours of the theme in use.
    void restyle();
    /// Fits the values, now and whenever they change, until the user zooms or pans.
    void fitValues();
    void replotSoon();

    /// The points the plot last drew; none of a curve that is not the panel's.
    std::vector<QPointF> drawnCurve(const QString& series_id, const CurveKey& key) const;
    double drawnWidth(const QString& series_id, const CurveKey& key) const;
    QString title() const;
    QString note() const;
    /// Marks of events that are drawn, where they are, and the tip of what is there; empty:
    /// nothing.
    std::vector<QPointF> eventPlaces() const;
    QString eventTip(QPointF pixel) const;
    int replotCount() const { return replots_; }
    const ValueColumn& values() const { return *values_; }

Q_SIGNALS:
    void epochsChangedByUser(double first, double last);
    void pointedAt(int epoch);
    void pointerLeft();
    void logChosen(bool log);
    void fitRequested();
    void panelChosen(const QString& name);  // another in its place
    void removeRequested();
    void pressed();
    /// A click on an event's mark, or on the line of a phase.
    void eventActivated(const QString& run, HistoryEvent::Kind kind, int epochs_done);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// What is drawn for one curve; a mean has the other three too.
    struct Graphs {
        QCPGraph* line = nullptr;
        QCPGraph* fewer = nullptr;
        QCPGraph* lower = nullptr;
        QCPGraph* upper = nullptr;
    };

    struct Built {
        QString id;
        bool crowd = false;
    };

    void build(std::span<const PlotSeries> series);
    std::vector<double> drawSeries(const PlotSeries& series, const PlotView& view);
    void setLog(bool log);
    std::optional<EventMark> eventAt(QPointF pixel) const;
    const Graphs* find(const QString& series_id, const CurveKey& key) const;
    void wheel(class QWheelEvent& event);

    const Panel* panel_;
    bool first_ = false;
    bool last_ = false;
    PlotHeader* header_;
    QCustomPlot* plot_;
    ValueColumn* values_;
    PlotCrowd* crowd_;  // these two are its children
    PlotEvents* events_;
    std::vector<EventMark> phases_;  // behind the phase lines
    QPointF pressed_at_;
    QCPItemStraightLine* crosshair_;
    std::vector<Built> built_;
    std::map<QString, std::vector<Graphs>> graphs_;  // of the panel's curves
    bool fit_values_ = true;
    bool own_change_ = false;
    bool since_t0_ = false;
    int replots_ = 0;
};

}  // namespace ballast
