#pragma once

#include <QColor>
#include <QStringList>
#include <QWidget>
#include <vector>

namespace ballast {

/// The column beside a live plot: one line a run with its values at the crosshair's epoch, or the
/// latest. Beside the plot, so that it never covers a curve.
class ValueColumn : public QWidget {
    Q_OBJECT
public:
    struct Row {
        QColor color;
        QString name;
        QStringList values;  // one for each heading
        bool operator==(const Row&) const = default;
    };

    explicit ValueColumn(QWidget* parent = nullptr);

    /// `when` says which epoch the values are of. Repaints only if something changed. How many rows
    /// there is no room for is said in the last line, `more` that are not handed over among them.
    void setValues(const QString& when, const QStringList& headings, const std::vector<Row>& rows,
                   int more = 0);
    /// Keeps room for this many columns as wide as `widest`, the same beside all plots, so that
    /// they stay aligned.
    void setRoom(int columns, const QString& widest);
    const std::vector<Row>& rows() const { return rows_; }
    /// Rows that there is room for.
    int room() const;
    /// Rows that are not shown; 0: all are.
    int left() const;
    QString when() const { return when_; }
    const QStringList& headings() const { return headings_; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<int> columnWidths() const;
    int lineHeight() const;
    int rowsTop() const;

    QString when_;
    QStringList headings_;
    std::vector<Row> rows_;
    int more_ = 0;
    int room_columns_ = 2;
    QString room_text_ = QStringLiteral("majority");
    int shown_width_ = 0;
};

}  // namespace ballast
