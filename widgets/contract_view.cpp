#include "widgets/contract_view.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

#include "core/experiment/class_rules.h"
#include "widgets/field_editors.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

using RowKind = ContractRow::Kind;

constexpr std::array kOrder{RowKind::changed, RowKind::reset, RowKind::inherited};

/// A value as people read it: "power ν 0.15" of a rule, "yes" of a truth.
QString contractText(const nlohmann::json& value) {
    if (value.is_null()) return QStringLiteral("–");
    if (value.is_boolean())
        return value.get<bool>() ? ContractView::tr("yes") : ContractView::tr("no");
    if (value.is_number_float()) return QString::number(value.get<double>(), 'g', 6);
    if (value.is_array()) return listText(value);
    if (!value.is_object()) return value == "" ? ContractView::tr("empty") : textOf(value);
    QString words = textOf(value.value("rule", nlohmann::json()));
    for (const auto& [key, part] : value.items()) {
        if (key == "rule") continue;
        const ClassRuleInfo* rule = findClassRule(value["rule"].get<std::string>());
        const bool symbol = rule && rule->parameter && rule->parameter->name == key;
        words += QLatin1Char(' ') +
                 (symbol ? text(std::string(rule->parameter->symbol)) : text(key)) +
                 QStringLiteral(" = ") + contractText(part);
    }
    return words;
}

QString title(RowKind kind, std::size_t rows) {
    const auto count = static_cast<int>(rows);
    switch (kind) {
        case RowKind::changed:
            return count == 0 ? ContractView::tr("Nothing changes")
                              : ContractView::tr("Changes (%1)").arg(count);
        case RowKind::reset:
            return ContractView::tr("Reset (%1)").arg(count);
        case RowKind::inherited:
            break;
    }
    return ContractView::tr("Taken over as it is (%1)").arg(count);
}

}  // namespace

ContractView::ContractView(QWidget* parent) : QWidget(parent), tree_(new QTreeWidget) {
    setObjectName(QStringLiteral("contract_view"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(tree_);
    tree_->setAccessibleName(tr("What changes and what is taken over"));
    tree_->setColumnCount(columns);
    tree_->setHeaderLabels({tr("What"), tr("Before → after"), tr("From epoch")});
    tree_->setStyleSheet(QStringLiteral("QTreeView::item { padding: 3px 0; }"));
    tree_->setWordWrap(true);
    tree_->setFrameShape(QFrame::NoFrame);
    tree_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    tree_->header()->setStretchLastSection(false);
    tree_->header()->setSectionResizeMode(what, QHeaderView::ResizeToContents);
    tree_->header()->setSectionResizeMode(value, QHeaderView::Stretch);
    tree_->header()->setSectionResizeMode(from, QHeaderView::ResizeToContents);
    tree_->headerItem()->setTextAlignment(from, Qt::AlignRight | Qt::AlignVCenter);
}

QString ContractView::valueText(const ContractRow& row) {
    const QString note = text(row.note);
    if (row.before.is_null() && row.after.is_null()) return note;
    QString words =
        row.before == row.after && row.kind == RowKind::inherited
            ? contractText(row.after)
            : contractText(row.before) + QStringLiteral(" → ") + contractText(row.after);
    if (!note.isEmpty()) words += QStringLiteral(". ") + note;
    return words;
}

void ContractView::setContract(const std::vector<ContractRow>& contract) {
    std::array<bool, kOrder.size()> folded{false, false, true};
    for (int i = 0; i < tree_->topLevelItemCount(); ++i) {
        const int kind = tree_->topLevelItem(i)->data(what, Qt::UserRole).toInt();
        folded[static_cast<std::size_t>(kind)] = !tree_->topLevelItem(i)->isExpanded();
    }
    tree_->clear();
    for (std::size_t k = 0; k < kOrder.size(); ++k) {
        const auto count =
            static_cast<std::size_t>(std::ranges::count(contract, kOrder[k], &ContractRow::kind));
        if (count == 0 && kOrder[k] != RowKind::changed) continue;
        auto* group = new QTreeWidgetItem(tree_, {title(kOrder[k], count)});
        group->setData(what, Qt::UserRole, static_cast<int>(k));
        group->setFirstColumnSpanned(true);
        QFont bold = tree_->font();
        bold.setWeight(QFont::DemiBold);
        group->setFont(what, bold);
        for (const ContractRow& row : contract) {
            if (row.kind != kOrder[k]) continue;
            auto* item = new QTreeWidgetItem(
                group, {text(row.label), valueText(row), QString::number(row.from)});
            item->setTextAlignment(from, Qt::AlignRight | Qt::AlignVCenter);
            if (!row.pointer.empty()) item->setToolTip(what, text(row.pointer));
            if (kOrder[k] == RowKind::inherited) {
                for (int column = 0; column < columns; ++column) {
                    item->setForeground(column, palette().placeholderText());
                }
            }
        }
        group->setExpanded(!folded[k]);
    }
}

void ContractView::keyPressEvent(QKeyEvent* event) {
    if (!event->matches(QKeySequence::Copy)) return QWidget::keyPressEvent(event);
    QStringList lines;
    for (const QTreeWidgetItem* item : tree_->selectedItems()) {
        lines << item->text(what) + QLatin1Char('\t') + item->text(value) + QLatin1Char('\t') +
                     item->text(from);
    }
    QApplication::clipboard()->setText(lines.join(QLatin1Char('\n')));
}

}  // namespace ballast
