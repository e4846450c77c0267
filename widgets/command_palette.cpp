#include "widgets/command_palette.h"

#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>

#include "widgets/palette.h"

namespace ballast {
namespace {

constexpr int kWidth = 560;
constexpr int kRows = 12;
constexpr int kWhereRole = Qt::UserRole + 1;
constexpr int kShortcutRole = Qt::UserRole + 2;

/// Whether a word of `text` begins with `word`.
bool beginsAWord(const QString& text, const QString& word) {
    for (qsizetype at = text.indexOf(word, 0, Qt::CaseInsensitive); at >= 0;
         at = text.indexOf(word, at + 1, Qt::CaseInsensitive)) {
        if (at == 0 || !text[at - 1].isLetterOrNumber()) return true;
    }
    return false;
}

int matchOf(const QString& text, const QString& word) {
    if (text.startsWith(word, Qt::CaseInsensitive)) return 4;
    if (beginsAWord(text, word)) return 3;
    return text.contains(word, Qt::CaseInsensitive) ? 1 : 0;
}

/// Name on the left, place beside it and shortcut on the right in muted ink.
class CommandDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {0, option.fontMetrics.height() + 2 * kSpace2};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        QStyleOptionViewItem row = option;
        initStyleOption(&row, index);
        row.text.clear();
        row.widget->style()->drawControl(QStyle::CE_ItemViewItem, &row, painter, row.widget);
        const bool enabled = index.flags() & Qt::ItemIsEnabled;
        const bool selected = enabled && (row.state & QStyle::State_Selected);
        const QPalette::ColorGroup group = enabled ? QPalette::Active : QPalette::Disabled;
        const QColor ink =
            row.palette.color(group, selected ? QPalette::HighlightedText : QPalette::Text);
        QColor muted = selected ? ink : row.palette.color(QPalette::PlaceholderText);
        const QRect area = row.rect.adjusted(kSpace3, 0, -kSpace3, 0);
        const QString name = index.data(Qt::DisplayRole).toString();
        const QString shortcut = index.data(kShortcutRole).toString();
        painter->setFont(row.font);
        painter->setPen(muted);
        painter->drawText(area, Qt::AlignVCenter | Qt::AlignRight, shortcut);
        const QFontMetrics metrics(row.font);
        const int room = area.width() - metrics.horizontalAdvance(shortcut) - kSpace4;
        const int width = std::min(room, metrics.horizontalAdvance(name) + 1);
        painter->setPen(ink);
        painter->drawText(QRect(area.left(), area.top(), width, area.height()), Qt::AlignVCenter,
                          metrics.elidedText(name, Qt::ElideRight, width));
        const int left = width + kSpace3;
        painter->setPen(muted);
        painter->drawText(QRect(area.left() + left, area.top(), room - left, area.height()),
                          Qt::AlignVCenter,
                          metrics.elidedText(index.data(kWhereRole).toString(), Qt::ElideRight,
                                             std::max(0, room - left)));
    }
};

}  // namespace

int commandMatch(const Command& command, const QString& typed) {
    int match = 1;
    for (const QString& word : typed.split(u' ', Qt::SkipEmptyParts)) {
        const int in_name = 2 * matchOf(command.name, word);
        const int of_word = std::max(in_name, matchOf(command.where, word));
        if (of_word == 0) return 0;
        match += of_word;
    }
    return match;
}

CommandPalette::CommandPalette(std::vector<Command> commands, QStringList recent, QWidget* parent)
    : QDialog(parent, Qt::Popup | Qt::FramelessWindowHint),
      commands_(std::move(commands)),
      recent_(std::move(recent)),
      line_(new QLineEdit),
      list_(new QListWidget) {
    setObjectName(QStringLiteral("command_palette"));
    setWindowTitle(tr("Commands"));
    setAccessibleName(tr("Commands"));
    line_->setObjectName(QStringLiteral("command_line"));
    line_->setPlaceholderText(tr("Type what you want to do"));
    line_->setAccessibleName(tr("Command"));
    line_->setClearButtonEnabled(true);
    line_->installEventFilter(this);
    list_->setObjectName(QStringLiteral("command_list"));
    list_->setAccessibleName(tr("Commands"));
    list_->setFocusPolicy(Qt::NoFocus);  // the line moves through it
    list_->setFrameShape(QFrame::NoFrame);
    list_->setUniformItemSizes(true);
    list_->setItemDelegate(new CommandDelegate(list_));
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace2, kSpace2, kSpace2, kSpace2);
    column->setSpacing(kSpace2);
    column->addWidget(line_);
    column->addWidget(list_);
    connect(line_, &QLineEdit::textChanged, this, &CommandPalette::fill);
    connect(list_, &QListWidget::itemClicked, this, &CommandPalette::runCurrent);
    fill();
    const int row = list_->sizeHintForRow(0);
    list_->setFixedHeight(kRows * std::max(row, 20));
    setFixedWidth(std::min(kWidth, parent->width() - 2 * kSpace4));
    adjustSize();
    // In the middle of the window, near its top.
    const QPoint corner = parent->mapToGlobal(QPoint((parent->width() - width()) / 2, 0));
    move(corner + QPoint(0, std::max(0, (parent->height() - height()) / 6)));
    line_->setFocus();
}

void CommandPalette::fill() {
    struct Place {
        int index;
        bool enabled;
        qsizetype recent;  // the smaller, the later it was done
        int match;
    };
    const QString typed = line_->text().trimmed();
    std::vector<Place> places;
    for (std::size_t i = 0; i < commands_.size(); ++i) {
        const int match = commandMatch(commands_[i], typed);
        if (match == 0) continue;
        qsizetype recent = typed.isEmpty() ? recent_.indexOf(commands_[i].name) : -1;
        if (recent < 0) recent = recent_.size();
        places.push_back({static_cast<int>(i), commands_[i].enabled, recent, match});
    }
    std::ranges::stable_sort(places, [](const Place& a, const Place& b) {
        return std::tuple(!a.enabled, -a.match, a.recent) <
               std::tuple(!b.enabled, -b.match, b.recent);
    });
    list_->clear();
    for (const Place& place : places) {
        const Command& command = commands_[static_cast<std::size_t>(place.index)];
        auto* item = new QListWidgetItem(command.name, list_);
        item->setData(Qt::UserRole, place.index);
        item->setData(kWhereRole, command.where);
        item->setData(kShortcutRole, command.shortcut);
        item->setToolTip(command.help);
        item->setData(Qt::AccessibleDescriptionRole,
                      QStringList{command.where, command.shortcut}.join(u' ').trimmed());
        if (!command.enabled) item->setFlags(Qt::NoItemFlags);
    }
    if (places.empty()) {
        auto* none = new QListWidgetItem(tr("Nothing is called that"), list_);
        none->setFlags(Qt::NoItemFlags);
    } else if (places.front().enabled) {
        list_->setCurrentRow(0);
    }
}

void CommandPalette::paintEvent(QPaintEvent* event) {
    QDialog::paintEvent(event);
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void CommandPalette::runCurrent() {
    const QListWidgetItem* item = list_->currentItem();
    if (item == nullptr || !(item->flags() & Qt::ItemIsEnabled)) return;
    const Command command = commands_[static_cast<std::size_t>(item->data(Qt::UserRole).toInt())];
    accept();
    Q_EMIT chosen(command.name);
    // What it opens must not find this popup in its way.
    QTimer::singleShot(0, parent(), command.run);
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched != line_ || event->type() != QEvent::KeyPress) {
        return QDialog::eventFilter(watched, event);
    }
    const auto* key = static_cast<QKeyEvent*>(event);
    const int step = key->key() == Qt::Key_Down       ? 1
                     : key->key() == Qt::Key_Up       ? -1
                     : key->key() == Qt::Key_PageDown ? kRows - 1
                     : key->key() == Qt::Key_PageUp   ? 1 - kRows
                                                      : 0;
    if (step != 0) {
        int last = list_->count() - 1;
        while (last >= 0 && !(list_->item(last)->flags() & Qt::ItemIsEnabled)) --last;
        if (last >= 0) list_->setCurrentRow(std::clamp(list_->currentRow() + step, 0, last));
        return true;
    }
    if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
        runCurrent();
        return true;
    }
    return QDialog::eventFilter(watched, event);
}

}  // namespace ballast
