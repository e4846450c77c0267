#pragma once

#include <QStringList>
#include <QWidget>
#include <vector>

#include "widgets/plot_series.h"

class QLabel;
class QToolButton;

namespace ballast {

class FlowLayout;

/// One chip of a PlotLegend: a run, or the runs of a group.
struct LegendChip {
    QString name;  // of its button, for whoever looks for it: "chip/ID", "group/ID"
    QString text;
    QString tip;
    int color_index = 0;
    bool on = true;
    QStringList runs;  // ids
    bool operator==(const LegendChip&) const = default;
};

LegendChip runChip(const RunPlotInfo& run, bool on);
/// `shown` of its runs are visible.
LegendChip groupChip(const PlotGroup& group, int shown);

/// So many chips are in a legend at most: more would take the place of the plots.
inline constexpr std::size_t kMostChips = 24;

/// Which colour is which run, in lines that wrap. A click shows or hides what a chip stands for;
/// the pointer on it lets it stand out for as long.
class PlotLegend : public QWidget {
    Q_OBJECT
public:
    explicit PlotLegend(QWidget* parent = nullptr);
    ~PlotLegend() override;

    /// Buttons of the same name stay. `more` are left out, which a line says.
    void setChips(const std::vector<LegendChip>& chips, int more = 0);
    /// Colours of the theme in use.
    void restyle();

Q_SIGNALS:
    void toggled(const QStringList& runs, bool on);
    /// What the pointer is on; nothing when it left.
    void pointedAt(const QStringList& runs);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Shown {
        LegendChip chip;
        QToolButton* button = nullptr;
    };

    QToolButton* makeButton(const QString& name);
    void dress(const Shown& shown) const;
    void drop(QToolButton* button);

    FlowLayout* flow_;
    QLabel* more_;
    std::vector<Shown> shown_;
};

}  // namespace ballast
