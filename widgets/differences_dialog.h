#pragma once

#include <QDialog>
#include <span>

#include "core/results/run_differences.h"

class QTableWidget;

namespace ballast {

/// What differs between runs, side by side: a row for each field, edit or circumstance that is not
/// the same in all of them, a column for each run. Ctrl+C copies the table as tab-separated values.
class DifferencesDialog : public QDialog {
    Q_OBJECT
public:
    /// `names` in the order of the values; with nothing that differs it says so.
    DifferencesDialog(const QStringList& names, std::span<const RunDifference> differences,
                      QWidget* parent = nullptr);

    QTableWidget& table() { return *table_; }
    QString asTsv() const;

private:
    QTableWidget* table_;
};

}  // namespace ballast
