#pragma once

#include <QTableWidget>

#include "core/analysis/paper_grid.h"

namespace ballast {

/// A table of the paper with own numbers beside the printed ones: Δ and z, coloured and marked by
/// how well they agree. Return or a double click activates a cell.
class PaperDiffTable : public QTableWidget {
    Q_OBJECT
public:
    explicit PaperDiffTable(QWidget* parent = nullptr);

    /// `grid` and what it points to are copied as far as they are shown.
    void setGrid(const PaperGrid& grid);

    /// "✓", "≈", "≠" or "?": what stands before Δ.
    static QString markOf(Agreement agreement);
    static QColor colorOf(Agreement agreement);
    /// What a mark means, for the legend.
    static QString wordsOf(Agreement agreement);

Q_SIGNALS:
    /// Also of a cell without own numbers; not of a dash.
    void cellChosen(int row, int column);

protected:
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void colorCells();
    void choose(int row, int column);
};

}  // namespace ballast
