#pragma once

#include <QScrollArea>

#include "widgets/paper_figure.h"

class QLabel;
class QTimer;

namespace ballast {

/// A figure as it will be on paper, drawn by the code that draws its file, at its true size on this
/// screen or times that. Several changes at once are one picture.
class PaperPreview : public QScrollArea {
    Q_OBJECT
public:
    explicit PaperPreview(QWidget* parent = nullptr);

    void setFigure(const PaperFigure& figure);
    void setStyle(const FigureStyle& style);
    /// 1: a millimetre of the figure is one on the screen, as far as the screen knows its size.
    void setMagnification(double magnification);

    /// What is shown; null before the first picture.
    const QImage& image() const { return image_; }

Q_SIGNALS:
    void drawn();

private:
    void draw();

    QLabel* sheet_;
    QTimer* soon_;
    PaperFigure figure_;
    FigureStyle style_;
    double magnification_ = 1.0;
    QImage image_;
};

}  // namespace ballast
