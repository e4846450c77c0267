#pragma once

#include <QWidget>
#include <functional>
#include <span>
#include <vector>

#include "core/analysis/figure_choices.h"

class QButtonGroup;
class QComboBox;
class QLineEdit;
class QMenu;
class QToolButton;

namespace ballast {

/// Which view of the Compare page is shown.
enum class CompareView { settings, parallel, paper, classes };

/// What the Compare page is asked: the view, the result, the settings that it is drawn over, how,
/// and of which runs.
class CompareChoices : public QWidget {
    Q_OBJECT
public:
    explicit CompareChoices(QWidget* parent = nullptr);

    /// The classes whose accuracy can be the result, before setShown().
    void setClasses(const QStringList& names);
    /// Shows what is drawn, and what else could be.
    void setShown(const FigureDescription& figure, std::span<const FieldChoice> choices);

    QString filter() const;
    /// Without runsChosen().
    void setFilter(const QString& filter);
    /// Whether only runs that are ticked on the Runs page are to be compared.
    bool tickedOnly() const;
    void setTickedOnly(bool ticked);
    /// Whether there is a point whose runs can be watched.
    void setWatchable(bool on);
    void requestWatch();
    /// Without contoursChosen().
    void setContours(bool on) { contours_ = on; }
    /// Without viewChosen().
    void setView(CompareView view);
    /// How many runs the figure lacks that would fill its holes.
    void setMissing(std::size_t runs);

Q_SIGNALS:
    void viewChosen(ballast::CompareView view);
    /// Whether a grid has lines of equal value.
    void contoursChosen(bool on);
    /// Another figure, made from the one that is shown.
    void figureChosen(const ballast::FigureDescription& figure);
    /// Other runs: by the filter, or by the ticks.
    void runsChosen();
    void watchRequested();
    void fillRequested();

private:
    void makeAxes();
    void makeRuns();
    void makeShowMenu(QMenu& menu);
    void fillLines(QMenu& menu);
    void fillAxes(QMenu& menu);
    QWidget* makeViews();
    void fillResults();
    void setSecondAxis(const std::string& name);
    void change(const std::function<void(FigureDescription&)>& how);

    QButtonGroup* views_;
    QWidget* axes_row_;
    std::vector<QWidget*> of_settings_;  // shown with lines and grids only
    QToolButton* axes_;                  // of parallel coordinates
    QComboBox* x_;
    QComboBox* y_;       // the result
    QComboBox* second_;  // another axis, or none
    QToolButton* lines_;
    QToolButton* look_;
    QLineEdit* filter_;
    QToolButton* ticked_;
    QToolButton* watch_;
    QToolButton* fill_;
    QStringList classes_;
    FigureDescription figure_;
    bool contours_ = true;
    std::vector<FieldChoice> choices_;
};

}  // namespace ballast
