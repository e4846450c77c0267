#include "widgets/paper_diff_table.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr int kAgreement = Qt::UserRole;  // of a cell with own numbers
constexpr int kThere = Qt::UserRole + 1;  // of a cell that is no dash

QString meanWords(double mean, double deviation) {
    QString words = QString::number(mean, 'f', 1);
    if (!std::isnan(deviation)) words += QStringLiteral(" ± ") + QString::number(deviation, 'f', 1);
    return words;
}

QString signedWords(double value) {
    const QString words = QString::number(std::abs(value), 'f', 1);
    if (words == QStringLiteral("0.0")) return words;
    return (value < 0.0 ? QStringLiteral("−") : QStringLiteral("+")) + words;
}

QString ownWords(const PaperDifference& own) {
    if (own.own.n < 1) return PaperDiffTable::tr("no number");
    QString words = PaperDiffTable::tr("%1 (n = %2)")
                        .arg(meanWords(own.own.mean, own.own.standard_deviation))
                        .arg(own.own.n);
    return own.reservations.empty() ? words : words + QStringLiteral(" *");
}

QString tipOf(const PaperGrid& grid, const PaperCell& cell, std::size_t row, std::size_t column) {
    QStringList lines{PaperDiffTable::tr("%1 on %2, paper: %3")
                          .arg(text(grid.rows[row]), text(grid.columns[column]),
                               meanWords(cell.paper->mean, cell.paper->deviation))};
    for (const PaperDifference* own : cell.own) {
        lines << PaperDiffTable::tr("%1: %2, %3")
                     .arg(text(own->name), ownWords(*own), text(agreementText(*own)));
        for (const std::string& reservation : own->reservations) {
            lines << QStringLiteral("* ") + text(reservation);
        }
    }
    if (cell.trainable) lines << PaperDiffTable::tr("No run yet; Return offers to train it");
    if (cell.own.empty() && !cell.trainable) lines << PaperDiffTable::tr("No preset trains it");
    return lines.join(QLatin1Char('\n'));
}

}  // namespace

PaperDiffTable::PaperDiffTable(QWidget* parent) : QTableWidget(parent) {
    setObjectName(QStringLiteral("paper_table"));
    setAccessibleName(tr("The paper's numbers, and own ones beside them"));
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setFrameShape(QFrame::NoFrame);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setWordWrap(true);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    horizontalHeader()->setHighlightSections(false);
    verticalHeader()->setHighlightSections(false);
    verticalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    connect(this, &QTableWidget::cellDoubleClicked, this, &PaperDiffTable::choose);
}

void PaperDiffTable::choose(int row, int column) {
    const QTableWidgetItem* cell = item(row, column);
    if (cell != nullptr && cell->data(kThere).toBool()) Q_EMIT cellChosen(row, column);
}

void PaperDiffTable::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        return choose(currentRow(), currentColumn());
    }
    QTableWidget::keyPressEvent(event);
}

void PaperDiffTable::setGrid(const PaperGrid& grid) {
    const int row_before = currentRow();
    const int column_before = currentColumn();
    clear();
    setRowCount(static_cast<int>(grid.rows.size()));
    setColumnCount(static_cast<int>(grid.columns.size()));
    QStringList rows;
    QStringList columns;
    for (const std::string& row : grid.rows) rows << QLatin1Char(' ') + text(row);
    for (const std::string& column : grid.columns) columns << text(column);
    setVerticalHeaderLabels(rows);
    setHorizontalHeaderLabels(columns);
    for (std::size_t r = 0; r < grid.rows.size(); ++r) {
        for (std::size_t c = 0; c < grid.columns.size(); ++c) {
            const PaperCell& cell = grid.at(r, c);
            auto* item = new QTableWidgetItem;
            item->setTextAlignment(Qt::AlignCenter);
            item->setData(kThere, cell.paper != nullptr);
            if (cell.paper == nullptr) {
                item->setText(QStringLiteral("–"));
                item->setToolTip(tr("The paper has no number here"));
            } else {
                const QString paper = meanWords(cell.paper->mean, cell.paper->deviation);
                item->setToolTip(tipOf(grid, cell, r, c));
                if (cell.own.empty()) {
                    item->setText(paper);
                } else {
                    const PaperDifference& own = *cell.own.front();
                    QString last = markOf(own.agreement);
                    if (own.own.n > 0) last += tr(" Δ %1").arg(signedWords(own.difference));
                    if (!std::isnan(own.z)) last += tr("  z %1").arg(signedWords(own.z));
                    item->setText(ownWords(own) + tr("\npaper %1\n").arg(paper) + last);
                    item->setData(kAgreement, static_cast<int>(own.agreement));
                }
            }
            setItem(static_cast<int>(r), static_cast<int>(c), item);
        }
    }
    colorCells();
    resizeColumnsToContents();
    for (int c = 0; c < columnCount(); ++c) setColumnWidth(c, columnWidth(c) + kSpace3);
    resizeRowsToContents();
    for (int r = 0; r < rowCount(); ++r) setRowHeight(r, rowHeight(r) + kSpace1);
    if (row_before >= 0 && row_before < rowCount() && column_before < columnCount()) {
        setCurrentCell(row_before, column_before);
    }
}

void PaperDiffTable::colorCells() {
    for (int r = 0; r < rowCount(); ++r) {
        for (int c = 0; c < columnCount(); ++c) {
            QTableWidgetItem* cell = item(r, c);
            const QVariant agreement = cell->data(kAgreement);
            if (!agreement.isValid()) {
                cell->setForeground(plotColors().muted);
            } else {
                cell->setBackground(colorOf(static_cast<Agreement>(agreement.toInt())));
            }
        }
    }
}

void PaperDiffTable::changeEvent(QEvent* event) {
    QTableWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) colorCells();
}

QString PaperDiffTable::markOf(Agreement agreement) {
    switch (agreement) {
        case Agreement::within_one:
            return QStringLiteral("✓");
        case Agreement::within_two:
            return QStringLiteral("≈");
        case Agreement::beyond:
            return QStringLiteral("≠");
        case Agreement::unknown:
            break;
    }
    return QStringLiteral("?");
}

QString PaperDiffTable::wordsOf(Agreement agreement) {
    switch (agreement) {
        case Agreement::within_one:
            return tr("within 1 standard error");
        case Agreement::within_two:
            return tr("within 2");
        case Agreement::beyond:
            return tr("further apart");
        case Agreement::unknown:
            break;
    }
    return tr("no standard error to say");
}

QColor PaperDiffTable::colorOf(Agreement agreement) {
    const PlotColors colors = plotColors();
    QColor color = agreement == Agreement::within_one   ? colors.success
                   : agreement == Agreement::within_two ? colors.warning
                   : agreement == Agreement::beyond     ? colors.error
                                                        : colors.muted;
    color.setAlphaF(agreement == Agreement::unknown ? 0.14F : 0.24F);
    return color;
}

}  // namespace ballast
