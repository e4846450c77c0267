#pragma once

#include <QDialog>
#include <string>
#include <vector>

#include "widgets/run_table_model.h"

class QLineEdit;
class QListWidget;

namespace ballast {

/// A dialogue with every field of config and result as a line to tick, and a line that searches
/// them by label, name and help. "at:30" or a number offers the accuracy at that epoch too.
class ColumnChooser : public QDialog {
    Q_OBJECT
public:
    /// `offered` in the order in which they are listed; those of `chosen` are ticked.
    ColumnChooser(std::vector<RunColumn> offered, const std::vector<std::string>& chosen,
                  QWidget* parent = nullptr);

    /// The keys of the ticked ones: those chosen before in their order, then the new ones.
    const std::vector<std::string>& chosen() const { return chosen_; }

    void search(const QString& words);
    /// Keys of the lines that the search leaves, in order.
    std::vector<std::string> found() const;
    void setChosen(const std::string& key, bool on);

private:
    void add(const RunColumn& column);

    std::vector<RunColumn> offered_;
    std::vector<std::string> chosen_;
    QLineEdit* search_;
    QListWidget* list_;
};

}  // namespace ballast
