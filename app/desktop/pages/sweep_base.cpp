#include "app/desktop/pages/sweep_base.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "core/experiment/config_settings.h"
#include "core/experiment/field_words.h"
#include "core/experiment/presets.h"
#include "core/experiment/sweep.h"
#include "widgets/field_editors.h"
#include "widgets/icons.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"

namespace ballast {
namespace {

using nlohmann::json;

QStringList methodsIn(const json& presets) {
    QStringList methods;
    if (!presets.is_object()) return methods;
    for (const json& method : presets.value("methods", json::array())) {
        if (method.is_string()) methods << text(method.get_ref<const std::string&>());
    }
    return methods;
}

QStringList methodsTyped(const QString& typed) {
    QStringList methods;
    for (const QString& one : typed.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        if (!one.trimmed().isEmpty()) methods << one.trimmed();
    }
    return methods;
}

QMenu* methodMenu(QWidget* parent) {
    auto* menu = new QMenu(parent);
    menu->setToolTipsVisible(true);
    QMenu* of_group = nullptr;
    std::string_view group;
    for (const PresetInfo& info : presets()) {
        if (of_group == nullptr || info.group != group) of_group = menu->addMenu(text(info.group));
        group = info.group;
        of_group->addAction(text(info.name))->setToolTip(text(info.help));
        of_group->setToolTipsVisible(true);
    }
    return menu;
}

}  // namespace

std::pair<json, json> methodsOver(const RunConfig& config,
                                  const std::vector<std::string>& methods) {
    PresetRequest request{"",
                          config.data.dataset,
                          std::string(nameOf(config.data.imbalance.profile)),
                          config.data.imbalance.ratio,
                          "",
                          config.training.epochs};
    json over = json::object();
    for (const std::string& method : methods) {
        request.method = method;
        const RunConfig preset = presetConfig(request);
        for (const Field& field : configFields()) {
            const bool stays = field.set_by != SetBy::method && listOf(field).empty();
            if (!stays || field.pointer == "/name" || field.pointer == "/training/seed") continue;
            const json now = field.access.get(config, 0);
            if (now != json(field.access.get(preset, 0))) {
                over[json::json_pointer(std::string(field.pointer))] = now;
            }
        }
    }
    const json presets = {{"methods", methods},
                          {"dataset", request.dataset},
                          {"profile", request.profile},
                          {"ratio", request.ratio},
                          {"epochs", request.epochs}};
    return {presets, over};
}

SweepBase::SweepBase()
    : text_(new QLabel),
      methods_(new QLineEdit),
      problem_(new ErrorLabel),
      leave_(new QPushButton(tr("Use the Experiment page's config instead"))) {
    text_->setObjectName(QStringLiteral("base"));
    text_->setWordWrap(true);
    text_->setTextFormat(Qt::PlainText);
    methods_->setObjectName(QStringLiteral("methods"));
    methods_->setAccessibleName(tr("Methods"));
    methods_->setPlaceholderText(tr("as it is   or   CE, CE+DRW, VS+TLA+ADRW"));
    methods_->setToolTip(tr("Methods to compare on this data, each with its own hyper-parameters: "
                            "%1")
                             .arg(text(presetGrammar())));
    auto* add_method = new QToolButton;
    add_method->setObjectName(QStringLiteral("add_method"));
    add_method->setIcon(icon(QStringLiteral("add")));
    add_method->setAutoRaise(true);
    add_method->setFocusPolicy(Qt::StrongFocus);
    add_method->setPopupMode(QToolButton::InstantPopup);
    add_method->setToolTip(tr("Add a method"));
    add_method->setAccessibleName(tr("Add a method"));
    QMenu* menu = methodMenu(add_method);
    add_method->setMenu(menu);
    problem_->setObjectName(QStringLiteral("methods_problem"));
    problem_->hide();
    leave_->setObjectName(QStringLiteral("leave_presets"));
    leave_->hide();
    auto* label = new QLabel(tr("Methods"));
    label->setBuddy(methods_);
    auto* row = new QHBoxLayout;
    row->setSpacing(kSpace2);
    row->addWidget(label);
    row->addWidget(methods_, 1);
    row->addWidget(add_method);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(kSpace2);
    column->addWidget(text_);
    column->addLayout(row);
    column->addWidget(problem_);
    column->addWidget(leave_, 0, Qt::AlignLeft);
    connect(methods_, &QLineEdit::textEdited, this, &SweepBase::typed);
    for (QAction* group : menu->actions()) {
        for (QAction* method : group->menu()->actions()) {
            connect(method, &QAction::triggered, this, [this, method] { add(method->text()); });
        }
    }
    connect(leave_, &QPushButton::clicked, this, [this] {
        setPresets(nullptr, nullptr);
        Q_EMIT edited();
    });
    show();
}

bool SweepBase::setBase(const CheckedConfig& base) {
    base_ = base.given;
    if (base.config) full_base_ = json(toJson(*base.config));
    if (hasPresets()) return false;  // the sweep has nothing of the base
    if (base.config) fields_ = full_base_;
    show();
    return true;
}

void SweepBase::setPresets(const json& presets, const json& over) {
    usePresets(presets, over);
    methods_->setText(methodsIn(presets_).join(QStringLiteral(", ")));
    problem_->hide();
    problem_->clear();
}

bool SweepBase::usePresets(const json& presets, const json& over) {
    presets_ = nullptr;
    over_ = nullptr;
    fields_ = full_base_;
    if (!presets.is_null()) {
        try {  // axes may name the fields of the first method
            json one = {{"presets", presets}, {"seeds", {0}}};
            if (!over.empty()) one["base"] = over;
            fields_ = json(toJson(sweepRuns(sweepFromJson(one, "the presets")).front().config));
            presets_ = presets;
            if (!over.empty()) over_ = over;
        } catch (const ConfigError&) {
        }
    }
    show();
    return presets.is_null() || hasPresets();
}

/// What is typed is made of the data and epochs of the presets that are there, or else of the
/// Experiment page's config.
void SweepBase::typed() {
    const QStringList names = methodsTyped(methods_->text());
    problem_->clear();
    if (names.isEmpty()) {
        usePresets(nullptr, nullptr);
    } else {
        std::vector<std::string> methods;
        for (const QString& name : names) methods.push_back(name.toStdString());
        try {
            json presets = presets_;
            json over = over_;
            if (presets.is_null()) {
                const RunConfig config = configFromJson(full_base_, "the Experiment page's config");
                std::tie(presets, over) = methodsOver(config, methods);
            } else {
                presets["methods"] = methods;
                PresetRequest known;
                for (const std::string& method : methods) {
                    known.method = method;
                    presetConfig(known);  // throws, with the nearest that is known
                }
            }
            if (!usePresets(presets, over)) problem_->setText(tr("These methods have no presets"));
        } catch (const ConfigError& error) {
            problem_->setText(error.problems().empty() ? text(error.what())
                                                       : text(error.problems().front().message));
        }
    }
    problem_->setVisible(!problem_->text().isEmpty());
    Q_EMIT edited();
}

void SweepBase::add(const QString& method) {
    QStringList methods = methodsTyped(methods_->text());
    if (!methods.contains(method)) methods << method;
    methods_->setText(methods.join(QStringLiteral(", ")));
    typed();
}

QString SweepBase::problem() const {
    return problem_->text();
}

json SweepBase::part() const {
    if (!hasPresets()) return {{"base", base_}};
    json made = {{"presets", presets_}};
    if (!over_.is_null()) made["base"] = over_;
    return made;
}

/// Says what the axes vary.
void SweepBase::show() {
    leave_->setVisible(hasPresets());
    if (hasPresets()) {
        QString words = tr("Presets on %1: %2")
                            .arg(text(presets_.value("dataset", "cifar10")),
                                 methodsIn(presets_).join(QStringLiteral(", ")));
        if (!over_.is_null()) {
            const json leaves = over_.flatten();
            for (const auto& [pointer, value] : leaves.items()) {
                words += QLatin1Char('\n') + text(fieldInWords(pointer)) + QStringLiteral(": ") +
                         textOf(value);
            }
        }
        return text_->setText(words);
    }
    const json given_name = base_.is_object() ? base_.value("name", json()) : json();
    const std::string name = given_name.is_string() ? given_name.get<std::string>() : "";
    text_->setText(name.empty() ? tr("The config of the Experiment page")
                                : tr("The config of the Experiment page: %1").arg(text(name)));
}

}  // namespace ballast
