#include "widgets/form_rows.h"

#include <QHBoxLayout>
#include <QPushButton>
#include <QTextDocument>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/experiment/config_fields.h"
#include "widgets/config_values.h"
#include "widgets/field_editors.h"
#include "widgets/form_section.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

std::string concrete(std::string_view pattern, std::size_t index) {
    std::string pointer(pattern);
    return pointer.replace(pointer.find('*'), 1, std::to_string(index));
}

}  // namespace

QString FormRows::sectionTitle(const std::string& section) {
    static const std::map<std::string, QString> kTitles = {
        {"data", tr("Data")},           {"model", tr("Model")},
        {"loss", tr("Loss")},           {"phases", tr("Phases")},
        {"optimizer", tr("Optimiser")}, {"lr_schedule", tr("Schedule")},
        {"training", tr("Training")}};
    const auto found = kTitles.find(section);
    return found == kTitles.end() ? QString() : found->second;
}

std::string FormRows::sectionOf(std::string_view pointer) {
    return std::string(pointer.substr(1, pointer.find('/', 1) - 1));
}

FormRows::FormRows(const nlohmann::json& config, const std::set<std::string>& folded,
                   bool read_only)
    : folded_(folded), read_only_(read_only) {
    setBackgroundRole(QPalette::Window);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace3);
    column->setSpacing(kSpace1);
    const int width = labelWidth();
    const auto finish = [&](const std::string& name, FormSection* section) {
        if (name == "lr_schedule") {
            const std::string list = "/lr_schedule/steps";
            addCards(section, list, stepsIn(config), tr("Step %1"), width);
            addListButtons(section, list, tr("Add a step"));
        }
    };
    std::string name;
    FormSection* section = nullptr;
    for (const Field& field : configFields()) {
        if (const std::string next = sectionOf(field.pointer); next != name) {
            finish(name, section);
            name = next;
            const QString title = sectionTitle(name);
            section = title.isEmpty() ? nullptr : addSection(title, name, false, column);
            if (name == "phases") {
                addCards(section, "/phases", phasesIn(config), tr("Phase %1"), width);
                addListButtons(section, "/phases", tr("Add a phase"));
            }
        }
        if (listOf(field).empty()) {
            addRow(field, std::string(field.pointer), section ? section->body() : column, width);
        }
    }
    finish(name, section);
    column->addStretch(1);
}

/// Wide enough for every label, so that all editors begin at one line.
int FormRows::labelWidth() const {
    double width = 0.0;
    for (const Field& field : configFields()) {
        QTextDocument label;
        label.setDefaultFont(font());
        label.setDocumentMargin(0);
        label.setHtml(FieldRow::labelText(field));
        width = std::max(width, label.idealWidth());
    }
    return static_cast<int>(width) + kSpace2;
}

void FormRows::addRow(const Field& field, const std::string& pointer, QLayout* layout, int width) {
    auto* row = new FieldRow(field, pointer, width, this);
    layout->addWidget(row);
    rows_[pointer] = row;
}

FormSection* FormRows::addSection(const QString& title, const std::string& key, bool card,
                                  QVBoxLayout* column) {
    auto* section = new FormSection(
        title, text(key), card ? FormSection::Look::card : FormSection::Look::section, this);
    section->setFolded(folded_.contains(key));
    sections_[key] = section;
    column->addWidget(section);
    connect(section, &FormSection::foldedChanged, this,
            [this, section, key] { Q_EMIT foldedChanged(key, section->isFolded()); });
    return section;
}

QToolButton* FormRows::addButton(QLayout* layout, const QString& icon_name, const QString& name,
                                 const QString& words) {
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setIcon(icon(icon_name));
    button->setAutoRaise(true);
    button->setToolTip(words);
    button->setAccessibleName(words);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setEnabled(!read_only_);
    layout->addWidget(button);
    return button;
}

/// A framed group for each entry of a list: its title, a button that removes it, its fields.
void FormRows::addCards(FormSection* section, const std::string& list, std::size_t count,
                        const QString& title, int width) {
    for (std::size_t i = 0; i < count; ++i) {
        const std::string key = list.substr(1) + "/" + std::to_string(i);
        FormSection* card = addSection(title.arg(i + 1), key, true, section->body());
        const bool removable = i > 0 || list != "/phases";
        if (removable) {
            auto* remove =
                addButton(card->header(), QStringLiteral("delete"), text("/" + key + "/remove"),
                          tr("Remove %1").arg(title.arg(i + 1).toLower()));
            connect(remove, &QToolButton::clicked, this,
                    [this, list, i] { Q_EMIT removeRequested(list, i); });
        }
        for (const Field& field : configFields()) {
            if (listOf(field) != list) continue;
            // The card's own padding comes off the label, so that editors stay aligned.
            addRow(field, concrete(field.pointer, i), card->body(), width - kSpace2 - 1);
        }
    }
}

void FormRows::addListButtons(FormSection* section, const std::string& list, const QString& words) {
    auto* add = new QPushButton(icon(QStringLiteral("add")), words, this);
    add->setObjectName(text(list + "/-"));
    add->setAutoDefault(false);
    add->setEnabled(!read_only_);
    section->body()->addWidget(add, 0, Qt::AlignLeft);
    adders_.push_back(add);
    connect(add, &QPushButton::clicked, this, [this, list] { Q_EMIT addRequested(list); });
    QToolButton* back =
        addButton(section->header(), QStringLiteral("reset"), text(list + "/reset"), QString());
    back->hide();
    restorers_[list] = back;
    connect(back, &QToolButton::clicked, this, [this, list] { Q_EMIT restoreRequested(list); });
}

FieldRow* FormRows::rowFor(std::string pointer) const {
    while (!pointer.empty()) {
        const auto found = rows_.find(pointer);
        if (found != rows_.end()) return found->second;
        pointer.resize(pointer.rfind('/') == std::string::npos ? 0 : pointer.rfind('/'));
    }
    return nullptr;
}

}  // namespace ballast
