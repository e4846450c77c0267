#pragma once

#include <QWidget>
#include <vector>

#include "core/theory/bound_inspection.h"

class QDoubleSpinBox;
class QGridLayout;
class QLabel;
class QVBoxLayout;

namespace ballast {

/// What an epoch's numbers say in words: Eq. 16's sum, the union bound beside the data-dependent
/// one with δ and M to choose, whether κ > 1, and advice with a button that makes it so.
class BoundAnswer : public QWidget {
    Q_OBJECT
public:
    explicit BoundAnswer(QWidget* parent = nullptr);

    /// One or two; none empties it.
    void setInspections(std::vector<BoundInspection> inspections);

    BoundConstants constants() const;
    void setConstants(const BoundConstants& constants);

    /// All sentences, a line each, for tests and to be copied.
    QString sentences() const;

Q_SIGNALS:
    void constantsChanged();
    /// The config that follows the advice is to be looked at.
    void adviceTaken(const ballast::RunConfig& config);

private:
    QWidget* makeConstants();
    void fillTable();
    void addAdvice();

    QLabel* sums_;
    QWidget* bounds_;
    QGridLayout* table_;
    QLabel* comparison_;
    QDoubleSpinBox* delta_;
    QDoubleSpinBox* loss_bound_;
    QLabel* slopes_;
    QLabel* notes_;
    QVBoxLayout* advice_;          // filled anew with each inspection
    std::vector<QWidget*> parts_;  // hidden while there is nothing to say
    std::vector<BoundInspection> inspections_;
};

}  // namespace ballast
