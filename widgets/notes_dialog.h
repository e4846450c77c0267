#pragma once

#include <QDialog>
#include <vector>

#include "core/results/run_notes.h"

class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace ballast {

/// Note and tags of one run or of several. Of several, what they have in common is shown and
/// changed; what differs stays as it is in each until something is typed in its place.
class NotesDialog : public QDialog {
    Q_OBJECT
public:
    explicit NotesDialog(const std::vector<RunNotes>& notes, QWidget* parent = nullptr);

    /// Does to a run's notes what was typed. Throws ConfigError: a tag that is none.
    void applyTo(RunNotes& notes) const;

    void accept() override;

private:
    std::string common_note_;
    std::vector<std::string> common_tags_;
    QPlainTextEdit* note_;
    QLineEdit* tags_;
    QLabel* problem_;
};

}  // namespace ballast
