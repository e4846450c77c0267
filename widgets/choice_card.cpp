#include "widgets/choice_card.h"

#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

#include "widgets/icons.h"
#include "widgets/palette.h"

namespace ballast {
namespace {

constexpr int kCardWidth = 264;
constexpr int kCardSymbol = 28;

}  // namespace

ChoiceCard::ChoiceCard(const QString& icon_name, const QString& title, const QString& words,
                       QWidget* parent)
    : QFrame(parent), symbol_(new QWidget), icon_name_(icon_name) {
    setAccessibleName(title);
    setAccessibleDescription(words);
    symbol_->setFixedSize(kCardSymbol, kCardSymbol);  // painted below, in the theme's colour
    auto* heading = new QLabel(title);
    QFont font = heading->font();
    font.setPointSizeF(font.pointSizeF() * 1.2);
    font.setBold(true);
    heading->setFont(font);
    heading->setWordWrap(true);
    auto* text = new QLabel(words);
    text->setWordWrap(true);
    text->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace4, kSpace4, kSpace4, kSpace4);
    column->setSpacing(kSpace2);
    column->addWidget(symbol_);
    column->addWidget(heading);
    column->addWidget(text, 1);
    column->addSpacing(kSpace1);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
}

QPushButton* ChoiceCard::addButton(const QString& words, const QString& tip, bool first_choice) {
    auto* button = new QPushButton(words);
    button->setToolTip(tip);
    button->setDefault(first_choice);
    layout()->addWidget(button);
    return button;
}

QSize ChoiceCard::sizeHint() const {
    return {kCardWidth, layout()->hasHeightForWidth() ? layout()->heightForWidth(kCardWidth)
                                                      : QFrame::sizeHint().height()};
}

void ChoiceCard::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor line = plotColors().axis;
    line.setAlpha(90);
    painter.setPen(QPen(line, 1));
    painter.setBrush(palette().color(QPalette::Base));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    icon(icon_name_).paint(&painter, symbol_->geometry());
}

}  // namespace ballast
