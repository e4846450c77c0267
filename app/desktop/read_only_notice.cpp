#include "app/desktop/read_only_notice.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

#include "app/desktop/run_controller.h"
#include "widgets/icons.h"
#include "widgets/palette.h"

namespace ballast {

ReadOnlyNotice::ReadOnlyNotice(RunController& controller, QWidget* parent)
    : QFrame(parent),
      controller_(controller),
      symbol_(new QLabel),
      text_(new QLabel),
      retry_(new QToolButton) {
    setObjectName(QStringLiteral("read_only"));
    symbol_->setFixedSize(16, 16);  // painted below, in the theme's colour
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::PlainText);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    retry_->setObjectName(QStringLiteral("make_writable"));
    retry_->setText(tr("Work here"));
    retry_->setToolTip(
        tr("Try again to open the workspace for writing; its waiting runs are then trained here"));
    retry_->setAutoRaise(false);
    connect(retry_, &QToolButton::clicked, this, [this] {
        attempt(
            [this] { controller_.makeWritable(); },
            [this](const QString& sentence) { Q_EMIT failed(tr("Not yet: %1").arg(sentence)); });
    });
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(kSpace3, kSpace1, kSpace2, kSpace1);
    row->setSpacing(kSpace2);
    row->addWidget(symbol_);
    row->addWidget(text_, 1);
    row->addWidget(retry_);
    connect(&controller_, &RunController::accessChanged, this, &ReadOnlyNotice::refresh);
    refresh();
}

QString ReadOnlyNotice::sentence() const {
    return text_->text();
}

void ReadOnlyNotice::refresh() {
    const QString sentence = tr("Read-only: %1. Runs can be looked at, compared, explained and "
                                "exported; nothing here is "
                                "trained or changed.")
                                 .arg(controller_.readOnlyReason());
    text_->setText(sentence);
    setAccessibleName(sentence);
    setVisible(controller_.readOnly());
}

void ReadOnlyNotice::paintEvent(QPaintEvent*) {
    const QColor strong = plotColors().warning;
    QColor ground = strong;
    ground.setAlpha(isDarkTheme() ? 48 : 28);
    QPainter painter(this);
    painter.fillRect(rect(), ground);
    painter.fillRect(QRect(0, 0, 3, height()), strong);
    icon(QStringLiteral("lock")).paint(&painter, symbol_->geometry());
}

}  // namespace ballast
