#include "widgets/transition_view.h"

#include <QLabel>
#include <QScrollBar>
#include <QTextDocumentFragment>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/plot_style.h"

namespace ballast {
namespace {

using Point = Transition::Point;

QString escaped(const std::string& text) {
    return QString::fromStdString(text).toHtmlEscaped().replace(QStringLiteral("_y"),
                                                                QStringLiteral("<sub>y</sub>"));
}

QString percent(double share) {
    return readableNumber(100.0 * share, 1);
}

QString signedPercent(double share) {
    return QStringLiteral("%1%2").arg(QChar(share < 0 ? u'−' : u'+')).arg(percent(std::abs(share)));
}

QString cell(const QString& text, const char* tag = "td") {
    return QStringLiteral("<%1 align='right' style='padding:1px 12px 1px 0'>%2</%1>")
        .arg(QLatin1String(tag), text);
}

QString changesText(const Transition& transition) {
    QString text;
    for (const Transition::Change& change : transition.changes) {
        text += QStringLiteral(
                    "<tr><td style='padding:1px 12px 1px 0'>%1</td><td>%2 → "
                    "<b>%3</b></td></tr>")
                    .arg(escaped(change.what), escaped(change.before), escaped(change.after));
    }
    if (text.isEmpty()) return TransitionView::tr("No setting changes.");
    return QStringLiteral("<table cellspacing='0'>%1</table>").arg(text);
}

/// The columns are the epochs before and after, the last one the latest.
QString valuesText(const Transition& transition) {
    std::vector<Point> points = transition.points;
    const auto has_last = [&](const Point& point) {
        return point.epochs_after == transition.last.epochs_after;
    };
    if (std::ranges::none_of(points, has_last)) {
        points.push_back(transition.last);
        std::ranges::stable_sort(points, {}, &Point::epochs_after);
    }
    QString heads = QStringLiteral("<td></td>");
    for (const Point& point : points) {
        heads += cell(point.epochs_after == 0 ? TransitionView::tr("before")
                                              : QStringLiteral("+%1").arg(point.epochs_after),
                      "th");
    }
    QString rows;
    const auto row = [&](const QString& name, double Point::*value, bool share) {
        QString cells = QStringLiteral("<td style='padding:1px 12px 1px 0'>%1</td>").arg(name);
        for (const Point& point : points) {
            cells += cell(share ? percent(point.*value) : readableNumber(point.*value, 2));
        }
        rows += QStringLiteral("<tr>%1</tr>").arg(cells);
    };
    row(TransitionView::tr("Majority, test %"), &Point::majority, true);
    row(TransitionView::tr("Minority, test %"), &Point::minority, true);
    row(TransitionView::tr("Balanced test %"), &Point::balanced, true);
    row(TransitionView::tr("B<sub>y</sub>(f), majority"), &Point::majority_min_logit, false);
    row(TransitionView::tr("B<sub>y</sub>(f), minority"), &Point::minority_min_logit, false);
    return QStringLiteral("<table cellspacing='0'><tr>%1</tr>%2</table>").arg(heads, rows);
}

QString gainText(const Transition& transition) {
    const double gain = transition.last.minority - transition.points.front().minority;
    if (std::isnan(gain) || transition.trained == 0) return {};
    if (!transition.half_gain) return TransitionView::tr("The minority has not gained.");
    return transition.half_gain == 1
               ? TransitionView::tr("The minority has gained %1 points, half of it in 1 epoch.")
                     .arg(percent(gain))
               : TransitionView::tr("The minority has gained %1 points, half of it in %2 epochs.")
                     .arg(percent(gain))
                     .arg(*transition.half_gain);
}

QString classesText(const QString& heading, const std::vector<Transition::ClassGain>& gains,
                    const QStringList& names) {
    if (gains.empty()) return {};
    QStringList parts;
    for (const Transition::ClassGain& gain : gains) {
        const auto index = static_cast<qsizetype>(gain.class_index);
        const QString name =
            index < names.size() ? names[index] : TransitionView::tr("class %1").arg(index);
        parts << QStringLiteral("%1 %2").arg(name.toHtmlEscaped(), signedPercent(gain.gain));
    }
    return heading.arg(parts.join(QStringLiteral(", ")));
}

QString cardText(const Transition& transition, const QStringList& names) {
    const QString name = transition.phase == 1 ? TransitionView::tr("T₀ = %1").arg(transition.epoch)
                                               : TransitionView::tr("Phase %1 from epoch %2")
                                                     .arg(transition.phase + 1)
                                                     .arg(transition.epoch);
    const QString state =
        transition.trained == 0
            ? TransitionView::tr("not reached yet")
            : TransitionView::tr("%1 of %2 epochs").arg(transition.trained).arg(transition.epochs);
    QStringList sentences{
        gainText(transition),
        classesText(TransitionView::tr("Gained most: %1."), transition.gained, names),
        classesText(TransitionView::tr("Lost most: %1."), transition.lost, names)};
    sentences.removeAll(QString());
    return QStringLiteral(
               "<h4>%1 <span style='font-weight:400'>· %2</span></h4>"
               "<table cellspacing='0'><tr><td style='padding-right:32px'>%3</td>"
               "<td>%4</td></tr></table><p>%5</p>")
        .arg(name, state, changesText(transition), valuesText(transition),
             sentences.join(QStringLiteral("<br>")));
}

}  // namespace

TransitionView::TransitionView(QWidget* parent) : QScrollArea(parent) {
    setObjectName(QStringLiteral("transition_view"));
    setAccessibleName(tr("What the phase changes did"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    auto* content = new QWidget;
    content->setAutoFillBackground(true);
    content->setBackgroundRole(QPalette::Base);
    column_ = new QVBoxLayout(content);
    column_->setContentsMargins(kSpace3, kSpace3, kSpace3, kSpace3);
    column_->setSpacing(kSpace1);
    column_->addStretch(1);
    setWidget(content);
    // Cards that were just made have no place yet; whoever scrolls wants another one.
    connect(verticalScrollBar(), &QScrollBar::rangeChanged, this, &TransitionView::scrollToWanted);
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] { wanted_.reset(); });
    clear(tr("Select a run to see what its phase changes did"));
}

QLabel* TransitionView::addLabel(const QString& text) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::RichText);
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    column_->insertWidget(static_cast<int>(labels_.size()), label);
    labels_.push_back(label);
    return label;
}

void TransitionView::drop() {
    cards_.clear();
    for (QLabel* label : labels_) {
        column_->removeWidget(label);
        label->hide();
        label->deleteLater();
    }
    labels_.clear();
}

void TransitionView::setTransitions(const QString& run_name,
                                    std::span<const Transition> transitions,
                                    const QStringList& class_names) {
    if (transitions.empty()) {
        return clear(tr("%1 has one phase: nothing changes during the run").arg(run_name));
    }
    QStringList texts{
        QStringLiteral("<b>%1</b>").arg(tr("Transitions: %1").arg(run_name.toHtmlEscaped()))};
    for (const Transition& transition : transitions) texts << cardText(transition, class_names);
    // While a run trains only the texts change, and the place that is read stays.
    if (texts.size() != std::ssize(labels_) || cards_.empty()) {
        drop();
        for (const QString& text : texts) addLabel(text);
    }
    cards_.clear();
    for (std::size_t i = 0; i < labels_.size(); ++i) {
        labels_[i]->setText(texts[static_cast<qsizetype>(i)]);
        if (i > 0) cards_.push_back({transitions[i - 1].epoch, labels_[i]});
    }
}

void TransitionView::clear(const QString& reason) {
    drop();
    addLabel(reason.toHtmlEscaped());
}

void TransitionView::showTransition(int epoch) {
    wanted_ = epoch;
    scrollToWanted();
}

void TransitionView::scrollToWanted() {
    if (!wanted_) return;
    const QLabel* card = nullptr;
    for (const Card& one : cards_) {
        if (one.epoch <= *wanted_ || card == nullptr) card = one.label;
    }
    if (card == nullptr) return;
    widget()->layout()->activate();
    verticalScrollBar()->setValue(card->y() - kSpace1);
}

QString TransitionView::text() const {
    QStringList texts;
    for (const QLabel* label : labels_) {
        texts << QTextDocumentFragment::fromHtml(label->text()).toPlainText();
    }
    return texts.join(QLatin1Char('\n'));
}

}  // namespace ballast
