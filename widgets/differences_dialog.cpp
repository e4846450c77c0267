#include "widgets/differences_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QTableWidget>
#include <QVBoxLayout>

#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr int kLeastValueWidth = 80;
constexpr int kMostValueWidth = 300;

}  // namespace

DifferencesDialog::DifferencesDialog(const QStringList& names,
                                     std::span<const RunDifference> differences, QWidget* parent)
    : QDialog(parent), table_(new QTableWidget) {
    setWindowTitle(tr("What differs"));
    table_->setObjectName(QStringLiteral("differences"));
    table_->setAccessibleName(tr("What differs between the runs"));
    table_->setColumnCount(static_cast<int>(names.size()));
    table_->setRowCount(static_cast<int>(differences.size()));
    table_->setHorizontalHeaderLabels(names);
    table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setAlternatingRowColors(true);
    table_->setWordWrap(false);
    QStringList labels;
    for (const RunDifference& row : differences) {
        const int at = static_cast<int>(labels.size());
        labels << text(row.label);
        int column = 0;
        for (const std::string& value : row.values) {
            auto* item = new QTableWidgetItem(value.empty() ? QStringLiteral("–") : text(value));
            item->setToolTip(row.pointer.empty()
                                 ? item->text()
                                 : item->text() + QLatin1Char('\n') + text(row.pointer));
            table_->setItem(at, column++, item);
        }
    }
    table_->setVerticalHeaderLabels(labels);
    table_->verticalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table_->horizontalHeader()->setMinimumSectionSize(kLeastValueWidth);
    table_->resizeColumnsToContents();
    for (int column = 0; column < table_->columnCount(); ++column) {
        table_->setColumnWidth(column, std::min(table_->columnWidth(column), kMostValueWidth));
    }
    auto* nothing = new QLabel(tr("Their configs, edits and surroundings are the same."));
    nothing->setVisible(differences.empty());
    table_->setVisible(!differences.empty());
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QPushButton* copy = buttons->addButton(tr("Copy"), QDialogButtonBox::ActionRole);
    copy->setEnabled(!differences.empty());
    const auto copy_all = [this] { QApplication::clipboard()->setText(asTsv()); };
    connect(copy, &QPushButton::clicked, this, copy_all);
    connect(new QShortcut(QKeySequence::Copy, this), &QShortcut::activated, this, copy_all);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(kSpace2);
    column->addWidget(nothing);
    column->addWidget(table_, 1);
    column->addWidget(buttons);
    resize(760, 420);
}

QString DifferencesDialog::asTsv() const {
    const auto plain = [](QString cell) {
        return cell.replace(QLatin1Char('\t'), QLatin1Char(' '));
    };
    QString tsv;
    for (int column = 0; column < table_->columnCount(); ++column) {
        tsv += QLatin1Char('\t') + plain(table_->horizontalHeaderItem(column)->text());
    }
    tsv += QLatin1Char('\n');
    for (int row = 0; row < table_->rowCount(); ++row) {
        tsv += plain(table_->verticalHeaderItem(row)->text());
        for (int column = 0; column < table_->columnCount(); ++column) {
            tsv += QLatin1Char('\t') + plain(table_->item(row, column)->text());
        }
        tsv += QLatin1Char('\n');
    }
    return tsv;
}

}  // namespace ballast
