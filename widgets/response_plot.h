#pragma once

#include <QWidget>
#include <optional>

#include "widgets/response_picture.h"

class QLabel;

namespace ballast {

/// A result against a hyper-parameter, on screen, with the lines' names above. Pointing at a mean
/// says what it is; a click on it, or the arrow keys and Return, chooses it.
class ResponsePlot : public QWidget {
    Q_OBJECT
public:
    explicit ResponsePlot(QWidget* parent = nullptr);

    void setPicture(const ResponsePicture& picture);
    /// Nothing is drawn; the sentence says why.
    void clear(const QString& sentence);

    /// The point that stands out; one that is not there is none.
    void setMarked(std::optional<ResponseAt> at);
    std::optional<ResponseAt> marked() const { return marked_; }

    /// Where the mean of a point is drawn, in the plot's pixels.
    QPointF placeOf(ResponseAt at) const;

Q_SIGNALS:
    void pointChosen(const ballast::ResponseAt& at);
    /// A menu is wanted at a place of the screen: for a point, or for a place on the axis where
    /// there may be none.
    void menuRequested(const std::optional<ballast::ResponseAt>& at, double position,
                       const QPoint& place);

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void draw();
    void fillNames();
    std::optional<ResponseAt> pointAt(const QPointF& place) const;

    QCustomPlot* plot_;
    QLabel* names_;
    QLabel* nothing_;
    ResponsePicture picture_;
    std::optional<ResponseAt> marked_;
};

}  // namespace ballast
