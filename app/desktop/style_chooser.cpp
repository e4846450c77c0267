#include "app/desktop/style_chooser.h"

#include <QComboBox>
#include <QInputDialog>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/desktop/attempt.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/style_editor.h"

namespace ballast {

StyleChooser::StyleChooser(std::filesystem::path workspace, QWidget* parent)
    : QGroupBox(parent),
      workspace_(std::move(workspace)),
      names_(new QComboBox),
      save_(new QToolButton),
      remove_(new QToolButton),
      editor_(new StyleEditor) {
    setTitle(tr("Style"));
    names_->setObjectName(QStringLiteral("style_name"));
    names_->setAccessibleName(tr("Style"));
    names_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    names_->setMinimumContentsLength(18);
    connect(names_, &QComboBox::activated, this, &StyleChooser::choose);
    save_->setText(tr("Save…"));
    save_->setObjectName(QStringLiteral("style_save"));
    save_->setToolTip(tr("Keep this style by a name, in the workspace"));
    connect(save_, &QToolButton::clicked, this, &StyleChooser::save);
    remove_->setText(tr("Remove"));
    remove_->setObjectName(QStringLiteral("style_remove"));
    remove_->setToolTip(tr("Forget this saved style"));
    connect(remove_, &QToolButton::clicked, this, &StyleChooser::remove);
    connect(editor_, &StyleEditor::changed, this, [this] {
        fill();
        Q_EMIT changed();
    });
    auto* named = new QHBoxLayout;
    named->setSpacing(kSpace2);
    named->addWidget(names_, 1);
    named->addWidget(save_);
    named->addWidget(remove_);
    auto* rows = new QVBoxLayout(this);
    rows->setSpacing(kSpace2);
    rows->addLayout(named);
    rows->addWidget(editor_);
    fill();
}

void StyleChooser::setReadOnly(const QString& reason) {
    read_only_ = reason;
    if (!reason.isEmpty()) {
        for (QToolButton* button : {save_, remove_}) button->setToolTip(reason);
    }
    fill();
}

void StyleChooser::setStyle(const FigureStyle& style) {
    editor_->setStyle(style);
    fill();
}

const FigureStyle& StyleChooser::style() const {
    return editor_->style();
}

QString StyleChooser::problem() const {
    return editor_->problem();
}

void StyleChooser::readSaved() {
    saved_ = readNamedStyles(workspace_);
    fill();
}

/// The names, and which of them is in the editor.
void StyleChooser::fill() {
    const QSignalBlocker quiet(names_);
    names_->clear();
    bool known = false;
    const auto add = [&](const QString& words, const QString& name, const FigureStyle& style) {
        names_->addItem(words, name);
        if (known || !(style == editor_->style())) return;
        known = true;
        names_->setCurrentIndex(names_->count() - 1);
    };
    add(tr("Plain, 90 × 60 mm"), QString(), {});
    for (const BuiltInStyle& style : builtInStyles()) {
        add(text(style.label), text(style.name), style.style);
    }
    if (!saved_.empty()) names_->insertSeparator(names_->count());
    for (const auto& [name, style] : saved_) add(text(name), text(name), style);
    if (!known) {
        names_->addItem(tr("As below"), QVariant());
        names_->setCurrentIndex(names_->count() - 1);
    }
    const bool may = read_only_.isEmpty();
    remove_->setEnabled(may && saved_.contains(names_->currentData().toString().toStdString()));
    save_->setEnabled(may && !known);
}

void StyleChooser::choose() {
    if (!names_->currentData().isValid()) return;
    const std::string name = names_->currentData().toString().toStdString();
    const auto saved = saved_.find(name);
    attempt(
        [&] {
            setStyle(saved != saved_.end() ? saved->second
                                           : namedStyle(workspace_, name, "the style"));
        },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
    Q_EMIT changed();
}

template<class How>
void StyleChooser::changeSaved(const How& how) {
    attempt(
        [&] {
            NamedStyles styles = readNamedStyles(workspace_);  // as others left them
            how(styles);
            writeNamedStyles(workspace_, styles);
            saved_ = std::move(styles);
            fill();
        },
        [this](const QString& sentence) { Q_EMIT failed(sentence); });
}

void StyleChooser::save() {
    bool given = false;
    const QString name = QInputDialog::getText(this, tr("Save style"), tr("Name of the style:"),
                                               QLineEdit::Normal, QString(), &given);
    if (!given) return;
    changeSaved(
        [&](NamedStyles& styles) { styles[name.trimmed().toStdString()] = editor_->style(); });
}

void StyleChooser::remove() {
    changeSaved([name = names_->currentData().toString().toStdString()](NamedStyles& styles) {
        styles.erase(name);
    });
}

}  // namespace ballast
