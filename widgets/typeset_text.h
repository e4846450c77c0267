#pragma once

#include <QFont>
#include <QPointF>
#include <QRectF>
#include <QSizeF>
#include <QString>
#include <vector>

class QPainter;

namespace ballast {

/// A label laid out with its symbols as mathematics (core/analysis/typeset.h): letters in italics,
/// indices below and exponents above them. Each line of the label is a line; lengths are those of
/// the font.
class TypesetText {
public:
    TypesetText(const QString& label, const QFont& font);

    /// Whether there is a symbol; without one, drawing the label as text gives the same.
    bool hasSymbols() const { return has_symbols_; }
    QSizeF size() const { return size_; }

    /// Into `area`, with the painter's pen; its font is left changed.
    void draw(QPainter& painter, const QRectF& area, Qt::Alignment alignment) const;

private:
    struct Piece {
        QString text;
        QFont font;
        QPointF at;  // of its baseline's start, from its line's
    };
    struct Line {
        std::vector<Piece> pieces;
        double width = 0.0;
    };

    Line lineOf(const QString& label, const QFont& font);

    std::vector<Line> lines_;
    QSizeF size_;
    double ascent_ = 0.0;
    double line_height_ = 0.0;
    bool has_symbols_ = false;
};

}  // namespace ballast
