#pragma once

#include <QWidget>

#include "core/analysis/importance.h"

class QLabel;
class QTreeWidget;

namespace ballast {

/// Which field goes with most of a result's variation, one by one: exploratory, as it says.
class ImportanceTable : public QWidget {
    Q_OBJECT
public:
    explicit ImportanceTable(QWidget* parent = nullptr);

    void setImportance(const Importance& importance);

private:
    QTreeWidget* table_;
    QLabel* warnings_;
};

}  // namespace ballast
