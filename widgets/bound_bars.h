#pragma once

#include <QWidget>
#include <vector>

#include "core/theory/bound_inspection.h"

class QCustomPlot;
class QCPAxisRect;
class QLabel;

namespace ballast {

/// What Eq. 16's sum is made of: for each factor a row of bars, one a class, and their product
/// below; one run's epoch, or two side by side on the same axes. Pointing at a bar says its number
/// and the factor's equation.
class BoundBars : public QWidget {
    Q_OBJECT
public:
    explicit BoundBars(QWidget* parent = nullptr);

    /// One or two.
    void setInspections(std::vector<BoundInspection> inspections);
    /// Nothing is drawn; the sentence says why.
    void clear(const QString& sentence);

    const std::vector<BoundInspection>& inspections() const { return inspections_; }
    QString title() const;
    QString sentence() const;
    /// What the bar of that row, column and rank says, for tests and for screen readers.
    QString wordsFor(std::size_t column, std::size_t row, std::size_t rank) const;

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void draw();
    void turnNames();

    QLabel* title_;
    QLabel* nothing_;
    QCustomPlot* plot_;
    std::vector<QCPAxisRect*> rects_;  // of each column row by row
    std::vector<BoundInspection> inspections_;
};

}  // namespace ballast
