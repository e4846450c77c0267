#include "widgets/importance_table.h"

#include <QHeaderView>
#include <QLabel>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

QString importanceNumber(double value, int digits) {
    return std::isfinite(value) ? QString::number(value, 'f', digits) : QStringLiteral("–");
}

QString importanceP(double p) {
    if (std::isnan(p)) return QStringLiteral("–");
    return p < 1e-4 ? QStringLiteral("< 0.0001") : QString::number(p, 'g', 2);
}

}  // namespace

ImportanceTable::ImportanceTable(QWidget* parent)
    : QWidget(parent), table_(new QTreeWidget), warnings_(new QLabel) {
    auto* title = new QLabel(tr("Which field explains most (exploratory)"));
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    title->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace1);
    table_->setObjectName(QStringLiteral("importance"));
    table_->setAccessibleName(title->text());
    table_->setRootIsDecorated(false);
    table_->setUniformRowHeights(true);
    table_->setAlternatingRowColors(true);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setAllColumnsShowFocus(true);
    table_->setHeaderLabels({tr("Field"), tr("Values"), QStringLiteral("η²"), QStringLiteral("F"),
                             QStringLiteral("p")});
    const QStringList tips{
        {},
        tr("How many values it takes"),
        tr("The share of the result's variation between the field's values, from 0 to 1"),
        tr("Of a one-way analysis of variance"),
        tr("Of F, without adjustment for the number of fields")};
    for (int column = 0; column < tips.size(); ++column) {
        table_->headerItem()->setToolTip(column, tips[column]);
        table_->headerItem()->setTextAlignment(
            column, Qt::AlignVCenter | (column == 0 ? Qt::AlignLeft : Qt::AlignRight));
    }
    table_->header()->setStretchLastSection(false);
    table_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    warnings_->setWordWrap(true);
    warnings_->setForegroundRole(QPalette::PlaceholderText);
    warnings_->setContentsMargins(kSpace3, kSpace1, kSpace3, kSpace2);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(title);
    column->addWidget(table_, 1);
    column->addWidget(warnings_);
}

void ImportanceTable::setImportance(const Importance& importance) {
    table_->clear();
    for (const FieldImportance& field : importance.fields) {
        auto* item = new QTreeWidgetItem({text(field.label), QString::number(field.groups),
                                          importanceNumber(field.eta_squared, 3),
                                          importanceNumber(field.f, 1), importanceP(field.p)});
        item->setToolTip(0, text(field.label));
        item->setSizeHint(0, QSize(0, fontMetrics().height() + kSpace2));
        for (int column = 1; column < table_->columnCount(); ++column) {
            item->setTextAlignment(column, Qt::AlignVCenter | Qt::AlignRight);
        }
        table_->addTopLevelItem(item);
    }
    for (int column = 1; column < table_->columnCount(); ++column) {
        table_->resizeColumnToContents(column);
        table_->setColumnWidth(column, table_->columnWidth(column) + kSpace2);
    }
    QStringList words;
    for (const std::string& warning : importance.warnings) {
        QString sentence = text(warning);
        if (!sentence.isEmpty()) sentence[0] = sentence[0].toUpper();
        words << sentence;
    }
    warnings_->setText(words.join(QLatin1Char('\n')));
}

}  // namespace ballast
