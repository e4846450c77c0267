#include "widgets/typeset_plot.h"

#include "widgets/typeset_text.h"

namespace ballast {
namespace {

/// An axis label, at the outer edge of the axis rectangle's margin, where the axis leaves room.
class TypesetAxisLabel : public QCPLayerable {
public:
    /// Takes the label over; blanks in its place keep the room for its lines.
    explicit TypesetAxisLabel(QCPAxis& axis)
        : QCPLayerable(axis.parentPlot(), QStringLiteral("axes")),
          axis_(axis),
          label_(axis.label(), axis.labelFont()) {
        QStringList blanks;
        for (qsizetype i = 0; i <= axis.label().count(u'\n'); ++i) blanks << QStringLiteral(" ");
        axis.setLabel(blanks.join(u'\n'));
    }

protected:
    void applyDefaultAntialiasingHint(QCPPainter*) const override {}

    void draw(QCPPainter* painter) override {
        const QRectF inner = axis_.axisRect()->rect();
        const QRectF outer = axis_.axisRect()->outerRect();
        const double edge = axis_.padding();
        const double height = label_.size().height();
        painter->setPen(QPen(axis_.labelColor()));
        if (axis_.orientation() == Qt::Horizontal) {
            const bool below = axis_.axisType() == QCPAxis::atBottom;
            const double y = below ? outer.bottom() - edge - height : outer.top() + edge;
            label_.draw(*painter, {inner.left(), y, inner.width(), height}, Qt::AlignHCenter);
            return;
        }
        const bool left = axis_.axisType() == QCPAxis::atLeft;
        painter->save();
        painter->translate(left ? outer.left() + edge : outer.right() - edge,
                           left ? inner.bottom() : inner.top());
        painter->rotate(left ? -90.0 : 90.0);
        label_.draw(*painter, {0.0, 0.0, inner.height(), height}, Qt::AlignHCenter);
        painter->restore();
    }

private:
    QCPAxis& axis_;
    TypesetText label_;
};

/// A line's key and name.
class TypesetLegendItem : public QCPPlottableLegendItem {
public:
    using QCPPlottableLegendItem::QCPPlottableLegendItem;

protected:
    void draw(QCPPainter* painter) override {
        const QString name = mPlottable->name();
        mPlottable->setName({});
        QCPPlottableLegendItem::draw(painter);
        mPlottable->setName(name);
        painter->setPen(QPen(getTextColor()));
        const int from = mParentLegend->iconSize().width() + mParentLegend->iconTextPadding();
        const QRectF area = QRectF(mRect).adjusted(from, 0, 0, 0);
        const TypesetText words(name, getFont());
        const bool tall = words.size().height() > mParentLegend->iconSize().height();
        words.draw(*painter, area, tall ? Qt::AlignTop : Qt::AlignVCenter);
    }
};

}  // namespace

void TypesetItem::draw(QCPPainter* painter) {
    const TypesetText words(text(), mainFont());
    painter->setPen(QPen(mainColor()));
    const QRectF box(QPointF(), words.size());
    const QPointF at = position->pixelPosition();
    painter->save();
    painter->translate(at);
    painter->rotate(rotation());
    const QRectF padded = box.marginsAdded(padding());
    const QPointF corner = getTextDrawPoint(QPointF(), padded, positionAlignment());
    words.draw(*painter, box.translated(corner + QPointF(padding().left(), padding().top())),
               textAlignment());
    painter->restore();
}

void TypesetHeading::draw(QCPPainter* painter) {
    painter->setPen(QPen(mainTextColor()));
    TypesetText(text(), mainFont()).draw(*painter, mRect, Qt::Alignment(textFlags() & 0xff));
}

void typesetLabels(QCustomPlot& plot) {
    for (QCPAxisRect* rect : plot.axisRects()) {
        for (QCPAxis* axis : rect->axes()) {
            if (TypesetText(axis->label(), axis->labelFont()).hasSymbols()) {
                new TypesetAxisLabel(*axis);  // the plot's
            }
        }
    }
    QCPLegend& legend = *plot.legend;
    for (int i = 0; i < legend.itemCount(); ++i) {
        auto* item = qobject_cast<QCPPlottableLegendItem*>(legend.item(i));
        if (item == nullptr) continue;
        if (!TypesetText(item->plottable()->name(), item->font()).hasSymbols()) continue;
        auto* typeset = new TypesetLegendItem(&legend, item->plottable());
        typeset->setFont(item->font());
        typeset->setTextColor(item->textColor());
        int row = 0;
        int column = 0;
        legend.indexToRowCol(i, row, column);
        legend.removeAt(i);  // deletes it
        legend.addElement(row, column, typeset);
    }
}

}  // namespace ballast
