#include "widgets/config_form.h"

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <map>
#include <set>

#include "core/experiment/config_fields.h"
#include "widgets/config_values.h"
#include "widgets/field_editors.h"
#include "widgets/form_rows.h"
#include "widgets/form_section.h"
#include "widgets/palette.h"
#include "widgets/qt_text.h"
#include "widgets/typeable_text.h"

namespace ballast {
namespace {

using nlohmann::json;

/// Whether the field counts with what other fields of `config` say.
bool countsIn(const json& config, const std::string& pointer) {
    const Field& field = *findField(pointer);
    if (field.depends_on.empty()) return true;
    std::string other(field.depends_on);
    if (const std::size_t star = other.find('*'); star != std::string::npos) {
        const std::size_t end = pointer.find('/', star);
        other.replace(star, 1, pointer.substr(star, end - star));
    }
    const json* value = valueOrDefault(config, other);
    return value && value->is_string() &&
           std::ranges::find(field.depends_values, value->get_ref<const std::string&>()) !=
               field.depends_values.end();
}

}  // namespace

class ConfigForm::Private {
public:
    explicit Private(ConfigForm* owner) : q(owner) {}

    void build() {
        const int scrolled = scroll->verticalScrollBar()->value();
        const QWidget* focus = q->focusWidget();
        const QString focus_name = focus ? focus->objectName() : QString();
        if (QWidget* old = scroll->takeWidget()) old->deleteLater();
        content = new FormRows(config, folded, read_only);
        for (const auto& [pointer, row] : content->rows()) connectRow(row);
        for (const auto& [pointer, choice] : disabled) {
            if (FieldRow* row = content->rowFor(pointer)) {
                row->disableChoice(choice.first, choice.second);
            }
        }
        QObject::connect(content, &FormRows::foldedChanged, q,
                         [this](const std::string& key, bool is_folded) {
                             if (is_folded) {
                                 folded.insert(key);
                             } else {
                                 folded.erase(key);
                             }
                         });
        QObject::connect(content, &FormRows::addRequested, q, [this](const std::string& list) {
            if (list == "/phases") {
                addPhaseTo(config);
            } else {
                addStepTo(config);
            }
            rebuilt();
        });
        QObject::connect(content, &FormRows::removeRequested, q,
                         [this](const std::string& list, std::size_t index) {
                             removeElement(config, list, index);
                             rebuilt();
                         });
        QObject::connect(content, &FormRows::restoreRequested, q, [this](const std::string& list) {
            writeValue(config, list, reference.at(json::json_pointer(list)));
            rebuilt();
        });
        built_phases = phasesIn(config);
        built_steps = stepsIn(config);
        scroll->setWidget(content);
        showValues();
        scroll->verticalScrollBar()->setValue(scrolled);
        if (!focus_name.isEmpty()) {
            if (auto* again = content->findChild<QWidget*>(focus_name)) again->setFocus();
        }
    }

    void connectRow(FieldRow* row) {
        QObject::connect(row, &FieldRow::edited, q,
                         [this](const std::string& at, const json& value) {
                             writeValue(config, at, value);
                             if (at == "/data/dataset") tellClasses();
                             compare();
                             showRows();
                             Q_EMIT q->edited(text(at));
                         });
        QObject::connect(row, &FieldRow::settled, q, &ConfigForm::settled);
        QObject::connect(row, &FieldRow::focused, q, [this, row](const QString& words) {
            help->setText(words);
            scroll->ensureWidgetVisible(row, 0, kSpace4);
        });
    }

    void rebuilt() {
        build();
        Q_EMIT q->edited(QString());
    }

    void showValues() {
        for (const auto& [pointer, row] : content->rows()) {
            const json* value = valueOrDefault(config, pointer);
            static const json kNothing;
            row->setValue(value ? *value : kNothing);
            // The first phase begins at epoch 0; only a config that says otherwise can be fixed.
            const bool fixed = pointer == "/phases/0/from" && value && *value == 0;
            row->setReadOnly(read_only || fixed);
            if (fixed) row->setEnabled(false);
        }
        tellClasses();
        compare();
        showRows();
    }

    bool isFiltered() const { return !filter.isEmpty() || only_differing; }

    bool matches(const std::string& pointer, const FieldRow& row) const {
        if (only_differing && !row.differs()) return false;
        const QString section = FormRows::sectionTitle(FormRows::sectionOf(pointer));
        return filter.isEmpty() || hasWords(section + QLatin1Char(' ') + row.searchText(), filter);
    }

    /// Shows the rows that count and match, and the sections that have any; the folded ones say
    /// what they hide.
    void showRows() {
        struct Inside {
            int shown = 0;
            int wrong = 0;
            int differing = 0;
        };
        std::map<std::string, Inside> inside;
        int shown_rows = 0;
        for (const auto& [pointer, row] : content->rows()) {
            const bool wrong = !row->problem().isEmpty();
            const bool shown = (countsIn(config, pointer) || wrong) && matches(pointer, *row);
            row->setVisible(shown);
            shown_rows += shown ? 1 : 0;
            for (const auto& [key, section] : content->sections()) {
                if (!pointer.starts_with("/" + key + "/")) continue;
                inside[key].shown += shown ? 1 : 0;
                inside[key].wrong += wrong ? 1 : 0;
                inside[key].differing += row->differs() ? 1 : 0;
            }
        }
        for (const auto& [key, section] : content->sections()) {
            section->setHidden(inside[key].wrong, inside[key].differing);
            section->setHeldOpen(isFiltered());
            section->setVisible(!isFiltered() || inside[key].shown > 0);
        }
        for (QPushButton* add : content->adders()) add->setVisible(!isFiltered());
        nothing->setVisible(shown_rows == 0);
    }

    /// Marks what differs from the reference, and counts it.
    void compare() {
        differing = 0;
        for (const auto& [pointer, row] : content->rows()) {
            const bool counts = countsIn(config, pointer);
            row->setReference(counts ? valueAt(reference, pointer) : nullptr, reference_name);
            differing += row->differs() ? 1 : 0;
        }
        for (const auto& [list, button] : content->restorers()) {
            const std::size_t here = listLength(config, list, 0);
            const std::size_t there = listLength(reference, list, here);
            button->setVisible(here != there && !read_only);
            if (here == there) continue;
            ++differing;
            const QString words = list == "/phases"
                                      ? ConfigForm::tr("%1 has %2 phases: set them back")
                                      : ConfigForm::tr("%1 has %2 steps: set them back");
            button->setToolTip(words.arg(reference_name).arg(there));
            button->setAccessibleName(button->toolTip());
        }
    }

    void tellClasses() const {
        const json* name = valueOrDefault(config, "/data/dataset");
        const DatasetInfo* info =
            name && name->is_string() ? findDataset(name->get_ref<const std::string&>()) : nullptr;
        if (!info) return;
        for (const auto& [pointer, row] : content->rows()) row->setClasses(info->classes);
    }

    /// Opens what hides the row.
    void open(const FieldRow& row) {
        if (row.isHidden() && isFiltered()) {
            filter.clear();
            only_differing = false;
            showRows();
            Q_EMIT q->filterCleared();
        }
        for (const auto& [key, section] : content->sections()) {
            if (!section->isAncestorOf(&row) || !section->isFolded()) continue;
            section->setFolded(false);
            folded.erase(key);
        }
    }

    ConfigForm* q;
    json config = json::object();
    std::map<std::string, std::pair<std::string, QString>> disabled;  // choice and reason
    std::set<std::string> folded;  // sections, also where there is none now
    json reference = json::object();
    QString reference_name;
    int differing = 0;
    QString filter;
    bool only_differing = false;
    QScrollArea* scroll = nullptr;
    FormRows* content = nullptr;
    ErrorLabel* problems = nullptr;
    QLabel* help = nullptr;
    QLabel* nothing = nullptr;  // said where no row is shown
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
    d->nothing = new QLabel(tr("No field of this config matches."), this);
    d->nothing->setObjectName(QStringLiteral("form_nothing"));
    d->nothing->setContentsMargins(kSpace4, kSpace2, kSpace4, kSpace2);
    d->nothing->hide();
    layout->addWidget(d->nothing);
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

/// An editor that has the focus loses it only after this, and its row would tell of it.
ConfigForm::~ConfigForm() {
    for (FieldRow* row : findChildren<FieldRow*>()) row->disconnect(this);
}

void ConfigForm::setConfig(const json& config) {
    d->config = config.is_object() ? config : json::object();
    if (phasesIn(d->config) != d->built_phases || stepsIn(d->config) != d->built_steps) {
        d->build();
    } else {
        d->showValues();
    }
}

void ConfigForm::disableChoice(const std::string& pointer, const std::string& choice,
                               const QString& reason) {
    d->disabled[pointer] = {choice, reason};
    if (FieldRow* row = d->content->rowFor(pointer)) row->disableChoice(choice, reason);
}

json ConfigForm::config() const {
    return d->config;
}

void ConfigForm::setValue(const std::string& pointer, const json& value) {
    writeValue(d->config, pointer, value);
    setConfig(json(d->config));
    Q_EMIT edited(text(pointer));
}

void ConfigForm::setProblems(const std::vector<Problem>& problems) {
    std::map<FieldRow*, std::pair<std::string, QString>> marks;
    QStringList without_field;
    for (const Problem& problem : problems) {
        const QString message = text(problem.message);
        if (FieldRow* row = d->content->rowFor(problem.pointer)) {
            auto [mark, added] = marks.try_emplace(row, problem.pointer, message);
            if (!added) mark->second.second += QLatin1Char('\n') + message;
        } else {
            without_field << text(problem.pointer) + QStringLiteral(": ") + message;
        }
    }
    for (const auto& [pointer, row] : d->content->rows()) {
        const auto mark = marks.find(row);
        if (mark == marks.end()) {
            row->setProblem({}, {});
        } else {
            row->setProblem(mark->second.first, mark->second.second);
        }
    }
    d->showRows();
    d->problems->setText(without_field.join(QLatin1Char('\n')));
    d->problems->setVisible(!without_field.isEmpty());
}

QString ConfigForm::problemAt(const std::string& pointer) const {
    const auto row = d->content->rows().find(pointer);
    return row == d->content->rows().end() ? QString() : row->second->problem();
}

QString ConfigForm::problemsWithoutField() const {
    return d->problems->text();
}

void ConfigForm::setReference(const json& reference, const QString& name) {
    d->reference = reference.is_object() ? reference : json::object();
    d->reference_name = name;
    d->compare();
    d->showRows();
}

int ConfigForm::differing() const {
    return d->differing;
}

void ConfigForm::setFilter(const QString& typed, bool only_differing) {
    d->filter = typed.trimmed();
    d->only_differing = only_differing;
    d->showRows();
}

void ConfigForm::focusFirst() {
    for (const Field& field : configFields()) {
        for (const auto& [pointer, row] : d->content->rows()) {
            if (fieldPattern(pointer) == field.pointer && !row->isHidden() && row->isEnabled()) {
                return focusField(pointer);
            }
        }
    }
}

void ConfigForm::focusField(const std::string& pointer) {
    if (FieldRow* row = d->content->rowFor(pointer)) {
        reveal(pointer);
        row->focusEditor();
    }
}

void ConfigForm::reveal(const std::string& pointer) {
    if (FieldRow* row = d->content->rowFor(pointer)) {
        d->open(*row);
        d->scroll->ensureWidgetVisible(row);
    }
}

QStringList ConfigForm::folded() const {
    QStringList keys;
    for (const std::string& key : d->folded) keys << text(key);
    return keys;
}

void ConfigForm::setFolded(const QStringList& keys) {
    d->folded.clear();
    for (const QString& key : keys) d->folded.insert(key.toStdString());
    for (const auto& [key, section] : d->content->sections()) {
        section->setFolded(d->folded.contains(key));
    }
}

void ConfigForm::setAllFolded(bool folded) {
    QStringList keys;
    if (folded) {
        for (const auto& [key, section] : d->content->sections()) keys << text(key);
    }
    setFolded(keys);
}

void ConfigForm::setReadOnly(bool read_only) {
    if (read_only == d->read_only) return;
    d->read_only = read_only;
    d->build();
}

}  // namespace ballast
