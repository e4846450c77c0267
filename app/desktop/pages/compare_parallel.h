#pragma once

#include <QSplitter>
#include <memory>

#include "app/desktop/comparison.h"

class QLabel;
class QToolButton;

namespace ballast {

class ImportanceTable;
class ParallelPlot;

/// All settings at once: runs as lines through several fields, which of them are brushed, and
/// beside them the field that goes with most of the result's variation.
class CompareParallel : public QSplitter {
    Q_OBJECT
public:
    explicit CompareParallel(QWidget* parent = nullptr);

    void setComparison(std::shared_ptr<const Comparison> comparison);
    /// Nothing is drawn; the sentence says why.
    void clear(const QString& sentence);

    ParallelPlot& plot() { return *plot_; }

Q_SIGNALS:
    void watchRequested(const QStringList& runs);

private:
    void countBrushed();

    ParallelPlot* plot_;
    QLabel* nothing_;
    QLabel* brushed_;
    QToolButton* watch_;
    QToolButton* clear_;
    QLabel* notes_;
    ImportanceTable* importance_;
};

}  // namespace ballast
