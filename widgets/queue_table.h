#pragma once

#include <QStringList>
#include <QTreeView>
#include <memory>
#include <vector>

namespace ballast {

/// A run that waits to be trained.
struct QueueRow {
    QString id;
    QString name;
    QString state;    // in words: queued, waits for the trunk of …
    QString done_in;  // in words, empty: not known
    bool operator==(const QueueRow&) const = default;
};

/// Queued runs in their order, the next one on top. Rows are dragged, or moved by Alt+Up and
/// Alt+Down, Alt+Home and Alt+End; Delete asks to take the selected ones off.
class QueueTable : public QTreeView {
    Q_OBJECT
public:
    explicit QueueTable(QWidget* parent = nullptr);
    ~QueueTable() override;

    /// Keeps selection and position; while rows are dragged it changes nothing.
    void setRows(std::vector<QueueRow> rows);
    const std::vector<QueueRow>& rows() const;

    /// Whether the order can be changed.
    void setMovable(bool movable);

    QStringList selectedIds() const;
    void setSelectedIds(const QStringList& ids);

    /// Moves the selected rows together by so many places, as far as there are any.
    void moveSelected(int places);

Q_SIGNALS:
    /// The user wants this order, of all rows; the table shows it.
    void reordered(const QStringList& ids);
    void removeRequested(const QStringList& ids);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    class Model;

    void reorder(std::vector<QueueRow> rows);
    void dropAt(const std::vector<int>& moved, int row);

    std::unique_ptr<Model> model_;
    bool movable_ = true;
};

}  // namespace ballast
