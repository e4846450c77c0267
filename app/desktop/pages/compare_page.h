#pragma once

#include <QWidget>
#include <memory>

#include "app/desktop/background_job.h"
#include "app/desktop/comparison.h"
#include "app/desktop/pages/compare_choices.h"
#include "app/desktop/planned_training.h"

class QLabel;
class QSplitter;
class QTimer;

namespace ballast {

class ClassDifferencePlot;
class CompareAnswer;
class CompareClasses;
class ComparePaper;
class CompareParallel;
class ComparePicture;
class ParallelPlot;
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

    const Comparison& shown() const { return *shown_; }
    /// Draws this figure from now on.
    void setFigure(const FigureDescription& figure);
    /// Whether only the runs of the working set are looked at.
    void setTickedOnly(bool ticked);

    ResponsePlot& plot();
    SurfacePlot& surface();
    ParallelPlot& parallel();
    ComparePaper& paper() { return *paper_; }
    CompareClasses& classView() { return *class_view_; }
    RankingTable& ranking();
    ClassDifferencePlot& classes();
    QString verdict() const;

    QByteArray layoutState() const;
    void restoreLayout(const QByteArray& state);

Q_SIGNALS:
    /// The runs of a point are to be watched.
    void watchRequested(const QStringList& runs);
    void shownChanged();
    /// Runs are to be trained; `what` says which.
    void trainRequested(const QString& what, const ballast::MakeConfigs& configs);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();
    void connectPanels();
    void present(Comparison result);
    QString reason() const;
    void presentSettings();
    void presentParallel();
    void presentClasses();
    void setView(CompareView view);
    void trainPaper(const PaperNumber& number, const std::vector<std::uint64_t>& seeds);
    void mark(ResponseAt at);
    std::vector<std::string> runIdsOf(ResponseAt at) const;
    void compareWith(std::optional<ResponseAt> baseline);
    void train(const std::vector<MissingRuns>& missing);
    void showMenu(std::optional<ResponseAt> at, const std::vector<MissingRuns>& missing,
                  const QPoint& place);

    const std::filesystem::path workspace_;
    const WorkingSet& working_set_;
    CompareChoices* choices_;
    QLabel* verdict_;
    QSplitter* split_;  // the picture, and below it
    ComparePicture* picture_;
    CompareAnswer* answer_;
    CompareParallel* parallel_;   // in place of both
    ComparePaper* paper_;         // likewise
    CompareClasses* class_view_;  // likewise
    QTimer* soon_;
    CompareView view_ = CompareView::settings;
    std::optional<FigureDescription> figure_;  // of settings; nothing: the suggested one
    ClassRequest of_classes_;
    FigureDescription through_;                // of all fields; without axes: the suggested ones
    std::shared_ptr<const Comparison> shown_;  // never null
    std::vector<std::string> baseline_;        // IDs of the runs to compare with; none: the best
    bool contours_ = true;
    bool stale_ = true;
    std::shared_ptr<RunIndex> index_;  // of the job, one at a time
    BackgroundJob job_;
};

}  // namespace ballast
