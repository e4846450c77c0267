#include "widgets/config_form.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTextDocument>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <map>

#include "core/experiment/config_fields.h"
#include "core/experiment/config_json.h"
#include "widgets/field_editors.h"
#include "widgets/icons.h"
#include "widgets/palette.h"

namespace ballast {
namespace {

using nlohmann::json;

/// A config with one of everything, for the values of keys that are left out.
const json& defaults() {
    static const json kDefaults = [] {
        RunConfig config;
        config.lr_schedule.steps.emplace_back();
        return json(toJson(config));
    }();
    return kDefaults;
}

const json* valueAt(const json& config, const std::string& pointer) {
    const json::json_pointer at(pointer);
    return config.contains(at) ? &config.at(at) : nullptr;
}

/// Writes `value` at `pointer`, making the objects on the way; null takes the key away.
void write(json& config, const std::string& pointer, const json& value) {
    json* at = &config;
    std::size_t start = 1;
    while (true) {
        const std::size_t end = pointer.find('/', start);
        const std::string token = pointer.substr(start, end - start);
        const bool last = end == std::string::npos;
        if (at->is_array()) {
            const std::size_t index = std::stoul(token);
            while (at->size() <= index) at->push_back(json::object());
            at = &(*at)[index];
        } else {
            if (!at->is_object()) *at = json::object();
            if (last && value.is_null()) {
                at->erase(token);
                return;
            }
            at = &(*at)[token];
        }
        if (last) break;
        start = end + 1;
        const bool list =
            !pointer.empty() && std::isdigit(static_cast<unsigned char>(pointer[start])) != 0;
        if (list && !at->is_array()) *at = json::array();
    }
    *at = value;
}

QString sectionTitle(const std::string& section) {
    static const std::map<std::string, QString> kTitles = {
        {"data", ConfigForm::tr("Data")},           {"model", ConfigForm::tr("Model")},
        {"loss", ConfigForm::tr("Loss")},           {"phases", ConfigForm::tr("Phases")},
        {"optimizer", ConfigForm::tr("Optimiser")}, {"lr_schedule", ConfigForm::tr("Schedule")},
        {"training", ConfigForm::tr("Training")}};
    const auto found = kTitles.find(section);
    return found == kTitles.end() ? QString() : found->second;
}

std::string sectionOf(std::string_view pointer) {
    return std::string(pointer.substr(1, pointer.find('/', 1) - 1));
}

std::string concrete(std::string_view pattern, std::size_t index) {
    std::string pointer(pattern);
    return pointer.replace(pointer.find('*'), 1, std::to_string(index));
}

}  // namespace

class ConfigForm::Private {
public:
    explicit Private(ConfigForm* owner) : q(owner) {}

    std::size_t listSize(const char* pointer, std::size_t absent) const {
        const json* list = valueAt(config, pointer);
        return list && list->is_array() ? list->size() : absent;
    }
    std::size_t phases() const { return listSize("/phases", 1); }
    std::size_t steps() const { return listSize("/lr_schedule/steps", 0); }

    FieldRow* addRow(const Field& field, const std::string& pointer, QLayout* layout, int width) {
        auto* row = new FieldRow(field, pointer, width, content);
        layout->addWidget(row);
        rows[pointer] = row;
        if (const auto found = disabled.find(pointer); found != disabled.end()) {
            row->disableChoice(found->second.first, found->second.second);
        }
        QObject::connect(row, &FieldRow::edited, q,
                         [this](const std::string& at, const json& value) {
                             write(config, at, value);
                             if (at == "/data/dataset") tellClasses();
                             hideIdle();
                             Q_EMIT q->edited();
                         });
        QObject::connect(row, &FieldRow::focused, q, [this, row](const QString& text) {
            help->setText(text);
            scroll->ensureWidgetVisible(row, 0, kSpace4);
        });
        return row;
    }

    void build() {
        const int scrolled = scroll->verticalScrollBar()->value();
        const QWidget* focus = q->focusWidget();
        const QString focus_name = focus ? focus->objectName() : QString();
        if (QWidget* old = scroll->takeWidget()) old->deleteLater();
        rows.clear();
        content = new QWidget;
        content->setBackgroundRole(QPalette::Window);
        auto* column = new QVBoxLayout(content);
        column->setContentsMargins(kSpace3, kSpace2, kSpace3, kSpace3);
        column->setSpacing(kSpace1);
        const int width = labelWidth();
        std::string section;
        for (const Field& field : configFields()) {
            const std::string next = sectionOf(field.pointer);
            if (next != section) {
                if (section == "lr_schedule") addSteps(column, width);
                section = next;
                addTitle(column, sectionTitle(section));
                if (section == "phases") addPhases(column, width);
            }
            if (field.pointer.find('*') == std::string_view::npos) {
                addRow(field, std::string(field.pointer), column, width);
            }
        }
        column->addStretch(1);
        built_phases = phases();
        built_steps = steps();
        scroll->setWidget(content);
        showValues();
        scroll->verticalScrollBar()->setValue(scrolled);
        if (!focus_name.isEmpty()) {
            if (auto* again = content->findChild<QWidget*>(focus_name)) again->setFocus();
        }
    }

    /// Wide enough for every label, so that all editors begin at one line.
    int labelWidth() const {
        double width = 0.0;
        for (const Field& field : configFields()) {
            QTextDocument text;
            text.setDefaultFont(q->font());
            text.setDocumentMargin(0);
            text.setHtml(FieldRow::labelText(field));
            width = std::max(width, text.idealWidth());
        }
        return static_cast<int>(width) + kSpace2;
    }

    void addTitle(QVBoxLayout* column, const QString& title) const {
        if (title.isEmpty()) return;
        column->addSpacing(kSpace3);
        auto* label = new QLabel(title, content);
        QFont bold = q->font();
        bold.setWeight(QFont::DemiBold);
        label->setFont(bold);
        label->setContentsMargins(2, 0, 0, 0);
        column->addWidget(label);
        auto* line = new QFrame(content);
        line->setFrameShape(QFrame::HLine);
        line->setFrameShadow(QFrame::Plain);
        line->setForegroundRole(QPalette::Mid);
        line->setFixedHeight(1);
        column->addWidget(line);
    }

    QToolButton* addButton(QLayout* layout, const QString& icon_name, const QString& name,
                           const QString& text) const {
        auto* button = new QToolButton(content);
        button->setObjectName(name);
        button->setIcon(icon(icon_name));
        button->setAutoRaise(true);
        button->setToolTip(text);
        button->setAccessibleName(text);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setEnabled(!read_only);
        layout->addWidget(button);
        return button;
    }

    /// A framed group for one entry of a list: its title, a button that removes it, its fields.
    void addCard(QVBoxLayout* column, const QString& title, const QString& list, std::size_t index,
                 bool removable, int width) {
        auto* card = new QFrame(content);
        card->setFrameShape(QFrame::StyledPanel);
        auto* box = new QVBoxLayout(card);
        box->setContentsMargins(kSpace2, kSpace1, kSpace1, kSpace2);
        box->setSpacing(2);
        auto* header = new QHBoxLayout;
        auto* label = new QLabel(title, card);
        QFont bold = q->font();
        bold.setWeight(QFont::DemiBold);
        label->setFont(bold);
        label->setContentsMargins(2, 0, 0, 0);
        header->addWidget(label, 1);
        if (removable) {
            auto* remove = addButton(header, QStringLiteral("delete"),
                                     QStringLiteral("%1/%2/remove").arg(list).arg(index),
                                     ConfigForm::tr("Remove %1").arg(title.toLower()));
            const std::string pointer = list.toStdString();
            QObject::connect(remove, &QToolButton::clicked, q,
                             [this, pointer, index] { removeFrom(pointer, index); });
        }
        box->addLayout(header);
        const std::string prefix = list.toStdString() + "/*/";
        for (const Field& field : configFields()) {
            if (!field.pointer.starts_with(prefix)) continue;
            // The card's own padding comes off the label, so that editors stay aligned.
            addRow(field, concrete(field.pointer, index), box, width - kSpace2 - 1);
        }
        column->addWidget(card);
        column->addSpacing(kSpace1);
    }

    QPushButton* addAdder(QVBoxLayout* column, const QString& list, const QString& text) const {
        auto* add = new QPushButton(icon(QStringLiteral("add")), text, content);
        add->setObjectName(list + QStringLiteral("/-"));
        add->setAutoDefault(false);
        add->setEnabled(!read_only);
        column->addWidget(add, 0, Qt::AlignLeft);
        return add;
    }

    void addPhases(QVBoxLayout* column, int width) {
        const QString list = QStringLiteral("/phases");
        for (std::size_t i = 0; i < phases(); ++i) {
            addCard(column, ConfigForm::tr("Phase %1").arg(i + 1), list, i, i > 0, width);
        }
        const QPushButton* add = addAdder(column, list, ConfigForm::tr("Add a phase"));
        QObject::connect(add, &QPushButton::clicked, q, [this] { addPhase(); });
    }

    void addSteps(QVBoxLayout* column, int width) {
        const QString list = QStringLiteral("/lr_schedule/steps");
        for (std::size_t i = 0; i < steps(); ++i) {
            addCard(column, ConfigForm::tr("Step %1").arg(i + 1), list, i, true, width);
        }
        const QPushButton* add = addAdder(column, list, ConfigForm::tr("Add a step"));
        QObject::connect(add, &QPushButton::clicked, q, [this] { addStep(); });
    }

    int wholeAt(const std::string& pointer, int otherwise) const {
        const json* value = valueAt(config, pointer);
        if (!value) value = valueAt(defaults(), pointer);
        return value && value->is_number_integer() ? value->get<int>() : otherwise;
    }

    /// The new phase starts as a copy of the last, halfway from it to the end.
    void addPhase() {
        if (!config.contains("phases") || !config["phases"].is_array() ||
            config["phases"].empty()) {
            config["phases"] = defaults()["phases"];
        }
        json& list = config["phases"];
        const std::string last = "/phases/" + std::to_string(list.size() - 1) + "/from";
        const int epochs = wholeAt("/training/epochs", 200);
        const int from = wholeAt(last, 0);
        json phase = list.back();
        phase["from"] = std::max(from + 1, (from + epochs) / 2);
        list.push_back(phase);
        rebuilt();
    }

    void addStep() {
        const std::size_t count = steps();
        int from = wholeAt("/training/epochs", 200) / 2;
        double factor = 0.1;
        if (count > 0) {
            const std::string last = "/lr_schedule/steps/" + std::to_string(count - 1);
            from = (wholeAt(last + "/from", from) + wholeAt("/training/epochs", 200)) / 2;
            const json* before = valueAt(config, last + "/factor");
            if (before && before->is_number()) factor = before->get<double>() * 0.1;
        }
        if (count == 0) write(config, "/lr_schedule/steps", json::array());
        config["lr_schedule"]["steps"].push_back({{"from", from}, {"factor", factor}});
        rebuilt();
    }

    void removeFrom(const std::string& list, std::size_t index) {
        json& entries = config.at(json::json_pointer(list));
        if (index < entries.size()) entries.erase(index);
        rebuilt();
    }

    void rebuilt() {
        build();
        Q_EMIT q->edited();
    }

    void showValues() {
        for (const auto& [pointer, row] : rows) {
            const json* value = valueOrDefault(pointer);
            static const json kNothing;
            row->setValue(value ? *value : kNothing);
            // The first phase begins at epoch 0; only a config that says otherwise can be fixed.
            const bool fixed = pointer == "/phases/0/from" && value && *value == 0;
            row->setReadOnly(read_only || fixed);
            if (fixed) row->setEnabled(false);
        }
        tellClasses();
        hideIdle();
    }

    /// The value at `pointer`, or its default; nullptr where there is neither.
    const json* valueOrDefault(const std::string& pointer) const {
        if (const json* value = valueAt(config, pointer)) return value;
        std::string pattern = fieldPattern(pointer);
        if (const std::size_t star = pattern.find('*'); star != std::string::npos) {
            pattern[star] = '0';
        }
        return valueAt(defaults(), pattern);
    }

    /// Fields that do not count with what other fields say are not shown.
    void hideIdle() const {
        for (const auto& [pointer, row] : rows) {
            const Field& field = *findField(pointer);
            if (field.depends_on.empty()) continue;
            std::string other(field.depends_on);
            if (const std::size_t star = other.find('*'); star != std::string::npos) {
                const std::size_t end = pointer.find('/', star);
                other.replace(star, 1, pointer.substr(star, end - star));
            }
            const json* value = valueOrDefault(other);
            const bool counts =
                value && value->is_string() &&
                std::ranges::find(field.depends_values, value->get_ref<const std::string&>()) !=
                    field.depends_values.end();
            row->setVisible(counts || !row->problem().isEmpty());
        }
    }

    void tellClasses() const {
        const json* name = valueAt(config, "/data/dataset");
        if (!name) name = valueAt(defaults(), "/data/dataset");
        const DatasetInfo* info =
            name && name->is_string() ? findDataset(name->get_ref<const std::string&>()) : nullptr;
        if (!info) return;
        for (const auto& [pointer, row] : rows) row->setClasses(info->classes);
    }

    /// The row whose editor is at `pointer`, or at the nearest pointer above it.
    FieldRow* rowFor(std::string pointer) const {
        while (!pointer.empty()) {
            const auto found = rows.find(pointer);
            if (found != rows.end()) return found->second;
            pointer.resize(pointer.rfind('/') == std::string::npos ? 0 : pointer.rfind('/'));
        }
        return nullptr;
    }

    ConfigForm* q;
    json config = json::object();
    std::map<std::string, FieldRow*> rows;
    std::map<std::string, std::pair<std::string, QString>> disabled;  // choice and reason
    QScrollArea* scroll = nullptr;
    QWidget* content = nullptr;
    ErrorLabel* problems = nullptr;
    QLabel* help = nullptr;
    std::size_t built_phases = 0;
    std::size_t built_steps = 0;
    bool read_only = false;
};

ConfigForm::ConfigForm(QWidget* parent) : QWidget(parent), d(std::make_unique<Private>(this)) {
    setObjectName(QStringLiteral("config_form"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    d->problems = new ErrorLabel(this);
    d->problems->setObjectName(QStringLiteral("form_problems"));
    d->problems->setContentsMargins(kSpace4, kSpace2, kSpace4, kSpace2);
    d->problems->hide();
    layout->addWidget(d->problems);
    d->scroll = new QScrollArea(this);
    d->scroll->setWidgetResizable(true);
    d->scroll->setFrameShape(QFrame::NoFrame);
    d->scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    layout->addWidget(d->scroll, 1);
    auto* line = new QFrame(this);
    line->setFrameShape(QFrame::HLine);
    line->setFrameShadow(QFrame::Plain);
    line->setForegroundRole(QPalette::Mid);
    line->setFixedHeight(1);
    layout->addWidget(line);
    d->help = new QLabel(tr("Choose a field to read what it means."), this);
    d->help->setObjectName(QStringLiteral("form_help"));
    d->help->setWordWrap(true);
    d->help->setTextFormat(Qt::RichText);
    d->help->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    d->help->setContentsMargins(kSpace4, kSpace2, kSpace4, kSpace2);
    d->help->setFixedHeight(4 * fontMetrics().lineSpacing() + 2 * kSpace2);
    layout->addWidget(d->help);
    d->build();
}

ConfigForm::~ConfigForm() = default;

void ConfigForm::setConfig(const json& config) {
    d->config = config.is_object() ? config : json::object();
    if (d->phases() != d->built_phases || d->steps() != d->built_steps) {
        d->build();
    } else {
        d->showValues();
    }
}

void ConfigForm::disableChoice(const std::string& pointer, const std::string& choice,
                               const QString& reason) {
    d->disabled[pointer] = {choice, reason};
    if (FieldRow* row = d->rowFor(pointer)) row->disableChoice(choice, reason);
}

json ConfigForm::config() const {
    return d->config;
}

void ConfigForm::setValue(const std::string& pointer, const json& value) {
    write(d->config, pointer, value);
    setConfig(json(d->config));
    Q_EMIT edited();
}

void ConfigForm::setProblems(const std::vector<Problem>& problems) {
    std::map<FieldRow*, std::pair<std::string, QString>> marks;
    QStringList without_field;
    for (const Problem& problem : problems) {
        const QString message = QString::fromStdString(problem.message);
        if (FieldRow* row = d->rowFor(problem.pointer)) {
            auto [mark, added] = marks.try_emplace(row, problem.pointer, message);
            if (!added) mark->second.second += QLatin1Char('\n') + message;
        } else {
            without_field << QString::fromStdString(problem.pointer) + QStringLiteral(": ") +
                                 message;
        }
    }
    for (const auto& [pointer, row] : d->rows) {
        const auto mark = marks.find(row);
        if (mark == marks.end()) {
            row->setProblem({}, {});
        } else {
            row->setProblem(mark->second.first, mark->second.second);
        }
    }
    d->hideIdle();
    d->problems->setText(without_field.join(QLatin1Char('\n')));
    d->problems->setVisible(!without_field.isEmpty());
}

QString ConfigForm::problemAt(const std::string& pointer) const {
    const auto row = d->rows.find(pointer);
    return row == d->rows.end() ? QString() : row->second->problem();
}

QString ConfigForm::problemsWithoutField() const {
    return d->problems->text();
}

void ConfigForm::focusField(const std::string& pointer) {
    if (FieldRow* row = d->rowFor(pointer)) {
        d->scroll->ensureWidgetVisible(row);
        row->focusEditor();
    }
}

void ConfigForm::setReadOnly(bool read_only) {
    if (read_only == d->read_only) return;
    d->read_only = read_only;
    d->build();
}

}  // namespace ballast
