#pragma once

#include <QPixmap>
#include <QStringList>
#include <QWidget>
#include <optional>

#include "widgets/parallel_picture.h"

namespace ballast {

/// Runs as lines through several fields, on screen. Dragging along an axis brushes a part of it;
/// brushes of several axes combine, those of one axis add up, and a click on one clears it. By
/// keys: Left and Right choose an axis, Up and Down a value on it, Space brushes that value, Delete
/// clears the axis, Escape everything.
class ParallelPlot : public QWidget {
    Q_OBJECT
public:
    explicit ParallelPlot(QWidget* parent = nullptr);

    /// Brushes stay where the axes are the same.
    void setPicture(const ParallelPicture& picture);
    const ParallelPicture& picture() const { return picture_; }

    void setBrushes(std::vector<ParallelBrush> brushes);
    const std::vector<ParallelBrush>& brushes() const { return brushes_; }
    /// How many lines the brushes leave, and their runs; all without brushes.
    std::size_t brushedCount() const;
    QStringList brushedRuns() const;

    /// Where a position of an axis is, in the widget's pixels.
    QPointF placeOf(std::size_t axis, double position) const;

    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void brushesChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    ParallelPlaces places() const;
    void redraw();
    void drawLines();
    std::optional<std::size_t> axisAt(const QPointF& place) const;
    std::vector<double> stopsOf(std::size_t axis) const;
    QString wordsAt(const QPointF& place) const;

    ParallelPicture picture_;
    std::vector<ParallelBrush> brushes_;
    std::optional<ParallelBrush> drawing_;  // while it is dragged
    QPointF pressed_;
    std::size_t axis_ = 0;  // of the keyboard
    std::size_t stop_ = 0;
    std::vector<bool> brushed_;
    QPixmap lines_;  // drawn once for each change
};

}  // namespace ballast
