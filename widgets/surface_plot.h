#pragma once

#include <QWidget>
#include <optional>

#include "widgets/surface_picture.h"

namespace ballast {

/// A value over two fields, on screen. Pointing at a cell says what it is, a click chooses it.
class SurfacePlot : public QWidget {
    Q_OBJECT
public:
    explicit SurfacePlot(QWidget* parent = nullptr);

    void setPicture(const SurfacePicture& picture);
    const SurfacePicture& picture() const { return picture_; }

    /// The cell at a place of the plot, by column and row; nothing beside the grid.
    std::optional<std::pair<std::size_t, std::size_t>> cellAt(const QPointF& place) const;
    /// "ν = 0.2, τ = 1: 81.1 ± 0.2 % (n = 3)".
    QString wordsFor(std::size_t column, std::size_t row) const;

Q_SIGNALS:
    /// Also a cell without runs.
    void cellChosen(std::size_t column, std::size_t row);

protected:
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void draw();

    QCustomPlot* plot_;
    SurfacePicture picture_;
};

}  // namespace ballast
