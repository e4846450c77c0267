#include "widgets/typeset_text.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>

#include "core/analysis/typeset.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr double kScriptSize = 0.7;  // of the symbol's
// In heights of an "x".
constexpr double kLowered = 0.35;
constexpr double kRaised = 0.75;

/// A size of the font in pixels or, where it has none, in points.
QFont scaled(QFont font, double factor) {
    if (font.pixelSize() > 0) {
        font.setPixelSize(std::max(1, static_cast<int>(std::lround(factor * font.pixelSize()))));
    } else {
        font.setPointSizeF(factor * font.pointSizeF());
    }
    return font;
}

/// Small Greek letters and single Latin ones.
bool isVariable(const QString& symbol, qsizetype i) {
    const QChar c = symbol[i];
    if (c.unicode() >= 0x3b1 && c.unicode() <= 0x3c9) return true;
    const auto isLatin = [&](qsizetype at) {
        return at >= 0 && at < symbol.size() && symbol[at].unicode() < 0x80 &&
               symbol[at].isLetter();
    };
    return isLatin(i) && !isLatin(i - 1) && !isLatin(i + 1);
}

/// Lays parts out one after the other.
template<class Add>
class LabelLayout {
public:
    explicit LabelLayout(Add add) : add_(std::move(add)) {}

    double set(const std::vector<LabelPart>& parts, const QFont& font, QPointF at) {
        for (const LabelPart& part : parts) {
            at.rx() += part.formula ? setSymbol(text(part.text), font, at)
                                    : setPiece(text(part.text), font, at);
            if (part.below.empty() && part.above.empty()) continue;
            const double height = QFontMetricsF(font).xHeight();
            const QFont small = scaled(font, kScriptSize);
            const double below = set(part.below, small, at + QPointF(0.0, kLowered * height));
            const double above = set(part.above, small, at - QPointF(0.0, kRaised * height));
            at.setX(std::max(below, above));
        }
        return at.x();
    }

private:
    double setPiece(const QString& words, const QFont& font, QPointF at) {
        add_(words, font, at);
        return QFontMetricsF(font).horizontalAdvance(words);
    }

    /// Its variables in italics, signs and digits upright.
    double setSymbol(const QString& symbol, const QFont& font, QPointF at) {
        QFont italic = font;
        italic.setItalic(true);
        const double from = at.x();
        for (qsizetype i = 0; i < symbol.size();) {
            const bool variable = isVariable(symbol, i);
            qsizetype end = i + 1;
            while (end < symbol.size() &&
                   (symbol[end].isMark() || isVariable(symbol, end) == variable)) {
                ++end;
            }
            at.rx() += setPiece(symbol.mid(i, end - i), variable ? italic : font, at);
            i = end;
        }
        return at.x() - from;
    }

    Add add_;
};

}  // namespace

TypesetText::TypesetText(const QString& label, const QFont& font) {
    const QFontMetricsF metrics(font);
    ascent_ = metrics.ascent();
    line_height_ = metrics.height();
    double width = 0.0;
    for (const QString& line : label.split(u'\n')) {
        lines_.push_back(lineOf(line, font));
        width = std::max(width, lines_.back().width);
    }
    size_ = {width, line_height_ * static_cast<double>(lines_.size())};
}

TypesetText::Line TypesetText::lineOf(const QString& label, const QFont& font) {
    const std::vector<LabelPart> parts = labelParts(label.toStdString());
    has_symbols_ = has_symbols_ || std::ranges::any_of(parts, &LabelPart::formula);
    Line line;
    LabelLayout layout([&](const QString& words, const QFont& of, QPointF at) {
        line.pieces.push_back({words, of, at});
    });
    line.width = layout.set(parts, font, {});
    return line;
}

void TypesetText::draw(QPainter& painter, const QRectF& area, Qt::Alignment alignment) const {
    const auto free = [](double room, double taken, bool centred, bool at_end) {
        return centred ? 0.5 * (room - taken) : at_end ? room - taken : 0.0;
    };
    double y = area.top() + free(area.height(), size_.height(), alignment & Qt::AlignVCenter,
                                 alignment & Qt::AlignBottom);
    for (const Line& line : lines_) {
        const double x = area.left() + free(area.width(), line.width, alignment & Qt::AlignHCenter,
                                            alignment & Qt::AlignRight);
        for (const Piece& piece : line.pieces) {
            painter.setFont(piece.font);
            painter.drawText(QPointF(x, y + ascent_) + piece.at, piece.text);
        }
        y += line_height_;
    }
}

}  // namespace ballast
