#include "widgets/banner.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

#include "widgets/icons.h"
#include "widgets/palette.h"

namespace ballast {

Banner::Banner(QWidget* parent)
    : QFrame(parent),
      text_(new QLabel(this)),
      symbol_(new QLabel(this)),
      close_(new QToolButton(this)) {
    setObjectName(QStringLiteral("banner"));
    text_->setObjectName(QStringLiteral("banner_text"));
    text_->setWordWrap(true);
    symbol_->setFixedSize(16, 16);  // painted below, in the theme's colour
    text_->setTextFormat(Qt::PlainText);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    close_->setObjectName(QStringLiteral("banner_close"));
    close_->setAutoRaise(true);
    close_->setIcon(icon(QStringLiteral("close")));
    close_->setToolTip(tr("Dismiss (Esc)"));
    close_->setAccessibleName(tr("Dismiss the message"));
    connect(close_, &QToolButton::clicked, this, &Banner::dismiss);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpace3, kSpace1, kSpace2, kSpace1);
    layout->setSpacing(kSpace2);
    layout->addWidget(symbol_);
    layout->addWidget(text_, 1);
    layout->addWidget(close_);
    hide();
}

void Banner::showMessage(const QString& sentence, Kind kind) {
    kind_ = kind;
    text_->setText(sentence);
    const bool error = kind == Kind::error;
    setAccessibleName(error ? tr("Error: %1").arg(sentence) : tr("Notice: %1").arg(sentence));
    setVisible(!sentence.isEmpty());
    update();
}

QString Banner::message() const {
    return text_->text();
}

void Banner::dismiss() {
    if (isHidden()) return;
    hide();
    text_->clear();
    Q_EMIT dismissed();
}

void Banner::paintEvent(QPaintEvent*) {
    const PlotColors colors = plotColors();
    const QColor strong = kind_ == Kind::error ? colors.error : colors.accent;
    QColor ground = strong;
    ground.setAlpha(isDarkTheme() ? 48 : 28);
    QPainter painter(this);
    painter.fillRect(rect(), ground);
    painter.fillRect(QRect(0, 0, 3, height()), strong);
    icon(kind_ == Kind::error ? QStringLiteral("error") : QStringLiteral("info"))
        .paint(&painter, symbol_->geometry());
}

void Banner::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape) {
        dismiss();
    } else {
        QFrame::keyPressEvent(event);
    }
}

}  // namespace ballast
