#include <QActionGroup>
#include <QMenu>
#include <algorithm>

#include "app/desktop/pages/compare_choices.h"
#include "widgets/qt_text.h"

// The menus of the Compare page's choices, filled when they open.

namespace ballast {
namespace {

constexpr std::size_t kLeastAxes = 2;

}  // namespace

void CompareChoices::makeShowMenu(QMenu& menu) {
    menu.clear();
    const auto choices = [&](const QString& heading, auto FigureDescription::*member,
                             const auto& options) {
        menu.addSection(heading);
        auto* group = new QActionGroup(&menu);
        for (const auto& [value, words] : options) {
            QAction* action = menu.addAction(words);
            action->setCheckable(true);
            action->setChecked(figure_.*member == value);
            group->addAction(action);
            connect(action, &QAction::triggered, this, [this, member, value = value] {
                change([member, value](FigureDescription& figure) { figure.*member = value; });
            });
        }
    };
    using Scale = std::pair<AxisScale, QString>;
    choices(tr("Axis"), &FigureDescription::x_scale,
            std::vector<Scale>{{AxisScale::automatic, tr("As the values lie")},
                               {AxisScale::linear, tr("Linear")},
                               {AxisScale::log, tr("Logarithmic")},
                               {AxisScale::categories, tr("Categories")}});
    using Bars = std::pair<Spread, QString>;
    choices(tr("Error bars"), &FigureDescription::spread,
            std::vector<Bars>{{Spread::standard_deviation, tr("Standard deviation")},
                              {Spread::standard_error, tr("Standard error")},
                              {Spread::t_interval, tr("95 % interval of the mean")},
                              {Spread::range, tr("Smallest to largest")}});
    menu.addSeparator();
    if (figure_.figure == FigureKind::surface) {
        QAction* contours = menu.addAction(tr("Contours"));
        contours->setCheckable(true);
        contours->setChecked(contours_);
        connect(contours, &QAction::triggered, this, [this](bool on) {
            contours_ = on;
            Q_EMIT contoursChosen(on);
        });
    }
    QAction* seeds = menu.addAction(tr("Single seeds"));
    seeds->setCheckable(true);
    seeds->setChecked(figure_.seeds_as_points);
    connect(seeds, &QAction::triggered, this, [this](bool on) {
        change([on](FigureDescription& figure) { figure.seeds_as_points = on; });
    });
}

void CompareChoices::fillLines(QMenu& menu) {
    menu.clear();
    const std::vector<std::string>& lines = figure_.lines;
    for (const FieldChoice& choice : choices_) {
        if (choice.name == figure_.x) continue;
        QAction* action = menu.addAction(text(choice.label));
        action->setCheckable(true);
        action->setChecked(std::ranges::find(lines, choice.name) != lines.end());
        connect(action, &QAction::triggered, this, [this, name = choice.name](bool on) {
            change([name, on](FigureDescription& figure) {
                std::erase(figure.lines, name);
                if (on) figure.lines.push_back(name);
            });
        });
    }
    if (menu.isEmpty()) menu.addAction(tr("Nothing else varies"))->setEnabled(false);
}

void CompareChoices::fillAxes(QMenu& menu) {
    menu.clear();
    const std::vector<std::string>& axes = figure_.axes;
    for (const FieldChoice& choice : choices_) {
        QAction* action = menu.addAction(text(choice.label));
        action->setCheckable(true);
        const bool on_axis = std::ranges::find(axes, choice.name) != axes.end();
        action->setChecked(on_axis);
        action->setEnabled(!on_axis || axes.size() > kLeastAxes);
        connect(action, &QAction::triggered, this, [this, name = choice.name](bool on) {
            change([name, on](FigureDescription& figure) {
                std::erase(figure.axes, name);
                if (on) figure.axes.push_back(name);
            });
        });
    }
    if (menu.isEmpty()) menu.addAction(tr("Nothing varies"))->setEnabled(false);
}

}  // namespace ballast
