#pragma once

#include <QDialog>
#include <QString>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/interchange/scalar_columns.h"

class QComboBox;
class QDialogButtonBox;
class QGroupBox;
class QLabel;
class QLineEdit;

namespace ballast {

class ErrorLabel;

/// A config that an imported run may have been trained with.
struct NamedConfig {
    QString name;
    nlohmann::json config;
};

/// Asks which file or folder of another program's runs to import. Of a tracker's numbers it asks
/// which is what, and what was trained. Who owns it reads what was chosen and tells it what is
/// there.
class ImportDialog : public QDialog {
    Q_OBJECT
public:
    /// `configs`: those that the user may name, at least one; `folder` is where choosing begins.
    ImportDialog(std::vector<NamedConfig> configs, QString folder, QWidget* parent = nullptr);

    ~ImportDialog() override;

    QString path() const;
    void setPath(const QString& path);

    /// What lies there: the public code's logs, which say everything themselves; numbers of a
    /// tracker's runs; nothing that can be read, as the sentence says.
    void setAuthorsLogs();
    void setScalars(std::vector<LoggedScalars> runs);
    void setProblem(const QString& sentence);

    /// Whether the public code's logs are to be imported, or else runs().
    bool importsAuthorsLogs() const { return authors_; }
    const std::vector<LoggedScalars>& runs() const { return scalars_; }
    /// What differs from what the usual names suggest; a column that is to be left out has no name.
    ColumnChoice columns() const;
    const nlohmann::json& config() const;

Q_SIGNALS:
    /// What lies there is asked for; nothing is for an empty path.
    void pathChosen(const QString& path);

private:
    struct Row {
        QComboBox* series;
        QLabel* values;
    };

    void chooseFile();
    void chooseFolder();
    void ask();
    void fillSeries();
    void showValues(const std::string& column);
    void check();

    const std::vector<NamedConfig> configs_;
    QString folder_;
    QString asked_;  // the path whose contents are shown or being read
    bool authors_ = false;
    std::vector<LoggedScalars> scalars_;
    QLineEdit* path_;
    QLabel* found_;
    QGroupBox* numbers_;
    ColumnChoice suggested_;
    std::map<std::string, Row> rows_;  // by TrackedColumn::name
    QComboBox* config_;
    QLabel* balanced_;  // what accuracies are taken for
    ErrorLabel* problem_;
    QDialogButtonBox* buttons_;
};

}  // namespace ballast
