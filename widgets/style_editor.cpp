#include "widgets/style_editor.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFontComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

/// A wheel that scrolls past changes nothing; in a field with the focus it does.
class WheelNeedsFocus : public QObject {
public:
    using QObject::QObject;
    bool eventFilter(QObject* watched, QEvent* event) override {
        const auto* field = qobject_cast<QWidget*>(watched);
        if (event->type() != QEvent::Wheel || field == nullptr || field->hasFocus()) return false;
        event->ignore();
        return true;
    }
};

/// Shows 83.3 and 0.75 as they are, without zeros behind.
class PlainSpinBox : public QDoubleSpinBox {
public:
    using QDoubleSpinBox::QDoubleSpinBox;
    QString textFromValue(double value) const override {
        QLocale plain = locale();
        plain.setNumberOptions(QLocale::OmitGroupSeparator);
        return plain.toString(value, 'g', 6);
    }
};

/// The range of two fields; nothing where both are empty. `wrong`: they are no range.
std::optional<AxisRange> rangeIn(const QString& lower, const QString& upper, bool& wrong) {
    if (lower.trimmed().isEmpty() && upper.trimmed().isEmpty()) return std::nullopt;
    bool first = false;
    bool last = false;
    const AxisRange range{lower.toDouble(&first), upper.toDouble(&last)};
    if (first && last && std::isfinite(range.lower) && std::isfinite(range.upper) &&
        range.lower < range.upper) {
        return range;
    }
    wrong = true;
    return std::nullopt;
}

}  // namespace

StyleEditor::StyleEditor(QWidget* parent)
    : QWidget(parent),
      width_(makeNumber("style_width", 15, 400, 1, tr(" mm"))),
      height_(makeNumber("style_height", 15, 400, 1, tr(" mm"))),
      font_(new QFontComboBox),
      tick_size_(makeNumber("style_tick_size", 3, 36, 0.5, tr(" pt"))),
      label_size_(makeNumber("style_label_size", 3, 36, 0.5, tr(" pt"))),
      legend_size_(makeNumber("style_legend_size", 3, 36, 0.5, tr(" pt"))),
      line_width_(makeNumber("style_line_width", 0.1, 6, 0.1, tr(" pt"))),
      legend_(new QComboBox),
      grey_safe_(new QCheckBox(tr("Lines differ in grey print"))),
      x_range_(makeRange("style_x")),
      y_range_(makeRange("style_y")),
      png_dpi_(makeNumber("style_png_dpi", 50, 1200, 50, tr(" dpi"))),
      problem_(new QLabel) {
    png_dpi_->setDecimals(0);
    font_->setObjectName(QStringLiteral("style_font"));
    font_->setMinimumContentsLength(10);
    font_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    legend_->setObjectName(QStringLiteral("style_legend"));
    for (const auto& [place, words] : std::initializer_list<std::pair<LegendPlace, QString>>{
             {LegendPlace::above, tr("Above")},
             {LegendPlace::right, tr("Beside")},
             {LegendPlace::top_left, tr("Top left")},
             {LegendPlace::top_right, tr("Top right")},
             {LegendPlace::bottom_left, tr("Bottom left")},
             {LegendPlace::bottom_right, tr("Bottom right")},
             {LegendPlace::none, tr("None")}}) {
        legend_->addItem(words, static_cast<int>(place));
    }
    grey_safe_->setObjectName(QStringLiteral("style_grey_safe"));
    grey_safe_->setToolTip(tr("Greys from dark to light, dash patterns and markers"));
    problem_->setObjectName(QStringLiteral("style_problem"));
    problem_->setWordWrap(true);
    QPalette colors;
    colors.setColor(QPalette::WindowText, plotColors().error);
    problem_->setPalette(colors);
    problem_->hide();

    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(kSpace2);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(3, 1);
    const auto add = [&](const QString& label, QWidget* field, int column, int columns = 1) {
        const int row = column == 0 ? grid->rowCount() : grid->rowCount() - 1;
        auto* words = new QLabel(label);
        words->setBuddy(field);
        grid->addWidget(words, row, column);
        grid->addWidget(field, row, column + 1, 1, columns);
    };
    add(tr("&Width"), width_, 0);
    add(tr("&height"), height_, 2);
    add(tr("&Typeface"), font_, 0, 3);
    add(tr("Ti&cks"), tick_size_, 0);
    add(tr("&labels"), label_size_, 2);
    add(tr("L&egend"), legend_, 0);
    add(tr("si&ze"), legend_size_, 2);
    add(tr("L&ines"), line_width_, 0);
    add(tr("PN&G"), png_dpi_, 2);
    grid->addWidget(grey_safe_, grid->rowCount(), 1, 1, 3);
    add(tr("&x axis"), x_range_.lower, 0);
    add(tr("to"), x_range_.upper, 2);
    add(tr("&y axis"), y_range_.lower, 0);
    add(tr("to"), y_range_.upper, 2);
    grid->addWidget(problem_, grid->rowCount(), 0, 1, 4);

    for (QDoubleSpinBox* box :
         {width_, height_, tick_size_, label_size_, legend_size_, line_width_, png_dpi_}) {
        connect(box, &QDoubleSpinBox::valueChanged, this, &StyleEditor::read);
    }
    // Also a family that is typed: another machine may have it.
    connect(font_, &QComboBox::currentTextChanged, this, &StyleEditor::read);
    connect(legend_, &QComboBox::currentIndexChanged, this, &StyleEditor::read);
    connect(grey_safe_, &QCheckBox::toggled, this, &StyleEditor::read);
    for (QLineEdit* edge : {x_range_.lower, x_range_.upper, y_range_.lower, y_range_.upper}) {
        connect(edge, &QLineEdit::textChanged, this, &StyleEditor::read);
    }
    auto* filter = new WheelNeedsFocus(this);
    for (QWidget* field :
         std::initializer_list<QWidget*>{width_, height_, font_, tick_size_, label_size_,
                                         legend_size_, line_width_, legend_, png_dpi_}) {
        field->setFocusPolicy(Qt::StrongFocus);
        field->installEventFilter(filter);
    }
    setStyle({});
}

QDoubleSpinBox* StyleEditor::makeNumber(const char* name, double least, double most, double step,
                                        const QString& unit) {
    auto* box = new PlainSpinBox;
    box->setObjectName(QLatin1String(name));
    box->setRange(least, most);
    box->setDecimals(3);
    box->setSingleStep(step);
    box->setSuffix(unit);
    box->setKeyboardTracking(false);
    return box;
}

StyleEditor::Range StyleEditor::makeRange(const char* name) {
    const auto makeEdge = [&](const char* edge, const QString& said) {
        auto* field = new QLineEdit;
        field->setObjectName(QLatin1String(name) + QLatin1String(edge));
        field->setPlaceholderText(tr("fits"));
        field->setAccessibleName(said);
        field->setMinimumWidth(40);
        return field;
    };
    return {makeEdge("_lower", tr("from")), makeEdge("_upper", tr("to"))};
}

void StyleEditor::setStyle(const FigureStyle& style) {
    filling_ = true;
    width_->setValue(style.width);
    height_->setValue(style.height);
    // A family that is not installed keeps its name, for machines that have it.
    font_->setEditText(text(style.font));
    tick_size_->setValue(style.tick_size);
    label_size_->setValue(style.label_size);
    legend_size_->setValue(style.legend_size);
    line_width_->setValue(style.line_width);
    legend_->setCurrentIndex(legend_->findData(static_cast<int>(style.legend)));
    grey_safe_->setChecked(style.grey_safe);
    const auto fill = [](const Range& fields, const std::optional<AxisRange>& range) {
        fields.lower->setText(range ? QString::number(range->lower, 'g', 12) : QString());
        fields.upper->setText(range ? QString::number(range->upper, 'g', 12) : QString());
    };
    fill(x_range_, style.x_range);
    fill(y_range_, style.y_range);
    png_dpi_->setValue(style.png_dpi);
    filling_ = false;
    style_ = style;
    problem_->hide();
}

QString StyleEditor::problem() const {
    return problem_->isHidden() ? QString() : problem_->text();
}

void StyleEditor::read() {
    if (filling_) return;
    FigureStyle style = style_;
    style.width = width_->value();
    style.height = height_->value();
    style.font = font_->currentText().toStdString();
    style.tick_size = tick_size_->value();
    style.label_size = label_size_->value();
    style.legend_size = legend_size_->value();
    style.line_width = line_width_->value();
    style.legend = static_cast<LegendPlace>(legend_->currentData().toInt());
    style.grey_safe = grey_safe_->isChecked();
    style.png_dpi = png_dpi_->value();
    bool wrong_x = false;
    bool wrong_y = false;
    const auto x = rangeIn(x_range_.lower->text(), x_range_.upper->text(), wrong_x);
    const auto y = rangeIn(y_range_.lower->text(), y_range_.upper->text(), wrong_y);
    if (!wrong_x) style.x_range = x;
    if (!wrong_y) style.y_range = y;
    QString problem;
    if (wrong_x || wrong_y) {
        problem = tr("The %1 axis needs two numbers, the smaller first, or none")
                      .arg(wrong_x ? QLatin1Char('x') : QLatin1Char('y'));
    }
    std::vector<Problem> problems;
    styleFromJson(nlohmann::json(toJson(style)), "", problems);
    if (!problems.empty()) {
        problem = text(problems[0].message);
    } else {
        style_ = style;
    }
    problem_->setText(problem);
    problem_->setVisible(!problem.isEmpty());
    Q_EMIT changed();
}

}  // namespace ballast
