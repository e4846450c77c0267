#include "app/desktop/pages/compare_classes.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>

#include "app/desktop/pages/compare_notes.h"
#include "widgets/class_difference_picture.h"
#include "widgets/class_difference_plot.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/surface_plot.h"

namespace ballast {
namespace {

constexpr std::size_t kMostSettings = 200;
constexpr int kOfFile = -2;  // the conditions of a figure's file

}  // namespace

CompareClasses::CompareClasses(QWidget* parent)
    : QWidget(parent),
      of_(new QComboBox),
      minus_(new QComboBox),
      bars_(new ClassDifferencePlot),
      plot_(new SurfacePlot),
      heading_(new QLabel),
      nothing_(new QLabel),
      notes_(makeNotes()),
      shown_(std::make_shared<Comparison>()) {
    of_->setObjectName(QStringLiteral("classes_of"));
    minus_->setObjectName(QStringLiteral("classes_minus"));
    of_->setToolTip(tr("The setting whose runs are shown, with the mean over their seeds"));
    minus_->setToolTip(tr("The setting that is subtracted, seed by seed"));
    nothing_->setAlignment(Qt::AlignCenter);
    nothing_->setWordWrap(true);
    nothing_->setForegroundRole(QPalette::PlaceholderText);
    nothing_->setMargin(kSpace4);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(kSpace3, 0, kSpace3, kSpace2);
    row->setSpacing(kSpace2);
    for (const auto& [words, box] :
         {std::pair(tr("Classes &of"), of_), std::pair(tr("&minus"), minus_)}) {
        auto* label = new QLabel(words);
        label->setBuddy(box);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(12);
        row->addWidget(label);
        row->addWidget(box, 1);
        connect(box, &QComboBox::activated, this, [this] {
            const int of = of_->currentData().toInt();
            const int minus = minus_->currentData().toInt();
            if (points_.empty()) return;
            std::optional<ResponseAt> other;
            if (minus >= 0) other = points_[static_cast<std::size_t>(minus)];
            // In place of a file's conditions, which are no setting here: the first, the best.
            Q_EMIT settingsChosen(points_[static_cast<std::size_t>(std::max(of, 0))], other);
        });
    }
    heading_->setWordWrap(true);
    heading_->setContentsMargins(kSpace3, kSpace2, kSpace3, 0);
    heading_->setForegroundRole(QPalette::PlaceholderText);
    auto* matrix = new QWidget;
    auto* below = new QVBoxLayout(matrix);
    below->setContentsMargins(0, 0, 0, 0);
    below->setSpacing(0);
    below->addWidget(heading_);
    below->addWidget(plot_, 1);
    below->addWidget(nothing_, 1);
    auto* split = new QSplitter(Qt::Horizontal);
    split->addWidget(bars_);
    split->addWidget(matrix);
    split->setSizes({560, 720});
    split->setChildrenCollapsible(false);
    auto* picture = new QWidget;
    picture->setBackgroundRole(QPalette::Base);  // as the plots on it
    picture->setAutoFillBackground(true);
    auto* parts = new QVBoxLayout(picture);
    parts->setContentsMargins(0, 0, 0, 0);
    parts->setSpacing(0);
    parts->addWidget(split, 1);
    parts->addWidget(notes_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(row);
    column->addWidget(picture, 1);
    plot_->setAccessibleName(tr("Confusion matrix"));
    clear({});
}

void CompareClasses::setComparison(std::shared_ptr<const Comparison> comparison) {
    shown_ = std::move(comparison);
    fillSettings();
    if (shown_->class_problem.isEmpty()) {
        bars_->setDifferences(title(), shown_->class_differences);
    } else {
        bars_->clear(shown_->class_problem);
    }
    const bool any = shown_->confusion_problem.isEmpty();
    plot_->setVisible(any);
    heading_->setVisible(any);
    heading_->setText(shown_->confusion.difference
                          ? tr("Difference of the shares of a class's test images, points")
                          : tr("Share of a class's test images, %"));
    nothing_->setVisible(!any);
    nothing_->setText(shown_->confusion_problem);
    plot_->setPicture(confusionPicture(shown_->confusion));
    showNotes(*notes_, shown_->class_differences.protocol,
              any ? shown_->confusion.surface.warnings : shown_->class_differences.warnings);
}

void CompareClasses::clear(const QString& sentence) {
    shown_ = std::make_shared<Comparison>();
    fillSettings();
    bars_->clear({});
    plot_->setPicture({});
    plot_->hide();
    heading_->hide();
    nothing_->setText(sentence);
    nothing_->show();
    showNotes(*notes_, {}, {});
}

/// "VS at 0.2 − CE at 0"
QString CompareClasses::title() const {
    if (!shown_->class_of) return classTitle(*shown_->class_figure);
    const auto nameOf = [this](ResponseAt at) {
        return text(pointName(shown_->picture.curves, at.first, at.second));
    };
    return shown_->class_minus
               ? tr("%1 − %2").arg(nameOf(*shown_->class_of), nameOf(*shown_->class_minus))
               : nameOf(*shown_->class_of);
}

/// The settings in order, best first; without an order as they are drawn.
void CompareClasses::fillSettings() {
    points_.clear();
    for (const RankedPoint& at : shown_->ranking.points) points_.emplace_back(at.line, at.point);
    const std::vector<ResponseLine>& lines = shown_->picture.curves.lines;
    if (points_.empty()) {
        for (std::size_t l = 0; l < lines.size(); ++l) {
            for (std::size_t p = 0; p < lines[l].points.size(); ++p) points_.emplace_back(l, p);
        }
    }
    const auto fill = [&](QComboBox& box, std::optional<ResponseAt> current) {
        box.clear();
        if (&box == minus_) box.addItem(tr("nothing"), -1);
        if (shown_->class_figure && !shown_->class_of) {
            const auto& conditions =
                &box == of_ ? shown_->class_figure->of : shown_->class_figure->minus;
            QStringList words;
            for (const std::string& condition : conditions) words << text(condition);
            if (!words.isEmpty() || &box == of_) {
                box.addItem(words.isEmpty() ? tr("all runs") : words.join(tr(" and ")), kOfFile);
                box.setCurrentIndex(box.count() - 1);
            }
        }
        for (std::size_t i = 0; i < points_.size(); ++i) {
            if (i >= kMostSettings && points_[i] != current) continue;
            box.addItem(
                text(pointName(shown_->picture.curves, points_[i].first, points_[i].second)),
                static_cast<int>(i));
            if (points_[i] == current) box.setCurrentIndex(box.count() - 1);
        }
        box.setEnabled(box.count() > 1);
    };
    fill(*of_, shown_->class_of);
    fill(*minus_, shown_->class_minus);
}

}  // namespace ballast
