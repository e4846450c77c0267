#include "widgets/bound_answer.h"

#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

QString threeDigits(double value) {
    if (std::isnan(value)) return QStringLiteral("–");
    const bool wide = std::abs(value) >= 1000.0 && std::abs(value) < 1e6;
    return wide ? QString::number(value, 'f', 0) : QString::number(value, 'g', 3);
}

QLabel* wordsLabel(const char* name) {
    auto* label = new QLabel;
    label->setObjectName(QLatin1String(name));
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

void emptyLayout(QLayout& layout) {
    while (QLayoutItem* item = layout.takeAt(0)) {
        if (item->widget() != nullptr) item->widget()->deleteLater();
        delete item;
    }
}

QLabel* tableCell(const QString& words, const QString& tip, bool number) {
    auto* cell = new QLabel(words);
    cell->setToolTip(tip);
    if (number) cell->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    return cell;
}

/// What tells it from the other one, where there is one: run, epoch, or both.
QString nameAmong(const std::vector<BoundInspection>& all, const BoundInspection& one) {
    if (all.size() < 2) return {};
    const bool one_run = all[0].run == all[1].run;
    const bool one_epoch = all[0].epochs_done == all[1].epochs_done;
    if (one_run) return tr("Epoch %1").arg(one.epochs_done);
    return one_epoch ? text(one.name) : tr("%1, epoch %2").arg(text(one.name)).arg(one.epochs_done);
}

QString withName(const QString& name, const QString& words) {
    return name.isEmpty() ? words : QStringLiteral("%1: %2").arg(name, words);
}

}  // namespace

BoundAnswer::BoundAnswer(QWidget* parent)
    : QWidget(parent),
      sums_(wordsLabel("bound_sums")),
      bounds_(new QWidget),
      table_(new QGridLayout(bounds_)),
      comparison_(wordsLabel("bound_comparison")),
      delta_(new QDoubleSpinBox),
      loss_bound_(new QDoubleSpinBox),
      slopes_(wordsLabel("bound_slopes")),
      notes_(wordsLabel("bound_notes")),
      advice_(new QVBoxLayout) {
    table_->setContentsMargins(0, 0, 0, 0);
    table_->setHorizontalSpacing(kSpace3);
    table_->setVerticalSpacing(kSpace1);
    advice_->setContentsMargins(0, 0, 0, 0);
    advice_->setSpacing(kSpace2);
    notes_->setForegroundRole(QPalette::PlaceholderText);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace3);
    column->setSpacing(kSpace1);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const auto section = [&](const QString& heading, std::initializer_list<QWidget*> parts) {
        auto* label = new QLabel(heading);
        label->setFont(bold);
        label->setWordWrap(true);
        if (!parts_.empty()) column->addSpacing(kSpace2);
        column->addWidget(label);
        parts_.push_back(label);
        for (QWidget* part : parts) {
            column->addWidget(part);
            parts_.push_back(part);
        }
    };
    section(tr("Complexity (Eq. 16)"), {sums_});
    section(tr("Union bound or data-dependent bound?"), {bounds_, comparison_, makeConstants()});
    section(tr("Is κ > 1? (Prop. 2)"), {slopes_});
    column->addLayout(advice_);
    column->addWidget(notes_);
    column->addStretch(1);
    setInspections({});
}

QWidget* BoundAnswer::makeConstants() {
    auto* box = new QWidget;
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, kSpace1, 0, 0);
    form->setSpacing(kSpace1);
    delta_->setObjectName(QStringLiteral("bound_delta"));
    delta_->setDecimals(4);
    delta_->setRange(0.0001, 0.9999);
    delta_->setSingleStep(0.01);
    delta_->setValue(BoundConstants().delta);
    delta_->setToolTip(tr("δ: both bounds hold with probability 1 − δ; from 0.0001 to 0.9999"));
    loss_bound_->setObjectName(QStringLiteral("bound_loss_bound"));
    loss_bound_->setDecimals(2);
    loss_bound_->setRange(0.01, 1e6);
    loss_bound_->setSingleStep(1.0);
    loss_bound_->setValue(BoundConstants().loss_bound);
    loss_bound_->setToolTip(
        tr("M: both bounds take the loss to lie between 0 and M; from 0.01 to a million"));
    form->addRow(tr("Confidence &δ"), delta_);
    form->addRow(tr("Largest loss &M"), loss_bound_);
    auto* unknown = wordsLabel("bound_unknown");
    unknown->setText(
        tr("Not known, so taken as 1 in both: c of Ĉ_S(F) = c⁠/⁠√N (Asm. 1), and the "
           "constants "
           "that "
           "≲ leaves out."));
    unknown->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(unknown);
    for (QDoubleSpinBox* spin : {delta_, loss_bound_}) {
        spin->setKeyboardTracking(false);
        connect(spin, &QDoubleSpinBox::valueChanged, this, &BoundAnswer::constantsChanged);
    }
    return box;
}

BoundConstants BoundAnswer::constants() const {
    return {delta_->value(), loss_bound_->value(), 1.0};
}

void BoundAnswer::setConstants(const BoundConstants& constants) {
    const QSignalBlocker delta(delta_);
    const QSignalBlocker loss_bound(loss_bound_);
    delta_->setValue(constants.delta);
    loss_bound_->setValue(constants.loss_bound);
}

void BoundAnswer::setInspections(std::vector<BoundInspection> inspections) {
    inspections_ = std::move(inspections);
    QStringList sums;
    QStringList comparisons;
    QStringList slopes;
    QStringList notes;
    for (const BoundInspection& one : inspections_) {
        const QString name = nameAmong(inspections_, one);
        sums << withName(
            name, tr("1/(C π_C) · Σ = %1; as the data show (◇): %2")
                      .arg(threeDigits(one.factors.sum()), threeDigits(one.factors.observedSum())));
        const QString comparison = text(one.comparison());
        if (!comparison.isEmpty()) comparisons << withName(name, comparison + u'.');
        slopes << withName(name, text(slopeSentence(one.slope)) + u'.');
        if (one.observed_slope.undefined.empty()) {
            slopes << tr("As the data show (◇): %1.").arg(text(slopeText(one.observed_slope)));
        }
        for (const std::string& note : one.notes) {
            notes << QStringLiteral("⚠ ") + withName(name, text(note)) + u'.';
        }
    }
    sums_->setText(sums.join(QLatin1Char('\n')));
    comparison_->setText(comparisons.join(QLatin1Char('\n')));
    slopes_->setText(slopes.join(QLatin1Char('\n')));
    notes_->setText(notes.join(QLatin1Char('\n')));
    fillTable();
    emptyLayout(*advice_);
    addAdvice();
    for (QWidget* part : parts_) part->setVisible(!inspections_.empty());
    notes_->setVisible(!notes.isEmpty());
}

void BoundAnswer::fillTable() {
    emptyLayout(*table_);
    struct Row {
        QString words;
        QString tip;
        double BoundParts::*value;
    };
    const Row rows[] = {
        {tr("training loss"),
         tr("Eq. 14: R̂ / (C π_C). Eq. 7: the mean over classes of R̂_y, of which an epoch records "
            "only Σ π_y R̂_y = R̂: it lies between these two numbers"),
         &BoundParts::risk},
        {tr("function class"),
         tr("Eq. 14: c/√N · Σ μ_y √π_y / (C π_C). Eq. 7: the mean of max μ · c/√N_y, with one "
            "Lipschitz constant for all classes (Def. 1)"),
         &BoundParts::complexity},
        {tr("confidence"),
         tr("Eq. 14: 3 M √(log(2/δ) / 2N) / (C π_C). Eq. 7: the mean of 3 M √(log(2C/δ) / 2N_y)"),
         &BoundParts::confidence}};
    int line = 0;
    for (const BoundInspection& one : inspections_) {
        if (inspections_.size() > 1) {
            auto* name = tableCell(nameAmong(inspections_, one), {}, false);
            name->setWordWrap(true);
            name->setForegroundRole(QPalette::PlaceholderText);
            table_->addWidget(name, line++, 0, 1, 3);
        }
        table_->addWidget(tableCell(tr("Eq. 7, union"), tr("Proposition 1"), true), line, 1);
        table_->addWidget(tableCell(tr("Eq. 14"), tr("Theorem 1 and Proposition 3"), true), line++,
                          2);
        for (const Row& row : rows) {
            const bool risk = row.value == &BoundParts::risk;
            const QString theirs =
                risk ? (std::isnan(one.union_risk.lower)
                            ? QStringLiteral("–")
                            : tr("%1 … %2").arg(threeDigits(one.union_risk.lower),
                                                threeDigits(one.union_risk.upper)))
                     : threeDigits(one.union_bound.*row.value);
            table_->addWidget(tableCell(row.words, row.tip, false), line, 0);
            table_->addWidget(tableCell(theirs, row.tip, true), line, 1);
            table_->addWidget(tableCell(threeDigits(one.data_dependent.*row.value), row.tip, true),
                              line++, 2);
        }
    }
    table_->setColumnStretch(0, 1);
}

void BoundAnswer::addAdvice() {
    for (const BoundInspection& one : inspections_) {
        if (!one.advice) continue;
        auto* words = wordsLabel("bound_advice");
        words->setText(withName(nameAmong(inspections_, one), text(one.advice->sentence)) + u'.');
        auto* button = new QPushButton(text(one.advice->action));
        button->setObjectName(QStringLiteral("bound_take_advice"));
        button->setToolTip(
            tr("Opens the changed config on the Experiment page; nothing is trained yet"));
        connect(button, &QPushButton::clicked, this,
                [this, config = one.advice->config] { Q_EMIT adviceTaken(config); });
        auto* heading = new QLabel(tr("Advice (In4-a)"));
        QFont bold = font();
        bold.setWeight(QFont::DemiBold);
        heading->setFont(bold);
        heading->setContentsMargins(0, kSpace2, 0, 0);
        advice_->addWidget(heading);
        advice_->addWidget(words);
        advice_->addWidget(button, 0, Qt::AlignLeft);
    }
}

QString BoundAnswer::sentences() const {
    QStringList lines = {sums_->text(), comparison_->text(), slopes_->text()};
    for (const BoundInspection& one : inspections_) {
        if (one.advice) lines << text(one.advice->sentence);
    }
    lines << notes_->text();
    lines.removeAll(QString());
    return lines.join(QLatin1Char('\n'));
}

}  // namespace ballast
