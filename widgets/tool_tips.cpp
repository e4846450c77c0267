#include "widgets/tool_tips.h"

#include <QAbstractItemView>
#include <QHeaderView>
#include <QHelpEvent>
#include <QToolTip>

namespace ballast {
namespace {

constexpr qsizetype kLine = 72;  // letters

/// What an item view says of the item or header section under the mouse.
QString itemToolTip(const QAbstractItemView& view, const QPoint& at) {
    if (const auto* header = qobject_cast<const QHeaderView*>(&view)) {
        const int section = header->logicalIndexAt(at);
        if (section < 0 || header->model() == nullptr) return {};
        return header->model()
            ->headerData(section, header->orientation(), Qt::ToolTipRole)
            .toString();
    }
    return view.indexAt(at).data(Qt::ToolTipRole).toString();
}

}  // namespace

QString wrappedToolTip(const QString& text) {
    QStringList lines;
    for (QString rest : text.split(QLatin1Char('\n'))) {
        while (rest.size() > kLine) {
            qsizetype space = rest.lastIndexOf(QLatin1Char(' '), kLine);
            if (space <= 0) space = rest.indexOf(QLatin1Char(' '));  // a long path stays whole
            if (space <= 0) break;
            lines << rest.left(space);
            rest.remove(0, space + 1);
        }
        lines << rest;
    }
    return lines.join(QLatin1Char('\n'));
}

bool ToolTips::eventFilter(QObject* watched, QEvent* event) {
    auto* widget = qobject_cast<QWidget*>(watched);
    if (event->type() != QEvent::ToolTip || widget == nullptr) return false;
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto* view = qobject_cast<const QAbstractItemView*>(widget->parentWidget());
    const bool item = view != nullptr && view->viewport() == widget;
    const QString text = item ? itemToolTip(*view, help->pos()) : widget->toolTip();
    if (text.isEmpty() || Qt::mightBeRichText(text)) return false;
    const QString wrapped = wrappedToolTip(text);
    if (wrapped == text) return false;
    QToolTip::showText(help->globalPos(), wrapped, widget);
    return true;
}

}  // namespace ballast
