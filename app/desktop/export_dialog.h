#pragma once

#include <QDialog>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "core/analysis/figure_style.h"
#include "widgets/paper_figure.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace ballast {

class PaperPreview;
class Settings;
class StyleChooser;

/// What can be exported together.
struct ExportRequest {
    struct Figure {
        QString stem;  // of its files, among others; "": the name that is typed
        PaperFigure paper;
        /// What its files carry in that style; none: nothing.
        std::function<std::string(const FigureStyle&)> capsule;
    };
    /// A file beside the figures: a table, a description.
    struct Beside {
        QString name;
        QString help;
        QString ending;  // after the typed name
        std::function<std::string(const FigureStyle&)> content;
    };
    std::vector<Figure> figures;  // at least one
    std::vector<Beside> beside;
    std::optional<FigureStyle> style;  // that the figure asks for; none: the last choice
    std::filesystem::path workspace;   // which keeps named styles
    QString read_only;                 // why it cannot; "": it can
};

/// Chooses style, formats and place of figures beside a preview that is drawn as the files are, and
/// writes them. The choices are remembered.
class ExportDialog : public QDialog {
    Q_OBJECT
public:
    ExportDialog(ExportRequest request, Settings& settings, QWidget* parent = nullptr);

    /// After it was accepted: the files that were written.
    const std::vector<std::filesystem::path>& written() const { return written_; }

    /// Writes the files. What goes wrong is said, and the dialogue stays.
    void accept() override;

    PaperPreview& preview() { return *preview_; }
    StyleChooser& style() { return *style_; }

private:
    QWidget* makeChoices();
    QWidget* makeSheet();
    void styleChanged();
    void chooseFolder();
    void refresh();
    void remember() const;
    std::vector<std::filesystem::path> filesToWrite() const;
    std::filesystem::path fileOf(const QString& stem, const QString& ending) const;
    QString stemOf(const ExportRequest::Figure& figure) const;
    void say(const QString& problem);

    const ExportRequest request_;
    Settings& settings_;
    StyleChooser* style_;
    std::vector<QCheckBox*> formats_;  // of figureFormats()
    std::vector<QCheckBox*> beside_;
    QLineEdit* name_;
    QLineEdit* folder_;
    QLabel* note_;
    QComboBox* figure_;
    QComboBox* magnification_;
    PaperPreview* preview_;
    QPushButton* export_;
    std::vector<std::filesystem::path> written_;
};

}  // namespace ballast
