#pragma once

#include <QStringList>
#include <QWidget>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace ballast {

/// A form for a run's config, made from the field table (core/experiment/config_fields.h). It holds
/// the config as JSON and changes only what the user edits, so everything else comes back exactly.
/// What is typed is passed on as it is, wrong or not: "abc" in a number field becomes the string
/// "abc", for checkConfig() to refuse. A field the config leaves out shows its default.
///
/// An editor's objectName is its JSON pointer ("/training/epochs"). A class rule's parts are
/// "/phases/0/alpha" (the rule), "/phases/0/alpha/nu" (its parameter), "/phases/0/alpha/values".
/// Buttons: "/phases/-" and "/lr_schedule/steps/-" add, "/phases/1/remove" removes,
/// "/training/epochs/reset" sets back what differs from the reference, "fold/data" folds.
class ConfigForm : public QWidget {
    Q_OBJECT
public:
    explicit ConfigForm(QWidget* parent = nullptr);
    ~ConfigForm() override;

    /// Shows `config`, which need not be valid. Does not emit edited().
    void setConfig(const nlohmann::json& config);
    nlohmann::json config() const;

    /// Changes one value as if the user had typed it: shows it and emits edited().
    void setValue(const std::string& pointer, const nlohmann::json& value);

    /// Marks each problem's field in red with the reason beneath it; a problem whose field is not
    /// in the form stands at the top.
    void setProblems(const std::vector<Problem>& problems);
    /// The sentence shown beneath the field of `pointer`, or empty.
    QString problemAt(const std::string& pointer) const;
    /// The sentences at the top.
    QString problemsWithoutField() const;

    /// Marks the fields whose values are not those of `reference`, a config that is right and is
    /// called `name`; only fields that it has are compared. An empty object: no marks.
    void setReference(const nlohmann::json& reference, const QString& name);
    /// How many are marked; a list of another length is one more.
    int differing() const;

    /// Shows only the fields that have all words of `typed` in section, label, pointer or help, and
    /// of these, with `only_differing`, those that are marked. Folded sections open for that.
    void setFilter(const QString& typed, bool only_differing = false);
    /// Gives the focus to the first field that is shown.
    void focusFirst();

    /// Brings the field of `pointer` into view, whatever is folded or filtered.
    void reveal(const std::string& pointer);
    /// The same, and gives it the focus.
    void focusField(const std::string& pointer);

    /// The folded sections: "data", "phases", "phases/0".
    QStringList folded() const;
    void setFolded(const QStringList& keys);
    void setAllFolded(bool folded);

    /// A choice that cannot be chosen here, with the reason as its tip; "" makes it possible again.
    /// A config that has it is shown as ever.
    void disableChoice(const std::string& pointer, const std::string& choice,
                       const QString& reason);

    /// No value can be changed (a run's own config, say); fields stay readable.
    void setReadOnly(bool read_only);

Q_SIGNALS:
    /// The user changed the value at `pointer`, or more than one (""); see config().
    void edited(const QString& pointer);
    /// What was typed or chosen is done; the next edit is another one.
    void settled();
    /// A field had to be shown that the filter hid: there is none any more.
    void filterCleared();

private:
    class Private;
    std::unique_ptr<Private> d;
};

}  // namespace ballast
