#pragma once

#include <QWidget>
#include <array>
#include <memory>
#include <vector>

#include "app/desktop/comparison.h"
#include "core/analysis/paper_grid.h"

class QButtonGroup;
class QLabel;

namespace ballast {

class PaperDiffTable;

/// The paper's Table 1 or 2 with own numbers beside: runs of a cell can be watched, and what no run
/// gives can be trained.
class ComparePaper : public QWidget {
    Q_OBJECT
public:
    explicit ComparePaper(QWidget* parent = nullptr);

    void setComparison(std::shared_ptr<const Comparison> comparison);
    void clear(const QString& sentence);

    PaperDiffTable& table() { return *table_; }
    void setTable(int number);

Q_SIGNALS:
    void watchRequested(const QStringList& runs);
    /// A number without runs is to be trained with these seeds.
    void trainRequested(const ballast::PaperNumber* number,
                        const std::vector<std::uint64_t>& seeds);

protected:
    void changeEvent(QEvent* event) override;

private:
    void fillTable();
    void fillLegend();
    void choose(int row, int column);

    QButtonGroup* tables_;
    QLabel* legend_;
    QLabel* notes_;
    PaperDiffTable* table_;
    std::shared_ptr<const Comparison> shown_;  // never null
    PaperGrid grid_;                           // into it
};

}  // namespace ballast
