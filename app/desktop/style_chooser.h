#pragma once

#include <QGroupBox>
#include <filesystem>

#include "core/analysis/named_styles.h"

class QComboBox;
class QToolButton;

namespace ballast {

class StyleEditor;

/// A figure's style: one of those with a name, or of one's own, which can be saved by a name in the
/// workspace.
class StyleChooser : public QGroupBox {
    Q_OBJECT
public:
    explicit StyleChooser(std::filesystem::path workspace, QWidget* parent = nullptr);

    /// Why no style can be saved in the workspace or removed from it; "": it can.
    void setReadOnly(const QString& reason);

    void setStyle(const FigureStyle& style);
    const FigureStyle& style() const;
    /// What is wrong with what is typed, in a sentence; "": nothing.
    QString problem() const;

    /// Reads the saved styles. Throws ConfigError, StorageError; those built in are then there.
    void readSaved();

Q_SIGNALS:
    /// The user chose or changed a style.
    void changed();
    /// A style could not be saved or removed.
    void failed(const QString& sentence);

private:
    void fill();
    void choose();
    void save();
    void remove();
    /// Does `how` to the saved styles.
    template<class How>
    void changeSaved(const How& how);

    const std::filesystem::path workspace_;
    QString read_only_;
    NamedStyles saved_;
    QComboBox* names_;
    QToolButton* save_;
    QToolButton* remove_;
    StyleEditor* editor_;
};

}  // namespace ballast
