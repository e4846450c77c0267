#pragma once

#include <QWidget>

#include "app/desktop/pages/explain_bound.h"

class QButtonGroup;
class QComboBox;
class QHBoxLayout;
class QStackedWidget;
class QTimer;
class QToolButton;

namespace ballast {

class ExplainWhatIf;
struct FigureDescription;
class ViewMenu;
class WorkingSet;

/// Why a method works: the numbers of one run, seen through the paper's theory, and what its logits
/// would give if they were adjusted. The run is chosen once for both views, among those of the
/// working set, and follows what is selected on the Runs page.
class ExplainPage : public QWidget {
    Q_OBJECT
public:
    /// `color_of` gives a run's colour on the plots.
    ExplainPage(RunController& controller, const WorkingSet& working_set,
                std::function<int(const QString&)> color_of, QWidget* parent = nullptr);

    /// "view_bound" or "view_what_if", the objectName of its button.
    void showView(const char* name);

    /// Shows what a figure of the page shows, as far as its runs are here.
    void showFigure(const FigureDescription& figure);

    /// The runs that are selected on the Runs page: the first is explained, of two the second
    /// stands beside it.
    void setSelected(const QStringList& runs);
    /// Where nothing may be written, no logits are made.
    void setReadOnly(bool read_only);

    /// Looks at the runs again, soon.
    void refreshSoon();

    QString run() const { return run_; }
    ExplainBound& bound() { return *bound_; }
    ExplainWhatIf& whatIf() { return *what_if_; }
    bool showsWhatIf() const;
    /// What-if's adjustments, saved by name.
    ViewMenu& adjustments() { return *adjustments_; }

    QByteArray layoutState() const { return bound_->layoutState(); }
    void restoreLayout(const QByteArray& state) { bound_->restoreLayout(state); }

Q_SIGNALS:
    void configRequested(const ballast::RunConfig& config);
    /// A sentence for the window.
    void said(const QString& sentence);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void addView(const char* name, const QString& words, const QString& tip, QWidget* view);
    void refresh();

    RunController& controller_;
    const WorkingSet& working_set_;
    const std::function<int(const QString&)> color_of_;
    QWidget* switch_;
    QButtonGroup* buttons_;
    QComboBox* runs_;
    QStackedWidget* views_;
    ExplainBound* bound_;
    ExplainWhatIf* what_if_;
    ViewMenu* adjustments_;
    QToolButton* choose_adjustment_;
    QTimer* soon_;
    QString run_;           // that is explained
    QStringList selected_;  // on the Runs page
    QString wanted_beside_;
    bool stale_ = true;
};

}  // namespace ballast
