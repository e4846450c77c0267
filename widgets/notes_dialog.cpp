#include "widgets/notes_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QVBoxLayout>
#include <algorithm>

#include "core/base/error.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {

NotesDialog::NotesDialog(const std::vector<RunNotes>& notes, QWidget* parent)
    : QDialog(parent), note_(new QPlainTextEdit), tags_(new QLineEdit), problem_(new QLabel) {
    setWindowTitle(notes.size() == 1 ? tr("Note and tags")
                                     : tr("Note and tags of %L1 runs").arg(notes.size()));
    note_->setObjectName(QStringLiteral("note"));
    note_->setTabChangesFocus(true);
    tags_->setObjectName(QStringLiteral("tags"));
    tags_->setPlaceholderText(tr("baseline, to check"));
    const bool one_note = std::ranges::all_of(
        notes, [&](const RunNotes& other) { return other.note == notes.front().note; });
    if (one_note && !notes.empty()) common_note_ = notes.front().note;
    if (!one_note) note_->setPlaceholderText(tr("Different notes; they stay unless you type"));
    RunNotes common;
    if (!notes.empty()) common.tags = notes.front().tags;
    std::erase_if(common.tags, [&](const std::string& tag) {
        return !std::ranges::all_of(notes, [&](const RunNotes& other) {
            return std::ranges::find(other.tags, tag) != other.tags.end();
        });
    });
    common_tags_ = common.tags;
    note_->setPlainText(text(common_note_));
    tags_->setText(text(tagText(common)));
    problem_->setWordWrap(true);
    problem_->hide();
    QPalette colors;
    colors.setColor(QPalette::WindowText, plotColors().error);
    problem_->setPalette(colors);
    auto* form = new QFormLayout;
    form->addRow(tr("&Note"), note_);
    form->addRow(notes.size() == 1 ? tr("&Tags") : tr("&Tags of all"), tags_);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    connect(buttons, &QDialogButtonBox::accepted, this, &NotesDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(kSpace2);
    column->addLayout(form, 1);
    column->addWidget(problem_);
    column->addWidget(buttons);
    resize(460, 260);
}

void NotesDialog::applyTo(RunNotes& notes) const {
    const std::string note = note_->toPlainText().toStdString();
    if (note != common_note_) notes.note = note;
    const std::vector<std::string> tags = tagsOf(tags_->text().toStdString());
    for (const std::string& tag : common_tags_) {
        if (std::ranges::find(tags, tag) == tags.end()) std::erase(notes.tags, tag);
    }
    for (const std::string& tag : tags) addTag(notes, tag);
}

void NotesDialog::accept() {
    try {
        RunNotes tried;
        applyTo(tried);
    } catch (const ConfigError& error) {
        problem_->setText(text(error.what()));
        problem_->show();
        return;
    }
    QDialog::accept();
}

}  // namespace ballast
