#include "app/desktop/pages/compare_paper.h"

#include <QButtonGroup>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/paper_diff_table.h"
#include "widgets/qt_text.h"

namespace ballast {

ComparePaper::ComparePaper(QWidget* parent)
    : QWidget(parent),
      tables_(new QButtonGroup(this)),
      legend_(new QLabel),
      notes_(new QLabel),
      table_(new PaperDiffTable),
      shown_(std::make_shared<Comparison>()) {
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    legend_->setObjectName(QStringLiteral("paper_legend"));
    legend_->setTextFormat(Qt::RichText);
    legend_->setWordWrap(true);
    notes_->setWordWrap(true);
    notes_->setForegroundRole(QPalette::PlaceholderText);
    notes_->setContentsMargins(kSpace3, kSpace1, kSpace3, kSpace2);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace2);
    row->setSpacing(kSpace2);
    for (const int number : {1, 2}) {
        auto* button = new QToolButton;
        button->setObjectName(QStringLiteral("paper_table_%1").arg(number));
        button->setText(tr("Table %1").arg(number));
        button->setToolTip(number == 1 ? tr("CIFAR-10 and CIFAR-100, with and without SAM")
                                       : tr("ImageNet-LT and iNaturalist, by frequency of class"));
        button->setCheckable(true);
        button->setChecked(number == 1);
        button->setAutoRaise(true);
        tables_->addButton(button, number);
        row->addWidget(button);
    }
    row->addSpacing(kSpace3);
    row->addWidget(legend_, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(table_, 1);
    column->addWidget(notes_);
    connect(tables_, &QButtonGroup::idClicked, this, [this] { fillTable(); });
    connect(table_, &PaperDiffTable::cellChosen, this, &ComparePaper::choose);
    fillLegend();
}

void ComparePaper::fillLegend() {
    QStringList parts;
    for (const Agreement agreement :
         {Agreement::within_one, Agreement::within_two, Agreement::beyond, Agreement::unknown}) {
        // As on the table: the colour over its ground.
        const QColor color = PaperDiffTable::colorOf(agreement);
        const QColor ground = palette().color(QPalette::Base);
        const auto mixed = [&](int over, int under) {
            return static_cast<int>(color.alphaF() * static_cast<float>(over) +
                                    (1.0F - color.alphaF()) * static_cast<float>(under));
        };
        const QColor seen(mixed(color.red(), ground.red()), mixed(color.green(), ground.green()),
                          mixed(color.blue(), ground.blue()));
        parts << QStringLiteral("<span style=\"background-color:%1\">&nbsp;%2&nbsp;</span> %3")
                     .arg(seen.name(), PaperDiffTable::markOf(agreement),
                          PaperDiffTable::wordsOf(agreement));
    }
    parts << tr("* not trained as the paper says");
    legend_->setText(parts.join(QStringLiteral(" &nbsp; ")));
}

void ComparePaper::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) fillLegend();
}

void ComparePaper::setTable(int number) {
    if (QAbstractButton* button = tables_->button(number)) button->setChecked(true);
    fillTable();
}

void ComparePaper::setComparison(std::shared_ptr<const Comparison> comparison) {
    shown_ = std::move(comparison);
    fillTable();
}

void ComparePaper::clear(const QString& sentence) {
    shown_ = std::make_shared<Comparison>();
    fillTable();
    notes_->setText(sentence);
}

void ComparePaper::fillTable() {
    grid_ = paperGrid(shown_->paper, tables_->checkedId());
    table_->setGrid(grid_);
    QStringList notes{
        tr("Balanced test accuracy in %, best epoch, mean ± sample standard deviation; the "
           "paper's are over 5 seeds. z = Δ / √(s₁²/n₁ + s₂²/5). A number in grey is the paper's "
           "alone. Return or a double click shows a "
           "cell's runs, or offers to train it.")};
    if (shown_->paper.unfinished > 0) {
        notes << tr("Not trained to the end: %L1 runs.").arg(shown_->paper.unfinished);
    }
    if (shown_->paper.elsewhere > 0) {
        notes << tr("Groups of runs that the paper has no number for: %L1.")
                     .arg(shown_->paper.elsewhere);
    }
    notes_->setText(notes.join(QLatin1Char(' ')));
}

void ComparePaper::choose(int row, int column) {
    const PaperCell& cell =
        grid_.at(static_cast<std::size_t>(row), static_cast<std::size_t>(column));
    if (cell.paper == nullptr) return;
    if (!cell.own.empty()) {
        QStringList runs;
        for (const PaperDifference* own : cell.own) {
            for (const std::string& run : own->runs) runs << text(run);
        }
        Q_EMIT watchRequested(runs);
        return;
    }
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("paper_menu"));
    if (!cell.trainable) {
        menu->addAction(tr("No preset trains it"))->setEnabled(false);
    } else {
        const QIcon play = icon(QStringLiteral("play"));
        menu->addAction(play, tr("&Train %1, seed 0…").arg(text(cell.paper->preset)), menu,
                        [this, paper = cell.paper] { Q_EMIT trainRequested(paper, {0}); });
        menu->addAction(play, tr("Train &five seeds, as the paper did…"), menu,
                        [this, paper = cell.paper] {
                            Q_EMIT trainRequested(paper, {0, 1, 2, 3, 4});
                        });
    }
    const QTableWidgetItem* item = table_->item(row, column);
    menu->popup(table_->viewport()->mapToGlobal(table_->visualItemRect(item).center()));
}

}  // namespace ballast
