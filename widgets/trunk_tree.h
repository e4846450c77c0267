#pragma once

#include <QAbstractScrollArea>
#include <QStringList>
#include <memory>

#include "core/experiment/trunk_plan.h"

namespace ballast {

/// A plan drawn over the epochs: one row per run, what runs share as one thick line from which each
/// branches off, what is a run's own as a thin one. Runs that share a trunk stand together, in the
/// colour of their trunk; the run under the mouse is drawn out. Epochs count from 0.
class TrunkTree : public QAbstractScrollArea {
    Q_OBJECT
public:
    /// Rows that are drawn; of the others only the number is said.
    static constexpr int kMostRows = 200;

    explicit TrunkTree(QWidget* parent = nullptr);
    ~TrunkTree() override;

    /// Shows a plan; `labels` has one entry per run.
    void setPlan(const TrunkPlan& plan, const QStringList& labels);
    /// Shows a sentence in place of a plan.
    void setUnavailable(const QString& sentence);

    int rows() const;             // drawn
    QString hiddenText() const;   // "and 12 more runs", or empty
    int rowOfRun(int run) const;  // −1: not drawn
    /// The segment's words: which epochs, of how many runs or of which one.
    QString segmentText(int segment) const;
    /// Index of the segment at a point of the viewport, or −1; and such a point.
    int segmentAt(const QPoint& position) const;
    QPoint segmentPosition(int segment) const;

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace ballast
