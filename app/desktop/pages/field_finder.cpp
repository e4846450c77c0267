#include "app/desktop/pages/field_finder.h"

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QToolButton>

#include "widgets/icons.h"
#include "widgets/palette.h"

namespace ballast {

FieldFinder::FieldFinder(QWidget* parent)
    : QWidget(parent), line_(new QLineEdit), differing_(new QToolButton) {
    line_->setObjectName(QStringLiteral("find_field"));
    line_->setAccessibleName(tr("Find a field"));
    line_->setPlaceholderText(tr("Find a field"));
    line_->setToolTip(
        tr("Words of a field's label, pointer or help (Ctrl+F). Return goes to the "
           "first field, Escape shows all"));
    line_->setClearButtonEnabled(true);
    line_->addAction(icon(QStringLiteral("search")), QLineEdit::LeadingPosition);
    line_->installEventFilter(this);
    differing_->setObjectName(QStringLiteral("differing"));
    differing_->setCheckable(true);
    differing_->setAutoRaise(true);
    differing_->setFocusPolicy(Qt::StrongFocus);
    differing_->hide();
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(kSpace3 + 2, kSpace1, kSpace3, kSpace1);
    layout->setSpacing(kSpace2);
    layout->addWidget(line_, 1);
    layout->addWidget(differing_);
    connect(line_, &QLineEdit::textChanged, this, &FieldFinder::changed);
    connect(line_, &QLineEdit::returnPressed, this, &FieldFinder::left);
    connect(differing_, &QToolButton::toggled, this, &FieldFinder::changed);
}

QString FieldFinder::typed() const {
    return line_->text();
}

bool FieldFinder::onlyDiffering() const {
    return differing_->isChecked();
}

void FieldFinder::setDiffering(int fields, const QString& preset) {
    differing_->setVisible(fields > 0);
    if (fields == 0) return differing_->setChecked(false);
    const QString name =
        fontMetrics().elidedText(preset, Qt::ElideMiddle, fontMetrics().averageCharWidth() * 18);
    differing_->setText(fields == 1 ? tr("1 field differs from %1").arg(name)
                                    : tr("%1 fields differ from %2").arg(fields).arg(name));
    differing_->setAccessibleName(differing_->text());
    differing_->setToolTip(tr("Show only the fields whose values are not those of %1").arg(preset));
}

void FieldFinder::focusLine() {
    line_->setFocus(Qt::ShortcutFocusReason);
    line_->selectAll();
}

void FieldFinder::clear() {
    line_->clear();
    differing_->setChecked(false);
}

bool FieldFinder::eventFilter(QObject* watched, QEvent* event) {
    if (watched == line_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Escape) {
            const bool shows_all = typed().isEmpty() && !onlyDiffering();
            clear();
            if (shows_all) Q_EMIT left();
            return true;
        }
        if (key == Qt::Key_Down) {
            Q_EMIT left();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace ballast
