#include "app/desktop/pages/compare_choices.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/desktop/comparison.h"
#include "core/analysis/figure_field.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

/// Results that a figure shows rather than others; the rest can be named in its file.
constexpr const char* kResults[] = {"best", "last",     "ratio",    "many",       "medium",
                                    "few",  "majority", "minority", "validation", "loss"};

constexpr qsizetype kMostClasses = 30;
constexpr int kLeastLetters = 12;  // of a box
constexpr int kMostLetters = 60;

QLabel* labelFor(const QString& words, QWidget* buddy) {
    auto* label = new QLabel(words);
    label->setBuddy(buddy);
    return label;
}

}  // namespace

CompareChoices::CompareChoices(QWidget* parent)
    : QWidget(parent),
      views_(new QButtonGroup(this)),
      axes_row_(new QWidget),
      axes_(new QToolButton),
      x_(new QComboBox),
      y_(new QComboBox),
      second_(new QComboBox),
      lines_(new QToolButton),
      look_(new QToolButton),
      filter_(new QLineEdit),
      ticked_(new QToolButton),
      watch_(new QToolButton),
      fill_(new QToolButton) {
    makeAxes();
    makeRuns();
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace2);
    rows->setSpacing(kSpace2);
    auto* row = new QHBoxLayout(axes_row_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kSpace2);
    QLabel* over = labelFor(tr("&over"), x_);
    QLabel* and_second = labelFor(tr("&and"), second_);
    row->addWidget(labelFor(tr("&Result"), y_));
    row->addWidget(y_, 3);
    row->addWidget(over);
    row->addWidget(x_, 3);
    row->addWidget(and_second);
    row->addWidget(second_, 2);
    row->addWidget(lines_);
    row->addWidget(look_);
    row->addWidget(axes_);
    row->addStretch(0);
    of_settings_ = {over, x_, and_second, second_, lines_, look_};
    // First what every view has, so that the views' buttons stay where they are.
    auto* common = new QHBoxLayout;
    common->setSpacing(kSpace2);
    common->addWidget(makeViews());
    common->addWidget(filter_, 1);
    common->addWidget(ticked_);
    common->addWidget(watch_);
    common->addWidget(fill_);
    rows->addLayout(common);
    rows->addWidget(axes_row_);
    setView(CompareView::settings);
}

QWidget* CompareChoices::makeViews() {
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    const auto add = [&](CompareView view, const char* name, const QString& words,
                         const QString& tip) {
        auto* button = new QToolButton;
        button->setObjectName(QLatin1String(name));
        button->setText(words);
        button->setToolTip(tip);
        button->setCheckable(true);
        button->setAutoRaise(true);
        views_->addButton(button, static_cast<int>(view));
        row->addWidget(button);
    };
    add(CompareView::settings, "view_settings", tr("Settings"),
        tr("A result over one setting or two: lines or a grid"));
    add(CompareView::parallel, "view_parallel", tr("All fields"),
        tr("Runs as lines through all their settings"));
    add(CompareView::classes, "view_classes", tr("Classes"),
        tr("By class: what one setting gets right and takes for another class, or more than a "
           "second"));
    add(CompareView::paper, "view_paper", tr("Paper"),
        tr("The paper's tables, and own numbers beside them"));
    connect(views_, &QButtonGroup::idClicked, this,
            [this](int id) { Q_EMIT viewChosen(static_cast<CompareView>(id)); });
    return bar;
}

void CompareChoices::setView(CompareView view) {
    if (QAbstractButton* button = views_->button(static_cast<int>(view))) button->setChecked(true);
    for (QWidget* widget : of_settings_) widget->setVisible(view == CompareView::settings);
    axes_->setVisible(view == CompareView::parallel);
    axes_row_->setVisible(view == CompareView::settings || view == CompareView::parallel);
    watch_->setVisible(view == CompareView::settings);
    if (view != CompareView::settings) fill_->hide();
}

void CompareChoices::makeAxes() {
    x_->setObjectName(QStringLiteral("compare_x"));
    x_->setToolTip(tr("What varies: a setting in which the runs differ"));
    y_->setObjectName(QStringLiteral("compare_y"));
    y_->setToolTip(tr("The result, of the best epoch or of the last"));
    fillResults();
    for (QComboBox* box : {x_, y_, second_}) {  // the window may be narrow
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(kLeastLetters);
    }
    y_->setMaximumWidth(kMostLetters * fontMetrics().averageCharWidth());
    connect(x_, &QComboBox::activated, this, [this] {
        change([this, name = x_->currentData().toString().toStdString()](
                   FigureDescription& figure) { setAxis(figure, name, choices_); });
    });
    connect(y_, &QComboBox::activated, this, [this] {
        change([name = y_->currentData().toString().toStdString()](FigureDescription& figure) {
            (figure.figure == FigureKind::response ? figure.y : figure.value) = name;
        });
    });
    second_->setObjectName(QStringLiteral("compare_second"));
    second_->setToolTip(tr("A second setting: a grid of both instead of lines"));
    connect(second_, &QComboBox::activated, this,
            [this] { setSecondAxis(second_->currentData().toString().toStdString()); });
    lines_->setObjectName(QStringLiteral("compare_lines"));
    lines_->setText(tr("Lines"));
    lines_->setToolTip(tr("By what the runs fall into lines"));
    auto* line_menu = new QMenu(lines_);
    connect(line_menu, &QMenu::aboutToShow, this, [this, line_menu] { fillLines(*line_menu); });
    look_->setText(tr("Show"));
    look_->setToolTip(tr("The axis, the error bars, single seeds, contours"));
    auto* look_menu = new QMenu(look_);
    connect(look_menu, &QMenu::aboutToShow, this, [this, look_menu] { makeShowMenu(*look_menu); });
    axes_->setObjectName(QStringLiteral("compare_axes"));
    axes_->setText(tr("Axes"));
    axes_->setToolTip(tr("Through which settings the lines go"));
    auto* axes_menu = new QMenu(axes_);
    connect(axes_menu, &QMenu::aboutToShow, this, [this, axes_menu] { fillAxes(*axes_menu); });
    axes_->setMenu(axes_menu);
    lines_->setMenu(line_menu);
    look_->setMenu(look_menu);
    for (QToolButton* button : {lines_, look_, axes_}) {
        button->setPopupMode(QToolButton::InstantPopup);
        button->setAutoRaise(true);
    }
}

void CompareChoices::makeRuns() {
    filter_->setObjectName(QStringLiteral("compare_filter"));
    filter_->setAccessibleName(tr("Only runs"));
    filter_->setPlaceholderText(tr("Only runs: best > 60 % and /data/imbalance/ratio = 100"));
    filter_->setToolTip(tr("FIELD OPERATOR VALUE, joined by “and”, as in the run table"));
    filter_->setClearButtonEnabled(true);
    connect(filter_, &QLineEdit::textChanged, this, &CompareChoices::runsChosen);
    ticked_->setObjectName(QStringLiteral("compare_ticked"));
    ticked_->setText(tr("Ticked only"));
    ticked_->setToolTip(tr("Only the runs that are ticked on the Runs page"));
    ticked_->setCheckable(true);
    ticked_->setAutoRaise(true);
    connect(ticked_, &QToolButton::toggled, this, &CompareChoices::runsChosen);
    watch_->setObjectName(QStringLiteral("compare_watch"));
    watch_->setText(tr("Watch its runs"));
    watch_->setIcon(icon(QStringLiteral("plots")));
    watch_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    watch_->setToolTip(tr("The runs of the chosen point, alone on the Runs page"));
    watch_->setAutoRaise(true);
    watch_->setEnabled(false);
    connect(watch_, &QToolButton::clicked, this, &CompareChoices::watchRequested);
    fill_->setObjectName(QStringLiteral("compare_fill"));
    fill_->setIcon(icon(QStringLiteral("play")));
    fill_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    fill_->setToolTip(tr("Train the settings and seeds that other lines have and these lack"));
    fill_->setAutoRaise(true);
    fill_->hide();
    connect(fill_, &QToolButton::clicked, this, &CompareChoices::fillRequested);
}

/// A grid over both axes, or without a second one the lines of methods.
void CompareChoices::setSecondAxis(const std::string& name) {
    change([&](FigureDescription& figure) {
        const std::string result = resultOf(figure);
        figure.figure = name.empty() ? FigureKind::response : FigureKind::surface;
        if (name.empty()) {
            figure.y = result;
            figure.lines = FigureDescription().lines;
            setAxis(figure, figure.x, choices_);
        } else {
            figure.value = result;
            figure.y = name;
        }
    });
}

void CompareChoices::change(const std::function<void(FigureDescription&)>& how) {
    FigureDescription figure = figure_;
    how(figure);
    Q_EMIT figureChosen(figure);
}

/// Also each class's accuracy, where they are few enough to be looked through.
void CompareChoices::fillResults() {
    y_->clear();
    for (const char* name : kResults) {
        y_->addItem(text(figureFieldLabel(name)), QString::fromLatin1(name));
    }
    if (classes_.isEmpty() || classes_.size() > kMostClasses) return;
    y_->insertSeparator(y_->count());
    for (qsizetype k = 0; k < classes_.size(); ++k) {
        y_->addItem(tr("test accuracy of class %1, best epoch").arg(classes_[k]),
                    QStringLiteral("class:%1").arg(k));
    }
}

void CompareChoices::setClasses(const QStringList& names) {
    if (names == classes_) return;
    classes_ = names;
    fillResults();
}

void CompareChoices::setShown(const FigureDescription& figure,
                              std::span<const FieldChoice> choices) {
    figure_ = figure;
    choices_.assign(choices.begin(), choices.end());
    x_->clear();
    for (const FieldChoice& choice : choices_) {
        x_->addItem(tr("%1 (%2 values)").arg(text(choice.label)).arg(choice.values),
                    text(choice.name));
    }
    const auto choose = [](QComboBox& box, const std::string& name) {
        if (name.empty()) return;
        if (box.findData(text(name)) < 0) box.addItem(text(figureFieldLabel(name)), text(name));
        box.setCurrentIndex(box.findData(text(name)));
    };
    choose(*x_, figure_.x);
    choose(*y_, resultOf(figure_));
    second_->clear();
    second_->addItem(tr("nothing else"), QString());
    for (const FieldChoice& choice : choices_) {
        if (choice.name != figure_.x) second_->addItem(text(choice.label), text(choice.name));
    }
    const bool grid = figure_.figure == FigureKind::surface;
    if (grid) choose(*second_, figure_.y);
    lines_->setEnabled(!grid);
    x_->setEnabled(x_->count() > 0);
}

QString CompareChoices::filter() const {
    return filter_->text();
}

void CompareChoices::setFilter(const QString& filter) {
    const QSignalBlocker quiet(filter_);
    filter_->setText(filter);
}

bool CompareChoices::tickedOnly() const {
    return ticked_->isChecked();
}

void CompareChoices::setTickedOnly(bool ticked) {
    ticked_->setChecked(ticked);
}

void CompareChoices::setWatchable(bool on) {
    watch_->setEnabled(on);
}

void CompareChoices::setMissing(std::size_t runs) {
    fill_->setText(runs == 1 ? tr("Fill 1 hole…") : tr("Fill %L1 holes…").arg(runs));
    fill_->setVisible(runs > 0);
}

void CompareChoices::requestWatch() {
    watch_->click();
}

}  // namespace ballast
