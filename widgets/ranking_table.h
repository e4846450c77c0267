#pragma once

#include <QTreeWidget>
#include <optional>

#include "core/analysis/ranking.h"
#include "widgets/response_picture.h"

namespace ballast {

/// The settings of response curves, the best first: mean ± standard deviation, and how far each is
/// behind the first, or ahead of another baseline, with its 95 % interval and Holm's p-value.
/// Settings that are not told apart from it say so.
class RankingTable : public QTreeWidget {
    Q_OBJECT
public:
    explicit RankingTable(QWidget* parent = nullptr);

    void setRanking(const ResponsePicture& picture, const Ranking& ranking);
    void clearRanking();

    /// Selects the row of a point, without pointChosen().
    void setMarked(std::optional<ResponseAt> at);
    /// The rows as tab-separated values, with the header: what Ctrl+C copies.
    QString asTsv() const;

Q_SIGNALS:
    void pointChosen(const ballast::ResponseAt& at);
    /// A menu for a setting is wanted at a place of the screen.
    void menuRequested(const ballast::ResponseAt& at, const QPoint& place);

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    std::vector<ResponseAt> rows_;
    bool quiet_ = false;
};

}  // namespace ballast
