#pragma once

#include <QWidget>
#include <vector>

#include "core/experiment/config_edit.h"

class QTreeWidget;

namespace ballast {

/// What an edit or a fork does, before it is accepted: what changes, then what is made anew, then,
/// folded, what is taken over. Read only; can be copied with Ctrl+C as tab-separated lines.
class ContractView : public QWidget {
    Q_OBJECT
public:
    enum Column { what, value, from, columns };

    explicit ContractView(QWidget* parent = nullptr);

    /// Shows a contract. Which groups are unfolded stays as the user left it.
    void setContract(const std::vector<ContractRow>& contract);

    QTreeWidget& tree() { return *tree_; }

    /// "0.1 → 0.05", "resnet8", or the note of a row that has no value.
    static QString valueText(const ContractRow& row);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QTreeWidget* tree_;
};

}  // namespace ballast
