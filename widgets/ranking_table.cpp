#include "widgets/ranking_table.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QShortcut>
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/results/run_query.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

QString rankingNumber(double value, bool percent, int digits) {
    if (std::isnan(value)) return QStringLiteral("–");
    return QString::number(percent ? 100.0 * value : value, 'f', percent ? digits : digits + 2);
}

QString pWords(double p) {
    if (std::isnan(p)) return QStringLiteral("–");
    return p < 1e-4 ? QStringLiteral("< 0.0001") : QString::number(p, 'g', 2);
}

}  // namespace

RankingTable::RankingTable(QWidget* parent) : QTreeWidget(parent) {
    setObjectName(QStringLiteral("ranking"));
    setAccessibleName(tr("Settings, the best first"));
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setAlternatingRowColors(true);
    setFrameShape(QFrame::NoFrame);
    setAllColumnsShowFocus(true);
    header()->setStretchLastSection(false);
    header()->setHighlightSections(false);
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item == nullptr || quiet_) return;
        Q_EMIT pointChosen(rows_[static_cast<std::size_t>(indexOfTopLevelItem(item))]);
    });
    auto* copy = new QShortcut(QKeySequence::Copy, this);
    copy->setContext(Qt::WidgetShortcut);
    connect(copy, &QShortcut::activated, this,
            [this] { QApplication::clipboard()->setText(asTsv()); });
}

void RankingTable::clearRanking() {
    quiet_ = true;
    clear();
    rows_.clear();
    quiet_ = false;
}

void RankingTable::setRanking(const ResponsePicture& picture, const Ranking& ranking) {
    clearRanking();
    quiet_ = true;
    const bool percent = picture.percent;
    const bool behind_best = ranking.baseline == 0;
    const auto nameOf = [&](const RankedPoint& at) {
        return text(pointName(picture.curves, at.line, at.point));
    };
    const QString baseline =
        ranking.points.empty() ? QString() : nameOf(ranking.points[ranking.baseline]);
    const QString unit = percent ? QStringLiteral(" %") : QString();
    setHeaderLabels({QStringLiteral("#"), tr("Line"), text(picture.curves.x_label),
                     tr("Mean ± std") + unit, tr("n"),
                     behind_best ? tr("Behind the best") : tr("Ahead of baseline"),
                     tr("95 % interval"), tr("p (Holm)"), tr("Seeds needed")});
    const QStringList tips{
        tr("Rank by the mean"),
        {},
        {},
        tr("Mean and sample standard deviation (n − 1) over seeds"),
        tr("Seeds"),
        behind_best
            ? tr("How much better the first is, on average over the seeds that both have")
            : tr("How much better than %1, on average over the seeds that both have").arg(baseline),
        tr("Of that difference, by Student's t over common seeds"),
        tr("Of the paired t-test, adjusted by Holm over all rows. Not told apart: 0.05 or more"),
        tr("How many common seeds a paired t-test would need to find a difference of this size "
           "with "
           "a probability of 80 %")};
    for (int column = 0; column < tips.size(); ++column) {
        headerItem()->setToolTip(column, tips[column]);
    }
    int place = 0;
    for (const RankedPoint& at : ranking.points) {
        const ResponseLine& line = picture.curves.lines[at.line];
        QString mean = rankingNumber(at.mean.mean, percent, 1);
        if (at.mean.n > 1) mean += QStringLiteral(" ± ") + rankingNumber(at.deviation, percent, 1);
        QStringList cells{QString::number(++place), text(line.name),
                          text(valueText(line.points[at.point].x)), mean,
                          QString::number(at.mean.n)};
        const bool is_baseline = static_cast<std::size_t>(place - 1) == ranking.baseline;
        if (!is_baseline) {
            const PairedStatistics& behind = at.behind;
            const double sign = behind_best ? 1.0 : -1.0;
            const double from = behind_best ? behind.lower : -behind.upper;
            const double to = behind_best ? behind.upper : -behind.lower;
            cells << rankingNumber(sign * behind.mean, percent, 2)
                  << (std::isnan(from)
                          ? tr("n = %1 in common").arg(behind.n)
                          : QStringLiteral("%1 … %2").arg(rankingNumber(from, percent, 2),
                                                          rankingNumber(to, percent, 2)))
                  << pWords(at.holm_p)
                  << (behind.seeds_for_power > 0 ? QString::number(behind.seeds_for_power)
                                                 : QStringLiteral("–"));
        }
        auto* item = new QTreeWidgetItem(cells);
        item->setSizeHint(0, QSize(0, fontMetrics().height() + kSpace2));
        for (int column = 0; column < columnCount(); ++column) {
            const bool words = column == 1;
            item->setTextAlignment(column,
                                   Qt::AlignVCenter | (words ? Qt::AlignLeft : Qt::AlignRight));
        }
        item->setForeground(1, seriesColor(static_cast<int>(at.line)));
        if (is_baseline && !behind_best) {
            item->setText(5, tr("baseline"));
            item->setForeground(5, plotColors().muted);
        }
        if (!is_baseline && at.alike && at.behind.n > 1) {
            for (int column = 5; column < columnCount(); ++column) {
                item->setForeground(column, plotColors().muted);
                item->setToolTip(column, behind_best ? tr("Not told apart from the best")
                                                     : tr("Not told apart from %1").arg(baseline));
            }
        }
        if (place == 1) {
            QFont bold = font();
            bold.setWeight(QFont::DemiBold);
            for (int column = 0; column < columnCount(); ++column) item->setFont(column, bold);
        }
        addTopLevelItem(item);
        rows_.emplace_back(at.line, at.point);
    }
    setColumnHidden(1, picture.curves.lines.size() < 2);
    for (int column = 0; column < columnCount(); ++column) {
        headerItem()->setTextAlignment(
            column, Qt::AlignVCenter | (column == 1 ? Qt::AlignLeft : Qt::AlignRight));
        resizeColumnToContents(column);
        header()->resizeSection(column, std::min(header()->sectionSize(column) + kSpace2, 320));
    }
    quiet_ = false;
}

void RankingTable::contextMenuEvent(QContextMenuEvent* event) {
    const bool by_key = event->reason() == QContextMenuEvent::Keyboard;
    QTreeWidgetItem* item = by_key ? currentItem() : itemAt(event->pos());
    if (item == nullptr) return;
    const auto row = static_cast<std::size_t>(indexOfTopLevelItem(item));
    const QPoint place =
        by_key ? viewport()->mapToGlobal(visualItemRect(item).bottomLeft()) : event->globalPos();
    Q_EMIT menuRequested(rows_[row], place);
}

void RankingTable::setMarked(std::optional<ResponseAt> at) {
    quiet_ = true;
    const auto found = at ? std::ranges::find(rows_, *at) : rows_.end();
    setCurrentItem(found == rows_.end() ? nullptr
                                        : topLevelItem(static_cast<int>(found - rows_.begin())));
    if (found == rows_.end()) clearSelection();
    quiet_ = false;
}

QString RankingTable::asTsv() const {
    QString lines;
    const auto add = [&](const QTreeWidgetItem& item) {
        QStringList cells;
        for (int column = 0; column < columnCount(); ++column) cells << item.text(column);
        lines += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    };
    add(*headerItem());
    for (int row = 0; row < topLevelItemCount(); ++row) add(*topLevelItem(row));
    return lines;
}

}  // namespace ballast
