#include "widgets/result_view.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/experiment/catalog.h"

namespace ballast {
namespace {

QString percent(double share) {
    return std::isnan(share) ? QStringLiteral("–") : QString::number(100.0 * share, 'f', 1);
}

/// Sorts by number, and puts missing values last in either direction.
class ResultSort : public QSortFilterProxyModel {
public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override {
        const QVariant a = left.data(Qt::UserRole);
        const QVariant b = right.data(Qt::UserRole);
        if (a.typeId() != QMetaType::Double) {
            return QString::localeAwareCompare(a.toString(), b.toString()) < 0;
        }
        const bool missing_a = std::isnan(a.toDouble());
        const bool missing_b = std::isnan(b.toDouble());
        if (missing_a || missing_b) {
            return sortOrder() == Qt::AscendingOrder ? missing_b && !missing_a
                                                     : missing_a && !missing_b;
        }
        return a.toDouble() < b.toDouble();
    }
};

double sortValue(const ResultRow& row, int column) {
    switch (column) {
        case ResultModel::epochs:
            return row.epochs_done;
        case ResultModel::best:
            return row.best_balanced;
        case ResultModel::best_epoch:
            return row.best_epoch < 0 ? kMissing : row.best_epoch + 1;
        case ResultModel::last:
            return row.last_balanced;
        case ResultModel::majority:
            return row.majority;
        case ResultModel::minority:
            return row.minority;
        case ResultModel::many:
            return row.shots.many;
        case ResultModel::medium:
            return row.shots.medium;
        case ResultModel::few:
            return row.shots.few;
        default:
            return kMissing;
    }
}

bool isText(int column) {
    return column == ResultModel::name || column == ResultModel::state ||
           column == ResultModel::selection;
}

QString shown(const ResultRow& row, int column) {
    switch (column) {
        case ResultModel::name:
            return row.name;
        case ResultModel::state:
            return QString::fromUtf8(stateName(row.state));
        case ResultModel::epochs:
            return QStringLiteral("%1/%2").arg(row.epochs_done).arg(row.epochs);
        case ResultModel::selection:
            return row.selection;
        case ResultModel::best_epoch:
            return row.best_epoch < 0 ? QStringLiteral("–") : QString::number(row.best_epoch + 1);
        case ResultModel::majority:
        case ResultModel::minority: {
            const QString value = percent(sortValue(row, column));
            const bool running = !row.exact && !std::isnan(sortValue(row, column));
            return running ? QStringLiteral("~") + value : value;
        }
        default:
            return percent(sortValue(row, column));
    }
}

}  // namespace

ResultRow resultRow(const IndexedRun& run) {
    const RunConfig& config = run.description.config;
    ResultRow row;
    row.id = QString::fromStdString(run.id);
    row.name = QString::fromStdString(config.name.empty() ? run.id : config.name);
    row.state = run.status.state;
    row.epochs = config.training.epochs;
    const std::string_view selection = nameOf(config.training.selection);
    row.selection = QString::fromUtf8(selection.data(), static_cast<qsizetype>(selection.size()));
    row.epochs_done = static_cast<int>(run.epochs.size());
    if (run.epochs.empty()) return row;
    const EpochScalars& last = run.epochs.back();
    const auto exactOr = [](double exact, double streaming) {
        return std::isnan(exact) ? streaming : exact;
    };
    row.last_balanced = last.balanced_test_accuracy;
    row.majority = exactOr(last.exact_majority_accuracy, last.majority_accuracy);
    row.minority = exactOr(last.exact_minority_accuracy, last.minority_accuracy);
    row.exact = !std::isnan(last.exact_majority_accuracy);
    if (const auto best = run.bestEpoch()) {
        const EpochScalars& record = run.epochs[*best];
        row.best_balanced = record.balanced_test_accuracy;
        row.best_epoch = static_cast<int>(*best);
        row.shots = {record.many, record.medium, record.few};
    }
    return row;
}

ResultModel::ResultModel(QObject* parent) : QAbstractTableModel(parent) {}

int ResultModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int ResultModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columns;
}

QVariant ResultModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const ResultRow& row = rows_[static_cast<std::size_t>(index.row())];
    const int column = index.column();
    switch (role) {
        case Qt::DisplayRole:
            return shown(row, column);
        case Qt::UserRole:
            return isText(column) ? QVariant(shown(row, column)) : QVariant(sortValue(row, column));
        case Qt::TextAlignmentRole:
            return QVariant::fromValue(Qt::AlignVCenter |
                                       (isText(column) ? Qt::AlignLeft : Qt::AlignRight));
        default:
            return {};
    }
}

QVariant ResultModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columns) return {};
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(Qt::AlignVCenter |
                                   (isText(section) ? Qt::AlignLeft : Qt::AlignRight));
    }
    struct Heading {
        QString title;
        QString help;
    };
    const auto heading = [section]() -> Heading {
        switch (section) {
            case name:
                return {tr("Run"), {}};
            case state:
                return {tr("State"), {}};
            case epochs:
                return {tr("Epochs"), tr("Epochs done of all")};
            case best:
                return {tr("Best %"), tr("Balanced test accuracy of the best epoch")};
            case best_epoch:
                return {tr("at epoch"), tr("Epochs done at the best")};
            case selection:
                return {tr("chosen on"), tr("The data that chose the best epoch")};
            case last:
                return {tr("Last %"), tr("Balanced test accuracy after the last epoch")};
            case majority:
                return {tr("Majority %"),
                        tr("Training accuracy of the majority classes, measured exactly after the "
                           "last epoch; ~ while it was trained")};
            case minority:
                return {tr("Minority %"),
                        tr("Training accuracy of the minority classes, measured exactly after the "
                           "last epoch; ~ while it was trained")};
            case many:
                return {
                    tr("Many %"),
                    tr("Test accuracy of classes with more than 100 training images, best epoch")};
            case medium:
                return {tr("Medium %"),
                        tr("Test accuracy of classes with 20 to 100 training images, best epoch")};
            default:
                return {
                    tr("Few %"),
                    tr("Test accuracy of classes with fewer than 20 training images, best epoch")};
        }
    }();
    if (role == Qt::DisplayRole) return heading.title;
    if (role == Qt::ToolTipRole) return heading.help;
    return {};
}

void ResultModel::setRow(const ResultRow& row) {
    const auto found = std::ranges::find(rows_, row.id, &ResultRow::id);
    if (found == rows_.end()) {
        const int end = static_cast<int>(rows_.size());
        beginInsertRows({}, end, end);
        rows_.push_back(row);
        endInsertRows();
        return;
    }
    *found = row;
    const int at = static_cast<int>(found - rows_.begin());
    Q_EMIT dataChanged(index(at, 0), index(at, columns - 1));
}

void ResultModel::removeRun(const QString& id) {
    const auto found = std::ranges::find(rows_, id, &ResultRow::id);
    if (found == rows_.end()) return;
    const int at = static_cast<int>(found - rows_.begin());
    beginRemoveRows({}, at, at);
    rows_.erase(found);
    endRemoveRows();
}

void ResultModel::clear() {
    beginResetModel();
    rows_.clear();
    endResetModel();
}

ResultView::ResultView(QWidget* parent)
    : QWidget(parent),
      model_(new ResultModel(this)),
      sorted_(new ResultSort(this)),
      table_(new QTableView(this)) {
    sorted_->setSourceModel(model_);
    table_->setObjectName(QStringLiteral("results"));
    table_->setAccessibleName(tr("Results"));
    table_->setModel(sorted_);
    table_->setSortingEnabled(true);
    table_->sortByColumn(-1,
                         Qt::DescendingOrder);  // the order of the runs, until a header is clicked
    table_->setSelectionBehavior(QAbstractItemView::SelectRows);
    table_->setAlternatingRowColors(true);
    table_->setShowGrid(false);
    table_->setFrameShape(QFrame::NoFrame);
    table_->setTabKeyNavigation(false);
    table_->setWordWrap(false);
    table_->verticalHeader()->hide();
    table_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
    table_->horizontalHeader()->setHighlightSections(false);
    table_->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->horizontalHeader()->setSectionResizeMode(ResultModel::name, QHeaderView::Stretch);
    table_->horizontalHeader()->setMinimumSectionSize(40);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(table_);
    setFocusProxy(table_);
    auto* copy_keys = new QShortcut(QKeySequence::Copy, this);
    copy_keys->setContext(Qt::WidgetWithChildrenShortcut);
    connect(copy_keys, &QShortcut::activated, this, &ResultView::copy);
}

void ResultView::setRow(const ResultRow& row) {
    model_->setRow(row);
}
void ResultView::removeRun(const QString& id) {
    model_->removeRun(id);
}
void ResultView::clear() {
    model_->clear();
}

QString ResultView::selectionAsTsv() const {
    QList<int> rows;
    for (const QModelIndex& index : table_->selectionModel()->selectedRows()) rows << index.row();
    if (rows.isEmpty()) {
        for (int row = 0; row < sorted_->rowCount(); ++row) rows << row;
    }
    std::ranges::sort(rows);
    QStringList cells;
    for (int column = 0; column < ResultModel::columns; ++column) {
        cells << model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    }
    QString text = cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    for (const int row : rows) {
        cells.clear();
        for (int column = 0; column < ResultModel::columns; ++column) {
            QString cell = sorted_->index(row, column).data().toString();
            cells << cell.replace(QLatin1Char('\t'), QLatin1Char(' '));
        }
        text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    }
    return text;
}

void ResultView::copy() {
    QApplication::clipboard()->setText(selectionAsTsv());
}

}  // namespace ballast
