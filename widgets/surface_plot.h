#pragma once

#include <QWidget>
#include <optional>

#include "widgets/surface_picture.h"

namespace ballast {

/// A value over two fields, on screen. Pointing at a cell says what it is; a click on it, or the
/// arrow keys and Return, chooses it.
class SurfacePlot : public QWidget {
    Q_OBJECT
public:
    explicit SurfacePlot(QWidget* parent = nullptr);

    void setPicture(const SurfacePicture& picture);
    const SurfacePicture& picture() const { return picture_; }

    /// The cell that stands out, by column and row; one that is not there is none.
    void setMarked(std::optional<SurfaceAt> at);
    std::optional<SurfaceAt> marked() const { return marked_; }
    /// The middle of a cell, in the widget's pixels.
    QPoint placeOf(SurfaceAt at) const;

    /// The cell at a place of the plot, by column and row; nothing beside the grid.
    std::optional<SurfaceAt> cellAt(const QPointF& place) const;
    /// "ν = 0.2, τ = 1: 81.1 ± 0.2 % (n = 3)".
    QString wordsFor(std::size_t column, std::size_t row) const;

Q_SIGNALS:
    /// Also a cell without runs.
    void cellChosen(std::size_t column, std::size_t row);
    /// A menu for a cell is wanted at a place of the screen; also of a cell without runs.
    void menuRequested(std::size_t column, std::size_t row, const QPoint& place);

protected:
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void draw();
    void turnLabels();
    bool isThere(SurfaceAt at) const;

    QCustomPlot* plot_;
    SurfacePicture picture_;
    std::optional<SurfaceAt> marked_;
};

}  // namespace ballast
