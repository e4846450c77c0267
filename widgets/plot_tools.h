#pragma once

#include <QWidget>
#include <functional>
#include <utility>
#include <vector>

#include "widgets/plot_view.h"

class QAction;
class QActionGroup;
class QMenu;
class QToolButton;

namespace ballast {

/// The buttons of live plots: means over seeds, epochs and smoothing, another plot, everything in
/// view. They show a view and say which one the user wants; whoever owns them answers by setView().
class PlotTools : public QWidget {
    Q_OBJECT
public:
    explicit PlotTools(QWidget* parent = nullptr);

    void setView(const PlotView& view);
    /// The names of the panels that are shown; the others are on offer.
    void setPanels(const QStringList& names);

Q_SIGNALS:
    void viewChosen(const PlotView& view);
    void panelAdded(const QString& name);
    void fitRequested();

private:
    QToolButton* addButton(const QString& name, const QString& icon_name, const QString& tip);
    void addChoice(QMenu& menu, const QString& text, QActionGroup* group,
                   std::function<bool(const PlotView&)> is,
                   std::function<void(PlotView&, bool)> choose);
    void makeMeansButton();
    void makeViewButton();
    void offerPanels();

    PlotView view_;
    QStringList panels_;
    QToolButton* means_ = nullptr;
    QMenu* more_ = nullptr;  // plots to add
    std::vector<std::pair<QAction*, std::function<bool(const PlotView&)>>> choices_;
};

}  // namespace ballast
