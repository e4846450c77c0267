#include "app/desktop/pages/method_row.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <algorithm>

#include "core/experiment/presets.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {

MethodRow::MethodRow(QWidget* parent)
    : QWidget(parent), method_(new QComboBox), protocol_(new QComboBox) {
    method_->setObjectName(QStringLiteral("method"));
    method_->setAccessibleName(tr("Method"));
    method_->setEditable(true);
    method_->setInsertPolicy(QComboBox::NoInsert);
    method_->setToolTip(tr("Choose a method, or type one: %1").arg(text(presetGrammar())));
    std::string_view group;
    for (const PresetInfo& info : presets()) {
        if (!group.empty() && info.group != group) method_->insertSeparator(method_->count());
        group = info.group;
        method_->addItem(text(info.name));
        method_->setItemData(method_->count() - 1, text(info.help), Qt::ToolTipRole);
    }
    protocol_->setObjectName(QStringLiteral("protocol"));
    protocol_->setAccessibleName(tr("Protocol"));
    protocol_->addItem(tr("keep the epochs"), QString());
    for (const ProtocolInfo& info : protocols()) {
        protocol_->addItem(text(info.name), text(info.name));
        protocol_->setItemData(protocol_->count() - 1, text(info.help), Qt::ToolTipRole);
    }
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpace3 + 2, kSpace2, kSpace3, kSpace1);
    layout->setSpacing(kSpace2);
    auto* label = new QLabel(tr("Method"));
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    label->setFont(bold);
    label->setBuddy(method_);
    layout->addWidget(label);
    layout->addWidget(method_, 3);
    layout->addWidget(protocol_, 2);
    // The method that is shown already is not applied again: it would undo what was edited since.
    const auto choose = [this](const QString& name) {
        if (name != shown_) Q_EMIT chosen(name, protocol());
    };
    // Queued: the box also chooses as it loses the focus, and then the form must not be rebuilt.
    connect(method_, &QComboBox::textActivated, this, choose, Qt::QueuedConnection);
    // What is typed need not be in the list.
    connect(
        method_->lineEdit(), &QLineEdit::returnPressed, this,
        [this, choose] { choose(method_->currentText()); }, Qt::QueuedConnection);
    connect(protocol_, &QComboBox::activated, this, [this] {
        if (method_->currentText() == tr("Custom")) return;  // it has no protocol to follow
        Q_EMIT chosen(method_->currentText(), protocol());
    });
}

void MethodRow::setMethod(const QString& method) {
    shown_ = method.isEmpty() ? tr("Custom") : method;
    method_->setCurrentText(shown_);
}

void MethodRow::setProtocol(const QString& protocol) {
    protocol_->setCurrentIndex(std::max(0, protocol_->findData(protocol)));
}

QString MethodRow::protocol() const {
    return protocol_->currentData().toString();
}

}  // namespace ballast
