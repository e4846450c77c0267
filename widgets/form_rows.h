#pragma once

#include <QWidget>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

class QLayout;
class QPushButton;
class QToolButton;
class QVBoxLayout;

namespace ballast {

class FieldRow;
class FormSection;
struct Field;

/// What ConfigForm scrolls: sections, cards for phases and steps, and a row for every field, made
/// for a config with as many of each. It shows no values by itself.
class FormRows : public QWidget {
    Q_OBJECT
public:
    FormRows(const nlohmann::json& config, const std::set<std::string>& folded, bool read_only);

    /// By concrete pointer.
    const std::map<std::string, FieldRow*>& rows() const { return rows_; }
    /// By key: "data", "phases", "phases/0", "lr_schedule/steps/1".
    const std::map<std::string, FormSection*>& sections() const { return sections_; }
    /// The buttons that make a list the reference's, by the list's pointer; hidden at first.
    const std::map<std::string, QToolButton*>& restorers() const { return restorers_; }
    /// Those that add to a list.
    const std::vector<QPushButton*>& adders() const { return adders_; }

    /// The row whose editor is at `pointer`, or at the nearest pointer above it.
    FieldRow* rowFor(std::string pointer) const;
    /// What the section is called, or "".
    static QString sectionTitle(const std::string& section);
    /// The section that a field's pointer begins with: "data".
    static std::string sectionOf(std::string_view pointer);

Q_SIGNALS:
    void addRequested(const std::string& list);
    void removeRequested(const std::string& list, std::size_t index);
    void restoreRequested(const std::string& list);
    void foldedChanged(const std::string& key, bool folded);

private:
    int labelWidth() const;
    void addRow(const Field& field, const std::string& pointer, QLayout* layout, int width);
    FormSection* addSection(const QString& title, const std::string& key, bool card,
                            QVBoxLayout* column);
    QToolButton* addButton(QLayout* layout, const QString& icon_name, const QString& name,
                           const QString& words);
    void addCards(FormSection* section, const std::string& list, std::size_t count,
                  const QString& title, int width);
    void addListButtons(FormSection* section, const std::string& list, const QString& words);

    const std::set<std::string>& folded_;
    const bool read_only_;
    std::map<std::string, FieldRow*> rows_;
    std::map<std::string, FormSection*> sections_;
    std::map<std::string, QToolButton*> restorers_;
    std::vector<QPushButton*> adders_;
};

}  // namespace ballast
