#pragma once

#include <QWidget>
#include <memory>

#include "app/desktop/background_job.h"
#include "app/desktop/comparison.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QMenu;
class QSplitter;
class QTimer;
class QToolButton;

namespace ballast {

class ClassDifferencePlot;
class RankingTable;
class ResponsePlot;
class SurfacePlot;
class WorkingSet;

/// Which setting is best, and by how much: a result against a hyper-parameter, a line for each
/// method, with means over seeds; below it the settings in order, and for which classes the best is
/// better than the chosen one. What it needs it reads from the workspace's folders, beside the
/// window's thread.
class ComparePage : public QWidget {
    Q_OBJECT
public:
    ComparePage(std::filesystem::path workspace, const WorkingSet& working_set,
                QWidget* parent = nullptr);

    /// Looks at the runs again, soon; nothing while the page is hidden.
    void refreshSoon();

    const Comparison& shown() const { return shown_; }
    /// Draws this figure from now on. Throws ConfigError where its kind is another.
    void setFigure(const FigureDescription& figure);
    /// Whether only the runs of the working set are looked at.
    void setTickedOnly(bool ticked);

    ResponsePlot& plot() { return *plot_; }
    SurfacePlot& surface() { return *surface_; }
    RankingTable& ranking() { return *ranking_; }
    ClassDifferencePlot& classes() { return *classes_; }
    QString verdict() const;

    QByteArray layoutState() const;
    void restoreLayout(const QByteArray& state);

Q_SIGNALS:
    /// The runs of a point are to be watched.
    void watchRequested(const QStringList& runs);
    void shownChanged();

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QWidget* makeControls();
    void makeShowMenu(QMenu& menu);
    void fillLines(QMenu& menu);
    void change(const std::function<void(FigureDescription&)>& how);
    void refresh();
    void present(Comparison result);
    void fillControls();
    void setSecondAxis(const std::string& name);
    void mark(ResponseAt at);
    void showClasses();

    const std::filesystem::path workspace_;
    const WorkingSet& working_set_;
    QComboBox* x_;
    QComboBox* y_;       // the result
    QComboBox* second_;  // another axis, or none
    QToolButton* lines_;
    QLineEdit* filter_;
    QToolButton* ticked_;
    QToolButton* watch_;
    QLabel* verdict_;
    QLabel* notes_;
    QSplitter* split_;   // the picture, and below it
    QSplitter* answer_;  // the settings in order, and the classes
    ResponsePlot* plot_;
    SurfacePlot* surface_;  // in its place
    RankingTable* ranking_;
    ClassDifferencePlot* classes_;
    QTimer* soon_;
    std::optional<FigureDescription> figure_;  // nothing: the suggested one
    Comparison shown_;
    bool stale_ = true;
    bool filling_ = false;
    std::shared_ptr<RunIndex> index_;  // of the job, one at a time
    BackgroundJob job_;
    BackgroundJob classes_job_;
};

}  // namespace ballast
