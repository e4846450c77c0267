#include "widgets/form_section.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/palette.h"

namespace ballast {

FormSection::FormSection(const QString& title, const QString& key, Look look, QWidget* parent)
    : QWidget(parent),
      title_(new QToolButton),
      note_(new QLabel),
      inside_(new QWidget),
      header_(new QHBoxLayout),
      body_(new QVBoxLayout) {
    setObjectName(key);
    title_->setObjectName(QStringLiteral("fold/") + key);
    title_->setText(title);
    title_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    title_->setAutoRaise(true);
    title_->setFocusPolicy(Qt::StrongFocus);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    title_->setFont(bold);
    note_->setTextFormat(Qt::RichText);
    header_->setSpacing(kSpace2);
    header_->addWidget(title_);
    header_->addWidget(note_);
    header_->addStretch(1);
    body_->setContentsMargins(0, 0, 0, 0);
    inside_->setLayout(body_);
    auto* column = new QVBoxLayout(this);
    if (look == Look::card) {
        auto* card = new QFrame;
        card->setFrameShape(QFrame::StyledPanel);
        auto* box = new QVBoxLayout(card);
        box->setContentsMargins(kSpace1, kSpace1, kSpace1, kSpace1);
        box->setSpacing(2);
        box->addLayout(header_);
        box->addWidget(inside_);
        body_->setContentsMargins(kSpace1, 0, 0, kSpace1);
        body_->setSpacing(2);
        column->setContentsMargins(0, 0, 0, kSpace1);
        column->addWidget(card);
    } else {
        auto* line = new QFrame;
        line->setFrameShape(QFrame::HLine);
        line->setFrameShadow(QFrame::Plain);
        line->setForegroundRole(QPalette::Mid);
        line->setFixedHeight(1);
        column->setContentsMargins(0, kSpace2, 0, 0);
        column->setSpacing(kSpace1);
        body_->setSpacing(kSpace1);
        column->addLayout(header_);
        column->addWidget(line);
        column->addWidget(inside_);
    }
    dress();
    connect(title_, &QToolButton::clicked, this, [this] {
        if (held_open_) return;
        setFolded(!folded_);
        Q_EMIT foldedChanged();
    });
}

void FormSection::setFolded(bool folded) {
    folded_ = folded;
    dress();
}

void FormSection::setHeldOpen(bool open) {
    held_open_ = open;
    dress();
}

void FormSection::setHidden(int wrong, int differing) {
    wrong_ = wrong;
    differing_ = differing;
    dress();
}

void FormSection::dress() {
    const bool shown = held_open_ || !folded_;
    inside_->setVisible(shown);
    title_->setArrowType(shown ? Qt::DownArrow : Qt::RightArrow);
    title_->setToolTip(shown ? tr("Fold %1").arg(title_->text())
                             : tr("Open %1").arg(title_->text()));
    title_->setAccessibleName(shown ? tr("%1, open").arg(title_->text())
                                    : tr("%1, folded").arg(title_->text()));
    QString note;
    if (!shown && wrong_ > 0) {
        note = QStringLiteral("<span style='color:%1'>%2</span>")
                   .arg(plotColors().error.name(),
                        wrong_ == 1 ? tr("1 field needs attention")
                                    : tr("%1 fields need attention").arg(wrong_));
    } else if (!shown && differing_ > 0) {
        note = QStringLiteral("<span style='color:%1'>%2</span>")
                   .arg(plotColors().muted.name(), tr("%1 changed").arg(differing_));
    }
    note_->setText(note);
    note_->setVisible(!note.isEmpty());
}

}  // namespace ballast
