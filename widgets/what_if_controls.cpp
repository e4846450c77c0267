#include "widgets/what_if_controls.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

constexpr double kSliderSteps = 100.0;  // of 1

QString plainNumber(double value) {
    return QString::number(value, 'g', 6);
}

QLabel* makeNote(QWidget* parent, const QString& name) {
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->hide();
    return label;
}

void showNote(QLabel& label, const QString& words) {
    label.setText(words);
    label.setVisible(!words.isEmpty());
}

/// "1, 0.5, 2" as numbers; nothing where one of them is none.
std::optional<std::vector<double>> weightsFrom(const QString& words) {
    std::vector<double> weights;
    for (const QString& part : words.split(u',')) {
        bool ok = false;
        weights.push_back(QLocale::c().toDouble(part.trimmed(), &ok));
        if (!ok) return std::nullopt;
    }
    return weights;
}

}  // namespace

WhatIfControls::WhatIfControls(QWidget* parent)
    : QWidget(parent),
      rows_{Row{"τ", &WhatIf::tau, kTauRange}, Row{"γ", &WhatIf::gamma, kGammaRange},
            Row{"τ-norm", &WhatIf::tau_norm, kTauNormRange},
            Row{"change of α_TDE", &WhatIf::tde, kTdeRange}},
      weights_(new QLineEdit(this)),
      tau_norm_why_(makeNote(this, QStringLiteral("tau_norm_why"))),
      remark_(makeNote(this, QStringLiteral("what_if_remark"))),
      on_validation_(new QPushButton(tr("Best τ on validation"), this)),
      on_test_(new QPushButton(tr("Best τ on test"), this)),
      validation_why_(makeNote(this, QStringLiteral("validation_why"))),
      tuned_sentence_(makeNote(this, QStringLiteral("tuned_sentence"))),
      reset_(new QPushButton(tr("As trained"), this)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace2);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(kSpace2);
    grid->setVerticalSpacing(kSpace1);
    grid->setColumnStretch(0, 1);
    makeRow(rows_[0], tr("Logit adjustment τ"),
            tr("Subtracts τ log π_y from each class's logit (Menon et al.): 1 takes the share of "
               "the training images out of a model that was trained without it"),
            *grid, 0);
    makeRow(rows_[1], tr("Temperature per class γ"),
            tr("Divides each class's logit by (N_y/N_max)^γ, which the VS loss multiplies by in "
               "training; below 0 it multiplies"),
            *grid, 2);
    makeRow(rows_[2], tr("τ-norm of the head"),
            tr("Divides each class's weights of the head by their norm to this power, without its "
               "bias (Kang et al.); 0 leaves the head as it is"),
            *grid, 4);
    makeRow(rows_[3], tr("Change of α_TDE"),
            tr("Takes off so much more of what lies along the mean feature (De-confound, Tang et "
               "al.) than the run does; below 0 less"),
            *grid, 6);
    rows_[3].setVisible(false);  // until it is known of which head the logits are
    column->addLayout(grid);
    column->addWidget(tau_norm_why_);
    auto* weights_label = new QLabel(tr("Decision weights"), this);
    weights_label->setBuddy(weights_);
    weights_->setObjectName(QStringLiteral("what_if_weights"));
    weights_->setPlaceholderText(tr("1 for each class"));
    weights_->setToolTip(tr(
        "Multiplies each class's softmax: one number for each class in the data set's order, apart "
        "by commas; empty: 1 for each"));
    column->addWidget(weights_label);
    column->addWidget(weights_);
    column->addWidget(remark_);
    on_validation_->setObjectName(QStringLiteral("best_tau_on_validation"));
    on_test_->setObjectName(QStringLiteral("best_tau_on_test"));
    reset_->setObjectName(QStringLiteral("what_if_reset"));
    column->addSpacing(kSpace2);
    column->addWidget(on_validation_);
    column->addWidget(validation_why_);
    column->addWidget(on_test_);
    column->addWidget(tuned_sentence_);
    column->addWidget(reset_);
    column->addStretch(1);
    connect(weights_, &QLineEdit::editingFinished, this, &WhatIfControls::weightsEdited);
    connect(on_validation_, &QPushButton::clicked, this,
            [this] { Q_EMIT bestTauRequested(LogitSplit::validation); });
    connect(on_test_, &QPushButton::clicked, this,
            [this] { Q_EMIT bestTauRequested(LogitSplit::test); });
    connect(reset_, &QPushButton::clicked, this, [this] {
        say({});
        change({});
    });
    showAdjustment();
    showTuning();
}

void WhatIfControls::Row::setVisible(bool visible) const {
    label->setVisible(visible);
    slider->setVisible(visible);
    field->setVisible(visible);
}

void WhatIfControls::makeRow(Row& row, const QString& label, const QString& help, QGridLayout& grid,
                             int at) {
    row.slider = new QSlider(Qt::Horizontal, this);
    row.field = new QLineEdit(this);
    QLabel* words = row.label = new QLabel(label, this);
    words->setBuddy(row.field);
    const QString name = text(row.name);
    row.slider->setObjectName(name + QStringLiteral("_slider"));
    row.field->setObjectName(name + QStringLiteral("_field"));
    row.slider->setAccessibleName(label);
    row.field->setAccessibleName(label);
    const QString ranged =
        help + tr(". Useful from %1 to %2.")
                   .arg(plainNumber(row.range.least), plainNumber(row.range.most));
    for (QWidget* part : {static_cast<QWidget*>(words), static_cast<QWidget*>(row.slider),
                          static_cast<QWidget*>(row.field)}) {
        part->setToolTip(ranged);
    }
    row.slider->setRange(static_cast<int>(std::lround(kSliderSteps * row.range.least)),
                         static_cast<int>(std::lround(kSliderSteps * row.range.most)));
    row.slider->setSingleStep(1);
    row.slider->setPageStep(10);
    row.field->setAlignment(Qt::AlignRight);
    row.field->setFixedWidth(row.field->fontMetrics().horizontalAdvance(QStringLiteral("-0.0000")) +
                             2 * kSpace2);
    grid.addWidget(words, at, 0, 1, 2);
    grid.addWidget(row.slider, at + 1, 0);
    grid.addWidget(row.field, at + 1, 1);
    connect(row.slider, &QSlider::valueChanged, this, [this, &row](int steps) {
        say({});
        WhatIf changed = adjustment_;
        changed.*row.value = steps / kSliderSteps;
        change(changed);
    });
    connect(row.field, &QLineEdit::editingFinished, this, [this, &row] { fieldEdited(row); });
}

void WhatIfControls::fieldEdited(Row& row) {
    if (row.field->text() == plainNumber(adjustment_.*row.value)) return;
    bool ok = false;
    const double value = QLocale::c().toDouble(row.field->text().trimmed(), &ok);
    if (!ok || !std::isfinite(value)) {
        say(tr("%1: \"%2\" is no number; allowed: %3 to %4")
                .arg(text(row.name), row.field->text(), plainNumber(row.range.least),
                     plainNumber(row.range.most)));
        showAdjustment();
        return;
    }
    WhatIf changed = adjustment_;
    changed.*row.value = value;
    std::vector<std::string> said;
    changed = clamped(changed, &said);
    say(said.empty() ? QString() : text(said.front()));
    change(changed);
}

void WhatIfControls::weightsEdited() {
    WhatIf changed = adjustment_;
    const QString words = weights_->text().trimmed();
    changed.weights.clear();
    if (!words.isEmpty()) {
        const auto weights = weightsFrom(words);
        const bool fits = weights && static_cast<int>(weights->size()) == classes_;
        const bool allowed =
            fits &&
            std::ranges::all_of(*weights, [](double w) { return std::isfinite(w) && w >= 0.0; }) &&
            std::ranges::any_of(*weights, [](double w) { return w > 0.0; });
        if (!allowed) {
            say(tr("Decision weights: allowed are %1 numbers from 0 on, apart by commas, not all "
                   "of them 0")
                    .arg(classes_));
            return;
        }
        changed.weights = *weights;
    }
    if (changed == adjustment_) return;
    say({});
    change(changed);
}

void WhatIfControls::change(const WhatIf& adjustment) {
    const bool same = adjustment == adjustment_;
    setAdjustment(adjustment);
    if (!same) Q_EMIT adjustmentChanged(adjustment_);
}

void WhatIfControls::setAdjustment(const WhatIf& adjustment) {
    if (tuned_ && adjustment.tau != tuned_->tau) tuned_.reset();
    adjustment_ = adjustment;
    if (static_cast<int>(adjustment.weights.size()) != classes_) adjustment_.weights.clear();
    if (!rows_[2].slider->isEnabledTo(this)) adjustment_.tau_norm = 0.0;
    if (no_effect_) adjustment_.tde = 0.0;
    showAdjustment();
    showTuning();
}

void WhatIfControls::showAdjustment() {
    for (Row& row : rows_) {
        const QSignalBlocker silent(row.slider);
        const double value = adjustment_.*row.value;
        row.slider->setValue(static_cast<int>(std::lround(kSliderSteps * value)));
        row.field->setText(plainNumber(value));
    }
    QStringList weights;
    for (const double weight : adjustment_.weights) weights << plainNumber(weight);
    weights_->setText(weights.join(QStringLiteral(", ")));
    reset_->setEnabled(!(adjustment_ == WhatIf()));
}

void WhatIfControls::setClasses(int classes) {
    classes_ = classes;
    setAdjustment(adjustment_);
}

void WhatIfControls::setTauNormObstacle(const QString& why) {
    Row& row = rows_[2];
    row.slider->setEnabled(why.isEmpty());
    row.field->setEnabled(why.isEmpty());
    showNote(*tau_norm_why_, why.isEmpty() ? why : tr("No τ-norm: %1.").arg(why));
    setAdjustment(adjustment_);
}

void WhatIfControls::setEffect(std::optional<double> tde_alpha) {
    no_effect_ = !tde_alpha;
    const Row& row = rows_[3];
    row.setVisible(tde_alpha.has_value());
    if (tde_alpha) {
        row.label->setText(tr("Change of α_TDE (%1 in the run)").arg(plainNumber(*tde_alpha)));
    }
    setAdjustment(adjustment_);
}

void WhatIfControls::setValidationObstacle(const QString& why) {
    validation_obstacle_ = why;
    showTuning();
}

void WhatIfControls::setTuned(const BestTau& best) {
    WhatIf changed = adjustment_;
    changed.tau = best.tau;
    tuned_ = best;
    change(changed);
    showTuning();
}

void WhatIfControls::setSearching(bool searching) {
    searching_ = searching;
    showTuning();
}

void WhatIfControls::showTuning() {
    on_validation_->setEnabled(!searching_ && validation_obstacle_.isEmpty());
    on_test_->setEnabled(!searching_);
    showNote(*validation_why_, validation_obstacle_);
    showNote(*tuned_sentence_, tuned_ ? text(sentenceOf(*tuned_)) + u'.' : QString());
    QPalette colors = palette();
    const bool on_test = tuned_ && tuned_->split == LogitSplit::test;
    colors.setColor(QPalette::WindowText, on_test ? plotColors().error : plotColors().success);
    tuned_sentence_->setForegroundRole(QPalette::WindowText);
    tuned_sentence_->setPalette(colors);
}

void WhatIfControls::say(const QString& remark) {
    showNote(*remark_, remark);
}

QString WhatIfControls::remark() const {
    return remark_->text();
}

QString WhatIfControls::tunedSentence() const {
    return tuned_sentence_->text();
}

void WhatIfControls::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) showTuning();
}

}  // namespace ballast
