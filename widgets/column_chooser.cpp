#include "widgets/column_chooser.h"

#include <QDialogButtonBox>
#include <QLineEdit>
#include <QListWidget>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/palette.h"

namespace ballast {
namespace {

constexpr int kKey = Qt::UserRole;
constexpr int kSearched = Qt::UserRole + 1;
constexpr int kMostEpochs = 1'000'000;

}  // namespace

ColumnChooser::ColumnChooser(std::vector<RunColumn> offered, const std::vector<std::string>& chosen,
                             QWidget* parent)
    : QDialog(parent),
      offered_(std::move(offered)),
      chosen_(chosen),
      search_(new QLineEdit),
      list_(new QListWidget) {
    setWindowTitle(tr("Columns"));
    search_->setObjectName(QStringLiteral("column_search"));
    search_->setPlaceholderText(tr("Search: few, learning rate, at:30"));
    search_->setClearButtonEnabled(true);
    list_->setAccessibleName(tr("Fields"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    auto* column = new QVBoxLayout(this);
    column->setSpacing(kSpace2);
    column->addWidget(search_);
    column->addWidget(list_, 1);
    column->addWidget(buttons);
    resize(420, 520);
    for (const RunColumn& one : offered_) add(one);
    connect(search_, &QLineEdit::textChanged, this, &ColumnChooser::search);
    connect(list_, &QListWidget::itemChanged, this, [this](const QListWidgetItem* item) {
        const std::string key = item->data(kKey).toString().toStdString();
        std::erase(chosen_, key);
        if (item->checkState() == Qt::Checked) chosen_.push_back(key);
    });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void ColumnChooser::add(const RunColumn& column) {
    const QSignalBlocker quiet(list_);
    const QString key = QString::fromStdString(column.key);
    auto* item = new QListWidgetItem(column.label, list_);
    item->setToolTip(column.help + QLatin1Char('\n') + key);
    item->setData(kKey, key);
    item->setData(kSearched,
                  QString(column.label + QLatin1Char(' ') + key + QLatin1Char(' ') + column.help));
    item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
    const bool on = std::ranges::find(chosen_, column.key) != chosen_.end();
    item->setCheckState(on ? Qt::Checked : Qt::Unchecked);
}

void ColumnChooser::search(const QString& words) {
    const QString digits = words.startsWith(QStringLiteral("at:")) ? words.mid(3) : words;
    if (const int epoch = digits.toInt(); epoch > 0 && epoch <= kMostEpochs) {
        const std::string key = "at:" + std::to_string(epoch);
        if (std::ranges::find(offered_, key, &RunColumn::key) == offered_.end()) {
            offered_.push_back(runColumn(key));
            add(offered_.back());
        }
    }
    const QStringList wanted = words.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    for (int row = 0; row < list_->count(); ++row) {
        QListWidgetItem* item = list_->item(row);
        const QString searched = item->data(kSearched).toString();
        item->setHidden(!std::ranges::all_of(wanted, [&](const QString& word) {
            return searched.contains(word, Qt::CaseInsensitive);
        }));
    }
}

std::vector<std::string> ColumnChooser::found() const {
    std::vector<std::string> keys;
    for (int row = 0; row < list_->count(); ++row) {
        if (list_->item(row)->isHidden()) continue;
        keys.push_back(list_->item(row)->data(kKey).toString().toStdString());
    }
    return keys;
}

void ColumnChooser::setChosen(const std::string& key, bool on) {
    for (int row = 0; row < list_->count(); ++row) {
        if (list_->item(row)->data(kKey).toString().toStdString() != key) continue;
        list_->item(row)->setCheckState(on ? Qt::Checked : Qt::Unchecked);
    }
}

}  // namespace ballast
