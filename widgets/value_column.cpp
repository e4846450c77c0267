#include "widgets/value_column.h"

#include <QPainter>
#include <algorithm>
#include <span>

#include "widgets/palette.h"
#include "widgets/plot_style.h"

namespace ballast {

namespace {

// Letters of a name that there is room for.
constexpr int kLeastName = 12;
constexpr int kMostName = 30;

}  // namespace

ValueColumn::ValueColumn(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Ignored);
}

void ValueColumn::setValues(const QString& when, const QStringList& headings,
                            const std::vector<Row>& rows, int more) {
    if (when == when_ && headings == headings_ && rows == rows_ && more == more_) return;
    more_ = more;
    when_ = when;
    headings_ = headings;
    rows_ = rows;
    if (const int width = sizeHint().width(); width != shown_width_) {
        shown_width_ = width;
        updateGeometry();
    }
    QStringList lines{when};
    for (const Row& row : rows) {
        QStringList values;
        for (qsizetype i = 0; i < row.values.size() && i < headings.size(); ++i) {
            values << headings[i] + QLatin1Char(' ') + row.values[i];
        }
        lines << row.name + QStringLiteral(": ") + values.join(QStringLiteral(", "));
    }
    if (more > 0) lines << tr("%L1 more").arg(more);
    setAccessibleDescription(lines.join(QLatin1Char('\n')));
    update();
}

void ValueColumn::setRoom(int columns, const QString& widest) {
    room_columns_ = columns;
    room_text_ = widest;
}

int ValueColumn::lineHeight() const {
    return QFontMetrics(screenScale().font).height() + 3;
}

/// Below the headings.
int ValueColumn::rowsTop() const {
    return kSpace1 + lineHeight() + 2;
}

int ValueColumn::room() const {
    return std::max(0, (height() - rowsTop()) / lineHeight());
}

int ValueColumn::left() const {
    const int all = static_cast<int>(rows_.size());
    if (more_ == 0 && all <= room()) return 0;
    return more_ + all - std::min(all, std::max(0, room() - 1));  // a line says so
}

/// Each column as wide as its widest text.
std::vector<int> ValueColumn::columnWidths() const {
    const QFontMetrics metrics(screenScale().font);
    std::vector<int> widths;
    for (qsizetype i = 0; i < headings_.size(); ++i) {
        int width = metrics.horizontalAdvance(headings_[i]);
        for (const Row& row : rows_) {
            if (i < row.values.size()) {
                width = std::max(width, metrics.horizontalAdvance(row.values[i]));
            }
        }
        widths.push_back(width + kSpace3);
    }
    return widths;
}

QSize ValueColumn::sizeHint() const {
    // Whatever the headings: columns beside other plots show the same names.
    const QFontMetrics metrics(screenScale().font);
    const int value = metrics.horizontalAdvance(room_text_) + kSpace3;
    int name = kLeastName * metrics.averageCharWidth();
    for (const Row& row : rows_) name = std::max(name, metrics.horizontalAdvance(row.name));
    name = std::min(name, kMostName * metrics.averageCharWidth());
    return {room_columns_ * value + name + kSpace4 + kSpace2, 60};
}

void ValueColumn::paintEvent(QPaintEvent*) {
    if (rows_.empty()) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const PlotColors colors = plotColors();
    QFont font = screenScale().font;
    const QFontMetrics metrics(font);
    const int line = lineHeight();
    const int right = width() - kSpace3;
    const std::vector<int> widths = columnWidths();
    const auto count = static_cast<int>(widths.size());
    std::vector<QRect> columns(widths.size());
    int edge = right;
    for (std::size_t i = widths.size(); i-- > 0;) {
        edge -= widths[i];
        columns[i] = QRect(edge, 0, widths[i], line);
    }
    const auto column = [&](int index, int top) {
        return columns[static_cast<std::size_t>(index)].translated(0, top);
    };
    const int name_width = edge;

    painter.setFont(font);
    painter.setPen(colors.muted);
    int top = kSpace1;
    painter.drawText(QRect(kSpace1, top, name_width, line), Qt::AlignLeft | Qt::AlignVCenter,
                     when_);
    for (int i = 0; i < count; ++i) {
        painter.drawText(column(i, top), Qt::AlignRight | Qt::AlignVCenter, headings_[i]);
    }
    top = rowsTop();
    painter.setPen(QPen(colors.grid, 1));
    painter.drawLine(kSpace1, top - 1, right, top - 1);

    const int left_out = left();
    const auto shown = static_cast<int>(rows_.size()) + more_ - left_out;
    for (const Row& row : std::span(rows_).first(static_cast<std::size_t>(shown))) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(row.color);
        painter.drawRoundedRect(QRectF(kSpace1, top + (line - 8) / 2.0, 8, 8), 2, 2);
        painter.setPen(colors.text);
        const int name_left = kSpace1 + 8 + kSpace1 + 2;
        painter.drawText(QRect(name_left, top, name_width - name_left, line),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(row.name, Qt::ElideRight, name_width - name_left));
        for (int i = 0; i < count && i < row.values.size(); ++i) {
            painter.drawText(column(i, top), Qt::AlignRight | Qt::AlignVCenter, row.values[i]);
        }
        top += line;
    }
    if (left_out == 0) return;
    painter.setPen(colors.muted);
    painter.drawText(QRect(kSpace1, top, right - kSpace1, line), Qt::AlignLeft | Qt::AlignVCenter,
                     tr("%L1 more").arg(left_out));
}

}  // namespace ballast
